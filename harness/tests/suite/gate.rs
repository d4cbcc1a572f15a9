//! What a gate says on endpoints with the faults of public bug reports: nothing false, nothing missed, nothing green without
//! judgement.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::command::{Output, Scratch, Served, command, fullstop, output};
use crate::endpoints::distorted::{Distorted, Fault, Next, Request, Response};

/// A few cases of every kind, none of which waits for an import to end.
const SOME: &[&str] = &[
    "--filter",
    "state/no-restart",
    "--filter",
    "state/stop-started",
    "--filter",
    "state/missing",
    "--filter",
    "response/",
    "--filter",
    "job-id/length",
    "--filter",
    "errors/constraint",
    "--filter",
    "invariant/",
];

/// What a run came to.
struct Run {
    output: Output,
    results: Value,
}

impl Run {
    fn verdicts(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let cases = self.results["cases"].as_array().expect("a list").iter();
        cases
            .map(|case| (text(&case["id"]), text(&case["verdict"])))
            .collect()
    }

    /// The ids with a verdict that is a fault, each with its level.
    fn faults(&self) -> Vec<String> {
        let cases = self.results["cases"].as_array().expect("a list").iter();
        let is_fault = |case: &&Value| {
            ["divergent", "vacuous", "tolerated"].contains(&case["verdict"].as_str().unwrap())
        };
        cases
            .filter(is_fault)
            .map(|case| {
                let (id, level) = (case["id"].as_str(), case["level"].as_str());
                format!("{} {}", id.unwrap(), level.unwrap())
            })
            .collect()
    }

    fn said(&self) -> String {
        format!("{}{}", self.output.stdout, self.output.stderr)
    }
}

fn run(url: &str, more: &[&str]) -> Run {
    let scratch = Scratch::new();
    let json = scratch.path("results.json");
    let fixed = [
        "run",
        "--endpoint",
        url,
        "--deadline",
        "3s",
        "--json",
        &json,
    ];
    let output = output(command(&[&fixed, more].concat()).current_dir(&scratch.folder));
    let text = std::fs::read_to_string(&json).unwrap_or_else(|_| "null".to_owned());
    Run {
        results: serde_json::from_str(&text).expect("JSON"),
        output,
    }
}

/// A run of a few cases on an endpoint with a fault.
fn distorted(fault: Fault) -> Run {
    let endpoint = Distorted::start(&[], fault);
    run(&endpoint.url, SOME)
}

#[track_caller]
fn assert_clean(name: &str, fault: Fault) {
    let run = distorted(fault);
    let faults = run.faults();
    assert!(faults.is_empty(), "{name}: {faults:?}");
    assert_eq!(run.output.code, 0, "{name}: {}", run.said());
}

/// Faults that a client can live with: no finding, and everything judged.
#[test]
fn what_a_client_can_live_with_is_no_finding() {
    let rows: &[(&str, Fault)] = &[
        ("nothing", |_, response, client| response.send(client)),
        (
            "one text for every refused start",
            |_, response, client| match is_error(&response, "PreconditionNotMetException") {
                true => response
                    .error(
                        400,
                        "PreconditionNotMetException",
                        "A precondition is not met.",
                    )
                    .send(client),
                false => response.send(client),
            },
        ),
        ("an undeclared member with a null", |_, response, client| {
            response
                .edit(|json| {
                    if let Some(job) = json.get_mut("UserImportJob") {
                        job["Tags"] = json!([null]);
                    }
                })
                .send(client)
        }),
        ("HTTP/1.0", |_, mut response, client| {
            response.version = "HTTP/1.0".to_owned();
            response.send(client)?;
            Ok(Next::Close)
        }),
        ("closed behind every response", |_, response, client| {
            response.send(client)?;
            Ok(Next::Close)
        }),
        ("closed behind every 20th", |request, response, client| {
            response.send(client)?;
            Ok(match request.number % 20 {
                19 => Next::Close,
                _ => Next::Keep,
            })
        }),
        ("in four pieces", |_, response, client| {
            let bytes = response.bytes();
            for piece in bytes.chunks(bytes.len().div_ceil(4)) {
                client.write_all(piece)?;
                client.flush()?;
                // What is tested is that a slow sender is none that has stopped.
                thread::park_timeout(Duration::from_millis(10));
            }
            Ok(Next::Keep)
        }),
        (
            "an empty response without a length",
            |request, response, client| match request.is_upload && response.body.is_empty() {
                true => response.without("content-length").send(client),
                false => response.send(client),
            },
        ),
        (
            "StartDate moves when the import begins",
            |_, response, client| {
                response
                    .edit(|json| {
                        let job = json.get_mut("UserImportJob");
                        if let Some(job) = job.filter(|job| job["Status"] == "Pending")
                            && let Some(date) = job["StartDate"].as_f64()
                        {
                            job["StartDate"] = json!(date - 0.001);
                        }
                    })
                    .send(client)
            },
        ),
    ];
    for (name, fault) in rows {
        assert_clean(name, *fault);
    }
}

