//! One shell line that shows a case again: it makes what it needs, sends the request, and cleans up.
//!
//! What the `api` driver made is made again with curl, by the same calls; what a client cannot say, or what another driver
//! made, is left to `fullstop send`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::case::{Case, Message, Signature};
use crate::contract::{CONTENT_TYPE, Operation, TARGET_PREFIX};
use crate::provision::{Lease, Step};
use crate::shell::quoted;
use crate::target::{Profile, Provision};
use crate::wire::Request;

/// The most bytes of a body that fit on a line which people paste.
const BODY_SIZE_MAX: usize = 2_000;

/// How replay lines reach a target.
#[derive(Clone, Debug)]
pub(crate) struct Replays {
    url: String,
    name: String,
    /// The signing options of curl, and of `fullstop send`.
    signing: Signing,
    region: String,
    by_curl: bool,
    /// The file of certificate authorities that curl must trust.
    authorities: Option<String>,
    /// Whether `--endpoint` names the target whole.
    bare: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signing {
    None,
    /// With the published example key, which may be written down.
    Example,
    /// With whatever the environment of the one who pastes it holds.
    Environment,
}

/// The command that sends a case to a target again.
pub fn send_line(case: &str, target: &str, url: &str) -> String {
    format!("fullstop send {case}{}", target_words(target, url))
}

/// The arguments that name a target to another command, with a blank before them. The reference is what commands take themselves.
pub fn target_words(target: &str, url: &str) -> String {
    match target {
        "endpoint" => format!(" --endpoint {}", quoted(url)),
        name => format!(" --target {}", quoted(name)),
    }
}

impl Replays {
    pub(crate) fn of(profile: &Profile) -> Self {
        let signing = match &profile.credentials {
            None => Signing::None,
            Some(credentials) if credentials.are_example() => Signing::Example,
            Some(_) => Signing::Environment,
        };
        Self {
            url: profile.url(),
            name: profile.name.clone(),
            signing,
            region: profile.region.clone(),
            // A header or a proxy may hold a secret, so that it is left to the profile.
            by_curl: matches!(profile.provision, Provision::Api(_))
                && profile.name != "reference"
                && profile.headers.is_empty()
                && profile.proxy.is_none(),
            authorities: profile
                .authorities
                .as_ref()
                .map(|authorities| authorities.file.display().to_string()),
            bare: profile.name == "endpoint",
        }
    }

    /// Lines for a target that is known from a recording only.
    pub(crate) fn of_recorded(name: &str, url: &str, region: &str) -> Self {
        Self {
            url: url.to_owned(),
            name: name.to_owned(),
            signing: Signing::Environment,
            region: region.to_owned(),
            by_curl: false,
            authorities: None,
            bare: name == "endpoint",
        }
    }

    /// The line for a case, whose precondition was made by the steps of a lease.
    pub(crate) fn of_case(&self, case: &Case, lease: Option<&Lease>) -> Option<String> {
        let by_curl = lease.filter(|_| self.by_curl && case.fault.is_none());
        by_curl
            .and_then(|lease| self.curl(case, lease))
            .or_else(|| Some(self.send(case)))
    }

    fn send(&self, case: &Case) -> String {
        let line = send_line(&case.id, &self.name, &self.url);
        let trust = self.authorities.as_ref().filter(|_| self.bare);
        match trust {
            Some(file) => format!("FULLSTOP_CA={} {line}", quoted(file)),
            None => line,
        }
    }

    fn curl(&self, case: &Case, lease: &Lease) -> Option<String> {
        let Message::Plain { request, signature } = case.compose(&lease.ids) else {
            return None;
        };
        let text = std::str::from_utf8(&request.body).ok()?;
        let sayable = text
            .chars()
            .all(|letter| !letter.is_control() || letter == '\n')
            && text.len() <= BODY_SIZE_MAX
            && matches!(signature, Signature::Valid | Signature::Unsigned)
            && request
                .headers
                .iter()
                .all(|header| header.value.iter().all(|byte| (32..127).contains(byte)));
        let files = lease.steps.iter().filter_map(|step| match step {
            Step::Upload { csv, .. } => Some(csv.len()),
            Step::Call { .. } => None,
        });
        if !sayable || files.sum::<usize>() > BODY_SIZE_MAX {
            return None;
        }
        let signed = if signature == Signature::Valid {
            self.aws_sigv4()
        } else {
            String::new()
        };
        let mut variables = BTreeMap::new();
        let mut line = format!("E={}; ", quoted(&self.url));
        let _ = write!(
            line,
            "c() {{ curl -sS --proto '=http,https' --url \"$E/\" -H 'Content-Type: {CONTENT_TYPE}' -H \"X-Amz-Target: {TARGET_PREFIX}.$1\"{} --data-raw \"$2\"; }}; ",
            self.aws_sigv4()
        );
        line.push_str(
            "v() { tr -d '\\n' | sed -n \"s/.*\\\"$1\\\" *: *\\\"\\([^\\\"]*\\)\\\".*/\\1/p\"; }; ",
        );
        let mut pools = Vec::new();
        for step in &lease.steps {
            self.step(step, &mut variables, &mut pools, &mut line)?;
        }
        let _ = write!(line, "{}; ", request_line(&request, &signed, &variables));
        for step in &lease.steps {
            // A pool with a running import cannot be deleted, and a refused Stop leaves one.
            if let Step::Call {
                operation: Operation::StartUserImportJob,
                body,
                ..
            } = step
            {
                let body = spliced(&body.to_string(), &variables);
                let _ = write!(line, "c StopUserImportJob {body} >/dev/null; ");
            }
        }
        for pool in pools {
            let _ = write!(
                line,
                "c DeleteUserPool '{{\"UserPoolId\":\"'\"${pool}\"'\"}}' >/dev/null; "
            );
        }
        if let Some(file) = &self.authorities {
            line = line.replace("curl -sS ", &format!("curl -sS --cacert {} ", quoted(file)));
        }
        Some(line.trim_end_matches("; ").to_owned())
    }

