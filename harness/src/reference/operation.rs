//! The operations: what each makes of a request that is well-formed and allowed.

mod call;
mod jobs;
mod lookup;
mod misread;
mod pools;
pub(crate) mod slip;
mod stop;

use crate::contract::Operation;
use crate::reference::failure::Failure;
use crate::reference::json::Json;
use crate::reference::store::Store;

pub(crate) use call::Call;
pub(crate) use stop::Rules;

/// Answers a call.
pub(crate) fn answer(
    operation: Operation,
    call: &Call<'_>,
    rules: &Rules,
    store: &mut Store,
) -> Result<Json, Failure> {
    match operation {
        Operation::CreateUserPool => pools::create(call, store),
        Operation::DescribeUserPool => pools::describe(call, store),
        Operation::DeleteUserPool => pools::delete(call, store),
        Operation::ListUserPools => pools::list(call, store),
        Operation::GetCSVHeader => pools::csv_header(call, store),
        Operation::CreateUserImportJob => jobs::create(call, store),
        Operation::StartUserImportJob => jobs::start(call, store),
        Operation::StopUserImportJob => stop::stop(call, rules, store),
        Operation::DescribeUserImportJob => jobs::describe(call, store),
        Operation::ListUserImportJobs => jobs::list(call, store),
    }
}
