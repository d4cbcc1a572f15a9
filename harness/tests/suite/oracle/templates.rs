//! Messages without the values in them.

use fullstop::case::Ids;
use fullstop::oracle::{JOB_NAME, names, template};

#[track_caller]
fn check(message: &str, want: &str) {
    let ids = Ids {
        pool: "us-east-1_Pool".into(),
        job: "import-Job".into(),
    };
    assert_eq!(template(message, &names(&ids)), want);
}

#[test]
fn values_are_taken_out_and_words_stay() {
    check(
        "User pool us-east-1_Pool does not exist.",
        "User pool <UserPoolId> does not exist.",
    );
    check(
        "é US-EAST-1_POOL, import-job and import-JOB",
        "é <UserPoolId>, <JobId> and <JobId>",
    );
    check(
        "Value 'x y' at 'jobId' failed: 55",
        "Value '…' at '…' failed: #",
    );
    check("It doesn't match, 12 of 340.", "It doesn't match, # of #.");
    check("Value 'it's' at 'jobId'", "Value '…' at '…'");
    check("an open ' quote", "an open ' quote");
    check(
        "Signature=0c1f2d3e4a5b60c1f2d3e4a5b6 at 20260901-2222-33",
        "Signature=# at #",
    );
    check("a face-cade-babe-dead-beef", "a face-cade-babe-dead-beef");
    check("", "");
}

#[test]
fn an_id_is_named_whatever_it_is_made_of() {
    let ids = Ids {
        pool: "eu-west-1_0123456789abcdef0".into(),
        job: "import-3f2504e0-4f89-11d3-9a0c-0305e82c3301".into(),
    };
    let told =
        "No import-3f2504e0-4f89-11d3-9a0c-0305e82c3301 in 'x' of eu-west-1_0123456789abcdef0.";
    let want = "No <JobId> in '…' of <UserPoolId>.";
    assert_eq!(template(told, &names(&ids)), want);
}

#[test]
fn beside_the_ids_of_the_precondition_stand_those_that_a_request_named() {
    let ids = Ids {
        pool: "us-east-1_Pool".into(),
        job: "import-Job".into(),
    };
    let other = ("import-Job-Other", JOB_NAME);
    let told = "Not import-Job-Other, but import-Job of us-east-1_Pool.";
    let want = "Not <JobId>, but <JobId> of <UserPoolId>.";
    assert_eq!(
        template(told, &[names(&ids).as_slice(), &[other]].concat()),
        want
    );
}

#[test]
fn a_short_text_is_named_where_it_is_a_word_by_itself() {
    let template = |message, text| template(message, &[(text, JOB_NAME)]);
    assert_eq!(template("No job b.", "b"), "No job <JobId>.");
    assert_eq!(template("No job <b/.", "<b/"), "No job <JobId>.");
    assert_eq!(template("No job é!", "é"), "No job <JobId>!");
    assert_eq!(template("bjob job2 éjob", "job"), "bjob job# éjob");
    assert_eq!(template("job", ""), "job", "nothing is in every text");
}

#[test]
fn a_long_id_is_named_wherever_it_is_cut_off() {
    let ids = Ids {
        pool: "é".repeat(5_000),
        job: format!("import-{}", "a".repeat(9_993)),
    };
    let told = format!("No {} in '{}' here", ids.job, "b".repeat(9_000));
    assert_eq!(template(&told, &names(&ids)), "No <JobId> in '…' here");
    for size in [70, 71, 4_000] {
        let told = format!("No {}... of {}!", &ids.job[..size], &ids.pool[..size & !1]);
        assert_eq!(
            template(&told, &names(&ids)),
            "No <JobId>... of <UserPoolId>!"
        );
    }
    let told = format!("No {}", &ids.job[..50]);
    assert_eq!(
        template(&told, &names(&ids)),
        told,
        "that may be another one"
    );
}

#[test]
fn of_an_endless_message_the_beginning_is_kept() {
    let page = "é-".repeat(400_000);
    let template = template(&page, &[]);
    assert!(template.len() > 4_000, "{} bytes", template.len());
    assert!(template.len() <= 4_096, "{} bytes", template.len());
    assert!(page.starts_with(&template));
}
