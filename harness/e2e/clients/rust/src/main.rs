//! The AWS SDK for Rust lives through a whole import job on the endpoint, and meets every documented error as its variant.

use std::env;
use std::fmt::Debug;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sdk_cognitoidentityprovider as sdk;
use sdk::config::retry::RetryConfig;
use sdk::config::{BehaviorVersion, Region};
use sdk::error::{ProvideErrorMetadata, SdkError};
use sdk::operation::stop_user_import_job::StopUserImportJobError;
use sdk::primitives::DateTime;
use sdk::types::{UserImportJobStatusType as Status, UserImportJobType, VerifiedAttributeType};

const ROLE: &str = "arn:aws:iam::123456789012:role/import";

const CSV: &str = "name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website,\
    email,email_verified,gender,birthdate,zoneinfo,locale,phone_number,phone_number_verified,\
    address,updated_at,\
    cognito:mfa_enabled,cognito:username\n,,,,,,,,,a@example.com,TRUE,,,,,,FALSE,,,FALSE,a\n";

/// What no request can bring about on demand, and whether the SDK made the variant of its name of it.
const QUEUED: [(&str, fn(&StopUserImportJobError) -> bool); 5] = [
    (
        "InternalErrorException",
        StopUserImportJobError::is_internal_error_exception,
    ),
    (
        "NotAuthorizedException",
        StopUserImportJobError::is_not_authorized_exception,
    ),
    (
        "OperationNotEnabledException",
        StopUserImportJobError::is_operation_not_enabled_exception,
    ),
    (
        "PreconditionNotMetException",
        StopUserImportJobError::is_precondition_not_met_exception,
    ),
    (
        "TooManyRequestsException",
        StopUserImportJobError::is_too_many_requests_exception,
    ),
];

/// A job that was given a file and started.
struct Job {
    pool: String,
    id: String,
}

/// The endpoint, and how many things were checked.
struct Life {
    endpoint: String,
    client: sdk::Client,
    pool: String,
    checks: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let endpoint = env::var("FULLSTOP_ENDPOINT").expect("FULLSTOP_ENDPOINT names the endpoint");
    let client = client(&endpoint, 1, &key());
    let made = client
        .create_user_pool()
        .pool_name("clients-rust")
        .auto_verified_attributes(VerifiedAttributeType::Email);
    let made = made.send().await.expect("a pool is made");
    let pool = made
        .user_pool()
        .and_then(|pool| pool.id())
        .expect("the pool has an id");
    let mut life = Life {
        endpoint,
        client: client.clone(),
        pool: pool.to_owned(),
        checks: 0,
    };
    life.live().await;
    println!(
        "AWS SDK for Rust {}: {} checks hold",
        sdk::meta::PKG_VERSION,
        life.checks
    );
}

impl Life {
    async fn live(&mut self) {
        let first = self.started("first").await;
        for (error, is_variant) in QUEUED {
            self.fault(error, 1).await;
            let stop = self.stop(1, &key(), &first.pool, &first.id).await;
            self.refused(error, &stop);
            let variant = stop.err().map(SdkError::into_service_error);
            self.check(
                variant.is_some_and(|came| is_variant(&came)),
                &format!("{error} is a variant"),
            );
        }
        let invalid = self.stop(1, &key(), &first.pool, "nonsense").await;
        self.refused("InvalidParameterException", &invalid);
        let missing = self
            .stop(1, &key(), "us-east-1_NoSuchPool", &first.id)
            .await;
        self.refused("ResourceNotFoundException", &missing);
        let wrong = Credentials::new("AKIDEXAMPLE", "wrong", None, None, "test");
        let unsigned = self.stop(1, &wrong, &first.pool, &first.id).await;
        self.refused("InvalidSignatureException", &unsigned);
        self.stopped_at_last("TooManyRequestsException", &first)
            .await;
        let second = self.started("second").await;
        self.stopped_at_last("InternalErrorException", &second)
            .await;
        self.look(&first, &second).await;
        let deleted = self
            .client
            .delete_user_pool()
            .user_pool_id(&self.pool)
            .send()
            .await;
        self.check(deleted.is_ok(), "the pool is deleted");
    }

