//! Which pools are ours, by their names.

use std::time::SystemTime;

use fullstop::provision::{Leftover, run_id};

#[test]
fn a_name_is_ours_if_it_is_exactly_of_our_form() {
    let id = run_id(SystemTime::now());
    let ours = format!("fullstop-{id}-12");
    assert_eq!(Leftover::run_of(&ours, "fullstop"), Some(id.as_str()));
    let other = format!("team-a-{id}-0");
    assert_eq!(Leftover::run_of(&other, "team-a"), Some(id.as_str()));
    for foreign in [
        "fullstop".to_owned(),
        "fullstop-users".to_owned(),
        "fullstop-users-1".to_owned(),
        "fullstop-2024-01-01".to_owned(),
        format!("fullstop-{id}"),
        format!("fullstop-{id}-"),
        format!("fullstop-{id}-x"),
        format!("fullstop-{id}-1 "),
        format!("my-fullstop-{id}-1"),
        other,
        ours.to_uppercase(),
    ] {
        assert_eq!(Leftover::run_of(&foreign, "fullstop"), None, "{foreign}");
    }
}
