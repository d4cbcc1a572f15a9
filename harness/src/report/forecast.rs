//! What a run would do, told before anything is sent.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::{Operation, QuotaClass, QuotaUse};
use crate::report::TargetResult;
use crate::runner::{Record, Rehearsal, Verdict};

/// How long an answer is taken to need, in seconds: what an operation of the service takes from another region.
const ANSWER_SECONDS: f64 = 0.1;

/// How much of a quota is used in the long run: the client takes a second to have a quarter more.
const QUOTA_USED: f64 = 0.8;

/// How many requests a run has under way at once, without its `--concurrency`.
const IN_FLIGHT: usize = 8;

/// How many cases of a reason are listed by name.
const LISTED_MAX: usize = 3;

/// What a run would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Forecast {
    /// `fullstop`.
    pub tool: String,
    /// The version that made it.
    pub version: String,
    /// What would be judged.
    pub target: TargetResult,
    /// How many cases and invariants are selected.
    pub cases: usize,
    /// How many user pools would be made, and deleted.
    pub pools: u64,
    /// How many import jobs would be made in them.
    pub jobs: u64,
    /// How often one would be started.
    pub starts: u64,
    /// How many CSV files would be uploaded.
    pub uploads: u64,
    /// How many requests would be sent, by operation. Of those that read jobs some more, where the target is slow.
    pub requests: BTreeMap<String, u64>,
    /// How many requests would be sent that name no operation of the service.
    pub unread: u64,
    /// The same by quota class, where the target has quotas.
    pub quotas: Vec<ClassForecast>,
    /// How many jobs may be active at once.
    pub active_jobs: Option<usize>,
    /// How long it would take at least, in minutes: what the quotas leave.
    pub minutes_min: f64,
    /// How long it would take where each answer takes a tenth of a second and only so many jobs may be active.
    pub minutes: f64,
    /// What the plan cannot know.
    pub notes: Vec<String>,
    /// What could not be judged, by reason.
    pub out_of_reach: Vec<OutOfReach>,
}

/// The requests of a quota class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassForecast {
    /// The class.
    pub class: QuotaClass,
    /// How many requests.
    pub requests: u64,
    /// How many of them a second this process may send.
    pub per_second: f64,
    /// How many of them a second one pool may get.
    pub pool_limit: Option<u32>,
    /// How many minutes they take at least.
    pub minutes: f64,
}

/// Cases that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutOfReach {
    /// Why.
    pub reason: String,
    /// Which.
    pub cases: Vec<String>,
}

/// What is known of the target, for the time that a run takes.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Its quotas; of each the account's limit as far as it is ours.
    pub quotas: Vec<(QuotaUse, f64)>,
    /// How many jobs may be active at once.
    pub active_jobs: Option<usize>,
    /// What the plan cannot know.
    pub notes: Vec<String>,
}

impl Forecast {
    /// What a rehearsal foretells.
    pub fn of(rehearsal: &Rehearsal, target: TargetResult, bounds: &Bounds) -> Self {
        let received = &rehearsal.received;
        let count = |operation| received.operations.get(&operation).copied().unwrap_or(0);
        let starts = count(Operation::StartUserImportJob);
        let quotas: Vec<_> = bounds
            .quotas
            .iter()
            .map(|(quota, per_second)| {
                let named = received.operations.iter();
                let mut requests = named
                    .filter(|(operation, _)| operation.quota_class() == quota.class)
                    .map(|(_, count)| count)
                    .sum();
                if quota.class == Operation::StopUserImportJob.quota_class() {
                    // What cannot be read may be a stop, and is paced as one.
                    requests += received.unread;
                }
                ClassForecast {
                    class: quota.class,
                    requests,
                    per_second: *per_second,
                    pool_limit: quota.pool_limit,
                    minutes: requests as f64 / (per_second * QUOTA_USED) / 60.0,
                }
            })
            .collect();
        let all = received.operations.values().sum::<u64>() + received.unread + received.uploads;
        let by_quotas = quotas.iter().map(|quota| quota.minutes);
        let minutes_min = by_quotas.fold(0.0, f64::max);
        // What holds the place of an active job is done one after the other.
        let lanes = bounds.active_jobs.unwrap_or(IN_FLIGHT).min(IN_FLIGHT);
        let one_by_one = all as f64 * ANSWER_SECONDS / lanes as f64 / 60.0;
        Self {
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target,
            cases: rehearsal.run.records.len(),
            pools: count(Operation::CreateUserPool),
            jobs: count(Operation::CreateUserImportJob),
            starts,
            uploads: received.uploads,
            requests: received
                .operations
                .iter()
                .map(|(operation, count)| (operation.name().to_owned(), *count))
                .collect(),
            unread: received.unread,
            quotas,
            active_jobs: bounds.active_jobs,
            minutes_min,
            minutes: minutes_min.max(one_by_one),
            notes: bounds.notes.clone(),
            out_of_reach: out_of_reach(&rehearsal.run.records),
        }
    }

