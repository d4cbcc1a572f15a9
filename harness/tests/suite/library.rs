//! The library as an emulator's own tests use it: `fullstop::conformance`.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use fullstop::conformance::{
    Conformance, Job, Level, Preconditions, Request, Response, Results, Status,
};
use fullstop::reference::{Effect, Endpoint, Fault, Moment, Mutant, Options, Seed, Server};
use fullstop::runner::Verdict;

use crate::command::Scratch;

#[test]
fn an_emulator_in_process_with_seeds_of_its_own_reaches_everything() {
    let emulator = Emulator::new(None);
    let results = emulator.conformance().assert();
    assert_eq!(of(&results, Verdict::Blocked), Vec::<&str>::new());
    assert_eq!(of(&results, Verdict::Unsupported), Vec::<&str>::new());
    assert!(results.summary.must_judged > 100, "{:?}", results.summary);
    let (made, released) = emulator.counts();
    assert!(made > 100);
    assert_eq!(made, released, "what was seeded is released");
}

#[test]
fn an_assertion_prints_what_is_wrong_and_how_to_see_it_again() {
    let mutant: Mutant = "job-status-member".parse().expect("a mutant");
    let suite = Emulator::new(Some(mutant)).conformance();
    let suite = suite.filter("state/stop-started/answers-stopped");
    let panic = catch_unwind(AssertUnwindSafe(|| suite.assert())).expect_err("it is wrong");
    let message = panic.downcast_ref::<String>().expect("a message");
    for part in [
        "state/stop-started/answers-stopped",
        "documented",
        "expected Stopped or Stopping, got nothing",
        "fullstop send ",
        "exit 1",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
    assert!(!message.contains('\u{1b}'), "no colours: {message}");
}

#[test]
fn a_known_failure_is_green_until_it_is_mended() {
    let scratch = Scratch::new();
    let case = "state/stop-started/answers-stopped";
    let mutant: Mutant = "job-status-member".parse().expect("a mutant");
    let wrong = || Emulator::new(Some(mutant)).conformance().filter(case);
    let report = runtime().block_on(wrong().run()).expect("it runs");
    let fingerprint = report.results.cases[0]
        .fingerprint
        .clone()
        .expect("it failed");
    let ledger = scratch.file(
        "known.toml",
        &format!(
            "[[known]]\ncase = \"{case}\"\nfingerprint = \"{fingerprint}\"\nreason = \"a test\"\n"
        ),
    );
    assert_eq!(wrong().ledger(&ledger).assert().exit, 0);
    let mended = Emulator::new(None)
        .conformance()
        .filter(case)
        .ledger(&ledger);
    let report = runtime().block_on(mended.run()).expect("it runs");
    assert_eq!(report.results.exit, 5, "{report}");
}

/// A case alone does not show that no case of its entry fails any more: a trial for the entry does.
#[test]
fn an_entry_that_is_stale_fails_a_trial_of_its_own() {
    let scratch = Scratch::new();
    let mutant: Mutant = "job-id-length-unchecked".parse().expect("a mutant");
    let only = |mutant| {
        let emulator = Emulator::new(mutant);
        emulator.conformance().filter("job-id/length-max/")
    };
    let report = runtime().block_on(only(Some(mutant)).run());
    let report = report.expect("it runs");
    let fault = &report.results.faults[0];
    let failed = report.results.cases.iter();
    let failed = failed.filter(|case| case.verdict == Verdict::Divergent);
    let listed: Vec<_> = failed
        .map(|case| {
            let print = case.fingerprint.as_deref().expect("it failed");
            format!("\"{}\" = \"{print}\"", case.id)
        })
        .collect();
    assert!(listed.len() > 1, "{listed:?}");
    let entry = format!(
        "[[known]]\nfault = \"{}\"\nreason = \"a test\"\n[known.cases]\n{}\n",
        fault.key,
        listed.join("\n")
    );
    let ledger = scratch.file("known.toml", &entry);
    let failures = |mutant| {
        let trials = only(mutant).ledger(&ledger).trials().expect("trials");
        let name = format!("ledger/fault/{}#0", fault.key);
        assert!(trials.iter().any(|trial| trial.name() == name), "{name}");
        let arguments = libtest_mimic::Arguments {
            logfile: Some(scratch.path("trials.txt")),
            ..libtest_mimic::Arguments::default()
        };
        libtest_mimic::run(&arguments, trials).num_failed
    };
    assert_eq!(failures(Some(mutant)), 0);
    assert_eq!(failures(None), 1);
}

#[tokio::test]
async fn an_assertion_may_be_made_on_a_runtime() {
    let results = Conformance::reference()
        .filter("job-id/length-max")
        .assert();
    assert_eq!(results.exit, 0);
    let report = Conformance::reference()
        .filter("job-id/length-max")
        .run()
        .await;
    assert!(report.expect("it runs").is_green());
}

#[test]
fn what_is_started_for_the_suite_is_ended_with_it() {
    let ended = Arc::new(AtomicUsize::new(0));
    let suite = {
        let ended = Arc::clone(&ended);
        Conformance::launched(move || -> std::io::Result<_> {
            let server = Started::new(Arc::clone(&ended))?;
            Ok((server.url.clone(), server))
        })
    };
    let results = suite.filter("state/missing-pool").assert();
    assert_eq!(results.target.name, "endpoint");
    assert_eq!(ended.load(Ordering::SeqCst), 1);
}

#[test]
fn a_level_leaves_out_what_stands_less_firmly() {
    let must = Conformance::reference().level(Level::Must).assert();
    assert!(must.cases.iter().all(|case| case.level == Level::Must));
    let should = Conformance::reference().level(Level::Should).assert();
    assert!(should.cases.iter().all(|case| case.level != Level::Observe));
    assert!(should.cases.len() > must.cases.len());
}

#[test]
fn what_is_skipped_is_not_run() {
    let suite = Conformance::reference()
        .filter("auth/")
        .filter("job-id/prefix");
    let left = suite.clone().skip("auth/").assert();
    assert!(left.cases.iter().all(|case| case.id.starts_with("job-id/")));
    assert!(left.cases.len() < suite.assert().cases.len());
    let wrong = suite.skip("auht/").trials().expect_err("it skips nothing");
    assert!(wrong.to_string().contains("did you mean"), "{wrong}");
}

#[test]
fn a_version_of_the_suite_pins_what_runs_and_an_unknown_one_is_an_error() {
    let pinned = Conformance::reference()
        .filter("job-id/prefix")
        .suite_version("0.1.0");
    assert!(!pinned.assert().cases.is_empty());
    for unknown in ["99.0.0", "newest"] {
        let suite = Conformance::reference().suite_version(unknown);
        let error = suite
            .trials()
            .expect_err("there is no such version")
            .to_string();
        assert!(
            error.contains(unknown) && error.contains("0.1.0"),
            "{error}"
        );
    }
}

#[test]
fn seeds_that_panic_or_refuse_block_cases_and_nothing_else() {
    let endpoint = Arc::new(Endpoint::new(Options::default()));
    let suite = Conformance::of(move |request| endpoint.handle(&request, now()).response)
        .preconditions(|status: Status| match status {
            Status::Expired => panic!("no clock"),
            _ => Err("nothing is seeded here".to_owned()),
        })
        .filter("state/");
    let report = runtime().block_on(suite.run()).expect("it runs");
    let blocked = of(&report.results, Verdict::Blocked);
    assert!(!blocked.is_empty());
    let reasons: Vec<_> = (report.results.cases.iter())
        .filter_map(|case| case.reason.as_deref())
        .collect();
    assert!(reasons.contains(&"nothing is seeded here"), "{reasons:?}");
    assert!(
        reasons.iter().any(|reason| reason.contains("panicked")),
        "{reasons:?}"
    );
}

#[test]
fn an_emulator_that_panics_is_a_closed_connection() {
    let suite = Conformance::of(|_: Request| -> Response { panic!("a bug of the emulator") });
    let error = runtime().block_on(suite.run()).expect_err("nobody answers");
    assert!(error.to_string().contains("reach the endpoint"), "{error}");
}

#[test]
fn trials_are_the_cases_and_listing_them_opens_nothing() {
    let opened = Arc::new(AtomicUsize::new(0));
    let suite = {
        let opened = Arc::clone(&opened);
        Conformance::launched(move || -> Result<(String, ()), Infallible> {
            opened.fetch_add(1, Ordering::SeqCst);
            Ok(("http://127.0.0.1:9".to_owned(), ()))
        })
    };
    let trials = suite.filter("job-id/length-max").trials().expect("trials");
    let names: Vec<_> = trials.iter().map(|trial| trial.name().to_owned()).collect();
    assert!(names.contains(&"job-id/length-max/one-over".to_owned()));
    let selected = |name: &String| name.contains("job-id/length-max");
    assert!(names.iter().all(selected), "{names:?}");
    assert_eq!(opened.load(Ordering::SeqCst), 0);
    let none = Conformance::reference().filter("no-such-case").trials();
    let error = none.expect_err("a filter that selects nothing");
    assert!(error.to_string().contains("no-such-case"), "{error}");
}

/// The reference in the place of an emulator: a closure, and seeds.
struct Emulator {
    endpoint: Arc<Endpoint>,
    counts: Arc<Mutex<(usize, usize)>>,
}

impl Emulator {
    fn new(mutant: Option<Mutant>) -> Self {
        Self {
            endpoint: Arc::new(Endpoint::new(Options {
                mutant,
                ..Options::default()
            })),
            counts: Arc::default(),
        }
    }

    fn conformance(&self) -> Conformance {
        let endpoint = Arc::clone(&self.endpoint);
        Conformance::of(move |request| endpoint.handle(&request, now()).response).preconditions(
            Seeds {
                endpoint: Arc::clone(&self.endpoint),
                counts: Arc::clone(&self.counts),
            },
        )
    }

    /// How many jobs were made, and how many released.
    fn counts(&self) -> (usize, usize) {
        *self.counts.lock().expect("no panic holds it")
    }
}

struct Seeds {
    endpoint: Arc<Endpoint>,
    counts: Arc<Mutex<(usize, usize)>>,
}

impl Preconditions for Seeds {
    fn acquire(&self, status: Status) -> Result<Job, String> {
        let seeded = self.endpoint.seed_job(Seed::new(status), now());
        let ids = seeded.map_err(|error| error.to_string())?;
        self.counts.lock().expect("no panic holds it").0 += 1;
        Ok(Job::new(ids.user_pool_id, ids.job_id))
    }

    fn release(&self, job: &Job) -> Result<(), String> {
        self.endpoint.release(&job.user_pool_id);
        self.counts.lock().expect("no panic holds it").1 += 1;
        Ok(())
    }

    fn fault(&self, job: &Job, error: &str) -> Result<(), String> {
        let fault = Fault {
            effect: Effect::Error(error.to_owned()),
            times: 1,
            pool: Some(job.user_pool_id.clone()),
        };
        self.endpoint
            .fault(fault)
            .map_err(|error| error.to_string())
    }
}

/// An endpoint with a runtime of its own, ended when it is dropped.
struct Started {
    url: String,
    ended: Arc<AtomicUsize>,
    _server: Server,
    _runtime: tokio::runtime::Runtime,
}

impl Started {
    fn new(ended: Arc<AtomicUsize>) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Runtime::new()?;
        let endpoint = Arc::new(Endpoint::new(Options::default()));
        let _inside = runtime.enter();
        let server = Server::start(endpoint, ([127, 0, 0, 1], 0).into(), false)?;
        drop(_inside);
        Ok(Self {
            url: format!("http://{}", server.address()),
            ended,
            _server: server,
            _runtime: runtime,
        })
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.ended.fetch_add(1, Ordering::SeqCst);
    }
}

fn of(results: &Results, verdict: Verdict) -> Vec<&str> {
    let cases = results.cases.iter();
    cases
        .filter(|case| case.verdict == verdict)
        .map(|case| case.id.as_str())
        .collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("a runtime")
}

fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = since.expect("after 1970").as_millis();
    Moment::from_ms(u64::try_from(ms).expect("before the year 584 million"))
}
