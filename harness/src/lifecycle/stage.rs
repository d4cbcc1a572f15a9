//! Where a sequence is played: in this process, with the time at hand, or on a target.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::lifecycle::cast::Cast;
use crate::oracle::Deed;
use crate::provision::{self, Provisioner};
use crate::reference::{Delivery, Endpoint, Moment, Options};
use crate::target::{Client, Profile, Provision};
use crate::wire::{Header, Request, Response};

/// The moment at which everything in this process begins: there, nothing depends on the clock.
const NOW: Moment = Moment::from_ms(1_736_443_471_781);

/// How far apart two steps are in this process.
const STEP_MS: u64 = 10;

/// The longest wait on a target whose time cannot be moved.
const WAIT_MAX: Duration = Duration::from_millis(200);

/// A role of the right form: emulators do not look whether it exists.
const ROLE: &str = "arn:aws:iam::123456789012:role/fullstop-import";

/// Where steps are done.
#[derive(Clone, Debug)]
pub enum Stage {
    /// The reference, without a socket or a clock: what happens depends on the steps alone.
    InProcess(Arc<Endpoint>, Moment),
    /// A target.
    Target(Arc<Target>),
}

/// A target as sequences and races need it.
#[derive(Debug)]
pub struct Target {
    client: Client,
    provisioner: Arc<Provisioner>,
    upload_hosts: Vec<String>,
    role: String,
    region: String,
    label: String,
}

impl Target {
    /// A profile's target.
    pub fn new(profile: &Profile, client: Client, provisioner: Arc<Provisioner>) -> Self {
        let (upload_hosts, role) = match &profile.provision {
            Provision::Api {
                upload_hosts,
                role_arn,
                ..
            } => (upload_hosts.clone(), role_arn.clone()),
            _ => (Vec::new(), ROLE.to_owned()),
        };
        Self {
            client,
            provisioner,
            upload_hosts,
            role,
            region: profile.region.clone(),
            label: format!("fullstop-life-{:x}", std::process::id()),
        }
    }
}

impl Stage {
    /// A new reference endpoint in this process.
    pub fn in_process(options: Options) -> Self {
        Self::InProcess(Arc::new(Endpoint::new(options)), NOW)
    }

    /// Nobody yet.
    pub(crate) fn cast(&self) -> Cast {
        match self {
            Self::InProcess(endpoint, _) => {
                Cast::new("fullstop-life", ROLE, &endpoint.options().region)
            }
            Self::Target(target) => Cast::new(&target.label, &target.role, &target.region),
        }
    }

    /// Does something, and hears the answer if there is one.
    pub(crate) async fn act(
        &mut self,
        deed: &Deed,
        ms: u64,
        url: Option<&str>,
    ) -> Option<Response> {
        match self {
            Self::InProcess(endpoint, now) => {
                *now = now.after_ms(STEP_MS + ms);
                let request = match deed.request() {
                    Some(request) => request,
                    None => upload(url?),
                };
                let reply = endpoint.handle(&request, *now);
                let is_heard = matches!(reply.delivery, Delivery::Whole | Delivery::Chunked);
                is_heard.then_some(reply.response)
            }
            Self::Target(target) => target.act(deed, ms, url).await,
        }
    }

    /// Deletes what a sequence made.
    pub(crate) async fn clear(&self, cast: &Cast) {
        for pool in cast.pools() {
            match self {
                Self::InProcess(endpoint, _) => endpoint.release(pool),
                Self::Target(target) => target.provisioner.disown(pool).await,
            }
        }
    }
}

impl Target {
    async fn act(&self, deed: &Deed, ms: u64, url: Option<&str>) -> Option<Response> {
        if let Some(request) = deed.request() {
            let answer = self.client.ping(&request).await.ok()?;
            if let Deed::CreatePool { .. } = deed
                && let Some(pool) = made_pool(&answer)
            {
                self.provisioner.adopt(&pool);
            }
            return Some(answer);
        }
        if let Deed::Upload(_) = deed {
            let url = url?;
            provision::check(url, &self.client, &self.upload_hosts).ok()?;
            return self.client.upload(url, csv().into_bytes()).await.ok();
        }
        if !self.provisioner.advance(ms) {
            sleep(Duration::from_millis(ms).min(WAIT_MAX)).await;
        }
        None
    }
}

fn made_pool(answer: &Response) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    json.pointer("/UserPool/Id")?.as_str().map(str::to_owned)
}

/// The file of a job: one user.
fn csv() -> String {
    let columns = provision::COLUMNS.map(str::to_owned);
    provision::file(&columns, 1, true)
}

fn upload(url: &str) -> Request {
    let path = url
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()));
    Request {
        method: "PUT".to_owned(),
        path: path.unwrap_or_else(|| "/".to_owned()),
        headers: vec![Header::new("x-amz-server-side-encryption", "aws:kms")],
        body: csv().into_bytes(),
    }
}
