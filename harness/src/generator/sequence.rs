//! Sequences of operations over several jobs and pools.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::case::{Act, Step};
use crate::generator::bytes;

/// How many pools and jobs a sequence has at most: two pools show whether one leaks into the other, and four jobs
/// whether one is taken for another.
const POOLS: [&str; 2] = ["a", "b"];
const JOBS: [&str; 4] = ["one", "two", "three", "four"];

/// The most steps between the making of the first pool and the last readings.
const STEPS_MAX: usize = 20;

/// Waits that end a start, an import, a stop, and the day after which a job expires.
const WAITS_MS: [u64; 4] = [100, 600, 3_000, 25 * 3_600_000];

/// The bytes that a seed makes: as many as the longest sequence can use.
const INPUT_SIZE: usize = 256;

/// Generated steps. Most jobs are made, given a file and started, since little happens to the others; afterwards every
/// job and every pool is read once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps(pub Vec<Step>);

impl Steps {
    /// The steps of a seed and a number: the same ones every time.
    pub fn of(seed: u64, number: u64) -> Self {
        // Two odd factors keep any two pairs apart.
        let mixed = seed
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(number.wrapping_mul(0xd1b5_4a32_d192_ed03));
        let bytes = bytes(mixed, INPUT_SIZE);
        // Running out of input only makes a sequence shorter.
        Self::arbitrary(&mut Unstructured::new(&bytes)).unwrap_or_else(|_| Self(Vec::new()))
    }
}

impl<'a> Arbitrary<'a> for Steps {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let mut steps = vec![Step::on_pool(Act::CreateUserPool, POOLS[0])];
        let pools = if input.ratio(1u8, 3u8)? { 2 } else { 1 };
        if pools == 2 {
            steps.push(Step::on_pool(Act::CreateUserPool, POOLS[1]));
        }
        let mut made = 0;
        let mut length = 0;
        let wanted = input.int_in_range(4..=STEPS_MAX)?;
        while length < wanted && !input.is_empty() {
            let before = steps.len();
            // A sequence needs a job before anything can happen to one.
            if made == 0 || made < JOBS.len() && input.ratio(1u8, 6u8)? {
                begin(POOLS[..pools].as_ref(), JOBS[made], input, &mut steps)?;
                made += 1;
            } else {
                steps.push(step(&POOLS[..pools], &JOBS[..made], input)?);
            }
            length += steps.len() - before;
        }
        let readings = JOBS[..made]
            .iter()
            .map(|job| Step::on_job(Act::DescribeUserImportJob, job));
        steps.extend(readings);
        let lists = POOLS[..pools]
            .iter()
            .map(|pool| Step::on_pool(Act::ListUserImportJobs, pool));
        steps.extend(lists);
        Ok(Self(steps))
    }
}

/// The making of a job, most often with its file and its start.
fn begin(
    pools: &[&str],
    job: &str,
    input: &mut Unstructured<'_>,
    steps: &mut Vec<Step>,
) -> Result<()> {
    steps.push(Step::create(input.choose(pools)?, job));
    let further = match input.int_in_range(0..=7u8)? {
        0 => 0,
        1 => 1,
        _ => 2,
    };
    let acts = [Act::Upload, Act::StartUserImportJob];
    steps.extend(acts.iter().take(further).map(|act| Step::on_job(*act, job)));
    Ok(())
}

/// A step on what was made. Stops and readings are the most frequent.
fn step(pools: &[&str], jobs: &[&str], input: &mut Unstructured<'_>) -> Result<Step> {
    let act = match input.int_in_range(0..=31u8)? {
        0..=9 => Act::StopUserImportJob,
        10..=17 => Act::DescribeUserImportJob,
        18..=21 => Act::StartUserImportJob,
        22..=25 => Act::ListUserImportJobs,
        26 => Act::Upload,
        27..=29 => Act::Wait,
        30 => Act::DeleteUserPool,
        _ => {
            // Through a pool that need not be the job's own.
            let job = Step::on_job(Act::StopUserImportJob, input.choose(jobs)?);
            let pool = Some((*input.choose(pools)?).to_owned());
            return Ok(Step { pool, ..job });
        }
    };
    Ok(match act {
        Act::Wait => Step::wait(*input.choose(&WAITS_MS)?),
        _ if act.is_on_job() => Step::on_job(act, input.choose(jobs)?),
        _ => Step::on_pool(act, input.choose(pools)?),
    })
}
