//! What is established about the operation: names, limits, errors, statuses and members, each with its source.
//!
//! Data only. It judges nothing, sends nothing and knows no case: the case files write their limits out by hand, so that
//! a slip here is found there.

mod constraint;
mod error;
mod job;
mod operation;
mod quota;

pub use constraint::{Constraint, JOB_ID, USER_POOL_ID};
pub use error::{DECLARED, Declared, REACHABLE, declared, is_known, spelled_alike};
pub use job::{HASHING_ALGORITHMS, Kind, MEMBERS, Member, Status};
pub use operation::{CONTENT_TYPE, Operation, SIGNING_NAME, TARGET_PREFIX};
pub use quota::{Quota, QuotaClass, QuotaUse};
