//! Where a case plays: before a live target, whose part can be taken down, or before a recording of one.
//!
//! Everything that a verdict depends on passes through here. So a recording that is played again leads the same code to
//! the same verdicts, and sends nothing.

use std::sync::Arc;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::task_local;

use crate::case::{Given, Ids, Message, Signature};
use crate::exchange::FixturePool;
use crate::provision::{ActiveJobs, Bystander, Described, Lease, Provisioner, Reason, Unavailable};
use crate::recording::{Event, Player, Stored, Tape, digest};
use crate::runner::shown::shown_request;
use crate::target::{Client, Failure};
use crate::wire::{Response, redact};

task_local! {
    /// The track of the case or the control that this task is at. Each is one task from its precondition to its end, so
    /// that the track need not be handed through every function in between.
    static TRACK: Arc<str>;
}

/// How many requests share a job before it is read.
const BATCH_SIZE_MAX: usize = 16;

/// How a recording is called in messages.
const RECORDING: &str = "the recording";

/// A live target, or a recording.
#[derive(Debug)]
pub(crate) enum Stage {
    Live(Live),
    Played(Player),
}

/// A live target.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) client: Client,
    pub(crate) provisioner: Arc<Provisioner>,
    /// The jobs that requests share which must be refused.
    pub(crate) fixtures: Arc<FixturePool>,
    /// Takes down what happens, where that is wanted.
    pub(crate) tape: Option<Tape>,
}

/// Does something on a track of its own.
pub(crate) async fn on_track<T>(name: &str, work: impl Future<Output = T>) -> T {
    TRACK.scope(Arc::from(name), work).await
}

/// The present moment, as recordings write it.
pub(crate) fn now() -> String {
    let now = OffsetDateTime::now_utc().replace_nanosecond(0);
    now.ok()
        .and_then(|now| now.format(&Rfc3339).ok())
        .unwrap_or_default()
}

impl Stage {
    /// The client, where there is one.
    pub(crate) fn client(&self) -> Option<&Client> {
        match self {
            Self::Live(live) => Some(&live.client),
            Self::Played(_) => None,
        }
    }

    /// The places of active jobs, where requests may compete for them.
    pub(crate) fn active_jobs(&self) -> Option<&Arc<ActiveJobs>> {
        match self {
            Self::Live(live) if !live.provisioner.binds_faults() => {
                Some(live.provisioner.active_jobs())
            }
            Self::Live(_) | Self::Played(_) => None,
        }
    }

    /// How many requests may share a job before it is read: one, where each case is recorded by itself.
    pub(crate) fn batch_size_max(&self) -> usize {
        match self {
            Self::Live(live) if live.tape.is_none() => BATCH_SIZE_MAX,
            Self::Live(_) | Self::Played(_) => 1,
        }
    }

    /// Makes a precondition true. `shared` takes one that others have had and left as it was.
    pub(crate) async fn acquire(&self, given: Given, shared: bool) -> Result<Lease, Unavailable> {
        match self {
            Self::Live(live) => {
                let acquired = match shared {
                    true => live.fixtures.lease(given).await,
                    false => live.provisioner.acquire(given).await,
                };
                live.note(|| match &acquired {
                    Ok(lease) => Event::acquired(
                        &lease.ids,
                        lease.before.as_ref(),
                        lease.status,
                        lease.confirmed,
                    ),
                    Err(why) => unavailable(why),
                });
                acquired
            }
            Self::Played(player) => match played(player) {
                Ok(Event::Acquired {
                    pool,
                    job,
                    before,
                    status,
                    confirmed,
                }) => {
                    let status = status.and_then(|status| status.parse().ok());
                    let ids = Ids { pool, job };
                    Ok(Lease::recorded(ids, before, status, confirmed))
                }
                other => Err(unavailable_again(other)),
            },
        }
    }

    /// Makes a second started job beside that of a lease.
    pub(crate) async fn beside(&self, lease: &mut Lease) -> Result<Bystander, Unavailable> {
        match self {
            Self::Live(live) => {
                let made = live.provisioner.beside(lease).await;
                live.note(|| match &made {
                    Ok(other) => Event::beside(&other.ids, other.before.as_ref()),
                    Err(why) => unavailable(why),
                });
                made
            }
            Self::Played(player) => match played(player) {
                Ok(Event::Beside { pool, job, before }) => Ok(Bystander {
                    ids: Ids { pool, job },
                    before,
                    _place: None,
                }),
                other => Err(unavailable_again(other)),
            },
        }
    }

