//! An HTTP proxy between the client and the endpoint. There is none unless a profile names one: the environment's would be
//! another endpoint than the one that is judged.

use std::fmt;

use crate::target::Secret;
use crate::wire::keep_secret;

/// A proxy. Its URL may hold a password, and is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    url: Secret,
    shown: String,
}

impl Proxy {
    /// Reads a proxy's URL. The error says what would be right, and nothing of a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || "it is no URL of a proxy; say for example \"http://127.0.0.1:3128\"".to_owned();
        let url = reqwest::Url::parse(text).map_err(|_| wrong())?;
        let host = url.host_str().ok_or_else(wrong)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong());
        }
        let port = url.port_or_known_default().unwrap_or_default();
        Ok(Self {
            shown: format!("{}://{host}:{port}", url.scheme()),
            url: Secret::new(text),
        })
    }

    /// Remembers what nobody may see of it.
    pub(crate) fn keep_secret(&self) {
        if let Ok(url) = reqwest::Url::parse(self.url.reveal()) {
            keep_secret(url.username());
            keep_secret(url.password().unwrap_or_default());
        }
    }

    /// The proxy as the HTTP library takes it.
    pub(crate) fn for_library(&self) -> reqwest::Result<reqwest::Proxy> {
        reqwest::Proxy::all(self.url.reveal())
    }
}

/// Without a password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
