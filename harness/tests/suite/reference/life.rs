//! A job from its creation to its end, by requests alone.

use fullstop::contract::{Operation, Status};
use fullstop::reference::{Endpoint, Moment, Options, Seed};
use fullstop::wire::{Header, Request, Response};
use serde_json::{Value, json};

use super::{NOW, request};

const ROLE: &str = "arn:aws:iam::123456789012:role/example";

/// A client of an endpoint that keeps the time.
struct Client {
    endpoint: Endpoint,
    now: Moment,
    pool: String,
}

impl Client {
    fn new(options: Options) -> Self {
        let mut client = Self {
            endpoint: Endpoint::new(options),
            now: NOW,
            pool: String::new(),
        };
        client.pool = client.make_pool();
        client
    }

    fn make_pool(&self) -> String {
        let body = json!({ "PoolName": "p", "AutoVerifiedAttributes": ["email"] });
        let (_, answer) = self.call(Operation::CreateUserPool, body);
        answer["UserPool"]["Id"].as_str().unwrap().to_owned()
    }

    /// Status and body.
    fn call(&self, operation: Operation, body: Value) -> (u16, Value) {
        let request = request(operation, &body.to_string());
        let response = self.endpoint.handle(&request, self.now).response;
        let body = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
        (response.status, body)
    }

    fn make_job(&self) -> Value {
        let body =
            json!({ "UserPoolId": self.pool, "JobName": "j", "CloudWatchLogsRoleArn": ROLE });
        self.call(Operation::CreateUserImportJob, body).1["UserImportJob"].clone()
    }

