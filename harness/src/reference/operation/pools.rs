//! The operations on user pools, as far as import jobs need a pool.

use std::ops::Bound;
use std::sync::LazyLock;

use serde_json::Value;

use crate::contract::USER_POOL_ID;
use crate::reference::failure::Failure;
use crate::reference::json::Json;
use crate::reference::operation::{Call, slip};
use crate::reference::rule::Rule;
use crate::reference::show::timestamp;
use crate::reference::store::{POOLS_MAX, Pool, Store};

/// The rule that every operation but the judged one has for a UserPoolId, whatever the mutant.
pub(crate) static POOL: LazyLock<Rule> = LazyLock::new(|| Rule::of(&USER_POOL_ID));

/// Source: API reference, CreateUserPool, PoolName.
static POOL_NAME: LazyLock<Rule> =
    LazyLock::new(|| Rule::new("poolName", 1, 128, r"[\w\s+=,.@-]+"));

/// Source: API reference, ListUserPools, MaxResults.
const PAGE_MAX: u64 = 60;

/// Makes a pool.
pub(crate) fn create(call: &Call<'_>, store: &mut Store) -> Result<Json, Failure> {
    let [name] = call.texts([("PoolName", &POOL_NAME)])?;
    let name = name.unwrap_or_default().to_owned();
    let Some(pool) = store.make_pool(name, call.now, call.options) else {
        return Err(Failure::limit_exceeded("user pools", POOLS_MAX));
    };
    pool.is_verifying = matches!(
        call.members.get("AutoVerifiedAttributes"),
        Some(Value::Array(attributes)) if !attributes.is_empty()
    );
    Ok(shown(pool, call))
}

/// Shows a pool.
pub(crate) fn describe(call: &Call<'_>, store: &mut Store) -> Result<Json, Failure> {
    let [id] = call.texts([("UserPoolId", &POOL)])?;
    let pool = store.pool(id.unwrap_or_default())?;
    Ok(shown(pool, call))
}

/// Deletes a pool and its jobs, unless one of them is active.
pub(crate) fn delete(call: &Call<'_>, store: &mut Store) -> Result<Json, Failure> {
    let [id] = call.texts([("UserPoolId", &POOL)])?;
    let id = id.unwrap_or_default();
    let pool = store.pool(id)?;
    if pool.is_importing(call.now, call.options) || slip::keeps_pool(call, pool) {
        return Err(Failure::import_in_progress(id));
    }
    slip::bury(call, store, id);
    store.drop_pool(id);
    // An operation without output has an empty body, not an empty object.
    Ok(Json::Raw(String::new()))
}

/// Lists the pools, in the order of their ids.
pub(crate) fn list(call: &Call<'_>, store: &mut Store) -> Result<Json, Failure> {
    let size = call.page_size(PAGE_MAX)?;
    let from = match call.text("NextToken")? {
        Some(token) => Bound::Excluded(token),
        None => Bound::Unbounded,
    };
    let mut pools = store.pools.range::<str, _>((from, Bound::Unbounded));
    let page: Vec<&Pool> = pools.by_ref().take(size).map(|(_, pool)| pool).collect();
    let next = page.last().filter(|_| pools.next().is_some());

    let brief = |pool: &&Pool| {
        Json::object([
            ("CreationDate", timestamp(pool.created, call.options)),
            ("Id", Json::text(&pool.id)),
            ("LastModifiedDate", timestamp(pool.created, call.options)),
            ("Name", Json::text(&pool.name)),
        ])
    };
    let mut members = Vec::new();
    if let Some(last) = next {
        members.push(("NextToken".to_owned(), Json::text(&last.id)));
    }
    let pools = page.iter().map(brief).collect();
    members.push(("UserPools".to_owned(), Json::List(pools)));
    Ok(Json::Object(members))
}

/// The columns of the CSV file.
///
/// Source: AWS CLI example of GetCSVHeader; developer guide, "Importing users from a CSV file".
pub(crate) fn csv_header(call: &Call<'_>, store: &mut Store) -> Result<Json, Failure> {
    const COLUMNS: [&str; 21] = [
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "email",
        "email_verified",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "phone_number",
        "phone_number_verified",
        "address",
        "updated_at",
        "cognito:mfa_enabled",
        "cognito:username",
    ];
    let [id] = call.texts([("UserPoolId", &POOL)])?;
    let pool = store.pool(id.unwrap_or_default())?;
    let columns = COLUMNS.into_iter().map(Json::text).collect();
    Ok(Json::object([
        ("CSVHeader", Json::List(columns)),
        ("UserPoolId", Json::text(&pool.id)),
    ]))
}

fn shown(pool: &Pool, call: &Call<'_>) -> Json {
    let options = call.options;
    let (region, account) = (&options.region, &options.account_id);
    let arn = format!(
        "arn:aws:cognito-idp:{region}:{account}:userpool/{}",
        pool.id
    );
    Json::object([(
        "UserPool",
        Json::object([
            ("Arn", Json::Text(arn)),
            ("CreationDate", timestamp(pool.created, options)),
            ("EstimatedNumberOfUsers", Json::count(0)),
            ("Id", Json::text(&pool.id)),
            ("LastModifiedDate", timestamp(pool.created, options)),
            ("Name", Json::text(&pool.name)),
        ]),
    )])
}
