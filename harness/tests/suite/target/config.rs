//! What a file of targets may say, and how it is told what is wrong.

use fullstop::target::{Client, Config, ConfigError, Credentials, Environment, Profile, Secret};

const FILE: &str = "fullstop.toml";

fn environment() -> Environment {
    Environment::of(
        Some(Credentials {
            access_key: "AKIAENVIRONMENT00000".to_owned(),
            secret_key: Secret::new("environment-secret"),
            session_token: None,
        }),
        Some("eu-central-1"),
    )
}

fn choose(text: &str, name: &str) -> Result<Profile, ConfigError> {
    Config::parse(text, FILE)?.choose(Some(name), &environment())
}

/// Everything in `want` is said about a target with this line, and nothing of a secret.
#[track_caller]
fn check(line: &str, want: &[&str]) {
    let text = format!("[target.mine]\nendpoint = \"http://127.0.0.1:4000\"\n{line}\n");
    check_file(&text, want);
}

#[track_caller]
fn check_file(text: &str, want: &[&str]) {
    let error = Config::parse(text, FILE).expect_err(text);
    let said = error.to_string();
    for part in want.iter().chain(&[FILE]) {
        assert!(said.contains(part), "{part:?} is not said:\n{said}");
    }
    for told in [said, format!("{error:?}")] {
        assert!(!told.contains("hush"), "a secret is told:\n{told}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_would_be_right() {
    check("endpiont = 1", &["line 3", "endpiont", "expected"]);
    check("timeout_ms = \"5\"", &["line 3", "timeout_ms"]);
    check("timeout_ms = 0", &["mine", "timeout_ms", "1"]);
    check("active_jobs = 0", &["mine", "active_jobs", "1"]);
    check("requests_per_second = -1", &["mine", "requests_per_second"]);
    check(
        "requests_per_second = nan",
        &["mine", "requests_per_second"],
    );
    check(
        "reach = [\"Stoped\"]",
        &["mine", "reach", "Stoped", "Stopped"],
    );
    check(
        "proxy = \"squid\"",
        &["mine", "proxy", "http://127.0.0.1:3128"],
    );
    check("proxy = \"ftp://u:hush@h\"", &["mine", "proxy"]);
    check("region = \"eu west\"", &["mine", "region", "eu west"]);
    check("headers = { \"a b\" = \"c\" }", &["mine", "headers", "a b"]);
    check(
        "headers = { \"Content-Type\" = \"c\" }",
        &["mine", "headers", "Content-Type"],
    );
    check("provision = { driver = \"apy\" }", &["apy", "api"]);
    check(
        "provision = { driver = \"command\", command = [] }",
        &["mine", "command"],
    );
    check("provision = { driver = \"command\" }", &["command"]);
    check(
        "provision = { driver = \"fixed\", jobs = {} }",
        &["mine", "jobs"],
    );
    check(
        "provision = { driver = \"fixed\", jobs = { Runing = { UserPoolId = \"p\", JobId = \"j\" } } }",
        &["Runing", "Pending"],
    );
    check(
        "provision = { driver = \"api\", command = [\"x\"] }",
        &["command"],
    );
}

#[test]
fn a_target_without_an_endpoint_is_told_by_its_name() {
    check_file("[target.mine]\n", &["[target.mine]", "endpoint", "http://"]);
}

#[test]
fn an_endpoint_is_checked_before_it_is_used() {
    let endpoint = |url: &str| format!("[target.mine]\nendpoint = \"{url}\"\n");
    for (url, want) in [
        ("127.0.0.1:4000", "http://"),
        ("", "http://"),
        ("ftp://127.0.0.1", "http"),
        ("http://", "host"),
        ("http://u:hush@127.0.0.1", "credentials"),
        ("http://127.0.0.1/?a=b", "query"),
        ("http://127.0.0.1/#a", "fragment"),
    ] {
        check_file(&endpoint(url), &["endpoint", want]);
        let error = Profile::endpoint(url, &environment()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
    }
}

#[test]
fn no_message_holds_a_secret() {
    let at = |credentials: &str| format!("credentials = {credentials}");
    check(
        &at("{ access_key = \"A\", secret_key = \"hush\", x = 1 }"),
        &["x"],
    );
    check(
        &at("{ access_key = \"A\", secret_key = \"hush\" } }"),
        &["line 3"],
    );
    check(
        &at("{ access_key = 'A', secret_key = 'hush', session_token = 7 }"),
        &["line 3"],
    );
    check(&at("\"hush\""), &["environment", "none"]);
    check(&at("{ secret_key = \"hush\" }"), &["access_key"]);
    check("secret_key = \"hush\"", &["secret_key"]);
    let profile = choose(
        "[target.mine]\nendpoint = \"http://127.0.0.1:4000\"\n\
         credentials = { access_key = \"A\", secret_key = \"hush\", session_token = \"hush\" }\n",
        "mine",
    )
    .unwrap();
    let client = Client::new(&profile).unwrap();
    let shown = format!("{profile:?} {client:?} {:?}", environment());
    assert!(!shown.contains("hush") && !shown.contains("environment-secret"));
}

#[test]
fn the_environment_is_asked_where_a_profile_says_so() {
    let text = "[target.far]\nendpoint = \"https://example.invalid\"\ncredentials = \"environment\"\n\
                [target.open]\nendpoint = \"https://example.invalid\"\ncredentials = \"none\"\n";
    let key = |profile: &Profile| profile.credentials.clone().map(|key| key.access_key);
    let far = choose(text, "far").unwrap();
    assert_eq!(key(&far).as_deref(), Some("AKIAENVIRONMENT00000"));
    assert_eq!(choose(text, "open").unwrap().credentials, None);
    let empty = Config::parse(text, FILE)
        .unwrap()
        .choose(Some("far"), &Environment::default())
        .unwrap_err();
    assert!(empty.to_string().contains("AWS_ACCESS_KEY_ID"), "{empty}");
}

#[test]
fn a_target_is_chosen_by_its_name() {
    let text = "[target.one]\nendpoint = \"http://127.0.0.1:1\"\n";
    let error = choose(text, "two").unwrap_err().to_string();
    for name in ["two", "one", "reference", "aws"] {
        assert!(error.contains(name), "{error}");
    }
    let aws = choose(text, "aws").unwrap();
    assert_eq!(aws.url(), "https://cognito-idp.eu-central-1.amazonaws.com");
    assert_eq!(aws.active_jobs, Some(1));
    assert!(choose(text, "reference").unwrap().is_embedded());
    let nowhere = Config::default().choose(Some("aws"), &Environment::default());
    assert!(nowhere.unwrap_err().to_string().contains("AWS_REGION"));
}

#[test]
fn a_url_alone_signs_with_the_example_key_on_this_machine_only() {
    for url in [
        "http://127.0.0.1:1",
        "http://[::1]:1/base",
        "http://localhost",
        "http://a.localhost:1",
    ] {
        let profile = Profile::endpoint(url, &environment()).unwrap();
        assert_eq!(profile.credentials, Some(Credentials::example()), "{url}");
        assert_eq!(profile.region, "eu-central-1");
        assert!(Client::new(&profile).unwrap().is_loopback(), "{url}");
    }
    let far = Profile::endpoint("http://192.0.2.1:1", &environment()).unwrap();
    assert_eq!(
        far.credentials.clone().unwrap().access_key,
        "AKIAENVIRONMENT00000"
    );
    assert!(!Client::new(&far).unwrap().is_loopback());
    assert!(Profile::endpoint("http://192.0.2.1:1", &Environment::default()).is_err());
}

#[test]
fn a_variable_comes_before_the_key_of_the_file_and_is_told_by_its_name() {
    let text = "[target.mine]\nendpoint = \"http://127.0.0.1:4000\"\nregion = \"eu-west-1\"\n\
                headers = { X-A = \"file\", X-B = \"file\" }\n";
    let with = |variables: &[(&str, &str)]| {
        let start = environment();
        let environment = variables.iter().fold(start, |environment, (name, value)| {
            environment.with(name, value)
        });
        Config::parse(text, FILE)?.choose(Some("mine"), &environment)
    };
    let profile = with(&[
        ("FULLSTOP_ENDPOINT", "http://127.0.0.1:5000/base"),
        ("FULLSTOP_REGION", "ap-south-1"),
        ("FULLSTOP_CREDENTIALS", "none"),
        ("FULLSTOP_REACH", "Stopped, started"),
        ("FULLSTOP_ACTIVE_JOBS", "2"),
        ("FULLSTOP_REQUESTS_PER_SECOND", "2.5"),
        ("FULLSTOP_TIMEOUT_MS", "700"),
        ("FULLSTOP_HEADERS", "x-a: variable\nX-B:"),
        ("FULLSTOP_PROXY", "http://127.0.0.1:3128"),
    ])
    .unwrap();
    assert_eq!(profile.url(), "http://127.0.0.1:5000/base");
    assert_eq!(profile.region, "ap-south-1");
    assert_eq!(profile.credentials, None);
    assert_eq!(profile.reach, ["Stopped", "started"]);
    assert_eq!(
        (profile.active_jobs, profile.timeout.as_millis()),
        (Some(2), 700)
    );
    assert_eq!(profile.requests_per_second, Some(2.5));
    let headers: Vec<_> = profile.headers.iter().collect();
    assert_eq!(headers, [(&"x-a".to_owned(), &"variable".to_owned())]);
    assert_eq!(profile.proxy.unwrap().to_string(), "http://127.0.0.1:3128");
    assert_eq!(with(&[]).unwrap().region, "eu-west-1");
    for (name, value, right) in [
        ("FULLSTOP_ENDPOINT", "127.0.0.1", "http://"),
        ("FULLSTOP_REGION", "eu west", "eu-central-1"),
        ("FULLSTOP_CREDENTIALS", "hush", "example"),
        ("FULLSTOP_REACH", "Stoped", "Stopped"),
        ("FULLSTOP_ACTIVE_JOBS", "0", "1"),
        ("FULLSTOP_ACTIVE_JOBS", "many", "1"),
        ("FULLSTOP_REQUESTS_PER_SECOND", "fast", "5"),
        ("FULLSTOP_TIMEOUT_MS", "-1", "5000"),
        ("FULLSTOP_HEADERS", "hush", "X-Api-Key"),
        ("FULLSTOP_CA", "/nonexistent.pem", "/nonexistent.pem"),
        ("FULLSTOP_PROXY", "hush@", "http://127.0.0.1:3128"),
    ] {
        let said = with(&[(name, value)]).unwrap_err().to_string();
        assert!(said.contains(name) && said.contains(right), "{said}");
        assert!(!said.contains("hush"), "{said}");
    }
}

#[test]
fn an_environment_without_credentials_is_enough_where_a_variable_says_none() {
    let environment = Environment::default().with("FULLSTOP_CREDENTIALS", "none");
    let text = "[target.far]\nendpoint = \"https://example.invalid\"\n";
    let far = Config::parse(text, FILE).unwrap();
    let far = far.choose(Some("far"), &environment).unwrap();
    assert_eq!(far.credentials, None);
    let bare = Profile::endpoint("https://example.invalid", &environment).unwrap();
    assert_eq!(bare.credentials, None);
}
