//! Profile keys in the environment: `FULLSTOP_` and the key's name in capitals.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use crate::target::keys::{Fault, Keys};
use crate::target::quota::QuotaSetting;
use crate::target::{ConfigError, CredentialSource, Secret};

/// The keys that the environment can override. `provision` is not one: it has no form that fits a variable.
pub(crate) const KEYS: [&str; 15] = [
    "endpoint",
    "region",
    "credentials",
    "reach",
    "active_jobs",
    "requests_per_second",
    "quota",
    "timeout_ms",
    "min_coverage",
    "headers",
    "ca",
    "proxy",
    "ledger",
    "suite_version",
    "waive",
];

/// The variable of a key.
pub(crate) fn variable(key: &str) -> String {
    format!("FULLSTOP_{}", key.to_ascii_uppercase())
}

/// The keys that variables hold, checked.
pub(crate) fn read(variables: &BTreeMap<String, Secret>) -> Result<Keys, ConfigError> {
    let value = |key| variables.get(&variable(key)).map(Secret::reveal);
    let mut keys = Keys {
        endpoint: value("endpoint").map(str::to_owned),
        region: value("region").map(str::to_owned),
        active_jobs: number(value("active_jobs"), "active_jobs", "1")?,
        requests_per_second: number(value("requests_per_second"), "requests_per_second", "5")?,
        timeout_ms: number(value("timeout_ms"), "timeout_ms", "5000")?,
        min_coverage: number(value("min_coverage"), "min_coverage", "0.75")?,
        ca: value("ca").map(PathBuf::from),
        proxy: value("proxy").map(Secret::new),
        ledger: value("ledger").map(PathBuf::from),
        suite_version: value("suite_version").map(str::to_owned),
        ..Keys::default()
    };
    if let Some(name) = value("credentials") {
        let source = CredentialSource::named(name).ok_or_else(|| {
            // Not the text itself: a secret may stand in the wrong place.
            let message = "say \"example\", \"environment\" or \"none\"";
            wrong("credentials", message.to_owned())
        })?;
        keys.credentials = Some(source);
    }
    if let Some(name) = value("quota") {
        let setting = QuotaSetting::named(name).ok_or_else(|| {
            let message = format!("`{name}` is none; say \"aws\" or \"none\"");
            wrong("quota", message)
        })?;
        keys.quota = Some(setting);
    }
    let names = |key| {
        let names = value(key)?.split(',').map(str::trim);
        let names = names.filter(|name| !name.is_empty()).map(str::to_owned);
        Some(names.collect())
    };
    keys.reach = names("reach");
    keys.waive = names("waive");
    for line in value("headers").into_iter().flat_map(|text| text.lines()) {
        let Some((name, value)) = header(line) else {
            let message = "a line of it has no colon; say for example \"X-Api-Key: abc\"";
            return Err(wrong("headers", message.to_owned()));
        };
        keys.headers.insert(name.to_owned(), value.to_owned());
    }
    keys.check().map_err(Fault::in_environment)?;
    Ok(keys)
}

/// A header line as curl takes it.
pub(crate) fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim(), value.trim()))
}

fn number<T: FromStr>(
    text: Option<&str>,
    key: &'static str,
    example: &str,
) -> Result<Option<T>, ConfigError> {
    let Some(text) = text else {
        return Ok(None);
    };
    let parsed = text.trim().parse();
    parsed.map(Some).map_err(|_| {
        wrong(
            key,
            format!("`{text}` is no number; say for example {example}"),
        )
    })
}

fn wrong(key: &'static str, message: String) -> ConfigError {
    Fault { key, message }.in_environment()
}