    fn step(
        &self,
        step: &Step,
        variables: &mut BTreeMap<String, String>,
        pools: &mut Vec<String>,
        line: &mut String,
    ) -> Option<()> {
        match step {
            Step::Call {
                operation,
                body,
                captured,
            } if captured.is_empty() => {
                let body = spliced(&body.to_string(), variables);
                let _ = write!(line, "c {operation} {body} >/dev/null; ");
            }
            Step::Call {
                operation,
                body,
                captured,
            } => {
                let number = variables.len() + 1;
                let body = spliced(&body.to_string(), variables);
                let _ = write!(line, "R{number}=$(c {operation} {body}); ");
                for captured in captured {
                    if !is_spliceable(&captured.value) {
                        return None;
                    }
                    let letter = captured.member.chars().next().unwrap_or('V');
                    let variable = format!("{letter}{number}");
                    let _ = write!(
                        line,
                        "{variable}=$(printf %s \"$R{number}\" | v {}); ",
                        captured.member
                    );
                    if *operation == Operation::CreateUserPool {
                        pools.push(variable.clone());
                    }
                    variables.insert(captured.value.clone(), variable);
                }
            }
            Step::Upload { url, csv } => {
                // Whatever the columns are called, no line of the file holds a mark of the shell or of `printf`.
                let lines: Vec<_> = csv.lines().map(quoted).collect();
                let _ = write!(
                    line,
                    "printf '%s\\n' {} | curl -sS --proto '=http,https' -T - -H 'x-amz-server-side-encryption: aws:kms' --url {} >/dev/null; ",
                    lines.join(" "),
                    spliced(url, variables)
                );
            }
        }
        Some(())
    }

    fn aws_sigv4(&self) -> String {
        let user = match self.signing {
            Signing::None => return String::new(),
            Signing::Example => {
                "${AWS_ACCESS_KEY_ID:-AKIDEXAMPLE}:${AWS_SECRET_ACCESS_KEY:-wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY}"
            }
            Signing::Environment => "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY",
        };
        let token = "${AWS_SESSION_TOKEN:+-H \"X-Amz-Security-Token: $AWS_SESSION_TOKEN\"}";
        format!(
            " --aws-sigv4 {} --user \"{user}\" {token}",
            quoted(&format!("aws:amz:{}:cognito-idp", self.region))
        )
    }
}

/// The curl call that sends the case's own request, and shows the whole answer.
fn request_line(request: &Request, signed: &str, variables: &BTreeMap<String, String>) -> String {
    let mut line = format!(
        "curl -sS --proto '=http,https' -i --path-as-is --url \"$E\"{}",
        spliced(&request.path, variables)
    );
    if request.method != "POST" {
        let _ = write!(line, " -X {}", quoted(&request.method));
    }
    for header in &request.headers {
        let value = String::from_utf8_lossy(&header.value);
        let header = if value.is_empty() {
            format!("{};", header.name)
        } else {
            format!("{}: {value}", header.name)
        };
        let _ = write!(line, " -H {}", spliced(&header, variables));
    }
    if !request
        .headers
        .iter()
        .any(|header| header.is("content-type"))
    {
        // curl adds one of its own otherwise.
        line.push_str(" -H 'Content-Type:'");
    }
    line.push_str(signed);
    let body = String::from_utf8_lossy(&request.body);
    let _ = write!(line, " --data-raw {}", spliced(&body, variables));
    line
}

/// Whether what an endpoint told can be told from the text round it: an id of its pattern, or an address on the web.
fn is_spliceable(value: &str) -> bool {
    let is_of_id = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let is_of_url = |byte: u8| byte.is_ascii_graphic() && !b"'\"\\`".contains(&byte);
    const LENGTH_MIN: usize = 4;
    value.len() >= LENGTH_MIN && value.bytes().all(is_of_id)
        || ["http://", "https://"]
            .iter()
            .any(|scheme| value.starts_with(scheme))
            && value.bytes().all(is_of_url)
}

/// A text in single quotes, with the values that variables hold left to the variables.
fn spliced(text: &str, variables: &BTreeMap<String, String>) -> String {
    // A pre-signed URL holds the ids: the longest value is found first.
    let mut longest_first: Vec<_> = variables.iter().collect();
    longest_first.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
    let mut pieces = vec![Piece::Text(text)];
    for (value, variable) in longest_first {
        pieces = pieces
            .into_iter()
            .flat_map(|piece| piece.split(value, variable))
            .collect();
    }
    let shown = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => quoted(text),
        Piece::Variable(name) => format!("\"${name}\""),
    });
    shown.collect()
}

/// A part of a text that variables are put into.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
}

impl<'a> Piece<'a> {
    /// The same with each place of a value left to a variable.
    fn split(self, value: &str, variable: &'a str) -> Vec<Self> {
        let Self::Text(text) = self else {
            return vec![self];
        };
        let mut pieces = Vec::new();
        for (index, part) in text.split(value).enumerate() {
            if index > 0 {
                pieces.push(Self::Variable(variable));
            }
            if !part.is_empty() {
                pieces.push(Self::Text(part));
            }
        }
        pieces
    }
}
