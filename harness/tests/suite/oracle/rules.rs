//! Each rule has one id, which is explained wherever it is printed.

use std::collections::BTreeSet;

use fullstop::oracle::Rule;
use fullstop::suite::Suite;

use crate::command::fullstop;

#[test]
fn every_rule_has_an_id_of_its_own() {
    let suite = Suite::embedded().expect("our own cases");
    let requirements = suite.requirements().iter().map(|one| one.id.clone());
    let mut ids: BTreeSet<String> = suite.ids().map(str::to_owned).chain(requirements).collect();
    for rule in Rule::all() {
        assert!(ids.insert(rule.id.to_owned()), "{} stands for two", rule.id);
        assert_eq!(Rule::named(rule.id), Some(rule));
        let is_plain = |letter: char| letter.is_ascii_lowercase() || letter == '-';
        assert!(rule.id.chars().all(is_plain), "{}", rule.id);
    }
    assert_eq!(Rule::named("no-such-rule"), None);
}

#[test]
fn every_listed_rule_is_explained() {
    let listed = fullstop(&["list", "--rules"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    let ids: Vec<_> = listed
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(ids.len(), Rule::all().count());
    for id in ids {
        let rule = Rule::named(id).expect("it is listed");
        let explained = fullstop(&["explain", id]);
        assert_eq!(explained.code, 0, "{}", explained.stderr);
        for part in [id, rule.text, rule.cite, &rule.level.to_string()] {
            assert!(
                explained.stdout.contains(part),
                "{part} in {}",
                explained.stdout
            );
        }
    }
    let unknown = fullstop(&["explain", "no-restarts"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("`no-restart`"),
        "{}",
        unknown.stderr
    );
}
