//! From a suspicion to a finding: made small, seen again, written down, and held to the reference, which must not have it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::campaign::execute::{Arena, is_sent_alone};
use crate::campaign::finding::{Finding, Written, written};
use crate::campaign::latency::grown;
use crate::campaign::shrink::smaller;
use crate::campaign::suspicion::Suspicion;
use crate::case::{Invariant, Level};
use crate::fault::{Failure, Harm, Kind, causes, fault_of};
use crate::oracle::{Permitted, expectations};
use crate::reference::{Auth, Options};
use crate::runner::{Record, Session, Verdict};
use crate::shell::word;
use crate::suite::Suite;
use crate::target::{Lane, Profile};

/// How often a fault is looked for again, and how often more if it does not show every time.
const TRIES: u32 = 3;
const TRIES_MORE: u32 = 7;

/// How often at most until it shows once, where any answer may have it. Where one in twenty has, one look in 27 finds none.
const TRIES_OF_ANY: u32 = 64;

/// How many smaller requests are tried for one finding.
const SHRINKS_MAX: usize = 48;

#[derive(Debug)]
pub(crate) struct Confirmer {
    arena: Arc<Arena>,
    lane: Lane,
    suite: Arc<Suite>,
    profile: Profile,
    guards: Vec<Guard>,
}

/// A reference, which nobody may accuse.
#[derive(Debug)]
struct Guard {
    session: Session,
    arena: Arena,
    lane: Lane,
}

/// Why a suspicion is no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// It did not show again, or not in the case file.
    NotAgain,
    /// The reference does the same, so that it is the judgement that is wrong.
    OfReference,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAgain => "it did not show again",
            Self::OfReference => "the reference does the same, so that fullstop may be wrong",
        })
    }
}

/// A finding, and all the names that its fault had on the way.
pub(crate) struct Confirmed {
    pub(crate) finding: Finding,
    pub(crate) keys: BTreeSet<String>,
}

impl Confirmer {
    pub(crate) fn new(arena: Arc<Arena>, lane: Lane, suite: Arc<Suite>, profile: Profile) -> Self {
        Self {
            arena,
            lane,
            suite,
            profile,
            guards: Vec::new(),
        }
    }

    /// Looks into a suspicion.
    pub(crate) async fn confirm(&mut self, suspicion: Suspicion) -> Result<Confirmed, Doubt> {
        let mut keys = BTreeSet::from([suspicion.mark()]);
        let executions = suspicion.executions;
        let mut small = if is_whole(&suspicion) || suspicion.kind == Kind::Latency {
            suspicion
        } else {
            let fresh = self.fresh(suspicion).await.ok_or(Doubt::NotAgain)?;
            self.shrunk(fresh).await
        };
        keys.insert(small.mark());
        let (hits, tries) = self.hits(&mut small).await;
        if hits == 0 {
            return Err(Doubt::NotAgain);
        }
        let written = self.written(&small).await.ok_or(Doubt::NotAgain)?;
        let (record, is_shown) = self.run(&small, &written).await;
        if hits == tries && !is_shown {
            return Err(Doubt::NotAgain);
        }
        if self.is_of_reference(&small, &written).await {
            return Err(Doubt::OfReference);
        }
        small.executions = executions;
        let finding = self.finding(small, written, record, (hits, tries));
        Ok(Confirmed { finding, keys })
    }

    /// Ends the reference that findings were held to.
    pub(crate) async fn close(self) {
        for guard in self.guards {
            guard.arena.fixtures.clear().await;
            guard.session.close().await;
        }
    }

    /// The fault as it shows on a precondition that nobody had. It may be another one there: whoever stops a job that
    /// others share leaves them with a stopped one.
    async fn fresh(&mut self, suspicion: Suspicion) -> Option<Suspicion> {
        let core = core(&suspicion);
        let case = &suspicion.case;
        for _ in 0..tries_until_one(suspicion.kind) {
            let done = self.arena.send(&mut self.lane, case, true).await;
            let mut came = done.suspicions;
            let same = came.iter().position(|one| self::core(one) == core);
            match same {
                Some(at) => return Some(came.swap_remove(at)),
                None if !came.is_empty() => return Some(came.swap_remove(0)),
                None => {}
            }
        }
        None
    }

