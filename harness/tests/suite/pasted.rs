//! Lines that people paste run nothing and write nothing but what they say, whatever an endpoint put into them.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::command::{Scratch, command, output};
use crate::endpoints::distorted::{Distorted, Fault};

/// What breaks out of quotes, of words, of `printf` and of `sed`, each with something that would be seen.
const MARKS: [&str; 16] = [
    "'",
    "\"",
    "'\"",
    "\\",
    "`touch owned`",
    "$(touch owned)",
    "${IFS}",
    ";touch owned;",
    "|tee owned",
    ">owned",
    "\n touch owned\n",
    "&touch owned&",
    "%n%s",
    "*",
    "!!",
    "#",
];

/// A text made of two of them.
fn hostile(number: usize) -> String {
    let (one, two) = (MARKS[number % 16], MARKS[number / 16 % 16]);
    format!("a{one}$(touch owned){two}")
}

/// Answers every request as one that was granted, with hostile ids, addresses and columns.
const FAULT: Fault = |request, response, client| {
    let sent = request
        .text
        .split_once("\r\n\r\n")
        .map_or("", |(_, body)| body);
    let sent: Value = serde_json::from_str(sent).unwrap_or_default();
    let ids = |status: &str| {
        json!({ "UserImportJob": {
            "JobId": sent["JobId"], "UserPoolId": sent["UserPoolId"], "Status": status,
            "CreationDate": 1.0, "StartDate": 1.0,
        } })
    };
    let number = request.number;
    let url = match number % 3 {
        0 => format!("file:///{}", hostile(number)),
        1 => hostile(number),
        _ => format!("http://127.0.0.1:1/{}", hostile(number)),
    };
    let body = match request.operation.as_str() {
        "CreateUserPool" => json!({ "UserPool": { "Id": match number % 4 {
            0 | 1 => format!("a\"{}", hostile(number)),
            _ => format!("us-east-1_Pool{number}"),
        } } }),
        "CreateUserImportJob" => json!({ "UserImportJob": {
            "JobId": match number % 4 {
                // Where ids are put into quoted text, this one ends the quotes round the pool's.
                0 | 2 => "'".to_owned(),
                1 => format!("import-{number}"),
                _ => hostile(number),
            },
            "UserPoolId": sent["UserPoolId"], "Status": "Created", "CreationDate": 1.0,
            "PreSignedUrl": url,
        } }),
        "GetCSVHeader" => json!({ "CSVHeader": (0..64).map(hostile).collect::<Vec<_>>() }),
        "StartUserImportJob" => ids("Pending"),
        "DescribeUserImportJob" => ids("InProgress"),
        "ListUserPools" => json!({ "UserPools": [] }),
        "StopUserImportJob" => json!({ "wrong": hostile(number) }),
        _ => json!({}),
    };
    let mut response = response.without("x-amzn-errortype");
    response.status = 200;
    response.saying(body.to_string()).send(client)
};

#[test]
fn no_line_that_is_printed_runs_or_writes_anything() {
    let endpoint = Distorted::start(&["--auth", "off"], FAULT);
    let scratch = Scratch::new();
    let mut lines = BTreeSet::new();
    let commands: [&[&str]; 3] = [
        &[
            "run",
            "--filter",
            "response/",
            "--filter",
            "job-id/",
            "--json",
            "results.json",
        ],
        &["fuzz", "--execs", "150", "--json", "fuzz.json"],
        &["lifecycle", "--no-walk", "--sequences", "5"],
    ];
    for arguments in commands {
        let target = ["--endpoint", &endpoint.url, "--deadline", "8s"];
        let run = output(command(&[arguments, &target].concat()).current_dir(&scratch.folder));
        let said = run.stdout + &run.stderr;
        for line in said.lines() {
            let starts = ["E='", "fullstop "].map(|start| line.find(start));
            lines.extend(starts.into_iter().flatten().map(|at| line[at..].to_owned()));
            let quoted = line.split('`').filter(|part| part.starts_with("fullstop "));
            lines.extend(quoted.map(str::to_owned));
        }
    }
    for file in ["results.json", "fuzz.json"] {
        let text = fs::read_to_string(scratch.path(file)).expect("it was written");
        told(&serde_json::from_str(&text).expect("JSON"), &mut lines);
    }
    let with = |part: &str| lines.iter().filter(|line| line.contains(part)).count();
    let counts = ["fullstop send", "curl"].map(with);
    assert!(counts[0] > 10 && counts[1] > 0, "{counts:?}: {lines:#?}");

    let place = scratch.path("place");
    fs::create_dir_all(&place).expect("an empty folder");
    let stubs = scratch.path("stubs");
    let answer = scratch.file(
        "answer.json",
        &json!({
            "Id": hostile(33), "JobId": hostile(5), "PreSignedUrl": format!("file://{place}/owned"),
        })
        .to_string(),
    );
    let calls = scratch.path("calls");
    let stub = |name: &str, text: &str| {
        let file = scratch.file(&format!("stubs/{name}"), text);
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("it is ours");
    };
    stub(
        "curl",
        &format!("#!/bin/sh\necho \"$@\" >> '{calls}'\ncat '{answer}'\n"),
    );
    stub("fullstop", "#!/bin/sh\n");
    for line in &lines {
        let ran = Command::new("sh")
            .args(["-c", line])
            .env("PATH", format!("{stubs}:/usr/bin:/bin"))
            .current_dir(&place)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        ran.expect("a shell");
        let made = fs::read_dir(&place).expect("it is there").count();
        assert_eq!(made, 0, "it wrote something: {line}");
    }
    let calls = fs::read_to_string(calls).expect("some lines call curl");
    let calls = calls.lines().filter(|line| line.starts_with("-sS"));
    for call in calls {
        assert!(call.contains("--proto =http,https"), "{call}");
    }
}

/// The lines of JSON that somebody may paste.
fn told(json: &Value, lines: &mut BTreeSet<String>) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(line) if name == "replay" => drop(lines.insert(line.to_owned())),
                    _ => told(value, lines),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| told(item, lines)),
        _ => {}
    }
}
