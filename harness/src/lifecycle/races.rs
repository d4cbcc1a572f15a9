//! Many requests on one job at once, many times over.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::case::{Act, Level, Step};
use crate::clock::Deadline;
use crate::lifecycle::cast::Cast;
use crate::lifecycle::stage::Stage;
use crate::lifecycle::starting::Starting;
use crate::oracle::{Brief, Deed, Event, LifeBreach, Model, Raced, Violation, judge_race};
use crate::wire::{Envelope, Response};

/// How often a job is looked at until it has come to rest, and how long is waited in between: two seconds in all.
const LOOKS_MAX: u32 = 20;
const LOOK_MS: u64 = 100;

/// A wait past the end of every import of the reference.
const IMPORT_MS: u64 = 3_000;

/// How much later the stops of one race come than those of the race before, so that some meet the end of an import.
const STAGGER_MS: u64 = 10;
const STAGGERS: u64 = 20;

/// The most findings that are told, one a rule and kind of race.
const FINDINGS_MAX: usize = 40;

/// What is raced.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Stops alone.
    StopStop,
    /// Stops and starts.
    StopStart,
    /// Stops, and the end of the import.
    StopCompletion,
    /// Stops and readings.
    StopDescribe,
    /// Stops, and the end of the pool.
    StopDelete,
}

impl Kind {
    /// All of them, in the order in which they are raced.
    pub const ALL: [Self; 5] = [
        Self::StopStop,
        Self::StopStart,
        Self::StopCompletion,
        Self::StopDescribe,
        Self::StopDelete,
    ];

    /// The name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::StopStop => "stop-stop",
            Self::StopStart => "stop-start",
            Self::StopCompletion => "stop-completion",
            Self::StopDescribe => "stop-describe",
            Self::StopDelete => "stop-delete",
        }
    }
}

/// What came of races.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RaceReport {
    /// How many were run.
    pub races: u64,
    /// How many were asked for.
    #[serde(default)]
    pub planned: u64,
    /// How many could not be: no job could be started.
    pub unstarted: u64,
    /// How many requests were sent at once in each.
    pub concurrency: usize,
    /// What was seen, by kind: each line with the number of races that it is true of. Nothing of it is judged.
    pub seen: BTreeMap<Kind, BTreeMap<String, u64>>,
    /// What the evidence does not permit: the first race for each rule and kind.
    pub findings: Vec<RaceFinding>,
    /// How many races broke something.
    pub broken: u64,
    /// Why the last race could not be run.
    pub reason: Option<String>,
}

/// A race that broke something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RaceFinding {
    /// The rule.
    pub rule: String,
    /// How firmly it is broken.
    pub level: Level,
    /// What holds, in a sentence.
    pub text: String,
    /// What that stands on.
    pub source: String,
    /// What was raced.
    pub kind: Kind,
    /// Which race it was.
    pub number: u64,
    /// Where, what was wanted and what came.
    pub mismatch: String,
    /// The same as data, where it was found just now.
    #[serde(skip)]
    pub(crate) violation: Option<Violation>,
    /// The requests in the order in which they were sent, with the times in milliseconds.
    pub history: Vec<String>,
}

/// One race.
#[derive(Clone, Debug)]
struct Race {
    kind: Kind,
    number: u64,
    events: Vec<Event>,
    found: Vec<LifeBreach>,
    end: Brief,
}

/// Runs races, each on a job of its own with so many requests at once. A race's number decides its kind.
pub async fn races(
    stage: &Stage,
    numbers: Range<u64>,
    seed: u64,
    concurrency: usize,
    deadline: &Deadline,
    progress: impl Fn(),
) -> RaceReport {
    let mut report = RaceReport {
        concurrency,
        planned: numbers.end.saturating_sub(numbers.start),
        ..RaceReport::default()
    };
    let plan = numbers.map(|number| (number, seed));
    let take = |raced: Result<Race, String>| {
        match raced {
            Ok(race) => report.take(&race),
            Err(reason) => {
                report.unstarted += 1;
                report.reason = Some(reason);
            }
        }
        progress();
    };
    // What was begun when it passes is left: the end of the run undoes it.
    let _ = deadline.cap(all(stage, plan, concurrency, take)).await;
    report
}

/// In how many of several races of one number a rule is broken. Each has a seed of its own.
pub(crate) async fn races_that_break(
    rule: &str,
    stage: &Stage,
    number: u64,
    seeds: RangeInclusive<u64>,
    concurrency: usize,
) -> u32 {
    let plan = seeds.map(|seed| (number, seed));
    let is_broken = |race: Race| race.found.iter().any(|breach| breach.rule.id == rule);
    let mut count = 0;
    let take = |raced: Result<Race, String>| count += u32::from(raced.is_ok_and(is_broken));
    all(stage, plan, concurrency, take).await;
    count
}

