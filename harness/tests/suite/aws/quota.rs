//! The quotas, and the plan of what a run takes of them.

use serde_json::Value;

use super::Scene;
use crate::command::{Scratch, command, output};

/// A share of the suite that takes some seconds under AWS's quotas.
const BUDGET: &str = "10";

/// The operation whose calls depend on how quick the endpoint is.
const POLLED: &str = "DescribeUserImportJob";

#[test]
fn a_run_within_awss_quotas_is_as_planned_and_never_throttled_and_leaves_nothing() {
    let scene = Scene::limited();
    let config = scene.config();
    let of = |arguments: &[&str]| -> Value {
        let common = ["--config", &config, "--budget", BUDGET, "--json", "-"];
        let output = output(&mut command(&[arguments, &common].concat()));
        assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
        serde_json::from_str(&output.stdout).expect("standard output is JSON")
    };
    let plan = of(&["plan"]);
    assert_eq!(
        scene.received()["operations"],
        serde_json::json!({}),
        "a plan sends nothing"
    );

    let results = of(&["run"]);
    let received = scene.received();
    assert_eq!(received["throttled"], 0, "{received}");
    for name in ["indeterminate", "divergent", "error", "vacuous"] {
        assert_eq!(
            results["summary"][name], 0,
            "{name}: {}",
            results["summary"]
        );
    }
    assert_eq!(
        plan["out_of_reach"].as_array().map_or(0, Vec::len) > 0,
        results["summary"]["blocked"] != 0
    );

    let counts = |of: &Value| of.as_object().cloned().unwrap();
    let (planned, came) = (counts(&plan["requests"]), counts(&received["operations"]));
    assert!(planned.keys().eq(came.keys()), "{planned:?}\n{came:?}");
    for (operation, count) in &planned {
        let (count, came) = (count.as_u64().unwrap(), came[operation].as_u64().unwrap());
        if operation == POLLED {
            let more = count.abs_diff(came) as f64 / came as f64;
            assert!(more < 0.35, "{operation}: planned {count}, came {came}");
        } else {
            assert_eq!(count, came, "{operation}");
        }
    }
    assert_eq!(plan["unread"], received["unread"]);
    assert_eq!(plan["uploads"], received["uploads"]);

    let quotas = results["quotas"]
        .as_array()
        .expect("the share of each quota");
    let mut metered = 0;
    for quota in quotas {
        metered += quota["requests"].as_u64().unwrap();
        assert!(
            quota["account_peak"].as_u64() <= quota["account_limit"].as_u64(),
            "{quota}"
        );
        if quota["pool_limit"].is_u64() {
            assert!(
                quota["pool_peak"].as_u64() <= quota["pool_limit"].as_u64(),
                "{quota}"
            );
            assert!(quota["pool_peak"].as_u64() > Some(0), "{quota}");
        }
        let mean = quota["account_mean"].as_f64().unwrap();
        assert!(
            mean > 0.0 && mean < quota["account_limit"].as_f64().unwrap(),
            "{quota}"
        );
    }
    let all = came
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum::<u64>();
    // Bytes that are no request of HTTP are sent, and never come to the endpoint's ears.
    let read = all + received["unread"].as_u64().unwrap();
    assert!(
        (read..read + 10).contains(&metered),
        "every request is metered: {read}, {metered}"
    );
    assert_eq!(scene.pools(), Vec::<String>::new());
}

#[test]
fn a_plan_tells_what_is_out_of_reach_on_aws_and_why() {
    let output = output(&mut command(&[
        "plan", "--target", "aws", "--filter", "errors/", "--filter", "state/",
    ]));
    assert_eq!(output.code, 0, "{}", output.stderr);
    for said in [
        "https://cognito-idp.us-east-1.amazonaws.com",
        "a job expires 24 to 48 hours after it was created",
        "the `api` driver cannot inject errors",
        "it takes 2 active jobs, and the endpoint allows 1",
        "4 user pools",
        "UserPoolResourceUpdate: 15 a second, 5 on one pool",
        "needs the ARN of a role",
    ] {
        assert!(
            output.stdout.contains(said),
            "{said:?} is not said:\n{}",
            output.stdout
        );
    }
}

#[test]
fn a_plan_keeps_to_the_version_that_a_profile_is_pinned_to_and_tells_what_repeats_add() {
    let scratch = Scratch::new();
    let case = |name: &str, since: &str| {
        format!(
            "\n[[case]]\nname = \"{name}\"\nsince = \"{since}\"\nwhy = \"It is there.\"\nset.JobId = {{ text = \"x {name}\" }}\n"
        )
    };
    let head = "requirement = \"A JobId is refused.\"\nlevel = \"must\"\nsince = \"0.0.9\"\nsources = [{ kind = \"documented\", cite = \"x\" }]\nexpect = [{ status = 400, error = \"InvalidParameterException\" }]\n";
    let cases = [head, &case("old", "0.0.9"), &case("new", "0.1.0")].concat();
    scratch.file("cases/job-id/pattern.toml", &cases);
    let pinned = "[target.a]\nendpoint = \"http://127.0.0.1:9\"\nsuite_version = \"0.0.9\"\n";
    scratch.file("fullstop.toml", pinned);
    let plan = |more: &[&str]| {
        let arguments = [&["plan", "--cases", "cases", "--json", "-"], more].concat();
        let output = output(command(&arguments).current_dir(&scratch.folder));
        assert_eq!(output.code, 0, "{}", output.stderr);
        serde_json::from_str::<Value>(&output.stdout).expect("standard output is JSON")
    };
    let by_profile = plan(&[]);
    assert_eq!(by_profile["cases"], 1);
    assert_eq!(plan(&["--budget", "1"])["cases"], 1);
    assert_eq!(plan(&["--suite-version", "0.1.0"])["cases"], 2);
    assert!(by_profile["notes"].to_string().contains("repeated 5 times"));
    let without = plan(&["--repeats", "0"]);
    assert_eq!(without["notes"], serde_json::json!([]));
}
