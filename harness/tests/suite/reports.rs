//! Reports: whatever an endpoint answers, they are whole, harmless and of bounded size.

mod answer;
mod layout;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use fullstop::case::Level;
use fullstop::fault::{Example, Fault, Harm};
use fullstop::oracle::Facet;
use fullstop::report::{
    Labelled, Mismatch, Results, Stored, Style, html, junit, markdown, terminal,
};
use fullstop::runner::{Exchange, Gate, Known, KnownState, Repeats, Summary, Verdict};
use fullstop::snapshot::State;
use serde_json::Value;

use crate::command::{Scratch, fullstop};

/// What a hostile endpoint would like to have in a report.
const HOSTILE: &str = "</script></pre><script>alert(1)</script><img src=x onerror=alert(1)>\"'`${x}``` {{ 1 + 1 }} \u{202e}\u{200b}\u{1b}[31m\0]]>&amp;";

#[test]
fn a_page_needs_no_network() {
    let page = page(&[results(), hostile()]);
    for (attribute, value) in attributes(&page) {
        let fetches = [
            "src",
            "srcset",
            "action",
            "data",
            "poster",
            "formaction",
            "style",
        ];
        assert!(!fetches.contains(&attribute), "{attribute}=\"{value}\"");
        assert!(
            attribute != "href" || value.starts_with('#'),
            "href=\"{value}\""
        );
        assert!(!attribute.starts_with("on"), "{attribute}=\"{value}\"");
    }
    for element in [
        "<link",
        "<iframe",
        "<object",
        "<embed",
        "<base",
        "<img",
        "<form action",
    ] {
        assert!(!page.contains(element), "{element}");
    }
    let style = between(&page, "<style>", "</style>");
    assert!(!style.contains("url(") && !style.contains("@import"));
    assert!(page.contains("default-src &#x27;none&#x27;; style-src &#x27;sha256-"));
}

#[test]
fn what_a_hostile_endpoint_says_steers_no_terminal() {
    for verbose in [false, true] {
        let mut text = Vec::new();
        let style = Style {
            verbose,
            ..Style::default()
        };
        terminal(&hostile(), style, &mut text).expect("it is written");
        let text = String::from_utf8(text).expect("text");
        let text = anstream::adapter::strip_str(&text).to_string();
        let steers = |letter: &char| {
            (letter.is_control() && *letter != '\n') || "\u{202e}\u{200b}".contains(*letter)
        };
        assert_eq!(text.chars().find(steers), None, "{text}");
        assert!(text.contains("MUST: 1 fault"), "{text}");
        assert!(text.lines().all(|line| !line.starts_with("::")), "{text}");
    }
}

#[test]
fn what_a_hostile_endpoint_says_is_only_text_on_a_page() {
    let page = page(&[hostile()]);
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(page.contains("⟨U+202E⟩⟨U+200B⟩␛[31m␀"));
    assert!(page.contains("{{ 1 + 1 }}"));
    let hidden = |letter: &char| {
        (letter.is_control() && *letter != '\n')
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
    };
    // The sources of our own page use neither.
    assert_eq!(page.chars().find(hidden), None);
}

#[test]
fn every_case_is_on_the_page_and_in_its_index() {
    let results = results();
    let page = page(&[results.clone(), hostile()]);
    let index = between(&page, "id=\"index\">", "</script>");
    let index: Value = serde_json::from_str(index).expect("the index is JSON");
    assert_eq!(index["targets"], serde_json::json!(["one", "two"]));
    let listed = index["cases"].as_array().expect("a list");
    let listed: BTreeSet<_> = listed
        .iter()
        .filter_map(|case| case["id"].as_str())
        .collect();
    for case in &results.cases {
        assert!(listed.contains(case.id.as_str()), "{}", case.id);
        let id = case.id.replace('/', "&#x2f;");
        assert!(page.contains(&format!("data-case=\"{id}\"")), "{id}");
        let replay = case.replay.as_deref().unwrap_or_default();
        assert!(page.contains(&replay.replace('/', "&#x2f;").replace('\'', "&#x27;")));
    }
    for requirement in &results.requirements {
        let id = requirement.id.replace('/', "&#x2f;");
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
    }
}

#[test]
fn a_difference_stands_in_the_answer() {
    let page = page(&[hostile()]);
    let (_, behind) = page
        .split_once("<mark>404</mark>")
        .expect("the status line is marked");
    let (wanted, _) = behind.split_once("</li>").expect("its line ends");
    assert!(wanted.contains("<ins>400</ins>"), "{wanted}");
}