/// Runs races by their numbers and seeds, and hands them over in that order. One begins after the other, except that the next
/// does while jobs come to rest, which may take seconds.
async fn all(
    stage: &Stage,
    mut plan: impl Iterator<Item = (u64, u64)>,
    concurrency: usize,
    mut take: impl FnMut(Result<Race, String>),
) {
    let concurrency = concurrency.max(2);
    let at_once = stage.visits_at_once();
    let alone = Arc::new(Mutex::new(()));
    let mut tasks = JoinSet::new();
    // Those that ended before one that began earlier.
    let mut ended = BTreeMap::new();
    let (mut begun, mut taken) = (0, 0);
    loop {
        while begun < taken + at_once
            && let Some((number, seed)) = plan.next()
        {
            let (place, mut stage, alone) = (begun, stage.fresh(), Arc::clone(&alone));
            tasks.spawn(async move {
                let raced = race(&mut stage, number, seed, concurrency, &alone).await;
                (place, raced)
            });
            begun += 1;
        }
        match tasks.join_next().await {
            Some(Ok((place, raced))) => ended.insert(place, raced),
            // A panic in a race is a bug of ours, and is told as one.
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => break,
        };
        while let Some(raced) = ended.remove(&taken) {
            taken += 1;
            take(raced);
        }
    }
}

async fn race(
    stage: &mut Stage,
    number: u64,
    seed: u64,
    concurrency: usize,
    alone: &Mutex<()>,
) -> Result<Race, String> {
    let place = usize::try_from(number % Kind::ALL.len() as u64).unwrap_or(0);
    let kind = Kind::ALL[place];
    let mut cast = stage.cast();
    let mixed = number ^ seed.rotate_left(32);
    let raced = raced(stage, &mut cast, kind, number, mixed, concurrency, alone).await;
    stage.clear(&cast).await;
    raced
}

async fn raced(
    stage: &mut Stage,
    cast: &mut Cast,
    kind: Kind,
    number: u64,
    mixed: u64,
    concurrency: usize,
    alone: &Mutex<()>,
) -> Result<Race, String> {
    let turn = alone.lock().await;
    let mut starting = Starting::default();
    let mut model = Model::default();
    for step in [
        Step::on_pool(Act::CreateUserPool, "a"),
        Step::create("a", "one"),
        Step::on_job(Act::Upload, "one"),
        Step::on_job(Act::StartUserImportJob, "one"),
    ] {
        let deed = cast.deed(&step);
        let url = deed.ids().and_then(|ids| cast.url(ids)).map(str::to_owned);
        let answer = match &deed {
            Deed::Start(ids) => {
                let must_be_granted = model.must_start(ids);
                starting.start(stage, &deed, must_be_granted).await
            }
            _ => stage.act(&deed, 0, url.as_deref()).await,
        };
        if let Some(answer) = &answer {
            cast.learn(&step, &deed, answer);
        }
        model.step(&deed, answer.as_ref());
        let is_granted = answer.as_ref().is_some_and(|answer| answer.status < 300);
        if !is_granted && step.act != Act::Upload {
            return Err(format!(
                "{} was answered with {}",
                step.act,
                Brief::of_step(answer.as_ref())
            ));
        }
    }
    let Deed::Stop(ids) = cast.deed(&Step::on_job(Act::StopUserImportJob, "one")) else {
        return Err("name the job".to_owned());
    };
    if kind == Kind::StopCompletion {
        let ms = number / Kind::ALL.len() as u64 % STAGGERS * STAGGER_MS;
        stage.act(&Deed::Wait, ms, None).await;
    }
    let describe = Deed::Describe(ids.clone());
    let before = stage.act(&describe, 0, None).await;
    let deeds = deeds(kind, &ids, mixed, concurrency);
    let events = stage.burst(&deeds, IMPORT_MS).await;
    drop(turn);
    let after = rest(stage, &describe).await;
    let found = judge_race(Raced {
        ids: &ids,
        before: before.as_ref(),
        events: &events,
        after: &after,
    });
    let end = after
        .last()
        .map_or(Brief::Silent, |one| Brief::of_step(one.as_ref()));
    Ok(Race {
        kind,
        number,
        events,
        found,
        end,
    })
}

