//! A sequence: operations on pools and jobs, one after the other.
//!
//! It says what is done and never what must come of it: the documented life of a job says that for any sequence. Pools and
//! jobs have names of the sequence's own; a name that nothing was made under yet stands for ids that name nothing, so
//! that any list of steps can be run, and a shorter one too.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::{Fault, Place, Source};

/// A sequence file: what must hold, and the steps that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// What sort of file it is: `sequence`.
    pub kind: SequenceKind,
    /// What the steps show, in one sentence.
    pub requirement: String,
    /// What this sequence shows that no other does, or where it was found.
    pub why: String,
    /// Where the requirement comes from. A sequence that was found needs none: the broken rule has its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// The steps, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// Tells a sequence file from a case file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SequenceKind {
    /// A sequence of steps.
    Sequence,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is done.
    #[serde(rename = "do")]
    pub act: Act,
    /// The pool that is meant. A step on a job means the pool in which the job was made, unless it names another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// The job that is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// How long is waited, in milliseconds. Only a step that waits has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
}

/// What a step does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Act {
    /// Makes a pool.
    CreateUserPool,
    /// Makes a job in a pool.
    CreateUserImportJob,
    /// Puts a CSV file to the URL of a job.
    #[serde(rename = "upload")]
    Upload,
    /// Starts a job.
    StartUserImportJob,
    /// Stops a job.
    StopUserImportJob,
    /// Reads a job.
    DescribeUserImportJob,
    /// Lists the jobs of a pool.
    ListUserImportJobs,
    /// Deletes a pool.
    DeleteUserPool,
    /// Lets time pass.
    #[serde(rename = "wait")]
    Wait,
}

impl Act {
    /// All of them, in the order of a job's life.
    pub const ALL: [Self; 9] = [
        Self::CreateUserPool,
        Self::CreateUserImportJob,
        Self::Upload,
        Self::StartUserImportJob,
        Self::StopUserImportJob,
        Self::DescribeUserImportJob,
        Self::ListUserImportJobs,
        Self::DeleteUserPool,
        Self::Wait,
    ];

    /// The name in a sequence file.
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateUserPool => "CreateUserPool",
            Self::CreateUserImportJob => "CreateUserImportJob",
            Self::Upload => "upload",
            Self::StartUserImportJob => "StartUserImportJob",
            Self::StopUserImportJob => "StopUserImportJob",
            Self::DescribeUserImportJob => "DescribeUserImportJob",
            Self::ListUserImportJobs => "ListUserImportJobs",
            Self::DeleteUserPool => "DeleteUserPool",
            Self::Wait => "wait",
        }
    }

    /// Whether it is done to one job.
    pub fn is_on_job(self) -> bool {
        matches!(
            self,
            Self::CreateUserImportJob
                | Self::Upload
                | Self::StartUserImportJob
                | Self::StopUserImportJob
                | Self::DescribeUserImportJob
        )
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Step {
    /// The longest wait: two days, past which every job that was not started has expired.
    const WAIT_MS_MAX: u64 = 48 * 3_600_000;

    /// A step on a pool.
    pub fn on_pool(act: Act, pool: &str) -> Self {
        Self {
            act,
            pool: Some(pool.to_owned()),
            job: None,
            ms: None,
        }
    }

    /// A step on a job, through the pool in which it was made.
    pub fn on_job(act: Act, job: &str) -> Self {
        Self {
            act,
            pool: None,
            job: Some(job.to_owned()),
            ms: None,
        }
    }

    /// The making of a job in a pool.
    pub fn create(pool: &str, job: &str) -> Self {
        Self {
            pool: Some(pool.to_owned()),
            ..Self::on_job(Act::CreateUserImportJob, job)
        }
    }

    /// A wait.
    pub fn wait(ms: u64) -> Self {
        Self {
            act: Act::Wait,
            pool: None,
            job: None,
            ms: Some(ms),
        }
    }

    /// What is wrong with it as a step, if anything, and what would be right.
    fn fault(&self) -> Option<(String, &'static str)> {
        const WAIT: &str = "give it how long is waited and nothing else: ms = 100";
        const POOL: &str = "name the pool that is meant: pool = \"a\"";
        const JOB: &str = "name the job that is meant: job = \"one\"";
        let act = self.act;
        let is_named = |name: &Option<String>| name.as_deref().is_some_and(|name| !name.is_empty());
        match act {
            Act::Wait if self.ms.is_none() => Some(("`wait` needs `ms`".to_owned(), WAIT)),
            Act::Wait if self.pool.is_some() || self.job.is_some() => {
                Some(("`wait` has neither `pool` nor `job`".to_owned(), WAIT))
            }
            Act::Wait if self.ms.is_some_and(|ms| ms > Self::WAIT_MS_MAX) => Some((
                "`ms` is more than two days".to_owned(),
                "a job that was not started has expired by then: wait less",
            )),
            Act::Wait => None,
            _ if self.ms.is_some() => Some((
                format!("`{act}` has no `ms`"),
                "only `wait` has one: leave it out, or let a `wait` step follow",
            )),
            _ if act.is_on_job() && !is_named(&self.job) => {
                Some((format!("`{act}` needs `job`"), JOB))
            }
            Act::CreateUserImportJob if !is_named(&self.pool) => {
                Some((format!("`{act}` needs `pool`"), POOL))
            }
            _ if act.is_on_job() => None,
            _ if self.job.is_some() => Some((format!("`{act}` has no `job`"), POOL)),
            _ if !is_named(&self.pool) => Some((format!("`{act}` needs `pool`"), POOL)),
            _ => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.act)?;
        match (&self.job, &self.pool, self.ms) {
            (Some(job), Some(pool), _) => write!(f, " {job} in {pool}"),
            (Some(name), None, _) | (None, Some(name), _) => write!(f, " {name}"),
            (None, None, Some(ms)) => write!(f, " {ms} ms"),
            (None, None, None) => Ok(()),
        }
    }
}

impl Sequence {
    /// The most steps of a file: ten times what a generated sequence has.
    const STEPS_MAX: usize = 500;

    /// What is wrong with it, if anything.
    pub fn faults(&self) -> Vec<Fault> {
        let steps = self.steps.iter().enumerate();
        let mut faults: Vec<_> = steps
            .filter_map(|(index, step)| {
                let (wrong, right) = step.fault()?;
                Some(Fault {
                    place: Place::Step(index),
                    wrong: format!("step {}: {wrong}", index + 1),
                    right: right.to_owned(),
                })
            })
            .collect();
        let mut of_all = |wrong: String, right: &str| {
            faults.push(Fault {
                place: Place::Key(vec!["step".to_owned()]),
                wrong,
                right: right.to_owned(),
            });
        };
        if self.steps.is_empty() {
            let right = "add [[step]] with do = \"CreateUserPool\" and pool = \"a\"";
            of_all("a sequence needs a [[step]]".to_owned(), right);
        }
        if self.steps.len() > Self::STEPS_MAX {
            let max = Self::STEPS_MAX;
            of_all(
                format!("a sequence has at most {max} steps"),
                "leave out what the rule does not need, or make two files of it",
            );
        }
        faults
    }
}
