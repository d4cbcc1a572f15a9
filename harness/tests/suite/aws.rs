//! Runs as on AWS: signed, within its quotas, one job at a time, on a reference that enforces them.

mod environment;
mod kills;
mod names;
mod quota;
mod sweep;

use fullstop::contract::Operation;
use fullstop::target::{Client, Environment, Profile};
use fullstop::wire::Request;
use serde_json::{Value, json};

use crate::command::{Scratch, Served};

/// A served reference with AWS's figures, and a profile for it that says what goes without saying of AWS.
struct Scene {
    served: Served,
    scratch: Scratch,
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl Scene {
    /// With AWS's limits, and jobs that do not end while a busy machine comes to them.
    fn limited() -> Self {
        Self::start(&[
            "--rate-limit",
            "15",
            "--active-jobs",
            "1",
            "--in-progress-ms",
            "6000",
        ])
    }

    fn start(limits: &[&str]) -> Self {
        let arguments = [&["--auth", "required", "--control"], limits].concat();
        let served = Served::start(&arguments);
        let profile = Profile::endpoint(&served.url, &Environment::default()).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let client = Client::new(&profile).unwrap();
        let scratch = Scratch::new();
        scratch.file(
            "fullstop.toml",
            &format!(
                r#"[target.play]
endpoint = "{}"
active_jobs = 1
quota = "aws"
provision = {{ driver = "api", pools = 4, users = 500 }}
credentials = {{ access_key = "AKIDEXAMPLE", secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" }}
"#,
                served.url
            ),
        );
        Self {
            served,
            scratch,
            runtime,
            client,
        }
    }

    fn config(&self) -> String {
        self.scratch.path("fullstop.toml")
    }

    fn call(&self, operation: Operation, body: Value) -> Value {
        let request = Request::call(operation, body.to_string());
        let answer = self.runtime.block_on(self.client.ping(&request)).unwrap();
        assert_eq!(answer.status, 200, "{answer}");
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// Makes a pool that no run of ours made.
    fn make_pool(&self, name: &str) {
        let body = json!({ "PoolName": name, "AutoVerifiedAttributes": ["email"] });
        self.call(Operation::CreateUserPool, body);
    }

    /// The names of all pools.
    fn pools(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut body = json!({ "MaxResults": 60 });
        loop {
            let listed = self.call(Operation::ListUserPools, body.clone());
            let pools = listed["UserPools"].as_array().unwrap().iter();
            names.extend(pools.map(|pool| pool["Name"].as_str().unwrap().to_owned()));
            match listed.get("NextToken") {
                Some(token) => body["NextToken"] = token.clone(),
                None => break,
            }
        }
        names.sort();
        names
    }

    /// What the endpoint was asked so far.
    fn received(&self) -> Value {
        let request = Request {
            method: "GET".to_owned(),
            path: "/_fullstop/received".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let answer = self.runtime.block_on(self.client.ping(&request)).unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    }
}
