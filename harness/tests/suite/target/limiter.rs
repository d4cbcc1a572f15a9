//! Quotas that requests are kept within.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fullstop::contract::{Operation, QuotaClass};
use fullstop::target::{Limit, Limiter, Quotas};
use fullstop::wire::Request;
use tokio::time::timeout;

/// What a second is taken to be: a request waits for that long where its pool, or its account, had its own.
const WINDOW: Duration = Duration::from_millis(1_250);

/// How many pools are remembered at most.
const POOLS_MAX: usize = 64;

fn stop(pool: &str) -> Request {
    Request::call(
        Operation::StopUserImportJob,
        format!(r#"{{"UserPoolId":"{pool}","JobId":"import-1"}}"#),
    )
}

/// A limiter for stops alone.
fn limiter(account: u32, pool: Option<u32>) -> Limiter {
    let class = Operation::StopUserImportJob.quota_class();
    let limits = BTreeMap::from([(class, Limit { account, pool })]);
    Limiter::new(Quotas(limits))
}

/// Whether it is a request's turn at once.
async fn is_let_through(limiter: &Limiter, request: &Request) -> bool {
    timeout(Duration::ZERO, limiter.turn(request)).await.is_ok()
}

#[tokio::test]
async fn a_request_that_cannot_be_read_counts_as_a_stop_of_the_pool_that_it_names() {
    let limiter = limiter(1_000, Some(1));
    let mut broken = stop("us-east-1_A");
    broken.body.pop();
    broken.set("X-Amz-Target", "nonsense");
    let began = Instant::now();
    assert!(is_let_through(&limiter, &stop("us-east-1_A")).await);
    limiter.turn(&broken).await;
    assert!(began.elapsed() >= WINDOW, "it waits for its pool");
    assert_eq!(limiter.pools(), 1);
    let usage = limiter.usage();
    let counted: Vec<_> = usage.iter().map(|of| (of.class, of.requests)).collect();
    assert_eq!(counted, [(QuotaClass::UserPoolResourceUpdate, 2)]);
}

#[tokio::test]
async fn a_lane_that_is_full_waits() {
    let limiter = limiter(3, None);
    let began = Instant::now();
    for number in 0..3 {
        assert!(is_let_through(&limiter, &stop("a_b")).await, "{number}");
    }
    limiter.turn(&stop("a_b")).await;
    assert!(began.elapsed() >= WINDOW, "the fourth waits");
}

#[tokio::test]
async fn pools_at_rest_are_forgotten() {
    let limiter = limiter(100_000, Some(1));
    let pool = |number: usize| stop(&format!("us-east-1_{number}"));
    let last = 2 * POOLS_MAX;
    for number in 0..=last {
        assert!(is_let_through(&limiter, &pool(number)).await, "{number}");
    }
    assert!(limiter.pools() > POOLS_MAX, "none of them is at rest");
    // Its turn comes when all that came before are at rest.
    limiter.turn(&pool(last)).await;
    assert!(is_let_through(&limiter, &pool(last + 1)).await);
    assert!(limiter.pools() <= POOLS_MAX);
}