    /// The smallest request found that brings the same fault.
    async fn shrunk(&mut self, suspicion: Suspicion) -> Suspicion {
        let core = core(&suspicion);
        let mut best = suspicion;
        let mut left = SHRINKS_MAX;
        'smaller: loop {
            for candidate in smaller(&best.case) {
                if left == 0 {
                    return best;
                }
                left -= 1;
                let candidate = Arc::new(candidate);
                let done = self.arena.send(&mut self.lane, &candidate, true).await;
                let same = done
                    .suspicions
                    .into_iter()
                    .find(|one| self::core(one) == core);
                if let Some(same) = same {
                    best = same;
                    continue 'smaller;
                }
            }
            return best;
        }
    }

    /// How often the fault shows on a precondition that nobody had.
    async fn hits(&mut self, suspicion: &mut Suspicion) -> (u32, u32) {
        let (mut hits, mut tries) = (0, 0);
        while tries < TRIES
            || (hits == 0 && tries < tries_until_one(suspicion.kind))
            || (hits > 0 && hits < tries && tries < TRIES + TRIES_MORE)
        {
            tries += 1;
            if let Some(again) = self.again(suspicion).await {
                hits += 1;
                suspicion.violations = again.violations;
                suspicion.gist = again.gist;
            }
        }
        (hits, tries)
    }

    async fn again(&mut self, suspicion: &Suspicion) -> Option<Suspicion> {
        if is_whole(suspicion) {
            let (_, again) = self.arena.run(&suspicion.case).await;
            return again.into_iter().find(|one| one.kind == suspicion.kind);
        }
        let done = self.arena.send(&mut self.lane, &suspicion.case, true).await;
        let core = core(suspicion);
        done.suspicions
            .into_iter()
            .find(|one| self::core(one) == core)
    }

    /// The case file, with what the request may be answered.
    async fn written(&mut self, suspicion: &Suspicion) -> Option<Written> {
        let (expect, granted) = match self.arena.fixtures.share(suspicion.case.given).await {
            Ok(hold) => {
                let ids = &hold.lease().ids;
                let message = suspicion.case.compose(ids);
                let permitted: Permitted = self.arena.permitted(&suspicion.case, &message, ids);
                let expect = expectations(&permitted, suspicion.broken.level);
                (expect, permitted.grants())
            }
            Err(_) => (Vec::new(), None),
        };
        written(suspicion, expect, granted)
    }

    /// Runs the case file as `fullstop run` does, and says whether it shows the fault.
    async fn run(&mut self, suspicion: &Suspicion, written: &Written) -> (Record, bool) {
        let (record, _) = self.arena.runner.judged(&written.case).await;
        let is_shown = match suspicion.kind {
            Kind::Invariant(_) | Kind::Leak | Kind::Latency => true,
            // What nothing is established about can only break an invariant.
            _ if written.case.level == Level::Observe => false,
            _ => matches!(record.verdict, Verdict::Divergent | Verdict::Vacuous),
        };
        (record, is_shown)
    }

    /// Whether the reference shows the same: then it is the judgement that is wrong.
    async fn is_of_reference(&mut self, suspicion: &Suspicion, written: &Written) -> bool {
        if self.guards.is_empty() {
            for auth in [Auth::Required, Auth::Optional] {
                let guard = Guard::open(&self.suite, auth, &self.profile).await;
                self.guards.extend(guard);
            }
        }
        for guard in &mut self.guards {
            if guard.shows(suspicion, written).await {
                return true;
            }
        }
        false
    }

    fn finding(
        &self,
        suspicion: Suspicion,
        written: Written,
        record: Record,
        (hits, tries): (u32, u32),
    ) -> Finding {
        let id = written.path.trim_end_matches(".toml").to_owned();
        let sources: Vec<_> = suspicion
            .broken
            .sources
            .iter()
            .map(|source| format!("{}: {}", source.kind.name(), source.cite))
            .collect();
        // A line for `fullstop send` would need the case to be one of the suite's.
        let curl = record.replay.filter(|line| line.starts_with("E="));
        let url = self.profile.url();
        let file = &written.path;
        let own = format!("fullstop fuzz --endpoint {} --replay {file}", word(&url));
        // A state is judged behind a grant, and need not be firmer than that.
        let level = match suspicion.kind {
            Kind::State => written.case.level,
            _ => suspicion.broken.level,
        };
        let fault = fault_of(&Failure {
            id: &id,
            level,
            symptom: suspicion.symptom(),
        });
        let (title, harm, sent) = match fault {
            Some(fault) => (fault.title, fault.harm, fault.example.request),
            None => (suspicion.key.clone(), Harm::Shape, String::new()),
        };
        let is_server_error = suspicion.kind == Kind::Invariant(Invariant::NoServerErrors);
        Finding {
            title,
            harm,
            sent,
            id,
            causes: causes(&suspicion.symptom()),
            also: Vec::new(),
            key: suspicion.key,
            level,
            requirement: suspicion.broken.text,
            requirement_id: suspicion.broken.id,
            source: sources.join("; "),
            violations: suspicion.violations,
            flaky: (hits < tries).then_some((hits, tries)),
            executions_to_find: suspicion.executions,
            given: written.case.given.to_string(),
            path: written.path,
            text: written.text,
            is_server_error,
            is_request: true,
            invariant: written.invariant,
            replay: curl.or(Some(own)),
            exchange: record.exchange,
        }
    }
}

