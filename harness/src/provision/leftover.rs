//! What other runs left behind: found by name, since a list of pools shows no tags.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::provision::delete::{delete, delete_patience, pools};
use crate::target::Client;

/// A pool that a run of ours made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leftover {
    /// The run's id.
    pub run: String,
    /// The pool's name.
    pub name: String,
    /// Its id.
    pub pool: String,
}

impl Leftover {
    /// The run that a pool's name tells of. A name that is not exactly of our form is not ours.
    pub fn run_of<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
        let rest = name.strip_prefix(prefix)?.strip_prefix('-')?;
        let (run, number) = rest.rsplit_once('-')?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && began(run).is_some()).then_some(run)
    }
}

/// A run id for a process that begins at a moment: the moment and the process, so that two runs at once differ.
pub fn run_id(now: SystemTime) -> String {
    let since = now.duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    format!("{millis:x}-{:x}", std::process::id())
}

/// The pools on a target that runs of ours made, of one run if it is named, and not younger than an age.
pub async fn leftovers(
    client: &Client,
    prefix: &str,
    run: Option<&str>,
    age: Duration,
) -> Result<Vec<Leftover>, String> {
    let before = SystemTime::now().checked_sub(age);
    let is_meant = |leftover: &Leftover| {
        run.is_none_or(|run| leftover.run == run)
            && (age.is_zero()
                || began(&leftover.run)
                    .zip(before)
                    .is_some_and(|(began, before)| began <= before))
    };
    let found = pools(client).await?.into_iter();
    let ours: BTreeSet<_> = found
        .filter_map(|(pool, name)| {
            let run = Leftover::run_of(&name, prefix)?.to_owned();
            Some(Leftover { run, name, pool })
        })
        .filter(is_meant)
        .collect();
    Ok(ours.into_iter().collect())
}

/// Deletes a pool that a run left.
pub async fn remove(client: &Client, leftover: &Leftover) -> Result<(), String> {
    delete(client, &leftover.pool, delete_patience(client)).await
}

/// When a run began.
fn began(run: &str) -> Option<SystemTime> {
    let is_hex = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let (millis, process) = run.split_once('-')?;
    // Eleven digits of a moment in milliseconds are those of all years from 2004 to 2527.
    if millis.len() != 11 || !is_hex(millis) || process.len() > 8 || !is_hex(process) {
        return None;
    }
    let millis = u64::from_str_radix(millis, 16).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}