    /// An operation on a job, as status or error type.
    fn on(&self, operation: Operation, job: &Value) -> String {
        let body = json!({ "UserPoolId": self.pool, "JobId": job["JobId"] });
        let (_, answer) = self.call(operation, body);
        let status = answer["UserImportJob"]["Status"].as_str();
        status
            .or(answer["__type"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    fn upload(&self, job: &Value, file: &str) -> Response {
        let url = job["PreSignedUrl"].as_str().unwrap();
        self.put(url.strip_prefix("http://localhost:8000").unwrap(), file)
    }

    fn put(&self, path: &str, file: &str) -> Response {
        let request = Request {
            method: "PUT".to_owned(),
            path: path.to_owned(),
            headers: vec![Header::new("x-amz-server-side-encryption", "aws:kms")],
            body: file.into(),
        };
        self.endpoint.handle(&request, self.now).response
    }

    fn wait(&mut self, ms: u64) {
        self.now = self.now.after_ms(ms);
    }
}

const FILE: &str =
    "cognito:username,email,email_verified\na,a@example.com,TRUE\nb,b@example.com,\n";

#[test]
fn a_job_is_created_pending_in_progress_and_succeeded() {
    let mut client = Client::new(Options::default());
    let job = client.make_job();
    assert_eq!(job["Status"], "Created");
    assert_eq!(
        client.on(Operation::StartUserImportJob, &job),
        "PreconditionNotMetException"
    );
    assert_eq!(client.upload(&job, FILE).status, 200);
    assert_eq!(client.on(Operation::StartUserImportJob, &job), "Pending");
    for (ms, want) in [
        (499, "Pending"),
        (1, "InProgress"),
        (1_999, "InProgress"),
        (1, "Succeeded"),
    ] {
        client.wait(ms);
        assert_eq!(client.on(Operation::DescribeUserImportJob, &job), want);
    }
    let id = job["JobId"].as_str().unwrap();
    let job = client.endpoint.job(&client.pool, id, client.now).unwrap();
    assert_eq!((job.counts.imported, job.counts.failed), (1, 1));
}

#[test]
fn a_file_without_a_verified_row_fails() {
    let mut client = Client::new(Options::default());
    let job = client.make_job();
    client.upload(
        &job,
        "cognito:username,email,email_verified\r\nTRUE,a\\,b,FALSE\r\n",
    );
    client.on(Operation::StartUserImportJob, &job);
    client.wait(10_000);
    assert_eq!(
        client.on(Operation::StopUserImportJob, &job),
        "PreconditionNotMetException"
    );
    assert_eq!(client.on(Operation::DescribeUserImportJob, &job), "Failed");
}

#[test]
fn a_stopped_job_is_not_restarted() {
    let client = Client::new(Options::default());
    let job = client.make_job();
    client.upload(&job, FILE);
    client.on(Operation::StartUserImportJob, &job);
    assert_eq!(client.on(Operation::StopUserImportJob, &job), "Stopped");
    assert_eq!(
        client.on(Operation::StartUserImportJob, &job),
        "PreconditionNotMetException"
    );
    assert_eq!(client.on(Operation::DescribeUserImportJob, &job), "Stopped");
}

#[test]
fn a_job_that_is_not_started_expires_after_a_day() {
    let client = Client::new(Options::default());
    let job = client.make_job();
    client.endpoint.advance(86_399_999);
    assert_eq!(client.on(Operation::DescribeUserImportJob, &job), "Created");
    client.endpoint.advance(1);
    assert_eq!(client.on(Operation::DescribeUserImportJob, &job), "Expired");
}

#[test]
fn a_held_job_stays_and_another_moves() {
    let client = Client::new(Options::default());
    for (held, want) in [(true, Status::InProgress), (false, Status::Succeeded)] {
        let mut seed = Seed::new(Status::InProgress);
        seed.held = held;
        let ids = client.endpoint.seed_job(seed, NOW).unwrap();
        let later = NOW.after_ms(2_000);
        let job = client
            .endpoint
            .job(&ids.user_pool_id, &ids.job_id, later)
            .unwrap();
        assert_eq!(job.status, want);
    }
}

#[test]
fn the_url_takes_what_it_was_made_for_and_nothing_else() {
    let mut client = Client::new(Options::default());
    let (job, other) = (client.make_job(), client.make_job());
    let path = |job: &Value| {
        let url = job["PreSignedUrl"].as_str().unwrap();
        url.strip_prefix("http://localhost:8000")
            .unwrap()
            .to_owned()
    };
    let id = |job: &Value| job["JobId"].as_str().unwrap().to_owned();
    let stolen = path(&job).replace(&id(&job), &id(&other));
    for path in [
        stolen.as_str(),
        "/upload/x/y",
        path(&job).split('?').next().unwrap(),
    ] {
        assert_eq!(client.put(path, FILE).status, 403, "{path}");
    }
    let long = format!("email_verified\n{}", "a".repeat(70_000));
    assert_eq!(client.upload(&job, &long).status, 400);
    client.wait(899_001);
    assert_eq!(client.upload(&job, FILE).status, 403);
    assert_eq!(
        client.on(Operation::StartUserImportJob, &job),
        "PreconditionNotMetException"
    );
}

#[test]
fn lists_are_newest_first_and_page_to_their_end() {
    let client = Client::new(Options::default());
    let jobs: Vec<Value> = (0..5).map(|_| client.make_job()["JobId"].clone()).collect();
    let mut listed = Vec::new();
    let mut token = Value::Null;
    for page in 0.. {
        assert!(page < 3, "the last page has no token");
        let body = json!({ "UserPoolId": client.pool, "MaxResults": 2, "PaginationToken": token });
        let (_, answer) = client.call(Operation::ListUserImportJobs, body);
        let page = answer["UserImportJobs"].as_array().unwrap();
        listed.extend(page.iter().map(|job| job["JobId"].clone()));
        match answer.get("PaginationToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    listed.reverse();
    assert_eq!(listed, jobs);
    for body in [
        json!({ "UserPoolId": client.pool }),
        json!({ "UserPoolId": client.pool, "MaxResults": 0 }),
        json!({ "UserPoolId": client.pool, "MaxResults": 61 }),
        json!({ "UserPoolId": client.pool, "MaxResults": 1, "PaginationToken": "x" }),
    ] {
        let (_, answer) = client.call(Operation::ListUserImportJobs, body);
        assert_eq!(answer["__type"], "InvalidParameterException");
    }
}

#[test]
fn pools_are_listed_shown_and_deleted_once_no_job_is_active() {
    let client = Client::new(Options::default());
    let other = client.make_pool();
    let (_, first) = client.call(Operation::ListUserPools, json!({ "MaxResults": 1 }));
    let (_, second) = client.call(
        Operation::ListUserPools,
        json!({ "MaxResults": 1, "NextToken": first["NextToken"] }),
    );
    let mut listed = [&first, &second].map(|page| page["UserPools"][0]["Id"].as_str().unwrap());
    let mut made = [client.pool.as_str(), other.as_str()];
    listed.sort_unstable();
    made.sort_unstable();
    assert_eq!(listed, made);
    assert!(second.get("NextToken").is_none());

    let job = client.make_job();
    client.upload(&job, FILE);
    client.on(Operation::StartUserImportJob, &job);
    let pool = json!({ "UserPoolId": client.pool });
    let (status, answer) = client.call(Operation::DeleteUserPool, pool.clone());
    assert_eq!(
        (status, answer["__type"].as_str()),
        (400, Some("UserImportInProgressException"))
    );
    client.on(Operation::StopUserImportJob, &job);
    assert_eq!(
        client.call(Operation::DeleteUserPool, pool.clone()),
        (200, Value::Null)
    );
    let (_, answer) = client.call(Operation::DescribeUserPool, pool);
    assert_eq!(answer["__type"], "ResourceNotFoundException");
    assert_eq!(
        client.on(Operation::StopUserImportJob, &job),
        "ResourceNotFoundException"
    );
}

#[test]
fn a_start_needs_a_pool_that_verifies_and_room_among_the_active_jobs() {
    let options = Options {
        active_jobs: Some(1),
        ..Options::default()
    };
    let mut client = Client::new(options);
    let (job, other) = (client.make_job(), client.make_job());
    for job in [&job, &other] {
        client.upload(job, FILE);
    }
    assert_eq!(client.on(Operation::StartUserImportJob, &job), "Pending");
    assert_eq!(
        client.on(Operation::StartUserImportJob, &other),
        "PreconditionNotMetException"
    );
    client.on(Operation::StopUserImportJob, &job);
    assert_eq!(client.on(Operation::StartUserImportJob, &other), "Pending");

    let (_, answer) = client.call(Operation::CreateUserPool, json!({ "PoolName": "p" }));
    answer["UserPool"]["Id"]
        .as_str()
        .unwrap()
        .clone_into(&mut client.pool);
    let job = client.make_job();
    client.upload(&job, FILE);
    client.wait(10_000);
    assert_eq!(
        client.on(Operation::StartUserImportJob, &job),
        "PreconditionNotMetException"
    );
}

#[test]
fn a_pool_holds_so_many_jobs_and_an_endpoint_so_many_pools() {
    let client = Client::new(Options::default());
    let body = json!({ "UserPoolId": client.pool, "JobName": "j", "CloudWatchLogsRoleArn": ROLE });
    let made = (0..2_000)
        .take_while(|_| client.call(Operation::CreateUserImportJob, body.clone()).0 == 200)
        .count();
    assert_eq!(made, 1_000);
    let (_, answer) = client.call(Operation::CreateUserImportJob, body);
    assert_eq!(answer["__type"], "LimitExceededException");
    let pools = (0..20_000)
        .take_while(|_| {
            client
                .endpoint
                .seed_job(Seed::new(Status::Created), NOW)
                .is_ok()
        })
        .count();
    assert!(pools < 20_000);
}

#[test]
fn two_endpoints_with_one_seed_answer_alike() {
    let transcript = |seed| {
        let client = Client::new(Options {
            seed,
            ..Options::default()
        });
        let job = client.make_job();
        client.call(
            Operation::DescribeUserImportJob,
            json!({ "UserPoolId": client.pool, "JobId": job["JobId"] }),
        )
    };
    assert_eq!(transcript(1), transcript(1));
    assert_ne!(transcript(1), transcript(2));
}

#[test]
fn the_end_of_time_is_no_end_of_the_endpoint() {
    let client = Client::new(Options::default());
    let old = client.make_job();
    client.endpoint.advance(u64::MAX);
    client.endpoint.advance(u64::MAX);
    assert_eq!(client.on(Operation::DescribeUserImportJob, &old), "Expired");
    let job = client.make_job();
    client.upload(&job, FILE);
    client.on(Operation::StartUserImportJob, &job);
    assert_ne!(client.on(Operation::StopUserImportJob, &job), "");
    for status in Status::ALL {
        assert!(
            client
                .endpoint
                .seed_job(Seed::new(status), Moment::from_ms(0))
                .is_ok()
        );
    }
}
