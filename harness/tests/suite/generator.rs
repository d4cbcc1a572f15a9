//! What the generators make: how much of each class, and that it is what its name says.

mod texts;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use arbitrary::Unstructured;
use fullstop::case::{Case, Change, Given, Ids, Message};
use fullstop::generator::{
    Facet, Generated, Generator, Kind, Part, Parts, Settings, bytes, dictionary,
};
use fullstop::oracle::{Answer, Known, Permitted, Place, Sent, Signing, permitted};
use fullstop::suite::Suite;

use crate::root;

/// How many requests of each kind are made: a second in a debug build.
const COUNT: u64 = 10_000;

/// How many bytes an input has: more than a request uses.
const INPUT_SIZE: usize = 128;

fn generator() -> Generator {
    let suite = Suite::embedded().expect("our own cases");
    let seeds: Vec<Arc<Case>> = suite.cases().cloned().collect();
    Generator::new(Settings::default(), seeds)
}

fn made(generator: &Generator, kind: Kind, seed: u64) -> Generated {
    let data = bytes(seed, INPUT_SIZE);
    generator
        .generate(kind, &mut Unstructured::new(&data))
        .expect("bytes enough")
}

fn ids() -> Ids {
    Ids {
        pool: "us-east-1_EXAMPLE12".to_owned(),
        job: "import-qQ0DCt2fRh".to_owned(),
    }
}

#[test]
fn directed_requests_have_at_most_one_fault_and_reach_every_class() {
    let generator = generator();
    let mut counts: BTreeMap<Facet, u64> = BTreeMap::new();
    let mut valid = 0;
    let mut started = 0;
    for seed in 0..COUNT {
        let Generated { case, facets, .. } = made(&generator, Kind::Directed, seed);
        assert!(facets.len() <= 1 && case.changes.len() <= 1, "{case:?}");
        assert!(case.changes.is_empty() || case.given == Given::STARTED);
        valid += u64::from(case.changes.is_empty());
        started += u64::from(case.changes.is_empty() && case.given == Given::STARTED);
        for facet in facets {
            *counts.entry(facet).or_default() += 1;
        }
    }
    let of = |part: Part| -> u64 {
        counts
            .iter()
            .filter(|(facet, _)| facet.part == part)
            .map(|(_, count)| count)
            .sum()
    };
    assert!(valid > COUNT / 5, "{valid} are valid");
    assert!(started > COUNT / 100, "{started} stop a job");
    for (part, least) in [
        (Part::Given, COUNT / 10),
        (Part::UserPoolId, COUNT / 10),
        (Part::JobId, COUNT / 10),
        (Part::Body, COUNT / 12),
        (Part::OtherMember, COUNT / 40),
        (Part::Header, COUNT / 25),
        (Part::Target, COUNT / 40),
        (Part::Method, COUNT / 100),
        (Part::Path, COUNT / 100),
        (Part::Signature, COUNT / 40),
    ] {
        assert!(of(part) > least, "{}: {} {counts:?}", part.name(), of(part));
    }
    assert!(counts.len() > 90, "{} classes", counts.len());
    // What is drawn once in so many thousand is not drawn in a short run.
    let rare: Vec<_> = counts.iter().filter(|(_, count)| **count < 3).collect();
    assert!(rare.is_empty(), "{rare:?}");
}