    /// The same for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{} cases on {} ({}); nothing is sent yet\n",
            self.cases, self.target.name, self.target.endpoint
        );
        let _ = writeln!(
            text,
            "creates   {} user pools, {} import jobs in them, {} uploads of CSV files, {} starts; the pools are deleted, and the jobs with them",
            self.pools, self.jobs, self.uploads, self.starts
        );
        for (index, (operation, count)) in self.requests.iter().enumerate() {
            let label = if index == 0 { "requests" } else { "" };
            let _ = writeln!(text, "{label:<8}  {count:>5}  {operation}");
        }
        if self.unread > 0 {
            let _ = writeln!(text, "          {:>5}  that name no operation", self.unread);
        }
        for (index, quota) in self.quotas.iter().enumerate() {
            let label = if index == 0 { "quotas" } else { "" };
            let _ = write!(
                text,
                "{label:<8}  {:>5}  {}: {} a second",
                quota.requests, quota.class, quota.per_second
            );
            if let Some(limit) = quota.pool_limit {
                let _ = write!(text, ", {limit} on one pool");
            }
            let _ = writeln!(text, ": {}", spoken(quota.minutes));
        }
        let _ = write!(
            text,
            "time      about {} where a response takes {ANSWER_SECONDS} s",
            spoken(self.minutes)
        );
        match self.active_jobs {
            Some(1) => text.push_str(" and one job may be active"),
            Some(limit) => {
                let _ = write!(text, " and {limit} jobs may be active");
            }
            None => {}
        }
        if self.minutes_min > 0.0 {
            let quotas = spoken(self.minutes_min);
            let _ = write!(text, "; at least {quotas}, by the quotas");
        }
        text.push('\n');
        for note in &self.notes {
            let _ = writeln!(text, "note      {note}");
        }
        if !self.out_of_reach.is_empty() {
            let _ = writeln!(text, "\nout of reach");
        }
        for out in &self.out_of_reach {
            let _ = writeln!(text, "  {} × {}", out.cases.len(), out.reason);
            let listed = out.cases.iter().take(LISTED_MAX).cloned();
            let mut listed = listed.collect::<Vec<_>>().join(", ");
            if out.cases.len() > LISTED_MAX {
                let _ = write!(listed, " and {} more", out.cases.len() - LISTED_MAX);
            }
            let _ = writeln!(text, "      {listed}");
        }
        text
    }
}

fn out_of_reach(records: &[Record]) -> Vec<OutOfReach> {
    let mut reasons: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    let blocked = records
        .iter()
        .filter(|record| record.verdict == Verdict::Blocked);
    for record in blocked {
        let Some(reason) = &record.reason else {
            continue;
        };
        let of_key = reasons.entry(reason.key());
        let (_, cases) = of_key.or_insert_with(|| (reason.to_string(), Vec::new()));
        cases.push(record.id.clone());
    }
    reasons
        .into_values()
        .map(|(reason, cases)| OutOfReach { reason, cases })
        .collect()
}

/// Minutes as a person says them.
fn spoken(minutes: f64) -> String {
    match minutes * 60.0 {
        seconds if seconds < 90.0 => format!("{:.0} s", seconds.ceil()),
        _ => format!("{minutes:.1} minutes"),
    }
}
