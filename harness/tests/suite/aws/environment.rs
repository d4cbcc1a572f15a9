//! Region and credentials, where AWS's tools look for them.

use serde_json::Value;

use crate::command::{Scratch, command, output};

const KEYS: &str = "aws_access_key_id = AKID\naws_secret_access_key = secret\n";

/// The endpoint that `--target aws` stands for.
fn endpoint(scratch: &Scratch, variables: &[(&str, &str)]) -> String {
    let arguments = [
        "plan",
        "--target",
        "aws",
        "--filter",
        "job-id/length-max/one-over",
        "--json",
        "-",
    ];
    let mut command = command(&arguments);
    command
        .env("HOME", &scratch.folder)
        .current_dir(&scratch.folder);
    let output = output(command.envs(variables.iter().copied()));
    let plan: Value = serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", output.stdout, output.stderr));
    plan["target"]["endpoint"].as_str().unwrap().to_owned()
}

#[test]
fn the_region_is_a_variable_or_that_of_the_profile_in_the_shared_config() {
    let scratch = Scratch::new();
    scratch.file(
        ".aws/config",
        "# shared\n[default]\nregion = eu-west-1\ns3 =\n  region = nowhere\n[profile work]\nregion=cn-north-1\n",
    );
    scratch.file(
        ".aws/credentials",
        &format!("[default]\n{KEYS}[work]\n{KEYS}"),
    );
    let of = |variables: &[(&str, &str)]| endpoint(&scratch, variables);
    assert_eq!(of(&[]), "https://cognito-idp.eu-west-1.amazonaws.com");
    assert_eq!(
        of(&[("AWS_PROFILE", "work")]),
        "https://cognito-idp.cn-north-1.amazonaws.com.cn"
    );
    assert_eq!(
        of(&[("AWS_REGION", "ap-south-1"), ("AWS_PROFILE", "work")]),
        "https://cognito-idp.ap-south-1.amazonaws.com"
    );
    let elsewhere = scratch.file("other", "[default]\nregion = sa-east-1\n");
    assert_eq!(
        of(&[("AWS_CONFIG_FILE", &elsewhere)]),
        "https://cognito-idp.sa-east-1.amazonaws.com"
    );
}

#[test]
fn what_is_missing_for_aws_is_one_clear_line() {
    let scratch = Scratch::new();
    let run = |variables: &[(&str, &str)], want: &[&str]| {
        let mut command = command(&["run", "--target", "aws"]);
        command
            .env("HOME", &scratch.folder)
            .current_dir(&scratch.folder);
        let output = output(command.envs(variables.iter().copied()));
        assert_eq!(output.code, 2, "{}", output.stderr);
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
        for part in want {
            assert!(
                output.stderr.contains(part),
                "{part:?} is not said: {}",
                output.stderr
            );
        }
    };
    let region = ("AWS_REGION", "eu-central-1");
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    run(&keys, &["find a region", "AWS_REGION", "~/.aws/config"]);
    run(&[region], &["find credentials", "AWS_ACCESS_KEY_ID"]);
    run(
        &[region, keys[0], keys[1]],
        &[
            "https://cognito-idp.eu-central-1.amazonaws.com",
            "neither this machine",
            "--yes",
        ],
    );
    let mut command = command(&["run", "--target", "aws", "--yes"]);
    command
        .current_dir(&scratch.folder)
        .envs([region, keys[0], keys[1]]);
    let output = output(&mut command);
    assert_eq!(output.code, 2, "{}", output.stderr);
    assert!(output.stderr.contains("role_arn"), "{}", output.stderr);
}