    /// Makes the next StopUserImportJob on the lease's pool answer an error.
    pub(crate) async fn fault(&self, lease: &Lease, error: &str) -> Result<(), Unavailable> {
        match self {
            Self::Live(live) => {
                let queued = live.provisioner.fault(lease, error).await;
                live.note(|| match &queued {
                    Ok(()) => Event::Fault {
                        error: error.to_owned(),
                    },
                    Err(why) => unavailable(why),
                });
                queued
            }
            Self::Played(player) => match played(player) {
                Ok(Event::Fault { error: queued }) if queued == error => Ok(()),
                other => Err(unavailable_again(other)),
            },
        }
    }

    /// Whether a fault hits the lease's own requests only.
    pub(crate) fn binds_faults(&self) -> bool {
        match self {
            Self::Live(live) => live.provisioner.binds_faults(),
            Self::Played(_) => true,
        }
    }

    /// Whether a fault hits the next request, whoever sends it.
    pub(crate) fn shares_faults(&self) -> bool {
        match self {
            Self::Live(live) => live.provisioner.shares_faults(),
            Self::Played(_) => false,
        }
    }

    /// Lets a job that is held in Stopping go on.
    pub(crate) fn let_go(&self, lease: &Lease) {
        if let Self::Live(live) = self {
            live.provisioner.let_go(lease);
        }
    }

    /// Gives a precondition back that is as it was.
    pub(crate) async fn give_back(&self, given: Given, lease: Lease) {
        if let Self::Live(live) = self {
            live.fixtures.give_back(given, lease).await;
        }
    }

    /// Undoes a precondition.
    pub(crate) async fn release(&self, lease: Lease) {
        if let Self::Live(live) = self {
            live.provisioner.release(lease).await;
        }
    }

    /// Sends what a case says, over a connection of its own if that is asked.
    pub(crate) async fn deliver(
        &self,
        message: &Message,
        is_alone: bool,
    ) -> Result<Response, Failure> {
        match self {
            Self::Live(live) => {
                let came = match is_alone {
                    true => live.client.deliver_alone(message).await,
                    false => live.client.deliver(message).await,
                };
                live.note(|| sent(message, &came));
                came
            }
            Self::Played(player) => match played(player) {
                Ok(Event::Answered { request, .. } | Event::Unanswered { request, .. })
                    if request != digest(message) =>
                {
                    Err(Failure::Unsayable {
                        endpoint: RECORDING.to_owned(),
                        why: "it answers another request than the case sends today".to_owned(),
                    })
                }
                Ok(Event::Answered { answer, .. }) => Ok(answer.response()),
                Ok(Event::Unanswered { how, why, .. }) => Err(match how.as_str() {
                    "closed" => Failure::Closed {
                        endpoint: why,
                        was_kept: false,
                    },
                    "unsayable" => Failure::Unsayable {
                        endpoint: RECORDING.to_owned(),
                        why,
                    },
                    "no-credentials" => Failure::NoCredentials {
                        endpoint: why,
                        signature: match message {
                            Message::Plain { signature, .. } => *signature,
                            Message::Raw { .. } => Signature::Valid,
                        },
                    },
                    how => Failure::Recorded {
                        why,
                        is_late: how == LATE,
                    },
                }),
                other => Err(Failure::Unsayable {
                    endpoint: RECORDING.to_owned(),
                    why: missing(other),
                }),
            },
        }
    }

    /// Reads a job.
    pub(crate) async fn describe(&self, ids: &Ids) -> Result<Described, Failure> {
        match self {
            Self::Live(live) => {
                let described = live.provisioner.describe(ids).await;
                live.note(|| match &described {
                    Ok(described) => Event::Described {
                        answer: Stored::of(&described.response),
                    },
                    Err(failure) => Event::Undescribed {
                        why: redact(&failure.to_string()),
                    },
                });
                described
            }
            Self::Played(player) => match played(player) {
                Ok(Event::Described { answer }) => Ok(Described::read(answer.response())),
                Ok(Event::Undescribed { why }) => Err(Failure::Recorded {
                    why,
                    is_late: false,
                }),
                other => Err(Failure::Recorded {
                    why: missing(other),
                    is_late: false,
                }),
            },
        }
    }

