//! A queued fault meets the request that it was queued for, also where it would hit whoever comes first.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use fullstop::conformance::{Job, Preconditions, Status};
use fullstop::contract::Operation;
use fullstop::reference::{Effect, Endpoint, Fault, Moment, Options, Seed, Server};
use fullstop::runner::{Runner, Session, Verdict};
use fullstop::suite::Suite;
use fullstop::target::{Environment, Profile};
use fullstop::wire::Request;
use tokio::task::JoinSet;

/// How long a queued fault waits for a request that is not meant: much longer than one takes that is under way.
const TRAP: Duration = Duration::from_millis(100);

/// A driver as drivers are: its faults hit the next request, whosever it is, and it stops a job to be rid of it.
#[derive(Clone)]
struct Driver(Arc<Endpoint>);

impl Driver {
    fn stops(&self) -> u64 {
        let received = self.0.received();
        let stops = received.operations.get(&Operation::StopUserImportJob);
        stops.copied().unwrap_or_default()
    }
}

impl Preconditions for Driver {
    fn acquire(&self, status: Status) -> Result<Job, String> {
        let ids = self.0.seed_job(Seed::new(status), now());
        let ids = ids.map_err(|error| error.to_string())?;
        Ok(Job::new(ids.user_pool_id, ids.job_id))
    }

    fn release(&self, job: &Job) -> Result<(), String> {
        let ids = serde_json::json!({ "UserPoolId": job.user_pool_id, "JobId": job.job_id });
        let stop = Request::call(Operation::StopUserImportJob, ids.to_string());
        self.0.handle(&stop, now());
        self.0.release(&job.user_pool_id);
        Ok(())
    }

    /// Does not come back before another request has come, if any comes.
    fn fault(&self, _: &Job, error: &str) -> Result<(), String> {
        let fault = Fault {
            effect: Effect::Error(error.to_owned()),
            times: 1,
            pool: None,
        };
        self.0.fault(fault).map_err(|error| error.to_string())?;
        let (before, deadline) = (self.stops(), Instant::now() + TRAP);
        while self.stops() == before && Instant::now() < deadline {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        Ok(())
    }
}

/// Cases that run one by one, as the trials of a test do: each looks at the endpoint first, and has others beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_look_control_or_driver_meets_a_fault_that_is_meant_for_another_case() {
    let endpoint = Arc::new(Endpoint::new(Options::default()));
    let address = ([127, 0, 0, 1], 0).into();
    let server = Server::start(Arc::clone(&endpoint), address, false).expect("it starts");
    let url = format!("http://{}", server.address());
    let profile = Profile::endpoint(&url, &Environment::default()).expect("a profile");
    let driver = Arc::new(Driver(endpoint));
    let session = Session::with_preconditions(profile, driver).expect("it opens");
    let suite = Arc::new(Suite::embedded().expect("our own cases"));
    let runner = Runner::new(Arc::clone(&suite), &session, None);
    let runner = Arc::new(runner.await.expect("it is there"));

    let faulted: Vec<_> = suite.cases().filter(|case| case.fault.is_some()).collect();
    let plain: Vec<_> = suite
        .cases()
        .filter(|case| case.requirement() == "job-id/prefix")
        .collect();
    assert!(faulted.len() > 3 && plain.len() > 3);
    let mut tasks = JoinSet::new();
    for (index, case) in faulted.iter().enumerate() {
        for case in [case, &plain[index % plain.len()]] {
            let (runner, case) = (Arc::clone(&runner), Arc::clone(case));
            tasks.spawn(async move { runner.case(&case).await.expect("it is there") });
        }
    }
    for record in tasks.join_all().await {
        let want = match record.verdict {
            Verdict::Observed => Verdict::Observed,
            _ => Verdict::Pass,
        };
        assert_eq!(record.verdict, want, "{record:#?}");
    }
    assert!(session.close().await.is_empty());
}

fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = since.expect("after 1970").as_millis();
    Moment::from_ms(u64::try_from(ms).expect("before the year 584 million"))
}