#[test]
fn a_page_and_a_summary_stay_within_their_size() {
    let mut large = hostile();
    let mut cases = large.cases.iter();
    let divergent = cases.find(|case| case.verdict == Verdict::Divergent);
    let case = divergent.expect("one of each").clone();
    for number in 0..600 {
        let mut case = case.clone();
        case.id = format!("job-id/large/{number:04}");
        let line = format!("{}\n", "x".repeat(1_000));
        case.exchange = Some(Exchange {
            sent: format!("POST /\n\n{}", line.repeat(15)),
            came: format!("404\n\n{}", line.repeat(15)),
            normalised: String::new(),
        });
        large.cases.push(case);
    }
    let page = page(&[large.clone()]);
    assert!(page.len() < 20 << 20, "{} bytes", page.len());
    assert!(page.contains("job-id&#x2f;large&#x2f;0599"));
    assert!(page.contains("are left out, so that the page stays small enough"));
    let summary = markdown(&labelled(&[large]));
    assert!(summary.len() < 1 << 20, "{} bytes", summary.len());
    assert!(summary.contains("findings are left out"));
}

#[test]
fn a_fence_in_a_summary_cannot_be_closed_by_an_answer() {
    let summary = markdown(&labelled(&[hostile()]));
    let mut fence: Option<&str> = None;
    for line in summary.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                for part in ["<script", "<img", "\u{202e}", "\0"] {
                    assert!(!line.contains(part), "{line}");
                }
            }
        }
    }
    assert_eq!(fence, None, "every fence is closed");
    assert_eq!(
        summary.matches("<details>").count(),
        summary.matches("</details>").count()
    );
}

#[test]
fn what_turns_the_gate_red_fails_in_junit_and_nothing_else_does() {
    for strict in [false, true] {
        let mut results = hostile();
        results.gate = Gate {
            strict,
            check_snapshots: true,
            ..Gate::default()
        };
        let xml = junit(&labelled(&[results.clone()]));
        let report = quick_junit::Report::deserialize_from_str(&xml).expect("it is JUnit");
        assert_eq!(report.tests, results.cases.len());
        assert_eq!(report.errors, 1, "the fault of the harness");
        // Divergent at must, vacuous and changed; divergent at should and tolerated only where the gate is strict.
        assert_eq!(report.failures, if strict { 5 } else { 3 });
        assert!(!xml.contains("<testsuites name=\"fullstop\" tests=\"0\""));
        let head = between(&xml, "<testsuites", ">");
        assert!(!head.contains("skipped"), "{head}");
        for skipped in xml.split("<skipped").skip(1) {
            let head = skipped.split('>').next().unwrap_or_default();
            assert!(
                head.contains("message=\"") && head.contains("type=\""),
                "{head}"
            );
        }
        for property in ["target", "seed", "divergence", "coverage"] {
            assert!(
                xml.contains(&format!("<property name=\"{property}\"")),
                "{property}"
            );
        }
        let forbidden = |letter: &char| letter.is_control() && !matches!(letter, '\n' | '\t');
        assert_eq!(xml.chars().find(forbidden), None);
    }
}

#[test]
fn known_failures_and_rates_are_told_in_every_report_and_only_the_known_are_forgiven() {
    let known = |state, reason: &str| {
        Some(Known {
            state,
            entry: "rule/job-id/length-max".to_owned(),
            reason: reason.to_owned(),
            owner: Some("team-import".to_owned()),
            expires: None,
        })
    };
    let mut results = results();
    let mut divergent = results
        .cases
        .iter_mut()
        .filter(|case| case.level == Level::Must && case.id.starts_with("job-id/"));
    let mut next = |repeats: Repeats| {
        let case = divergent.next().expect("the suite has as many");
        case.verdict = Verdict::Divergent;
        case.mismatches = vec![mismatch(Facet::Status, "200")];
        case.repeats = Some(repeats);
        case
    };
    let forgiven = next(Repeats::of(5, 5));
    forgiven.known = known(KnownState::Known, "ticket 41");
    let forgiven = forgiven.id.clone();
    let changed = next(Repeats::of(5, 5));
    changed.known = known(KnownState::Changed, "ticket 42");
    let changed = changed.id.clone();
    let flaky = next(Repeats::of(20, 7)).id.clone();

    let all = labelled(std::slice::from_ref(&results));
    let (page, xml, summary) = (
        page(std::slice::from_ref(&results)),
        junit(&all),
        markdown(&all),
    );
    let rate = "flaky: 7 of 20 repeats diverged (rate 35 %, 95 % interval 18 to 57 %)";
    for text in [&page, &xml, &summary] {
        assert!(text.contains(rate), "{text}");
        assert!(text.contains(
            "another wrong response than the known one (rule/job-id/length-max, ticket 42"
        ));
    }
    for text in [&page, &xml] {
        assert!(
            text.contains("known: still fails (rule/job-id/length-max, ticket 41, team-import)")
        );
    }
    let element = |id: &str| {
        let (requirement, name) = id.rsplit_once('/').expect("an id is a path");
        let class = format!("one.{}", requirement.replace('/', "."));
        let named = format!("name=\"{name}\" classname=\"{class}\"");
        between(&xml, &named, "</testcase>")
    };
    assert!(
        element(&forgiven).contains("type=\"ledger-known\""),
        "{}",
        element(&forgiven)
    );
    for red in [&changed, &flaky] {
        assert!(element(red).contains("<failure"), "{}", element(red));
    }
}

