//! Texts from patterns, and mutations of texts.

use arbitrary::Unstructured;
use fullstop::contract::{JOB_ID, USER_POOL_ID};
use fullstop::generator::{Pattern, bytes, mutate, mutate_text, tokens};
use regex::bytes::Regex;

fn whole(pattern: &str) -> Regex {
    Regex::new(&format!(r"\A(?-u:{pattern})\z")).expect("a pattern")
}

#[test]
fn texts_match_and_have_the_length_that_was_asked_for() {
    for constraint in [JOB_ID, USER_POOL_ID] {
        let pattern = Pattern::new(constraint.pattern);
        let whole = whole(constraint.pattern);
        for seed in 0..2_000 {
            let length = pattern.length_min() + (seed % 60) as usize;
            let text = pattern.text(length, seed);
            assert!(whole.is_match(text.as_bytes()), "{text}");
            assert_eq!(text.len(), length, "{text}");
        }
    }
}

#[test]
fn groups_and_choices_are_walked_too() {
    let pattern = Pattern::new("(?:ab|cd){2,3}[x-z]?!");
    let whole = whole("(?:ab|cd){2,3}[x-z]?!");
    for seed in 0..200 {
        let text = pattern.text((seed % 12) as usize, seed);
        assert!(whole.is_match(text.as_bytes()), "{text}");
    }
    assert!(pattern.is_foreign('e') && pattern.is_foreign('é') && !pattern.is_foreign('y'));
}

#[test]
fn a_text_is_its_tokens_in_order() {
    let text = r#"{"JobId":"a\"b", "é":[-1.5e3,null]}"#;
    let found: Vec<_> = tokens(text).into_iter().map(|at| &text[at]).collect();
    assert_eq!(found.concat(), text);
    assert!(
        found.contains(&r#""a\"b""#) && found.contains(&"-1.5e3"),
        "{found:?}"
    );
}

#[test]
fn any_text_can_be_mutated() {
    for seed in 0..5_000 {
        let bytes = bytes(seed, 32);
        let mut input = Unstructured::new(&bytes);
        for text in ["", "é", "{\"a\":\"", "POST / HTTP/1.1"] {
            mutate(text, &mut input).expect("bytes enough");
            mutate_text(text, &mut input).expect("bytes enough");
        }
    }
}