fn is_error(response: &Response, kind: &str) -> bool {
    let said = response.header("x-amzn-errortype");
    said.is_some_and(|said| said.contains(kind))
}

/// Faults that no client, or not every client, can live with: exactly the finding that is about them, at its level.
#[test]
fn what_breaks_clients_is_found_once_at_its_level() {
    let rows: &[(&str, Fault, i32, &str)] = &[
        (
            "dates in milliseconds",
            |_, response, client| {
                response
                    .dates(|date| json!((date * 1000.0).round()))
                    .send(client)
            },
            1,
            "invariant/dates-in-seconds must",
        ),
        (
            "local time",
            |_, response, client| response.dates(|date| json!(date + 7200.0)).send(client),
            0,
            "invariant/dates-by-clock should",
        ),
        (
            "gzip claimed",
            |_, response, client| response.with("content-encoding", "gzip").send(client),
            1,
            "invariant/content-encoding must",
        ),
        (
            "a message that is a list",
            |_, response, client| {
                response
                    .edit(|json| {
                        if let Some(message) = json.get_mut("message") {
                            *message = json!([message]);
                        }
                    })
                    .send(client)
            },
            0,
            "invariant/message-type should",
        ),
        (
            "a pool id that breaks its pattern",
            |_, response, client| {
                response
                    .edit(|json| {
                        if let Some(id) = json.pointer_mut("/UserImportJob/UserPoolId") {
                            *id = json!(format!("{}-", id.as_str().unwrap()));
                        }
                    })
                    .send(client)
            },
            1,
            "invariant/id-patterns must",
        ),
        (
            "an error now and then",
            |request, response, client| {
                static REFUSED: AtomicUsize = AtomicUsize::new(0);
                let is_refused = request.is_stop() && response.status == 400;
                let is_chosen = |number| number == 2 || number == 20;
                match is_refused && is_chosen(REFUSED.fetch_add(1, Ordering::Relaxed)) {
                    true => response
                        .error(500, "InternalErrorException", "Something went wrong")
                        .send(client),
                    false => response.send(client),
                }
            },
            0,
            "invariant/no-server-errors should",
        ),
        (
            "a server error for one input",
            |request, response, client| {
                let is_long = request.is_stop() && request.text.contains(&"a".repeat(49));
                match is_long {
                    true => response.page(500, "Oops").send(client),
                    false => response.send(client),
                }
            },
            1,
            "invariant/no-server-errors should",
        ),
    ];
    for (name, fault, code, wanted) in rows {
        let run = distorted(*fault);
        assert_eq!(run.output.code, *code, "{name}: {}", run.said());
        let faults = run.faults();
        assert!(faults.contains(&(*wanted).to_owned()), "{name}: {faults:?}");
        let others = faults.iter().filter(|fault| fault.ends_with(" must"));
        let others = others.filter(|fault| fault.as_str() != *wanted);
        if *code == 0 {
            assert_eq!(others.count(), 0, "{name}: {faults:?}");
        }
    }
}

/// What is wrong with every error is told once: the cases about what the error should be have nothing against it.
#[test]
fn what_is_wrong_with_every_error_is_one_finding() {
    for (mutant, rule) in [
        ("not-found-as-404", "invariant/error-status"),
        ("constraint-as-422", "invariant/error-status"),
        ("errors-untyped", "invariant/error-type"),
    ] {
        let served = Served::start(&["--mutant", mutant]);
        let some = [
            "invariant/",
            "state/missing",
            "job-id/characters",
            "response/ids",
        ];
        let some: Vec<_> = some.iter().flat_map(|text| ["--filter", text]).collect();
        let run = run(&served.url, &some);
        assert_eq!(
            run.faults(),
            [format!("{rule} must")],
            "{mutant}: {}",
            run.said()
        );
        assert_eq!(run.output.code, 1, "{mutant}: {}", run.said());
        let cases = run.results["cases"].as_array().expect("a list").iter();
        let shadowed: Vec<_> = cases.filter(|case| case["verdict"] == "shadowed").collect();
        assert!(shadowed.len() > 2, "{mutant}: {}", run.said());
        for case in shadowed {
            assert_eq!(case["reason"], format!("told under {rule}"), "{case}");
            assert_eq!(case["mismatches"], json!([]), "{case}");
        }
        // Where nobody tells of the rule, the cases do.
        let alone = self::run(&served.url, &some[2..]);
        assert_eq!(alone.output.code, 1, "{mutant}: {}", alone.said());
        assert_eq!(alone.results["summary"]["shadowed"], 0, "{mutant}");
    }
}

