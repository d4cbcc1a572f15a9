//! What runs leave behind, found and deleted.

use std::fs;

use fullstop::contract::Operation;
use serde_json::json;

use super::Scene;
use crate::command::{Output, command, fullstop, output};

#[test]
fn sweep_deletes_what_runs_left_and_nothing_else() {
    let scene = Scene::start(&[]);
    // Names that look like ours: whoever made them, it was no run.
    let foreign = [
        "customers",
        "fullstop",
        "fullstop-2024-01-01",
        "fullstop-users-1",
        "my-fullstop-19a0b1c2d3e-1f-0",
    ];
    for name in foreign {
        scene.make_pool(name);
    }
    let mine: Vec<_> = (0..70)
        .map(|number| format!("fullstop-19a0b1c2d3e-1f-{number}"))
        .collect();
    for name in &mine {
        scene.make_pool(name);
    }
    scene.make_pool("fullstop-19a0b1c2d3f-20-0");
    // A job that runs keeps its pool from being deleted.
    let listed = scene.call(Operation::ListUserPools, json!({ "MaxResults": 60 }));
    let is_mine = |name: &str| name.starts_with("fullstop-19a0b1c2d3e-");
    let pools = listed["UserPools"].as_array().unwrap().iter();
    let pool = pools
        .map(|pool| (&pool["Id"], pool["Name"].as_str().unwrap()))
        .find(|(_, name)| is_mine(name));
    let (pool, _) = pool.expect("a pool of ours is on the first page");
    let jobs = json!({ "status": "InProgress", "UserPoolId": pool }).to_string();
    let seeded = fullstop::wire::Request {
        method: "POST".to_owned(),
        path: "/_fullstop/jobs".to_owned(),
        headers: Vec::new(),
        body: jobs.into_bytes(),
    };
    assert_eq!(
        scene
            .runtime
            .block_on(scene.client.ping(&seeded))
            .unwrap()
            .status,
        200
    );

    let sweep = |more: &[&str]| -> Output {
        fullstop(&[&["sweep", "--endpoint", &scene.served.url], more].concat())
    };
    let looked = sweep(&["--dry-run"]);
    assert!(
        looked.stdout.ends_with("71 pools to delete\n"),
        "{}{}",
        looked.stdout,
        looked.stderr
    );
    let old = sweep(&["--older-than", "60", "--dry-run"]);
    assert!(
        old.stdout.ends_with("71 pools to delete\n"),
        "they are of 2025: {}",
        old.stdout
    );
    assert_eq!(scene.pools().len(), 76, "looking deletes nothing");
    let one = sweep(&["--run", "19a0b1c2d3f-20"]);
    assert_eq!(
        (one.code, one.stdout.lines().last()),
        (0, Some("1 pool deleted")),
        "{}",
        one.stderr
    );
    let rest = sweep(&[]);
    assert_eq!(
        (rest.code, rest.stdout.lines().last()),
        (0, Some("70 pools deleted")),
        "{}",
        rest.stderr
    );
    assert_eq!(scene.pools(), foreign);
    let nothing = sweep(&[]);
    assert_eq!(
        (nothing.code, nothing.stdout.as_str()),
        (0, "0 pools deleted\n")
    );
}

#[test]
fn the_prefix_of_the_profile_is_that_of_the_pools_and_of_what_is_swept() {
    let scene = Scene::start(&[]);
    let text = fs::read_to_string(scene.config()).unwrap();
    let text = text.replace("driver = \"api\"", "driver = \"api\", prefix = \"team-a\"");
    fs::write(scene.config(), text).unwrap();
    let config = scene.config();
    let filter = "job-id/length-max/one-over";
    let run = output(&mut command(&[
        "run", "--config", &config, "--keep", "--filter", filter,
    ]));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let kept = scene.pools();
    assert!(
        !kept.is_empty() && kept.iter().all(|name| name.starts_with("team-a-")),
        "{kept:?}"
    );
    fullstop(&["sweep", "--endpoint", &scene.served.url]);
    assert_eq!(scene.pools(), kept, "another prefix is another owner");
    let swept = output(&mut command(&["sweep", "--config", &config]));
    assert_eq!(swept.code, 0, "{}", swept.stderr);
    assert_eq!(scene.pools(), Vec::<String>::new());
}

#[test]
fn off_this_machine_nothing_is_swept_without_consent() {
    let mut sweep = command(&["sweep", "--endpoint", "http://192.0.2.1"]);
    sweep
        .env("AWS_ACCESS_KEY_ID", "AKID")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
    let refused = output(&mut sweep);
    assert_eq!(refused.code, 2);
    for said in ["not this machine", "--dry-run", "--yes"] {
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
    assert_eq!(
        fullstop(&["sweep"]).code,
        2,
        "the embedded reference has nothing to sweep"
    );
    assert_eq!(
        fullstop(&["sweep", "--endpoint", "http://127.0.0.1:9"]).code,
        3
    );
}
