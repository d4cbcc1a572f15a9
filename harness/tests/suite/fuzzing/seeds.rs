//! The seeds of the fuzz targets: small, made by this test where they can be, and those that are cases held current by it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use fullstop::campaign::in_process::{
    Codec, Duel, Read, case_file, judge, seeds, sequence, signature,
};
use fullstop::generator::bytes;
use fullstop::reference::Options;

use crate::fuzzing::seen_from_outside;
use crate::{files, name, root};

/// How many inputs are looked through for one that comes to something new.
const INPUTS: u64 = 600;

/// How large they are before they are cut.
const INPUT_SIZE: usize = 96;

/// The largest seed. A fuzzer begins with the small ones, and large ones slow it down for good.
const SEED_SIZE_MAX: usize = 1_024;

type Seeds = BTreeMap<String, Vec<u8>>;

/// How the seeds of a target are made.
type Maker = fn() -> Seeds;

#[test]
fn derived_seeds_are_current() {
    let mut written = Vec::new();
    for (target, seeds) in DERIVED {
        let folder = root().join("fuzz/seeds").join(target);
        let found: BTreeSet<String> = if folder.is_dir() {
            files(&format!("fuzz/seeds/{target}"))
                .iter()
                .map(|file| {
                    file.file_name()
                        .expect("a name")
                        .to_string_lossy()
                        .into_owned()
                })
                .collect()
        } else {
            BTreeSet::new()
        };
        // An input of those that were searched for means something else as soon as a case is added, and is as good a seed as
        // before. They are searched for anew where there are none.
        let is_searched = !matches!(target, "codec" | "case_file");
        if is_searched && !found.is_empty() {
            continue;
        }
        let seeds = seeds();
        fs::create_dir_all(&folder).expect("a folder");
        for stale in found.iter().filter(|name| !seeds.contains_key(*name)) {
            fs::remove_file(folder.join(stale)).expect("a seed that nothing makes any more");
            written.push(format!("{target}/{stale}"));
        }
        for (seed, data) in seeds {
            let file = folder.join(&seed);
            if fs::read(&file).ok().as_ref() != Some(&data) {
                fs::write(&file, data).expect("a seed");
                written.push(name(&file));
            }
        }
    }
    assert!(
        written.is_empty(),
        "these were not current and have been written anew: commit them: {written:?}"
    );
}

/// The seeds that a machine can make, by target. Those of `profile` and `ledger` are written by hand.
const DERIVED: [(&str, Maker); 7] = [
    ("structured", || {
        let duel = Duel::new(Options::default());
        distinct(|data| {
            let seen = duel.run(data).ok()?.ok()?;
            Some(format!(
                "{:?} {} {:?} {:?}",
                seen.before, seen.status, seen.error_type, seen.kind
            ))
        })
    }),
    ("judge", || {
        distinct(|data| Some(format!("{:?}", judge(data).ok()?)))
    }),
    ("signature", || {
        distinct(|data| Some(format!("{:?}", signature(data).ok()?)))
    }),
    ("sequence", || {
        distinct(|data| {
            let said = sequence(data).ok()?;
            let refusals: BTreeSet<_> = said.iter().filter(|one| !one.starts_with("200")).collect();
            Some(format!("{refusals:?}"))
        })
    }),
    ("live", || {
        distinct(|data| Some(seen_from_outside(data).ok()??.to_string()))
    }),
    ("codec", connections),
    ("case_file", case_files),
];

/// The first input that comes to each outcome, cut to what it needs.
fn distinct(outcome: impl Fn(&[u8]) -> Option<String>) -> Seeds {
    let mut seen = BTreeSet::new();
    let mut found = Seeds::new();
    for number in 0..INPUTS {
        let mut data = bytes(number, INPUT_SIZE);
        let Some(first) = outcome(&data) else {
            continue;
        };
        if !seen.insert(first.clone()) {
            continue;
        }
        // What is missing at the end reads as zeros, and one that is left out changes nothing then.
        for size in [64, 48, 40, 32, 24, 20, 16, 12, 8] {
            if outcome(&data[..size]).as_ref() == Some(&first) {
                data.truncate(size);
            }
        }
        found.insert(format!("{number:04}"), data);
    }
    found
}

/// The raw cases as bytes, with the ids of the job that the target has.
fn connections() -> Seeds {
    let codec = Codec::new(Options::default());
    seeds()
        .iter()
        .filter(|case| case.is_raw())
        .filter_map(|case| {
            let name = case.id.replace('/', "-");
            let data = codec.bytes_of(case);
            (data.len() <= SEED_SIZE_MAX).then_some((name, data))
        })
        .collect()
}

/// The smallest case file of each area: together they use most of the schema.
fn case_files() -> Seeds {
    let mut smallest: BTreeMap<String, (String, Vec<u8>)> = BTreeMap::new();
    for file in files("cases") {
        let path = name(&file);
        let Some((area, name)) = path.trim_start_matches("cases/").split_once('/') else {
            continue;
        };
        let data = fs::read(&file).expect("a case file");
        let best = smallest
            .get(area)
            .map_or(usize::MAX, |(_, data)| data.len());
        if data.len() < best && case_file(&data) == Read::Sound {
            smallest.insert(area.to_owned(), (name.to_owned(), data));
        }
    }
    smallest
        .into_iter()
        .map(|(area, (name, data))| (format!("{area}-{name}"), data))
        .collect()
}
