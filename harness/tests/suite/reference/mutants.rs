//! Mutants and variations: each shows, and has a name of its own.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::str::FromStr;

use fullstop::contract::{Operation, Status};
use fullstop::reference::{Effect, Fault, JobIds, Mutant, Options, Reply, Seed, Variation};
use fullstop::wire::Request;

use super::signature::Signer;
use super::{NOW, Scene, body, request};

/// Everything that can be seen of an endpoint by a run over scenes in which the mutants lie.
fn transcript(mutant: Option<Mutant>, variation: Option<Variation>) -> String {
    let options = Options {
        mutant,
        variation,
        ..Options::default()
    };
    let mut seen = String::new();
    let mut note = |reply: &Reply| writeln!(seen, "{reply:?}").unwrap();
    let stop = Operation::StopUserImportJob;
    let describe = Operation::DescribeUserImportJob;

    for status in Status::ALL {
        let scene = Scene::new(options.clone(), status);
        let pool = scene.ids.user_pool_id.clone();
        let sibling = Seed {
            pool: Some(pool.clone()),
            ..Seed::new(Status::InProgress)
        };
        let sibling = scene.endpoint.seed_job(sibling, NOW).unwrap();
        let sibling = body(&pool, &sibling.job_id);
        note(&scene.stop());
        for _ in 0..2 {
            note(&scene.send(describe, &scene.body(), NOW.after_ms(300)));
        }
        note(&scene.send(describe, &sibling, NOW));
        note(&scene.send(Operation::StartUserImportJob, &scene.body(), NOW));
    }

    // Enough different ids for what strikes only now and then.
    let mut scene = Scene::new(options.clone(), Status::InProgress);
    for index in 0..24 {
        scene.ids = scene
            .endpoint
            .seed_job(Seed::new(Status::InProgress), NOW)
            .unwrap();
        note(&scene.stop());
        note(&scene.send(describe, &scene.body(), NOW));
        let malformed = body(&scene.ids.user_pool_id, &format!("import_{index}"));
        note(&scene.send(stop, &malformed, NOW));
    }
    let elsewhere = scene
        .endpoint
        .seed_job(Seed::new(Status::InProgress), NOW)
        .unwrap();
    let elsewhere = body(&elsewhere.user_pool_id, &scene.ids.job_id);
    note(&scene.send(stop, &elsewhere, NOW));

    let scene_of_stopped = Scene::new(options.clone(), Status::InProgress);
    note(&scene_of_stopped.stop());
    note(&scene_of_stopped.stop());
    note(&scene_of_stopped.send(describe, &scene_of_stopped.body(), NOW));

    for body in bodies() {
        scene.ids = scene
            .endpoint
            .seed_job(Seed::new(Status::InProgress), NOW)
            .unwrap();
        let body = body
            .replace("UPPER", &scene.ids.user_pool_id.to_ascii_uppercase())
            .replace("POOL", &scene.ids.user_pool_id)
            .replace("JOB", &scene.ids.job_id);
        note(&scene.send(stop, &body, NOW));
        note(&scene.send(describe, &scene.body(), NOW));
    }

    for error in [
        "OperationNotEnabledException",
        "PreconditionNotMetException",
        "TooManyRequestsException",
        "NotAuthorizedException",
        "InternalErrorException",
    ] {
        let scene = Scene::new(options.clone(), Status::InProgress);
        let fault = Fault {
            effect: Effect::Error(error.to_owned()),
            times: 1,
            pool: None,
        };
        scene.endpoint.fault(fault).unwrap();
        note(&scene.stop());
        note(&scene.send(describe, &scene.body(), NOW));
    }

    for script in LIVES {
        live(&options, script, &mut note);
    }

    for change in changes() {
        let scene = Scene::new(options.clone(), Status::InProgress);
        let mut request = request(stop, &scene.body());
        change(&mut request);
        note(&scene.endpoint.handle(&request, NOW));
        note(&scene.send(describe, &scene.body(), NOW));
    }
    seen
}

/// What is done to a running job, a letter a request: stop, start, describe, list the pool, make another job, upload,
/// delete the pool; a digit is the power of ten of milliseconds that pass before the next. `n` reads the jobs beside it.
const LIVES: [&str; 12] = [
    "s3d3d3d8dl",
    "s2s2d2s2dl",
    "s2r2d2r2dl",
    "s3u3d2r2d",
    "nls2nl",
    "s2c2ld",
    "c2s2l",
    "s2xds",
    "ssd3dl",
    "sr3d4d",
    "sd3d2l2d",
    "s3l2d2l2d",
];

