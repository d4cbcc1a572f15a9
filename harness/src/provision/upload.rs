//! Where a CSV file may go: a pre-signed URL can name any host, and an endpoint that is judged is not trusted with ours.

use reqwest::Url;

use crate::target::Client;

/// Whether a file may be put at a URL: on the endpoint's own host, or one that the profile allows. If not, why.
pub(crate) fn check(url: &str, client: &Client, allowed: &[String]) -> Result<(), String> {
    let parsed = Url::parse(url).map_err(|error| format!("the pre-signed URL has {error}"))?;
    let host = parsed.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!(
            "the pre-signed URL is one of `{}`",
            parsed.scheme()
        ));
    }
    let is_here = client.is_loopback() && is_loopback(&parsed);
    if is_here || host == client.host() || allowed.iter().any(|other| is_below(host, other)) {
        Ok(())
    } else {
        Err(format!(
            "the pre-signed URL is on {host}, which is neither the endpoint's host nor among `upload_hosts`"
        ))
    }
}

/// This machine has several names, and an emulator on it may use another one than we do.
fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(crate::target::is_loopback)
}

/// Whether a host is the allowed one, or below it if that begins with a full stop.
fn is_below(host: &str, allowed: &str) -> bool {
    host == allowed || allowed.starts_with('.') && host.ends_with(allowed)
}