    /// Whether a recording shows another look at the job next: what takes the place of waiting. None before a live target.
    pub(crate) fn shows_another_look(&self) -> Option<bool> {
        let Self::Played(player) = self else {
            return None;
        };
        let next = TRACK.with(|track| player.peek(track));
        Some(matches!(
            next,
            Some(Event::Described { .. } | Event::Undescribed { .. })
        ))
    }

    /// Notes that nothing more is sent.
    pub(crate) fn note_halt(&self, why: &Reason) {
        if let Self::Live(live) = self {
            live.note(|| Event::Halted {
                why: redact(&why.to_string()),
                key: why.key(),
            });
        }
    }

    /// Why a recording stopped at this point, if it did.
    pub(crate) fn halted(&self) -> Option<Reason> {
        let Self::Played(player) = self else {
            return None;
        };
        match TRACK.with(|track| player.peek(track)) {
            Some(Event::Halted { why, key }) => Some(recorded(why, key, false)),
            _ => None,
        }
    }
}

impl Live {
    fn note(&self, event: impl FnOnce() -> Event) {
        if let Some(tape) = &self.tape {
            // What happens on no track, such as a question to the endpoint itself, is no part of a case.
            let _ = TRACK.try_with(|track| tape.push(track, event(), now));
        }
    }
}

fn played(player: &Player) -> Result<Event, String> {
    TRACK.with(|track| player.next(track))
}

fn unavailable(why: &Unavailable) -> Event {
    let (reason, key) = (why.reason(), why.reason().key());
    let why_text = redact(&reason.to_string());
    match why {
        Unavailable::Unreachable(_) => Event::Unreachable {
            why: why_text,
            key,
            by_design: reason.is_by_design(),
        },
        Unavailable::Indeterminate(_) => Event::Indeterminate { why: why_text, key },
    }
}

fn unavailable_again(event: Result<Event, String>) -> Unavailable {
    match event {
        Ok(Event::Unreachable {
            why,
            key,
            by_design,
        }) => Unavailable::Unreachable(recorded(why, key, by_design)),
        Ok(Event::Indeterminate { why, key }) => {
            Unavailable::Indeterminate(recorded(why, key, false))
        }
        other => Unavailable::Unreachable(Reason::NotRecorded(missing(other))),
    }
}

/// A reason that a recording tells of. Without a key its words are one.
fn recorded(why: String, key: String, by_design: bool) -> Reason {
    let key = if key.is_empty() { why.clone() } else { key };
    Reason::Recorded {
        key,
        why,
        by_design,
    }
}

/// That a recording does not hold what is asked for.
fn missing(event: Result<Event, String>) -> String {
    match event {
        Ok(event) => format!(
            "the recording has {} where the case asks for something else today",
            event.name()
        ),
        Err(why) => why,
    }
}

/// How a recording says that a response was waited for in vain: a live target is asked no third time then.
const LATE: &str = "late";

fn sent(message: &Message, came: &Result<Response, Failure>) -> Event {
    let request = digest(message);
    let unanswered = |how: &str, why: String| Event::Unanswered {
        request: request.clone(),
        how: how.to_owned(),
        why: redact(&why),
    };
    match came {
        Ok(response) => Event::Answered {
            request,
            sent: shown_request(message),
            answer: Stored::of(response),
        },
        Err(Failure::Closed {
            endpoint,
            was_kept: false,
        }) => unanswered("closed", endpoint.clone()),
        Err(Failure::NoCredentials { endpoint, .. }) => {
            unanswered("no-credentials", endpoint.clone())
        }
        Err(Failure::Unsayable { why, .. }) => unanswered("unsayable", why.clone()),
        Err(failure @ Failure::Timeout { .. }) => unanswered(LATE, failure.to_string()),
        Err(failure) => unanswered("silent", failure.to_string()),
    }
}