/// What is done at once, in the order in which it is sent.
fn deeds(kind: Kind, ids: &crate::case::Ids, mixed: u64, concurrency: usize) -> Vec<Deed> {
    let stop = || Deed::Stop(ids.clone());
    let pool = ids.pool.clone();
    let alone =
        usize::try_from(mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33).unwrap_or(0) % concurrency;
    (0..concurrency)
        .map(|place| match kind {
            Kind::StopStop => stop(),
            Kind::StopStart if place % 2 == 1 => Deed::Start(ids.clone()),
            Kind::StopDescribe if place % 2 == 1 => Deed::Describe(ids.clone()),
            Kind::StopCompletion if place == alone => Deed::Wait,
            Kind::StopDelete if place == alone => Deed::DeletePool { pool: pool.clone() },
            _ => stop(),
        })
        .collect()
}

/// Reads the job until it is neither running nor stopping, and twice more. It was started: one that is shown as Created is behind.
async fn rest(stage: &mut Stage, describe: &Deed) -> Vec<Option<Response>> {
    for _ in 0..LOOKS_MAX {
        let answer = stage.act(describe, 0, None).await;
        let is_moving = ["Created", "Pending", "InProgress", "Stopping"];
        let status = answer.as_ref().and_then(status_of);
        if !status.is_some_and(|status| is_moving.contains(&status.as_str())) {
            break;
        }
        stage.act(&Deed::Wait, LOOK_MS, None).await;
    }
    let mut readings = Vec::new();
    for _ in 0..2 {
        readings.push(stage.act(describe, 0, None).await);
    }
    readings
}

fn status_of(answer: &Response) -> Option<String> {
    member(answer, "Status")?.as_str().map(str::to_owned)
}

fn member(answer: &Response, name: &str) -> Option<serde_json::Value> {
    let json = Envelope::read(answer).json.ok()?;
    Some(json.get("UserImportJob")?.get(name)?.clone())
}

impl RaceReport {
    fn take(&mut self, race: &Race) {
        self.races += 1;
        let seen = self.seen.entry(race.kind).or_default();
        *seen.entry(race.summary()).or_default() += 1;
        self.broken += u64::from(!race.found.is_empty());
        for breach in &race.found {
            let rule = breach.rule.id;
            let is_told = |one: &RaceFinding| one.rule == rule && one.kind == race.kind;
            if self.findings.len() < FINDINGS_MAX && !self.findings.iter().any(is_told) {
                self.findings.push(RaceFinding {
                    rule: rule.to_owned(),
                    level: breach.level,
                    text: breach.rule.text.to_owned(),
                    source: breach.rule.source(),
                    kind: race.kind,
                    number: race.number,
                    mismatch: breach.violation.to_string(),
                    violation: Some(breach.violation.clone()),
                    history: race.history(),
                });
            }
        }
    }
}

impl Race {
    /// What came of it in one line: how many of each operation got which answer, and how many ends were told.
    fn summary(&self) -> String {
        let mut totals: BTreeMap<Act, u64> = BTreeMap::new();
        let mut answers: BTreeMap<(Act, Brief), u64> = BTreeMap::new();
        let mut dates = std::collections::BTreeSet::new();
        for event in self.events.iter().filter(|event| event.deed != Deed::Wait) {
            let act = event.deed.act();
            *totals.entry(act).or_default() += 1;
            let said = match &event.answer {
                Ok(answer) if answer.status < 300 && act == Act::StopUserImportJob => {
                    dates.extend(member(answer, "CompletionDate").map(|date| date.to_string()));
                    Brief::Response(answer.status, None)
                }
                Ok(answer) => Brief::of(answer),
                Err(_) => Brief::Silent,
            };
            *answers.entry((act, said)).or_default() += 1;
        }
        let mut parts: Vec<_> = answers
            .iter()
            .map(|((act, said), count)| {
                let total = totals.get(act).copied().unwrap_or_default();
                let noun = act
                    .name()
                    .trim_end_matches("UserImportJob")
                    .trim_end_matches("UserPool");
                format!("{count} of {total} {noun}s answered {said}")
            })
            .collect();
        if !dates.is_empty() {
            let plural = if dates.len() == 1 { "" } else { "s" };
            parts.push(format!("{} different CompletionDate{plural}", dates.len()));
        }
        parts.push(format!("afterwards {}", self.end));
        parts.join(", ")
    }

    /// The requests with their times, for a reader.
    fn history(&self) -> Vec<String> {
        let mut events: Vec<_> = self.events.iter().collect();
        events.sort_by_key(|event| (event.began_us, event.ended_us));
        let line = |event: &&Event| {
            let ms = |us: u64| format!("{}.{:03}", us / 1_000, us % 1_000);
            let got = match &event.answer {
                Ok(answer) => Brief::of(answer).to_string(),
                Err(failure) => failure.clone(),
            };
            let (began, ended) = (ms(event.began_us), ms(event.ended_us));
            format!("{began} to {ended} ms  {}  {got}", event.deed.act())
        };
        events.iter().map(line).collect()
    }
}
