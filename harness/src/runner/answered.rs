//! What an answer is by itself.

use std::sync::PoisonError;

use crate::case::{Case, Change, Expectation, Ids, JobState, Level, Message};
use crate::contract::Operation;
use crate::fault::Gist;
use crate::oracle::{
    Actual, Brief, Context, Expected, Facet, Judgement, Observed, Outcome, Owned, Violation, judge,
    owned,
};
use crate::provision::{Lease, Reason};
use crate::runner::attempt::Judge;
use crate::runner::shown::{described, shown_request};
use crate::runner::tries::{Before, Halt};
use crate::runner::{Exchange, Record, Verdict};
use crate::snapshot;
use crate::wire::{Response, redact};

/// An answered request and what is known about its precondition.
pub(crate) struct Answered {
    pub(crate) record: Record,
    pub(crate) ids: Ids,
    pub(crate) response: Option<Response>,
    pub(crate) refusal: bool,
    /// The status of a response that a server failed with before it answered.
    pub(crate) failed_first: Option<u16>,
}

impl Judge {
    /// What a response is by itself, before anything is known of the state afterwards.
    pub(crate) fn answered(
        &self,
        case: &Case,
        lease: &Lease,
        sent: &Message,
        response: Option<Response>,
        before: Before,
    ) -> Result<Answered, Halt> {
        let mut record = Record::new(&case.id, case.level, Verdict::Error);
        record.replay = self.replays.of_case(case, Some(lease));
        record.exchange = Some(self.described(sent, response.as_ref(), &lease.ids));
        record.snapshot = self.compared(case, &record);
        record.answer = Some(response.as_ref().map_or(Brief::Closed, Brief::of));
        record.gist = response.as_ref().map(Gist::of);
        let mut refusal = false;
        match &response {
            _ if case.level == Level::Observe => record.verdict = Verdict::Observed,
            None => {
                record.verdict = Verdict::Divergent;
                let expected = Expected::told("an answer");
                let violation = Violation::new(Facet::Response, expected, Actual::Closed);
                record.violations = vec![violation];
            }
            Some(response) => {
                let context = Context {
                    ids: &lease.ids,
                    before: lease.before.as_ref(),
                };
                match judge(&case.expect, response, context) {
                    Judgement::Conformant { refusal: refused } => {
                        record.verdict = Verdict::Pass;
                        record.works = !refused && response.status == 200;
                        refusal = refused;
                    }
                    Judgement::Tolerated {
                        flag,
                        refusal: refused,
                    } => {
                        record.verdict = Verdict::Tolerated;
                        record.flag = Some(flag);
                        refusal = refused;
                    }
                    Judgement::Divergent(violations) => {
                        let outcome = Outcome::Answered(response.clone());
                        let seen = observed(case, Some(&lease.ids), outcome);
                        let Owned { own, others } = self.owned(case, violations, &seen);
                        record.violations = own;
                        record.verdict = Verdict::Divergent;
                        if record.violations.is_empty() {
                            record.verdict = Verdict::Shadowed;
                            record.reason = Some(Reason::Shadowed(others));
                            refusal = response.status >= 400;
                        }
                    }
                    Judgement::Unknown(why) => {
                        return Err(Halt::Blocked(Reason::NotComparable(why)));
                    }
                }
            }
        }
        Ok(Answered {
            record,
            ids: lease.ids.clone(),
            response,
            refusal,
            failed_first: before.failed,
        })
    }

    /// Parts what a case has against its answer from what this run tells under rules about every answer.
    fn owned(&self, case: &Case, violations: Vec<Violation>, seen: &Observed) -> Owned<String> {
        let rules = self.rules.read().unwrap_or_else(PoisonError::into_inner);
        let rules = rules
            .iter()
            .filter_map(|rule| Some((rule.invariant?, rule)));
        let as_firm = rules.filter(|(_, rule)| rule.level <= case.level);
        owned(
            violations,
            as_firm.map(|(invariant, rule)| (invariant, rule.id.clone())),
            seen,
        )
    }

    fn described(&self, sent: &Message, response: Option<&Response>, ids: &Ids) -> Exchange {
        let came = response.ok_or("<closed without an answer>");
        Exchange {
            sent: shown_request(sent),
            came: redact(&came.map_or_else(str::to_owned, described)),
            normalised: snapshot::render(sent, came, ids),
        }
    }

    fn compared(&self, case: &Case, record: &Record) -> Option<snapshot::State> {
        let (recorded, exchange) = (self.snapshots.as_ref()?, record.exchange.as_ref()?);
        Some(recorded.compare(&case.id, &exchange.normalised))
    }
}

/// What the invariants need to know of an answer.
pub(crate) fn observed(case: &Case, ids: Option<&Ids>, outcome: Outcome) -> Observed {
    let renamed = case.changes.iter().any(|change| {
        matches!(change, Change::Set(member, _) if member == "JobId" || member == "UserPoolId")
            || matches!(change, Change::Body(_))
    });
    Observed {
        case: case.id.clone(),
        protocol: case.is_protocol(),
        ids: ids.filter(|_| !renamed).cloned(),
        stops: stops_running_job(case),
        may_fail: case.may_fail(),
        outcome,
        failed_first: None,
    }
}

/// Whether a request must be granted, and stops a job that runs.
fn stops_running_job(case: &Case) -> bool {
    let runs = match case.given.job {
        JobState::Started => true,
        JobState::Is(status) => status.is_started(),
        JobState::Elsewhere | JobState::Absent => false,
    };
    case.operation == Operation::StopUserImportJob
        && runs
        && !case.expect.is_empty()
        && !case.expect.iter().any(Expectation::is_refusal)
}
