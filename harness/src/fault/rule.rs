//! What may be behind a rule of a job's life that was broken, in a sequence or a race.

use std::collections::BTreeSet;

use crate::fault::answer::error_form;
use crate::fault::cause::{Cause, FOUND, Harm, Named};
use crate::fault::request::of_both;
use crate::fault::said::{found_or, of_member, restarted};
use crate::fault::symptom::Gist;
use crate::oracle::{Actual, Violation};

/// What may be behind a rule of this id that was broken.
pub(crate) fn causes_of_rule(rule: &str, violation: &Violation) -> BTreeSet<Cause> {
    if let Some(name) = violation.facet.member()
        // What a job's status may be is what the rules are about.
        && name != "Status"
    {
        let mut causes = of_member(name, violation);
        causes.extend(of_shown(rule));
        return causes;
    }
    let gist = Gist::of_error(&violation.actual);
    let form = gist
        .as_ref()
        .and_then(|gist| error_form(gist, std::slice::from_ref(violation)));
    if let Some(form) = form {
        return BTreeSet::from([form]);
    }
    let (found, is_granted) = match gist.map(|gist| gist.error_type) {
        Some(Some(name)) => (found_or(&name), false),
        // An answer to be taken for a success that shows nothing of the kind.
        Some(None) => {
            return BTreeSet::from([Cause::Jobless, Cause::Member("Status".to_owned())]);
        }
        None => (FOUND.to_owned(), violation.actual == Actual::Success),
    };
    let mut causes = of_deed(rule, &violation.actual, &found);
    if is_granted {
        causes.push(Cause::ErrorAsSuccess);
    }
    causes.push(Cause::rule(rule));
    causes.into_iter().collect()
}

/// The harm that a broken rule does to users: of what may be behind it, the worst.
pub(crate) fn harm_of_rule(causes: &BTreeSet<Cause>, violations: &[Violation]) -> Harm {
    let harms = causes.iter().map(|cause| cause.harm(violations));
    harms.min().unwrap_or(Harm::State)
}

/// Why another member may be wrong than the one that is.
fn of_shown(rule: &str) -> Option<Cause> {
    match rule {
        // Who starts a job again dates it again.
        "start-date-stays" => Some(Cause::Restarted),
        "completion-means-end" => Some(Cause::Member("Status".to_owned())),
        _ => None,
    }
}

/// What was done to a job, or was not.
fn of_deed(rule: &str, actual: &Actual, found: &str) -> Vec<Cause> {
    match rule {
        "pool-gone" => vec![Cause::LookUp(Named::Pool, found.to_owned())],
        "own-pool-alone" => of_both(found),
        // Whether it is stopped no more or was never so, its status alone does not tell.
        "read-after-stop" | "running-job-stops" | "stopped-is-final" => {
            let causes = [Cause::NotStopped].into_iter();
            causes.chain(restarted(actual)).collect()
        }
        "no-restart" | "no-restart-while-stopping" => vec![Cause::Restarted],
        "stopped-by-stop-alone" => {
            vec![Cause::OtherStopped, Cause::CarriedOut, Cause::Restarted]
        }
        "ended-is-final" => vec![Cause::CarriedOut],
        "job-stays" | "list-is-whole" => vec![Cause::Gone],
        _ => Vec::new(),
    }
}
