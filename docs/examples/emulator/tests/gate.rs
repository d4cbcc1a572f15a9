//! The same as one test.

mod judged;

#[test]
fn stop_user_import_job_is_as_on_aws() {
    let results = judged::conformance().assert();
    assert_eq!(results.summary.blocked, 0, "every state is within reach");
}