/// Which of success and refusal an answer is belongs to the case, whatever else is wrong with it.
#[test]
fn a_success_in_place_of_a_refusal_is_the_cases_own() {
    let run =
        distorted(
            |request, response, client| match request.is_stop() && response.status == 400 {
                true => response.page(200, "{}").send(client),
                false => response.send(client),
            },
        );
    let faults = run.faults();
    let missing = "state/missing-pool/absent-pool must".to_owned();
    assert!(faults.contains(&missing), "{faults:?}");
}

/// A start that is granted was not refused for other active jobs, however many there are.
#[test]
fn a_restart_is_found_beside_other_active_jobs() {
    let served = Served::start(&["--mutant", "restart-accepted", "--in-progress-ms", "60000"]);
    let run = run(
        &served.url,
        &["--filter", "state/no-restart", "--filter", "response/"],
    );
    let verdicts = run.verdicts();
    let verdict = verdicts.get("state/no-restart/start-after-stop");
    assert_eq!(
        verdict.map(String::as_str),
        Some("divergent"),
        "{}",
        run.said()
    );
}

/// A limit of active jobs is learned, and changes no verdict.
#[test]
fn one_active_job_costs_time_and_no_verdict() {
    let only = ["--filter", "response/", "--filter", "job-id/length"];
    let (free, limited) = (Served::start(&[]), Served::start(&["--active-jobs", "1"]));
    let scratch = Scratch::new();
    let profile = scratch.file(
        "fullstop.toml",
        &format!(
            "[target.it]\nendpoint = \"{}\"\ncredentials = \"example\"\nactive_jobs = 1\n",
            limited.url
        ),
    );
    let wanted = run(&free.url, &only);
    let learned = run(&limited.url, &only);
    assert_eq!(learned.output.code, 0, "{}", learned.said());
    assert_eq!(learned.verdicts(), wanted.verdicts());
    let said = learned.said();
    assert!(said.contains("1 active import job at a time"), "{said}");
    let told = fullstop(
        &[
            &["run", "--config", &profile, "--deadline", "3s"][..],
            &only,
        ]
        .concat(),
    );
    assert_eq!(told.code, 0, "{}", told.stderr);

    let findings = scratch.path("findings");
    let others: &[&[&str]] = &[
        &["fuzz", "--execs", "60", "--findings", &findings],
        &["lifecycle", "--no-walk", "--sequences", "3"],
    ];
    for arguments in others {
        let limits = ["--endpoint", &limited.url, "--deadline", "3s"];
        let output = fullstop(&[arguments, &limits[..]].concat());
        assert_eq!(
            output.code, 0,
            "{arguments:?}: {}{}",
            output.stdout, output.stderr
        );
    }
}

