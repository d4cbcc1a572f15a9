//! Where a CSV file may go: a pre-signed URL can name any host, and an endpoint that is judged is not trusted with ours.

use reqwest::Url;

use crate::target::{self, Client};

/// The origin of a URL that a file may be put to: the endpoint's own host and port, or a host that the profile allows. If it
/// may not, why.
pub(crate) fn check(url: &str, client: &Client, allowed: &[String]) -> Result<String, String> {
    let parsed =
        Url::parse(url).map_err(|error| format!("the PreSignedUrl cannot be read: {error}"))?;
    let bare = |host: &str| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host.trim_end_matches('.').to_owned()
    };
    let host = bare(parsed.host_str().unwrap_or_default());
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!(
            "the PreSignedUrl has the scheme `{}`, which is neither http nor https",
            parsed.scheme()
        ));
    }
    let port = parsed.port_or_known_default().unwrap_or_default();
    let (own_host, own_port) = client.host_and_port();
    // This machine has several names, and an emulator on it may use another one than we do.
    let is_same_host = host == bare(own_host) || client.is_loopback() && target::is_loopback(&host);
    let is_own = is_same_host && port == own_port;
    let origin = format!(
        "{}://{}:{port}",
        parsed.scheme(),
        parsed.host_str().unwrap_or_default()
    );
    if is_own || allowed.iter().any(|other| is_below(&host, port, other)) {
        Ok(origin)
    } else {
        Err(format!(
            "the PreSignedUrl leads to {origin}, which is neither the endpoint's host and port nor among `upload_hosts`"
        ))
    }
}

/// Whether a host is the allowed one, with any port or with the one that is named; or below it if that begins with a full stop.
fn is_below(host: &str, port: u16, allowed: &str) -> bool {
    let is_here =
        |allowed: &str| host == allowed || allowed.starts_with('.') && host.ends_with(allowed);
    match allowed.rsplit_once(':') {
        Some((name, named)) if named.parse() == Ok(port) => is_here(name),
        _ => is_here(allowed),
    }
}
