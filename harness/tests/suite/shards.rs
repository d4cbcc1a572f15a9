//! Parts of a run, joined, are the run: nothing missing, nothing doubled, every verdict the same.

use std::sync::Arc;

use fullstop::reference::{Mutant, Options};
use fullstop::report::{CaseResult, Met, Results, Stored, TargetResult, merge};
use fullstop::runner::{Gate, Plan, Runner, Session, Shard, Verdict};
use fullstop::suite::Suite;
use fullstop::target::Profile;

use crate::command::{Scratch, fullstop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_merged_shards_of_the_reference_equal_the_run_in_one_piece() {
    check(None, |_| true, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_merged_shards_of_mutants_equal_the_run_in_one_piece() {
    let areas = ["invariant/", "success/", "job-id/", "members/"];
    for mutant in [
        Mutant::JobIdLengthUnchecked,
        Mutant::RequestIdMissingOnErrors,
        Mutant::RequestIdsRepeated,
    ] {
        let selected = |id: &str| areas.iter().any(|area| id.starts_with(area));
        let merged = check(Some(mutant), selected, 3).await;
        assert_eq!(merged.exit, u8::from(merged.summary.must_divergent > 0));
        assert!(merged.summary.divergent > 0, "{mutant:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn request_ids_are_compared_across_shards_of_one_endpoint_only() {
    // One case in each shard, so that none sees a request id twice.
    let suite = Suite::embedded().expect("our own cases");
    let of = |index| {
        let shard = Shard { index, count: 2 };
        let mut cases = suite.cases().filter(|case| case.is_protocol());
        let case = cases.find(|case| shard.holds(&case.id));
        case.expect("half of them").id.clone()
    };
    let (one, two) = (of(1), of(2));
    let invariant = "invariant/request-id";
    let selected = |id: &str| id == one || id == two || id == invariant;
    let target = Opened::new(Some(Mutant::RequestIdsRepeated)).await;
    let parts = target.parts(selected, 2).await;
    target.session.close().await;
    let verdict = |results: &Results| {
        let mut cases = results.cases.iter();
        let case = cases.find(|case| case.id == invariant).expect("it is held");
        (case.verdict, case.replay.is_some())
    };
    for part in &parts {
        assert_ne!(verdict(&part.results).0, Verdict::Divergent);
    }
    let separate = merge(parts.clone(), Met::OneEach).expect("they are all there");
    assert_ne!(verdict(&separate).0, Verdict::Divergent);
    let same = merge(parts, Met::TheSame).expect("they are all there");
    assert_eq!(verdict(&same), (Verdict::Divergent, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_make_no_whole_are_refused() {
    let target = Opened::new(None).await;
    let whole = target.parts(|id| id.starts_with("job-id/"), 3).await;
    target.session.close().await;
    let check = |change: &dyn Fn(&mut Vec<Stored>), wanted: &str| {
        let mut parts = whole.clone();
        change(&mut parts);
        let error = merge(parts, Met::OneEach).expect_err(wanted).to_string();
        assert!(error.contains(wanted), "{error}");
    };
    check(&|parts| parts.truncate(2), "shard 3/3 is missing");
    check(&|parts| parts.clear(), "no results");
    check(
        &|parts| parts[2] = parts[0].clone(),
        "part-1.json and part-1.json are both shard 1/3",
    );
    check(
        &|parts| parts[1].results.target.endpoint = "http://127.0.0.1:1".to_owned(),
        "their targets differ: reference (embedded) in part-1.json, reference (http://127.0.0.1:1) in part-2.json",
    );
    check(&|parts| parts[1].results.seed = 7, "their seeds differ: 0");
    check(
        &|parts| parts[1].results.suite.clear(),
        "their suites differ",
    );
    check(
        &|parts| parts[1].results.version = "0.0.9".to_owned(),
        "their versions differ: 0.1.0 in part-1.json, 0.0.9 in part-2.json",
    );
    check(
        &|parts| parts[1].results.gate.strict = true,
        "their gates differ: the usual one in part-1.json, --strict in part-2.json",
    );
    check(
        &|parts| parts[1].results.shard = None,
        "part-2.json is of a whole run",
    );
    check(
        &|parts| {
            let shard = parts[2].results.shard.as_mut().expect("it is a part");
            shard.selected.insert("job-id/new/one".to_owned());
        },
        "only one of them selected job-id/new/one",
    );
    check(
        &|parts| {
            parts[1].results.cases.remove(0);
        },
        "is missing from it",
    );
    check(
        &|parts| {
            let case = parts[0].results.cases[0].clone();
            parts[1].results.cases.push(case);
        },
        "does not belong to it",
    );
    assert!(merge(whole, Met::OneEach).is_ok());
}

#[test]
fn a_run_in_shards_is_merged_by_the_command() {
    let scratch = Scratch::new();
    let files = [scratch.path("1.json"), scratch.path("2.json")];
    for (index, file) in files.iter().enumerate() {
        let shard = format!("{}/2", index + 1);
        let output = fullstop(&[
            "run", "--filter", "job-id", "--shard", &shard, "--json", file,
        ]);
        assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
        assert!(output.stdout.contains(&format!("shard {shard}")));
    }
    let merged = fullstop(&["merge", &files[1], &files[0], "--json", "-"]);
    let whole = fullstop(&["run", "--filter", "job-id", "--json", "-"]);
    assert_eq!((merged.code, whole.code), (0, 0), "{}", merged.stderr);
    let read = |text: &str| {
        Stored::parse("-", text.as_bytes())
            .expect("results")
            .results
    };
    assert_eq!(
        comparable(read(&merged.stdout)),
        comparable(read(&whole.stdout))
    );
    let half = fullstop(&["merge", &files[0]]);
    assert_eq!(half.code, 2);
    assert!(
        half.stderr.contains("shard 2/2 is missing"),
        "{}",
        half.stderr
    );
    for wrong in ["0/2", "3/2", "2", "a/b", "1/1001"] {
        let output = fullstop(&["run", "--shard", wrong, "--json", "-"]);
        assert_eq!(output.code, 2, "{wrong}");
        assert!(output.stderr.contains("is no shard"), "{}", output.stderr);
    }
}

#[test]
fn every_case_belongs_to_one_shard_whatever_the_count() {
    let suite = Suite::embedded().expect("our own cases");
    for count in 1..=9_u16 {
        let mut sizes = vec![0; usize::from(count)];
        for case in suite.cases() {
            let holds = |index: &u16| {
                Shard {
                    index: *index,
                    count,
                }
                .holds(&case.id)
            };
            let of: Vec<_> = (1..=count).filter(holds).collect();
            assert_eq!(of.len(), 1, "{} of {count}", case.id);
            sizes[usize::from(of[0]) - 1] += 1;
        }
        let fair = suite.cases().count() / usize::from(count);
        assert!(
            sizes
                .iter()
                .all(|size| *size > fair / 2 && *size < fair * 2),
            "{sizes:?}"
        );
    }
}

/// Runs a target whole and in parts, compares, and returns what the parts came to.
async fn check(mutant: Option<Mutant>, selected: impl Fn(&str) -> bool, count: u16) -> Results {
    let target = Opened::new(mutant).await;
    let mut parts = target.parts(&selected, count).await;
    parts.rotate_left(1);
    let merged = merge(parts, Met::TheSame).expect("they are all there");
    let whole = target.run(&selected, None).await.results;
    target.session.close().await;
    for (one, other) in merged.cases.iter().zip(&whole.cases) {
        let (one, other) = (without_exchange(one), without_exchange(other));
        assert_eq!(one, other, "{mutant:?}");
    }
    assert_eq!(comparable(merged.clone()), comparable(whole), "{mutant:?}");
    merged
}

/// The reference, or a mutant of it.
struct Opened {
    suite: Arc<Suite>,
    session: Session,
    runner: Runner,
}

impl Opened {
    async fn new(mutant: Option<Mutant>) -> Self {
        let suite = Arc::new(Suite::embedded().expect("our own cases"));
        let options = Options {
            mutant,
            ..Options::default()
        };
        let session = Session::embedded(Profile::reference(), options).expect("it starts");
        let runner = Runner::new(Arc::clone(&suite), &session, None).await;
        Self {
            suite,
            session,
            runner: runner.expect("it is there"),
        }
    }

    async fn parts(&self, selected: impl Fn(&str) -> bool, count: u16) -> Vec<Stored> {
        let mut parts = Vec::new();
        for index in 1..=count {
            parts.push(self.run(&selected, Some(Shard { index, count })).await);
        }
        parts
    }

    /// Runs the selected cases, or a shard of them, and stores the results.
    async fn run(&self, selected: impl Fn(&str) -> bool, shard: Option<Shard>) -> Stored {
        let ids = self.suite.ids().filter(|id| selected(id));
        let plan = Plan {
            shard,
            ..Plan::of(ids.map(str::to_owned).collect())
        };
        let run = self.runner.run(&plan, |_| {}).await.expect("it is there");
        let target = TargetResult {
            name: "reference".to_owned(),
            endpoint: "embedded".to_owned(),
        };
        let results = Results::of(&run, &self.suite, target, &plan, Gate::default());
        let name = shard.map_or("whole.json".to_owned(), |shard| {
            format!("part-{}.json", shard.index)
        });
        let json = serde_json::to_vec(&results).expect("results are JSON");
        Stored::parse(&name, &json).expect("results can be read again")
    }
}

/// Results without what is another in each run: its id, and the ids and times in the exchanges.
fn comparable(mut results: Results) -> Results {
    results.cases = results.cases.iter().map(without_exchange).collect();
    results.run.clear();
    results
}

fn without_exchange(case: &CaseResult) -> CaseResult {
    // Equal requests are sent once in each part, so that the parts count more responses than the whole.
    let is_count = |reason: &String| reason.starts_with("held by ");
    CaseResult {
        exchange: None,
        reason: case.reason.clone().filter(|reason| !is_count(reason)),
        ..case.clone()
    }
}