/// Too little was judged: exit 3, and the first line says why and what helps.
#[test]
fn a_run_that_judged_too_little_says_what_was_in_its_way() {
    let throttled = Served::start(&["--rate-limit", "3"]);
    let rows: &[(&str, Fault, &[&str])] = &[
        (
            "everything is denied",
            |_, response, client| {
                response
                    .error(400, "AccessDeniedException", "User is not authorized")
                    .send(client)
            },
            &["AccessDeniedException"],
        ),
        (
            "a redirect",
            |_, mut response, client| {
                response.status = 301;
                response
                    .with("location", "/cognito/")
                    .saying("")
                    .send(client)
            },
            &["301", "/cognito/"],
        ),
        (
            "a gateway",
            |_, response, client| response.page(502, "Bad Gateway").send(client),
            &["the gateway answers 502"],
        ),
        (
            "no server for the operation",
            |_, response, client| response.page(501, "Unsupported method").send(client),
            &["501"],
        ),
        (
            "stops are never answered",
            |request, response, client| match request.is_stop() {
                true => crate::endpoints::distorted::hang(client),
                false => response.send(client),
            },
            &["out of time", "--deadline"],
        ),
        (
            "pools cannot be deleted",
            |request, response, client| match request.operation.as_str() {
                "DeleteUserPool" => response
                    .error(500, "InternalErrorException", "no")
                    .send(client),
                _ => response.send(client),
            },
            &["DeleteUserPool"],
        ),
        (
            "an upload to a closed port",
            |_, response, client| {
                response
                    .edit(|json| {
                        if let Some(url) = json.pointer_mut("/UserImportJob/PreSignedUrl") {
                            *url =
                                json!("http://127.0.0.1:1/upload?X-Amz-Signature=abcdef0123456789");
                        }
                    })
                    .send(client)
            },
            &["upload", "127.0.0.1:1"],
        ),
    ];
    for (name, fault, wanted) in rows {
        let endpoint = Distorted::start(&[], *fault);
        let run = run(&endpoint.url, &[]);
        assert_eq!(run.output.code, 3, "{name}: {}", run.said());
        for part in *wanted {
            assert!(
                run.said().contains(part),
                "{name}: {part} in {}",
                run.said()
            );
        }
    }
    let run = run(&throttled.url, SOME);
    assert_eq!(run.output.code, 3, "{}", run.said());
    for part in ["throttles", "requests_per_second"] {
        assert!(run.said().contains(part), "{part} in {}", run.said());
    }
}

/// Equal reasons are one line, whatever ids and numbers are in them, with and without `--quiet`.
#[test]
fn equal_reasons_are_told_once() {
    let fault: Fault = |request, response, client| match request.operation.as_str() {
        "StartUserImportJob" => response
            .error(
                400,
                "PreconditionNotMetException",
                &format!("no {}", request.number),
            )
            .send(client),
        _ => response.send(client),
    };
    let endpoint = Distorted::start(&["--auth", "off"], fault);
    for more in [&[][..], &["--quiet"]] {
        let run = run(&endpoint.url, &[SOME, more].concat());
        assert_eq!(run.output.code, 3, "{}", run.said());
        let of_start = |line: &&str| line.contains(" × ") && line.contains("StartUserImportJob");
        let count = run.output.stdout.lines().filter(of_start).count();
        assert_eq!(count, 1, "{}", run.said());
    }
}

/// Behind a gateway that answers 502 while the endpoint starts, nothing is judged before it is up.
#[test]
fn an_endpoint_that_is_starting_is_waited_for() {
    static FIRST: Mutex<Option<Instant>> = Mutex::new(None);
    let fault: Fault = |_, response, client| {
        let mut first = FIRST.lock().unwrap();
        let started = *first.get_or_insert_with(Instant::now);
        match started.elapsed() < Duration::from_millis(700) {
            true => response.page(502, "Bad Gateway").send(client),
            false => response.send(client),
        }
    };
    assert_clean("it starts", fault);
}

/// A body, and when it was shown first.
type Shown = (Instant, Vec<u8>);

/// Reads that lag are a matter of reading after writing, at `should`: nothing else is accused.
#[test]
fn reads_that_lag_are_told_as_that() {
    static SEEN: Mutex<BTreeMap<String, Vec<Shown>>> = Mutex::new(BTreeMap::new());
    let fault: Fault = |request: &Request, response: Response, client: &mut TcpStream| {
        let json: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let Some(job) = json.pointer("/UserImportJob/JobId").and_then(Value::as_str) else {
            return response.send(client);
        };
        let mut seen = SEEN.lock().unwrap();
        let seen = seen.entry(job.to_owned()).or_default();
        seen.push((Instant::now(), response.body.clone()));
        if request.operation != "DescribeUserImportJob" {
            return response.send(client);
        }
        let is_old = |(at, _): &&Shown| at.elapsed() > Duration::from_millis(200);
        let old = seen.iter().rev().find(is_old).unwrap_or(&seen[0]).1.clone();
        response.saying(old).send(client)
    };
    let endpoint = Distorted::start(&["--auth", "off"], fault);
    let output = fullstop(&[
        "lifecycle",
        "--no-walk",
        "--sequences",
        "10",
        "--deadline",
        "3s",
        "--endpoint",
        &endpoint.url,
    ]);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(
        said.contains("0 at level must, 2 at level should"),
        "{said}"
    );
    assert!(said.contains("read-after-write"), "{said}");
    assert_ne!(output.code, 1, "{said}");
}