    async fn started(&mut self, name: &str) -> Job {
        let create = self
            .client
            .create_user_import_job()
            .user_pool_id(&self.pool)
            .job_name(name);
        let made = create
            .cloud_watch_logs_role_arn(ROLE)
            .send()
            .await
            .expect("a job is made");
        let made = made.user_import_job.expect("it is shown");
        self.check(made.status == Some(Status::Created), "a new job is Created");
        let id = made.job_id.expect("it has an id");
        let http = reqwest::Client::new();
        let put = http.put(made.pre_signed_url.expect("it has a URL"));
        let put = put
            .header("x-amz-server-side-encryption", "aws:kms")
            .body(CSV)
            .send()
            .await;
        self.check(
            put.is_ok_and(|answer| answer.status() == 200),
            "the file is taken",
        );
        let start = self
            .client
            .start_user_import_job()
            .user_pool_id(&self.pool)
            .job_id(&id);
        let started = start
            .send()
            .await
            .expect("it starts")
            .user_import_job
            .and_then(|job| job.status);
        let is_started = matches!(started, Some(Status::Pending | Status::InProgress));
        self.check(is_started, "a started job is Pending or InProgress");
        Job {
            pool: self.pool.clone(),
            id,
        }
    }

    /// A Stop that is refused twice is tried again, and stops the job.
    async fn stopped_at_last(&mut self, error: &str, job: &Job) {
        self.fault(error, 2).await;
        let stopped = self.stop(3, &key(), &job.pool, &job.id).await;
        let stopped =
            stopped.unwrap_or_else(|came| panic!("{error} is tried again, twice: {came:?}"));
        let stopped = stopped.expect("the job is shown");
        let is_stopped = matches!(stopped.status, Some(Status::Stopped | Status::Stopping));
        self.check(is_stopped, "the job is stopped");
        self.dated(&stopped);
    }

    /// The dates of a stopped job parse, are in order, and of today.
    fn dated(&mut self, job: &UserImportJobType) {
        let dates = [&job.creation_date, &job.start_date, &job.completion_date];
        let dates = dates.map(|date| date.as_ref().map(DateTime::secs));
        self.check(
            dates.iter().all(Option::is_some) && dates.is_sorted(),
            "dates parse and are in order",
        );
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO)
            .as_secs() as i64;
        self.check(
            dates[0].is_some_and(|date| (now - date).abs() < 300),
            "dates are of today",
        );
    }

    async fn look(&mut self, first: &Job, second: &Job) {
        let describe = self
            .client
            .describe_user_import_job()
            .user_pool_id(&first.pool)
            .job_id(&first.id);
        let job = describe
            .send()
            .await
            .expect("it is described")
            .user_import_job
            .expect("it is shown");
        self.check(
            job.status == Some(Status::Stopped),
            "a stopped job is described as Stopped",
        );
        self.dated(&job);
        let list = self
            .client
            .list_user_import_jobs()
            .user_pool_id(&self.pool)
            .max_results(10);
        let listed = list
            .send()
            .await
            .expect("they are listed")
            .user_import_jobs
            .unwrap_or_default();
        let ids: Vec<_> = listed
            .iter()
            .filter_map(|job| job.job_id.as_deref())
            .collect();
        self.check(
            ids == [&second.id, &first.id],
            "both jobs are listed, the newest first",
        );
    }

    async fn stop(
        &self,
        attempts: u32,
        credentials: &Credentials,
        pool: &str,
        job: &str,
    ) -> Result<Option<UserImportJobType>, SdkError<StopUserImportJobError>> {
        let client = client(&self.endpoint, attempts, credentials);
        let answer = client
            .stop_user_import_job()
            .user_pool_id(pool)
            .job_id(job)
            .send()
            .await?;
        Ok(answer.user_import_job)
    }

    fn refused<T: Debug>(
        &mut self,
        error: &str,
        came: &Result<T, SdkError<StopUserImportJobError>>,
    ) {
        let code = came.as_ref().err().and_then(|came| came.code());
        self.check(
            code == Some(error),
            &format!("{error} is the code, not {code:?}"),
        );
    }

    /// The next Stops on the pool answer an error.
    async fn fault(&mut self, error: &str, times: u32) {
        let body = serde_json::json!({ "error": error, "times": times, "UserPoolId": self.pool });
        let post = reqwest::Client::new().post(format!("{}/_fullstop/faults", self.endpoint));
        let answer = post.body(body.to_string()).send().await;
        self.check(
            answer.is_ok_and(|answer| answer.status() == 200),
            "the control takes a fault",
        );
    }

    fn check(&mut self, holds: bool, what: &str) {
        self.checks += 1;
        assert!(holds, "does not hold: {what}");
    }
}

fn key() -> Credentials {
    let variable = |name| env::var(name).unwrap_or_else(|_| panic!("{name} is set"));
    Credentials::new(
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
        None,
        None,
        "environment",
    )
}

fn client(endpoint: &str, attempts: u32, credentials: &Credentials) -> sdk::Client {
    let config = sdk::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(credentials.clone())
        .retry_config(RetryConfig::standard().with_max_attempts(attempts))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    sdk::Client::from_conf(config)
}