#[test]
fn a_file_that_holds_no_results_is_refused_with_its_place() {
    let sound = serde_json::to_string_pretty(&results()).expect("JSON");
    let check = |text: &str, wanted: &str| {
        let error = Stored::parse("r.json", text.as_bytes()).expect_err(wanted);
        let error = error.to_string();
        assert!(error.contains(wanted), "{error}");
    };
    check("", "r.json:1:0: EOF while parsing a value");
    check("[1]", "r.json:1:");
    check("{}", "r.json: tool: it is JSON, but no results of fullstop");
    check(&sound[..sound.len() / 2], "EOF while parsing");
    check(&format!("{sound}x"), "trailing characters");
    check(
        &sound.replacen("\"format\": 2", "\"format\": 7", 1),
        "r.json: format: fullstop 0.1.0 wrote it in format 7",
    );
    check(
        &sound.replacen("\"format\": 2,", "", 1),
        "before formats had a number",
    );
    check(
        &sound.replacen("\"verdict\": \"pass\"", "\"verdict\": \"passed\"", 1),
        "cases[",
    );
    check(
        &sound.replacen("\"verdict\": \"pass\"", "\"verdict\": \"passed\"", 1),
        "unknown variant `passed`, expected one of `pass`",
    );
    check(
        &sound.replacen("\"pass\": ", "\"pass\": 1", 1),
        "summary: the sums are not those of the cases",
    );
    assert!(Stored::parse("r.json", sound.as_bytes()).is_ok());
    // A ratio that is read back may differ in its last digit.
    for ratio in ["divergence", "coverage", "must_coverage"] {
        let (one, zero) = (format!("\"{ratio}\": 1.0"), format!("\"{ratio}\": 0.0"));
        let other = format!("\"{ratio}\": 0.9999999999999999");
        let text = sound.replacen(&one, &other, 1).replacen(&zero, &other, 1);
        assert_ne!(text, sound, "{ratio}");
        assert!(Stored::parse("r.json", text.as_bytes()).is_ok(), "{ratio}");
    }
}

