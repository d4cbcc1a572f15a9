//! The URL of an endpoint.

use std::fmt;
use std::net::IpAddr;

use crate::target::ConfigError;

/// An http or https URL without credentials, query and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) secure: bool,
    /// As in the `Host` header: without the port where it is the scheme's own.
    pub(crate) authority: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// What stands before every path, without a slash at its end.
    pub(crate) base: String,
}

impl Url {
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigError> {
        let wrong = |why: &str| ConfigError::Url {
            url: without_userinfo(text),
            why: why.to_owned(),
        };
        let url = reqwest::Url::parse(text)
            .map_err(|error| wrong(&format!("{error}; write it as http://127.0.0.1:4566")))?;
        let secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(wrong("the scheme is neither http nor https")),
        };
        if secure && !cfg!(feature = "tls") {
            return Err(wrong(
                "this build has no https: build it with the feature `tls`",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "credentials do not belong in a URL: put them in a profile",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("an endpoint has no query and no fragment"));
        }
        let host = url.host_str().ok_or_else(|| wrong("it has no host"))?;
        let port = url
            .port_or_known_default()
            .ok_or_else(|| wrong("it has no port"))?;
        let authority = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self {
            secure,
            authority,
            host: host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
            port,
            base: url.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}", self.authority)
    }

    /// A request target on it: below its path, unless it is one that does not start with a slash.
    pub(crate) fn below(&self, path: &str) -> String {
        if path.starts_with('/') {
            format!("{}{path}", self.base)
        } else {
            path.to_owned()
        }
    }

    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// Whether it is on this machine or on a network of its own: a private address, or a host name of one label, as containers
    /// have.
    pub(crate) fn is_local(&self) -> bool {
        let is_private = match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => address.is_private() || address.is_link_local(),
            Ok(IpAddr::V6(address)) => address.is_unique_local() || address.is_unicast_link_local(),
            Err(_) => !self.host.contains('.'),
        };
        self.is_loopback() || is_private
    }

    /// The name that is resolved. Not every resolver knows the names below `localhost`, which are this machine.
    pub(crate) fn dialled(&self) -> &str {
        let is_name = self.host.parse::<IpAddr>().is_err();
        if is_name && self.is_loopback() {
            "localhost"
        } else {
            &self.host
        }
    }
}

/// Whether a host is this machine by its very name. An IPv6 address may have its brackets.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let host = host.trim_end_matches('.');
    // RFC 6761, section 6.3: the names below `localhost` never leave the machine.
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<IpAddr>()
            // A connection to the unspecified address stays on the machine.
            .is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.base)
    }
}

/// A URL as it may be shown: a password may stand in it.
fn without_userinfo(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => text.to_owned(),
    }
}
