//! Where an endpoint listens.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;
use serde::Deserialize;

/// The address of an endpoint: scheme, host, port and the path below which it answers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address {
    is_tls: bool,
    /// As in a URL: an IPv6 address has its brackets.
    host: String,
    port: u16,
    /// Without the slash at its end.
    base: String,
}

impl Address {
    /// Reads the URL of an endpoint. What is wrong comes back as a sentence that says what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let right = "write it as http://127.0.0.1:4000";
        let Some((scheme, _)) = text.split_once("://") else {
            return Err(format!("`{text}` is no URL: {right}"));
        };
        if !matches!(scheme, "http" | "https") {
            return Err(format!(
                "`{scheme}` is no scheme of an endpoint: use http or https"
            ));
        }
        // The text may hold a password, so it is not repeated from here on.
        let url = Url::parse(text).map_err(|error| format!("the URL has {error}: {right}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the URL has a user name or a password: remove them, requests are signed with `credentials`".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(
                "the URL has a query or a fragment: keep scheme, host, port and path".into(),
            );
        }
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(format!("`{text}` names no host: {right}"));
        };
        Ok(Self {
            is_tls: scheme == "https",
            host: host.to_owned(),
            port,
            base: url.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Whether it is spoken to through TLS.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The host, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        self.host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(&self.host)
    }

    /// The port, told or the scheme's.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is on this machine, whatever the machine's other names are.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// The value of `Host` in requests to it.
    pub fn authority(&self) -> String {
        let default = if self.is_tls { 443 } else { 80 };
        if self.port == default {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}", self.authority())
    }

    /// A request target on it: below its path, unless it is one that does not start with a slash.
    pub(crate) fn below(&self, path: &str) -> String {
        if path.starts_with('/') {
            format!("{}{path}", self.base)
        } else {
            path.to_owned()
        }
    }
}

/// Whether a host is this machine by its very name.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        // RFC 6761, section 6.3: these names never leave the machine.
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.base)
    }
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}