/// Lets a job live, with a running and an unstarted one beside it, one that was stopped earlier, and one in another pool.
fn live(options: &Options, script: &str, note: &mut impl FnMut(&Reply)) {
    let mut scene = Scene::new(options.clone(), Status::InProgress);
    let made = |status, pool: Option<&String>| {
        let seed = Seed {
            pool: pool.cloned(),
            held: false,
            ..Seed::new(status)
        };
        scene.endpoint.seed_job(seed, NOW).unwrap()
    };
    let elsewhere = made(Status::InProgress, None);
    let first = made(Status::InProgress, None);
    let pool = first.user_pool_id;
    let of_pool = [Status::Created, Status::Stopped, Status::InProgress];
    let [unstarted, stopped, named] = of_pool.map(|status| made(status, Some(&pool)));
    let first = JobIds {
        user_pool_id: pool.clone(),
        job_id: first.job_id,
    };
    let beside = [first, unstarted, stopped, elsewhere];
    scene.ids = named;
    let list = format!(r#"{{"UserPoolId":"{pool}","MaxResults":9}}"#);
    let role = "arn:aws:iam::123456789012:role/logs";
    let create =
        format!(r#"{{"UserPoolId":"{pool}","JobName":"next","CloudWatchLogsRoleArn":"{role}"}}"#);
    let delete = format!(r#"{{"UserPoolId":"{pool}"}}"#);
    let mut now = NOW;
    for letter in script.chars() {
        let (operation, body) = match letter {
            's' => (Operation::StopUserImportJob, scene.body()),
            'r' => (Operation::StartUserImportJob, scene.body()),
            'd' => (Operation::DescribeUserImportJob, scene.body()),
            'l' => (Operation::ListUserImportJobs, list.clone()),
            'c' => (Operation::CreateUserImportJob, create.clone()),
            'x' => {
                // What still runs beside it keeps the pool.
                let first = body(&pool, &beside[0].job_id);
                note(&scene.send(Operation::StopUserImportJob, &first, now));
                (Operation::DeleteUserPool, delete.clone())
            }
            'n' => {
                for other in &beside {
                    let body = body(&other.user_pool_id, &other.job_id);
                    note(&scene.send(Operation::DescribeUserImportJob, &body, now));
                }
                continue;
            }
            'u' => {
                let job = scene.endpoint.job(&pool, &scene.ids.job_id, now);
                let Some(job) = job else { continue };
                let url = job.pre_signed_url(scene.endpoint.options());
                let path = url.replace("http://localhost", "");
                let mut put = request(Operation::StopUserImportJob, "name\n");
                put.method = "PUT".to_owned();
                put.path = path;
                put.set("x-amz-server-side-encryption", "aws:kms");
                note(&scene.endpoint.handle(&put, now));
                continue;
            }
            digit => {
                let power = digit.to_digit(10).expect("a digit");
                now = now.after_ms(10_u64.pow(power));
                continue;
            }
        };
        note(&scene.send(operation, &body, now));
    }
}

/// Bodies; `POOL` and `JOB` stand for the ids of a running job, and `UPPER` for the pool's in capitals.
fn bodies() -> Vec<String> {
    let mut bodies: Vec<String> = [
        r#"{"UserPoolId":"us-east-1_missing","JobId":"JOB"}"#,
        r#"{"UserPoolId":"POOL","JobId":"import-missing"}"#,
        r#"{"UserPoolId":null,"JobId":"JOB"}"#,
        r#"{"UserPoolId":"POOL","JobId":null}"#,
        r#"{"UserPoolId":"POOL","JobId":"JOB","More":1}"#,
        r#"{"userPoolId":"POOL","jobId":"JOB"}"#,
        r#"{"UserPoolId":"POOL","JobId":["JOB"]}"#,
        r#"{"UserPoolId":"POOL","JobId":1}"#,
        r#"{"UserPoolId":"POOL","JobId":true}"#,
        r#"{"UserPoolId":"POOL","JobId":"JOB",}"#,
        r#"{"UserPoolId":"POOL","JobId":"JOB"}x"#,
        r#"{"UserPoolId":"POOL","JobId":0}"#,
        r#"{"UserPoolId":"POOL","JobId":{}}"#,
        r#"{"UserPoolId":"x","JobId":{}}"#,
        r#"{"UserPoolId":"POOL","JobId":"JOB","More":null}"#,
        r#"{"UserPoolId":"POOL","JobId":"JOB","More":[1]}"#,
        r#"{"UserPoolId":"POOL","JobId":"JOB","JobName":"Other"}"#,
        r#"{"JobId":"JOB","UserPoolId":"POOL"}"#,
        r#"{"UserPoolId":"POOL","JobId":"\u0069mport-a"}"#,
        r#"{"UserPoolId":"POOL","JobId":"JOB\u0000"}"#,
        r#"{"UserPoolId":"POOL","JobId":"JOBa"}"#,
        r#"{"UserPoolId":"POOLa","JobId":"JOB"}"#,
        r#"{"UserPoolId":"POOL","JobId":"import-a\r\nx-more: 1"}"#,
        r#"{"UserPoolId":"POOL",/* */"JobId":"JOB"}"#,
        r#"{'UserPoolId':'POOL','JobId':'JOB'}"#,
        r#"more {"UserPoolId":"POOL","JobId":"JOB"}"#,
        r#"[{"UserPoolId":"POOL","JobId":"JOB"}]"#,
        r#""{\"UserPoolId\":\"POOL\",\"JobId\":\"JOB\"}""#,
        "{\"UserPoolId\":\"POOL\",\t\"JobId\":\"JOB\"}",
        "{\"UserPoolId\":\"POOL\",\u{c}\"JobId\":\"JOB\"}",
        "{}",
        "{",
        "",
    ]
    .map(str::to_owned)
    .into();
    bodies.push(body("UPPER", "JOB"));
    bodies.push("[".repeat(40) + &"]".repeat(40));
    bodies.push(body("POOL", &"x".repeat(5_000)));
    let long = |length: usize| format!("import-{}", "a".repeat(length - 7));
    for job in [
        "",
        "import-",
        "import-a",
        "import-a-b",
        "import-a_b",
        "import-a.b",
        "import%2Da",
        "import-a\nimport-b",
        "import-é",
        "Import-a",
        "ximport-a",
        "import-a ",
        "import-a\n",
        "import-a/",
        " JOB ",
        "x",
        &long(55),
        &long(56),
        &long(57),
    ] {
        bodies.push(body("POOL", job));
    }
    let long = |length: usize| format!("{}_a", "a".repeat(length - 2));
    for pool in [
        "",
        "a_b",
        "a_b_c",
        "a",
        "_a",
        "a_b\nc_d",
        "us-east-1_",
        "us-east-1_a-b",
        "us-east-1_a!",
        "!us-east-1_a",
        "us-east-1_a\n",
        "é_a",
        " POOL ",
        "x",
        &long(55),
        &long(56),
        &long(57),
    ] {
        bodies.push(body(pool, "import-a"));
    }
    bodies
}

type Change = Box<dyn Fn(&mut Request)>;

fn changes() -> Vec<Change> {
    let signed =
        |signer: Signer| Box::new(move |request: &mut Request| signer.sign(request)) as Change;
    let target = |target: &'static str| {
        Box::new(move |request: &mut Request| request.set("x-amz-target", target)) as Change
    };
    vec![
        Box::new(|request| request.method = "GET".to_owned()),
        Box::new(|request| request.method = "PUT".to_owned()),
        Box::new(|request| request.set("x-http-method-override", "PUT")),
        Box::new(|request| request.set("x-amz-more", "1")),
        Box::new(|request| request.set("content-type", "application/x-amz-json-1.1 ; charset=a")),
        Box::new(|request| request.set("content-type", "application/x-amz-json-1.1;version=1")),
        Box::new(|request| request.headers.retain(|header| !header.is("x-amz-target"))),
        Box::new(|request| request.set("authorization", "nothing")),
        target("AWSCognitoIdentityProviderService.StopUserImportJobs"),
        target("AWSCognitoIdentityProviderService.Nope"),
        target("Other.StopUserImportJob"),
        target("awscognitoidentityproviderservice.stopuserimportjob"),
        Box::new(|request| {
            request.set("content-type", "application/x-amz-json-1.1; charset=utf-8")
        }),
        signed(Signer::new()),
        signed(Signer {
            secret: "wrong",
            ..Signer::new()
        }),
        signed(Signer {
            key: "AKIDOTHER",
            ..Signer::new()
        }),
        signed(Signer {
            at: NOW.after_ms(3_600_000),
            ..Signer::new()
        }),
        signed(Signer {
            region: "eu-west-1",
            ..Signer::new()
        }),
        signed(Signer {
            service: "sqs",
            ..Signer::new()
        }),
        signed(Signer {
            at: NOW.before_ms(3_600_000),
            ..Signer::new()
        }),
    ]
}

/// Those that write a job wrongly whatever the operation, as one serialiser does.
const EVERY_JOB: [Mutant; 17] = [
    Mutant::NullMembers,
    Mutant::HashingAlgorithmNone,
    Mutant::JobStatusMember,
    Mutant::StatusInCapitals,
    Mutant::StatusAsNumber,
    Mutant::IsoTimestamps,
    Mutant::MillisecondTimestamps,
    Mutant::QuotedTimestamps,
    Mutant::LocalTimestamps,
    Mutant::CreationDateAsIso,
    Mutant::StartDateInMilliseconds,
    Mutant::CompletionDateQuoted,
    Mutant::QuotedCounters,
    Mutant::CountersAsFractions,
    Mutant::FailedUsersNegative,
    Mutant::CountersMissing,
    Mutant::MembersLowerCamel,
];

#[test]
fn every_mutant_and_every_variation_shows() {
    let honest = transcript(None, None);
    assert_eq!(honest, transcript(None, None));
    let mut seen = BTreeSet::from([honest]);
    let mut alike = Vec::new();
    for &mutant in Mutant::ALL {
        if !seen.insert(transcript(Some(mutant), None)) {
            alike.push(mutant.name());
        }
    }
    for &variation in Variation::ALL {
        if !seen.insert(transcript(None, Some(variation))) {
            alike.push(variation.name());
        }
    }
    assert_eq!(alike, [""; 0], "these are like others");
}

#[test]
fn mutants_are_wrong_about_stops_or_about_every_job_they_show() {
    for &mutant in Mutant::ALL {
        if EVERY_JOB.contains(&mutant) {
            continue;
        }
        let answers = |mutant| {
            let options = Options {
                mutant,
                ..Options::default()
            };
            let scene = Scene::new(options, Status::InProgress);
            let ids = body(&scene.ids.user_pool_id, &scene.ids.job_id);
            let list = format!(
                r#"{{"UserPoolId":"{}","MaxResults":1}}"#,
                scene.ids.user_pool_id
            );
            [
                (Operation::CreateUserPool, r#"{"PoolName":"p"}"#),
                (Operation::DescribeUserImportJob, &ids),
                (Operation::DescribeUserPool, &ids),
                (Operation::ListUserImportJobs, &list),
                (Operation::ListUserPools, r#"{"MaxResults":1}"#),
                (Operation::GetCSVHeader, &ids),
                (Operation::DeleteUserPool, &ids),
                (Operation::StartUserImportJob, "{"),
            ]
            .map(|(operation, body)| scene.send(operation, body, NOW))
        };
        assert_eq!(answers(Some(mutant)), answers(None), "{mutant}");
    }
}

#[test]
fn names_are_kebab_case_lead_back_and_are_used_once() {
    let mutants = Mutant::ALL.iter().map(|mutant| {
        assert_eq!(Mutant::from_str(mutant.name()), Ok(*mutant));
        (mutant.to_string(), mutant.summary())
    });
    let variations = Variation::ALL.iter().map(|variation| {
        assert_eq!(Variation::from_str(variation.name()), Ok(*variation));
        (variation.to_string(), variation.summary())
    });
    let mut seen = BTreeSet::new();
    for (name, summary) in mutants.chain(variations) {
        let is_kebab =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(name.bytes().all(is_kebab), "{name}");
        assert!(
            summary.ends_with('.') && !summary.starts_with(' '),
            "{name}: {summary}"
        );
        assert!(
            seen.insert(name.clone()) && seen.insert(summary.to_owned()),
            "{name}"
        );
    }
    assert!(
        Mutant::from_str("job-id-trimed")
            .unwrap_err()
            .contains("`job-id-trimmed`")
    );
}