#[test]
fn reports_are_made_by_a_run_and_later_alike() {
    let scratch = Scratch::new();
    let files = |kind: &str| {
        ["json", "html", "xml", "md"].map(|ending| scratch.path(&format!("{kind}.{ending}")))
    };
    let [json, page, xml, summary] = files("run");
    let output = fullstop(&[
        "run",
        "--filter",
        "job-id",
        "--json",
        &json,
        "--html",
        &page,
        "--junit",
        &xml,
        "--markdown",
        &summary,
    ]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let [_, later_page, later_xml, later_summary] = files("later");
    let output = fullstop(&[
        "report",
        &json,
        "--html",
        &later_page,
        "--junit",
        &later_xml,
        "--markdown",
        &later_summary,
    ]);
    assert_eq!(
        (output.code, output.stdout.as_str()),
        (0, ""),
        "{}",
        output.stderr
    );
    let read = |file: &str| std::fs::read_to_string(file).expect("it was written");
    assert_eq!(read(&page), read(&later_page));
    assert_eq!(read(&xml), read(&later_xml));
    assert_eq!(read(&summary), read(&later_summary));
    let both = fullstop(&["report", &format!("old={json}"), &json]);
    assert_eq!(both.code, 0, "{}", both.stderr);
    assert!(both.stdout.contains("=== old") && both.stdout.contains("=== reference"));
    let missing = fullstop(&["report", "nowhere.json"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("read results from nowhere.json"));
    let nowhere = fullstop(&["run", "--html", "no/such/folder/page.html"]);
    assert_eq!(nowhere.code, 2);
    assert!(
        nowhere
            .stderr
            .contains("write no/such/folder/page.html: No such file")
    );
    let twice = fullstop(&["run", "--html", "-", "--json", "-"]);
    assert_eq!(twice.code, 2, "{}", twice.stderr);
}

fn page(all: &[Results]) -> String {
    html(&labelled(all), &[], &[]).expect("the template is sound")
}

fn labelled(all: &[Results]) -> Vec<Labelled> {
    let names = ["one", "two"].map(|name| Some(name.to_owned()));
    Labelled::all(names.into_iter().zip(all.iter().cloned()))
}

/// Real results of a share of the suite.
fn results() -> Results {
    static RESULTS: OnceLock<Results> = OnceLock::new();
    let run = || {
        let output = fullstop(&[
            "run",
            "--json",
            "-",
            "--filter",
            "job-id",
            "--filter",
            "invariant",
        ]);
        let stored = Stored::parse("-", output.stdout.as_bytes());
        stored.expect("a run writes results").results
    };
    RESULTS.get_or_init(run).clone()
}

/// The same with one of each verdict, everything in them as a hostile endpoint would have it.
fn hostile() -> Results {
    let mut results = results();
    let mut verdicts = Verdict::ALL.into_iter().cycle();
    results.target.endpoint = HOSTILE.to_owned();
    for case in results
        .cases
        .iter_mut()
        .filter(|case| case.exchange.is_some())
        .take(Verdict::ALL.len())
    {
        case.verdict = verdicts.next().expect("it never ends");
        case.level = Level::Must;
        case.reason = Some(HOSTILE.to_owned());
        case.flag = Some(HOSTILE.to_owned());
        case.replay = Some(format!("echo '{HOSTILE}'"));
        case.mismatches = vec![
            mismatch(Facet::Status, HOSTILE),
            Mismatch {
                wanted: HOSTILE.to_owned(),
                ..mismatch(Facet::Body(format!("/{HOSTILE}")), HOSTILE)
            },
            Mismatch {
                case: Some(HOSTILE.to_owned()),
                ..mismatch(Facet::state(HOSTILE), HOSTILE)
            },
        ];
        let head = HOSTILE.replace('\0', "");
        case.exchange = Some(Exchange {
            sent: format!("POST /{head}\nhost: {head}\n\n{HOSTILE}"),
            came: format!("404\nserver: {head}\n\n{{\"{HOSTILE}\":1,{HOSTILE}"),
            normalised: String::new(),
        });
    }
    // What a fault quotes, the endpoint has said.
    let failed = results
        .cases
        .iter()
        .find(|case| case.verdict == Verdict::Divergent);
    results.faults = vec![Fault {
        key: HOSTILE.to_owned(),
        title: HOSTILE.to_owned(),
        level: Level::Must,
        harm: Harm::Error,
        cases: failed.into_iter().map(|case| case.id.clone()).collect(),
        shadowed: Vec::new(),
        example: Example {
            case: "state/missing-pool/absent-pool".to_owned(),
            request: HOSTILE.to_owned(),
            at: Facet::Body(format!("/{HOSTILE}")),
            expected: HOSTILE.to_owned(),
            actual: HOSTILE.to_owned(),
        },
    }];
    // One that only a strict gate fails, and one whose snapshot changed.
    let mut passing = results.cases.iter_mut().filter(|case| {
        case.verdict == Verdict::Pass && case.exchange.is_some() && case.reason.is_none()
    });
    let advisory = passing.next().expect("there are many");
    (advisory.verdict, advisory.level) = (Verdict::Divergent, Level::Should);
    let changed = passing.next().expect("there are many");
    changed.snapshot = Some(State::Changed);
    results.summary = Summary::default();
    results
}

/// The text between two others.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect("it starts");
    rest.split_once(end).expect("it ends").0
}

/// Every attribute of every element, as a browser reads them: a value that is escaped cannot end one.
fn attributes(page: &str) -> Vec<(&str, &str)> {
    let pattern = regex::Regex::new(r#" ([a-z-]+)="([^"]*)""#).expect("a pattern");
    let body = page.split("<script").next().unwrap_or_default();
    let body = body.split("</style>").nth(1).unwrap_or_default();
    pattern
        .captures_iter(body)
        .map(|found| {
            let part = |index| found.get(index).map_or("", |part| part.as_str());
            (part(1), part(2))
        })
        .collect()
}

/// 400 was wanted there, and this came.
fn mismatch(at: Facet, got: &str) -> Mismatch {
    Mismatch {
        case: None,
        at,
        wanted: "400".to_owned(),
        got: got.to_owned(),
    }
}
