//! Operations on the jobs of one pool, in an order that people would not think of.
//!
//! What is generated follows the usual life of a job more often than not, so that late states are reached; what an
//! operation then comes to is for others to say.

use arbitrary::{Result, Unstructured};

use crate::generator::settings::Settings;

/// One operation. A job is named by its number in the order of their making.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// CreateUserImportJob.
    Create,
    /// The upload of a CSV file with so many rows.
    Upload {
        /// Whose file.
        job: usize,
        /// How many users it has.
        rows: u16,
    },
    /// StartUserImportJob.
    Start {
        /// Which.
        job: usize,
    },
    /// StopUserImportJob.
    Stop {
        /// Which.
        job: usize,
    },
    /// DescribeUserImportJob.
    Describe {
        /// Which.
        job: usize,
    },
    /// ListUserImportJobs.
    List,
    /// Some time passes.
    Advance {
        /// How much, in milliseconds.
        ms: u64,
    },
}

/// Times that lie on either side of what the life of a job depends on: the start of an import, its end, the fifteen
/// minutes of a pre-signed URL, and the 24 to 48 hours after which a job that was not started expires.
const TIMES_MS: [u64; 9] = [
    1,
    100,
    1_000,
    10_000,
    60_000,
    16 * 60_000,
    3_600_000,
    25 * 3_600_000,
    49 * 3_600_000,
];

/// Sizes of files: none, one, some, and one beyond what ends at once.
const ROWS: [u16; 5] = [0, 1, 3, 40, 1_000];

/// How far a job is on its usual way.
#[derive(Clone, Copy, Debug, Default)]
struct Usual {
    step: u8,
}

/// Operations in some order, of which the first makes a job.
pub(crate) fn operations(settings: &Settings, input: &mut Unstructured<'_>) -> Result<Vec<Op>> {
    let count = input.int_in_range(1..=settings.operation_count_max)?;
    let mut jobs = vec![Usual::default()];
    let mut operations = vec![Op::Create];
    while operations.len() < count {
        let job = input.choose_index(jobs.len())?;
        let operation = if input.ratio(5u8, 8u8)? {
            jobs[job].next(job, input)?
        } else {
            any(job, input)?
        };
        operations.push(match operation {
            Op::Create if jobs.len() >= settings.job_count_max => Op::List,
            Op::Create => {
                jobs.push(Usual::default());
                Op::Create
            }
            other => other,
        });
    }
    Ok(operations)
}

impl Usual {
    /// The next operation on the way from upload to stop.
    fn next(&mut self, job: usize, input: &mut Unstructured<'_>) -> Result<Op> {
        let step = self.step;
        self.step = self.step.saturating_add(1);
        Ok(match step {
            0 => Op::Upload {
                job,
                rows: *input.choose(&ROWS)?,
            },
            1 => Op::Start { job },
            2 => Op::Advance {
                ms: *input.choose(&TIMES_MS)?,
            },
            3 => Op::Stop { job },
            4 => Op::Describe { job },
            _ => Op::Stop { job },
        })
    }
}

fn any(job: usize, input: &mut Unstructured<'_>) -> Result<Op> {
    Ok(match input.int_in_range(0..=9u8)? {
        0 => Op::Create,
        1 => Op::Upload {
            job,
            rows: *input.choose(&ROWS)?,
        },
        2 => Op::Start { job },
        3..=5 => Op::Stop { job },
        6 => Op::Describe { job },
        7 => Op::List,
        _ => Op::Advance {
            ms: *input.choose(&TIMES_MS)?,
        },
    })
}