impl Guard {
    /// A reference that asks for signatures, or one that may go without, as the target may. That one grants what the
    /// other refuses, and is as right.
    async fn open(suite: &Arc<Suite>, auth: Auth, target: &Profile) -> Option<Self> {
        let mut profile = Profile::reference();
        if auth == Auth::Optional && target.credentials.is_none() {
            profile.credentials = None;
        }
        let options = Options {
            auth,
            ..Options::default()
        };
        let session = Session::embedded_as(profile, options).ok()?;
        let arena = Arena::new(&session, suite).await.ok()?;
        Some(Self {
            lane: session.client.lane(),
            arena,
            session,
        })
    }

    /// Whether it shows the fault.
    async fn shows(&mut self, suspicion: &Suspicion, written: &Written) -> bool {
        let (record, _) = self.arena.runner.judged(&written.case).await;
        if matches!(record.verdict, Verdict::Divergent | Verdict::Vacuous) {
            return true;
        }
        match suspicion.kind {
            Kind::Case => return false,
            Kind::Latency => return grown(&self.arena, &mut self.lane).await.is_some(),
            _ if is_whole(suspicion) => {
                let (_, shown) = self.arena.run(&suspicion.case).await;
                return shown.iter().any(|one| one.kind == suspicion.kind);
            }
            _ => {}
        }
        let done = self.arena.send(&mut self.lane, &suspicion.case, true);
        let core = core(suspicion);
        done.await
            .suspicions
            .iter()
            .any(|one| self::core(one) == core)
    }
}

/// Whether it shows in a case of the suite that is run as it stands, and not in a request that could be smaller.
fn is_whole(suspicion: &Suspicion) -> bool {
    suspicion.kind == Kind::Case || !is_sent_alone(&suspicion.case)
}

fn tries_until_one(kind: Kind) -> u32 {
    match kind {
        Kind::Invariant(_) => TRIES_OF_ANY,
        _ => TRIES,
    }
}

/// A fault without the request that brings it.
fn core(suspicion: &Suspicion) -> (Kind, String) {
    (suspicion.kind, suspicion.key.clone())
}
