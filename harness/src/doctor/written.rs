//! A target profile as a person would write it, with what was found in its comments.

use std::fmt::Write as _;

use crate::doctor::diagnosis::{Diagnosis, Outcome, Reached};
use crate::target::{CredentialSource, Profile};
use crate::visible::on_a_line;

/// What stands on top of a file of targets.
pub(crate) const HEADING: &str = "\
# The targets of fullstop. `fullstop run --target NAME` judges one of them;
# a single one needs no name.
# Every key but `provision` has a variable that overrides it:
# FULLSTOP_REGION for `region`, and so on.
";

/// A rate that AWS bears for one pool. Developer guide, quotas: 5 requests a second.
const RATE_OF_POOL: u32 = 5;

/// The table of a target, written from a diagnosis.
pub fn written(
    name: &str,
    profile: &Profile,
    source: &CredentialSource,
    found: &Diagnosis,
) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "[target.{name}]");
    note(
        &mut text,
        &format!(
            "Looked at by fullstop {}: {}.",
            found.version,
            first_line(found)
        ),
    );
    key(&mut text, "endpoint", &quoted(&profile.url()));
    note(&mut text, "The region in the scope of signatures.");
    key(&mut text, "region", &quoted(&profile.region));
    credentials(&mut text, source, found);
    reach(&mut text, found);
    note(
        &mut text,
        "How many started jobs it bears at once. AWS: 1. Without the key, as many as there are cases under way.",
    );
    match found.active_jobs {
        Some(limit) => key(&mut text, "active_jobs", &limit.to_string()),
        None => note(&mut text, "active_jobs = 1"),
    }
    note(&mut text, "How many requests a second are sent at most.");
    let rate = profile.requests_per_second.map(|rate| rate.to_string());
    let rate = rate.or_else(|| found.throttled.then(|| RATE_OF_POOL.to_string()));
    match rate {
        Some(rate) => key(&mut text, "requests_per_second", &rate),
        None => note(&mut text, &format!("requests_per_second = {RATE_OF_POOL}")),
    }
    note(
        &mut text,
        "How long a whole answer may take, in milliseconds.",
    );
    key(
        &mut text,
        "timeout_ms",
        &profile.timeout.as_millis().to_string(),
    );
    transport(&mut text, profile);
    note(
        &mut text,
        "How preconditions are made true: by the service's own operations; by a program of yours,\n\
         { driver = \"command\", command = [\"python3\", \"driver.py\"] }; or by jobs that exist already,\n\
         { driver = \"fixed\", jobs = { Stopped = { UserPoolId = \"…\", JobId = \"…\" } } }.",
    );
    if found.states_untried.is_some() {
        note(
            &mut text,
            "`yes = true` lets it create user pools off this machine, as --yes does.",
        );
    }
    key(&mut text, "provision", "{ driver = \"api\" }");
    text
}

fn first_line(found: &Diagnosis) -> String {
    match &found.obstacle {
        None => "StopUserImportJob can be judged here".to_owned(),
        Some(why) => format!("StopUserImportJob cannot be judged here, since {why}"),
    }
}

fn credentials(text: &mut String, source: &CredentialSource, found: &Diagnosis) {
    note(
        text,
        "\"example\": the key of AWS's documentation, which opens nothing and emulators accept.\n\
         \"environment\": AWS_ACCESS_KEY_ID and so on, then the shared credentials file. \"none\": unsigned requests.",
    );
    for outcome in [Outcome::Accepted, Outcome::Refused] {
        let of_kind = found.signing.iter().filter(|line| line.outcome == outcome);
        let names: Vec<_> = of_kind.map(|line| line.signature.as_str()).collect();
        if !names.is_empty() {
            let word = if outcome == Outcome::Accepted {
                "accepted"
            } else {
                "refused"
            };
            note(text, &format!("Signatures {word}: {}.", names.join("; ")));
        }
    }
    let name = match source {
        CredentialSource::Example => "example",
        CredentialSource::None => "none",
        // A key is never written down.
        CredentialSource::Environment | CredentialSource::Static(_) => "environment",
    };
    key(text, "credentials", &quoted(name));
}

fn reach(text: &mut String, found: &Diagnosis) {
    note(
        text,
        "The states and faults that must be reachable: where one is not, the gate fails instead of passing over its cases.",
    );
    match &found.states_untried {
        Some(why) => note(text, &format!("None was tried: {}.", on_a_line(why))),
        None => note(text, "These were made true, twice each. Out of reach:"),
    }
    let mut faults: Vec<&Reached> = Vec::new();
    for state in &found.states {
        if let (false, Some(why)) = (state.reached, &state.why) {
            note(text, &format!("  {}: {}", state.name, on_a_line(why)));
        }
    }
    faults.extend(found.faults.iter().filter(|fault| !fault.reached));
    if let Some(why) = faults.first().and_then(|fault| fault.why.as_ref()) {
        let names: Vec<_> = faults.iter().map(|fault| fault.name.as_str()).collect();
        let names = match names.len() == found.faults.len() {
            true => "every fault".to_owned(),
            false => names.join(", "),
        };
        note(text, &format!("  {names}: {}", on_a_line(why)));
    }
    let names: Vec<_> = found.reach().into_iter().map(quoted).collect();
    key(text, "reach", &format!("[{}]", names.join(", ")));
}

fn transport(text: &mut String, profile: &Profile) {
    note(text, "Headers that every request gets.");
    if profile.headers.is_empty() {
        note(text, "headers = { X-Api-Key = \"…\" }");
    } else {
        // Like a key: a value may be what opens the endpoint, and this file is one that is checked in.
        let names = profile.headers.keys();
        let pairs: Vec<_> = names
            .map(|name| format!("{} = \"…\"", quoted(name)))
            .collect();
        note(
            text,
            &format!(
                "Those that it was looked at with are not written down: fill them in, or say them in FULLSTOP_HEADERS.\n\
                 headers = {{ {} }}",
                pairs.join(", ")
            ),
        );
    }
    note(
        text,
        "A PEM file of certificate authorities that are trusted besides the system's, for https.",
    );
    match &profile.authorities {
        Some(authorities) => {
            let file = std::path::absolute(&authorities.file);
            let file = file.unwrap_or_else(|_| authorities.file.clone());
            key(text, "ca", &quoted(&file.to_string_lossy()));
        }
        None => note(text, "ca = \"authority.pem\""),
    }
    note(
        text,
        "An HTTP proxy; those of the environment are not used.",
    );
    match &profile.proxy {
        Some(proxy) => key(text, "proxy", &quoted(&proxy.to_string())),
        None => note(text, "proxy = \"http://127.0.0.1:3128\""),
    }
}

fn key(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "{name} = {value}");
}

fn note(text: &mut String, lines: &str) {
    for line in lines.lines() {
        let _ = writeln!(text, "# {line}");
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
