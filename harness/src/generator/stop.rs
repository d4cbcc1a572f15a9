//! A StopUserImportJob request on a job in some state.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::case::{Case, Change, Given, JobState, Level, MemberValue, PoolState};
use crate::contract::{Constraint, JOB_ID, Operation, Status, USER_POOL_ID};
use crate::generator::member;

/// The most members that are added to a request: one shows whether unknown members are ignored, more show nothing new.
const ADDED_MAX: usize = 2;

/// A generated request, as a case without expectations.
#[derive(Clone, Debug)]
pub struct Stop(pub Case);

impl<'a> Arbitrary<'a> for Stop {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let given = given(input)?;
        let mut changes = Vec::new();
        // Three in eight requests are valid, so that the states behind the checks are reached.
        match input.int_in_range(0..=7u8)? {
            0..=2 => {}
            3..=4 => changes.push(change(&JOB_ID, input)?),
            5..=6 => changes.push(change(&USER_POOL_ID, input)?),
            _ => {
                changes.push(change(&JOB_ID, input)?);
                changes.push(change(&USER_POOL_ID, input)?);
            }
        }
        for _ in 0..input.int_in_range(0..=ADDED_MAX)? {
            let name: String = input.arbitrary::<String>()?.chars().take(16).collect();
            // A second member of the same name is another subject.
            if name != JOB_ID.member && name != USER_POOL_ID.member {
                let value = MemberValue {
                    text: Some(input.arbitrary()?),
                    ..MemberValue::default()
                };
                changes.push(Change::Set(name, value));
            }
        }
        Ok(Self(Case {
            id: "generated/stop/request".to_owned(),
            why: "Generated.".to_owned(),
            level: Level::Observe,
            given,
            operation: Operation::StopUserImportJob,
            changes,
            fault: None,
            expect: Vec::new(),
            post: None,
        }))
    }
}

fn given(input: &mut Unstructured<'_>) -> Result<Given> {
    let job = match input.int_in_range(0..=9u8)? {
        0 => JobState::Absent,
        1 => JobState::Elsewhere,
        _ => JobState::Is(*input.choose(&Status::ALL)?),
    };
    let pool = if input.ratio(1u8, 16u8)? {
        PoolState::Absent
    } else {
        PoolState::Present
    };
    Ok(Given { job, pool })
}

fn change(constraint: &Constraint, input: &mut Unstructured<'_>) -> Result<Change> {
    let member = constraint.member.to_owned();
    if input.ratio(1u8, 8u8)? {
        return Ok(Change::Remove(member));
    }
    Ok(Change::Set(member, member::value(constraint, input)?))
}