/// A member that is said to be wrong is refused for it, and one that is right is not: the oracle reads it on its own.
#[test]
fn a_broken_member_is_broken_in_the_way_it_says() {
    let generator = generator();
    let known = ids();
    let known = Known {
        ids: &known,
        place: Place::Started,
        signing: Signing::Ignored,
        fault: None,
    };
    let mut checked = 0;
    for seed in 0..COUNT {
        let Generated { case, facets, .. } = made(&generator, Kind::Directed, seed);
        let Some(facet) = facets.first() else {
            continue;
        };
        if !matches!(facet.part, Part::JobId | Part::UserPoolId) {
            continue;
        }
        let Message::Plain { request, signature } = case.compose(known.ids) else {
            unreachable!("directed requests are no raw ones")
        };
        let sent = Sent {
            request: &request,
            signature,
        };
        let Permitted::OneOf(classes) = permitted(sent, &known) else {
            continue;
        };
        let name = String::from_utf8_lossy(&request.body);
        let wanted = match facet.way {
            "too-long" | "foreign-letter" | "something-before" | "something-behind"
            | "look-alike" | "incomplete" | "empty" | "missing" | "null" => "InvalidParameter",
            "boolean" | "number" | "fraction" | "exponent" | "list" | "object" => "Serialization",
            "unknown" => "ResourceNotFound",
            _ => continue,
        };
        checked += 1;
        let is_wanted = classes.iter().any(|class| match &class.answer {
            Answer::Refusal { types, .. } => types.iter().any(|name| name.starts_with(wanted)),
            _ => false,
        });
        assert!(is_wanted, "{facet}: {name} may be answered {classes:?}");
        let is_success = classes
            .iter()
            .any(|class| matches!(class.answer, Answer::Stopped { .. }));
        assert!(!is_success, "{facet}: {name}");
    }
    assert!(checked > COUNT / 6, "{checked} were looked at");
}

#[test]
fn mutated_seeds_stay_near_and_differ() {
    let generator = generator();
    let mut parts: BTreeMap<Part, u64> = BTreeMap::new();
    let mut unchanged = 0;
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..COUNT {
        let Generated { case, facets, .. } = made(&generator, Kind::Seeded, seed);
        unchanged += u64::from(facets.is_empty());
        for facet in facets {
            *parts.entry(facet.part).or_default() += 1;
        }
        seen.insert(match case.compose(&ids()) {
            Message::Plain { request, .. } => format!("{:?} {request:?}", case.given),
            Message::Raw { raw, body } => format!("{:?} {body:?}", raw.head),
        });
    }
    assert!(
        unchanged > COUNT / 20 && unchanged < COUNT / 4,
        "{unchanged}"
    );
    assert!(
        seen.len() as u64 > COUNT / 2,
        "{} are different",
        seen.len()
    );
    for part in [
        Part::Given,
        Part::Body,
        Part::JobId,
        Part::Header,
        Part::Framing,
    ] {
        let count = parts.get(&part).copied().unwrap_or_default();
        assert!(count > COUNT / 100, "{}: {parts:?}", part.name());
    }
}

#[test]
fn raw_requests_are_framed_in_every_way() {
    let generator = generator();
    let mut ways: BTreeMap<&str, u64> = BTreeMap::new();
    let mut usual = 0;
    for seed in 0..COUNT {
        let Generated { case, facets, .. } = made(&generator, Kind::Raw, seed);
        assert!(case.is_raw());
        usual += u64::from(facets.is_empty());
        for facet in facets {
            *ways.entry(facet.way).or_default() += 1;
        }
    }
    assert!(usual > COUNT / 10, "{usual} are framed as usual");
    assert_eq!(ways.len(), 13, "{ways:?}");
    assert!(ways.values().all(|count| *count > COUNT / 100), "{ways:?}");
}

#[test]
fn the_same_bytes_make_the_same_request() {
    let (one, other) = (generator(), generator());
    for kind in Kind::ALL {
        for seed in 0..200 {
            let texts =
                [&one, &other].map(|generator| format!("{:?}", made(generator, kind, seed)));
            assert_eq!(texts[0], texts[1], "{kind} {seed}");
        }
    }
}

#[test]
fn what_is_left_out_is_not_changed() {
    let settings = Settings {
        parts: Parts::NONE
            .with(Part::Body)
            .with(Part::Path)
            .without(Part::Path),
        valid_in_16: 0,
        ..Settings::default()
    };
    let generator = Generator::new(settings, []);
    for seed in 0..1_000 {
        let case = made(&generator, Kind::Directed, seed).case;
        assert!(matches!(case.changes[..], [Change::Body(_)]), "{case:?}");
    }
}

#[test]
fn the_dictionary_on_disk_is_current() {
    let file = root().join("fuzz/dict");
    let written = fs::read_to_string(&file).unwrap_or_default();
    if written != dictionary() {
        fs::write(&file, dictionary()).expect("fuzz/dict can be written");
        panic!("fuzz/dict was not current and has been written anew: commit it");
    }
}
