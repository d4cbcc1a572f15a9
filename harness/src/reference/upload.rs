//! The CSV file of a job: the URL it goes to, and what is remembered of it.
//!
//! Of a file of up to 100 MB nothing is kept but how many rows it has and how many of them can be imported.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::contract::Status;
use crate::reference::job::Csv;
use crate::reference::operation::slip;
use crate::reference::options::Options;
use crate::reference::signature::is_same;
use crate::reference::store::Store;
use crate::reference::{Job, Moment, date};
use crate::wire::{Header, Request, Response};

/// Source: developer guide, "Importing users from a CSV file": the file may have 100 MB.
pub(crate) const FILE_SIZE_MAX: u64 = 100 * 1_024 * 1_024;

/// How long the URL is good for: `X-Amz-Expires` of every recorded one, "15 minutes" in the developer guide.
const URL_LIFETIME_MS: u64 = 899_000;

/// Source: developer guide, as above: a row may have 16,000 characters, each up to four bytes.
const ROW_SIZE_MAX: usize = 4 * 16_000;

const PREFIX: &str = "/upload/";

/// Whether a request brings a CSV file.
pub(crate) fn is_upload(method: &str, path: &str) -> bool {
    method == "PUT" && path.starts_with(PREFIX)
}

impl Job {
    /// The URL for its CSV file. It has the query of a recorded one, and points back to where the client came from.
    pub fn pre_signed_url(&self, options: &Options) -> String {
        let (host, pool, id) = (&self.host, &self.user_pool_id, &self.id);
        let date = date::basic(self.created);
        let day = &date[..8];
        let key = &options.credentials.access_key_id;
        let region = &options.region;
        let signature = signature(self, options);
        format!(
            "http://{host}{PREFIX}{pool}/{id}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={date}\
             &X-Amz-SignedHeaders=host%3Bx-amz-server-side-encryption&X-Amz-Expires=899\
             &X-Amz-Credential={key}%2F{day}%2F{region}%2Fs3%2Faws4_request&X-Amz-Signature={signature}"
        )
    }
}

/// Takes in a file that was counted.
///
/// Only what a client of the import can run into is refused; the words are those of Amazon S3.
pub(crate) fn receive(
    request: &Request,
    tally: Tally,
    now: Moment,
    options: &Options,
    store: &mut Store,
) -> Response {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let names = path
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.split_once('/'));
    let job = names.and_then(|(pool, id)| {
        let pool = store.pools.get_mut(pool)?;
        pool.job(id, now, options).ok()
    });
    let Some(job) = job else {
        return refusal(403, "AccessDenied", "Access Denied");
    };
    let presented = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("X-Amz-Signature="))
        .unwrap_or_default();
    // The header is among the signed ones, so a client that leaves it out fails on AWS. Better that it fails here first.
    let is_encrypted = request.header("x-amz-server-side-encryption") == Some("aws:kms");
    if !is_same(presented.as_bytes(), signature(job, options).as_bytes()) || !is_encrypted {
        let message = "The request signature we calculated does not match the signature you provided. \
                       Check your key and signing method.";
        return refusal(403, "SignatureDoesNotMatch", message);
    }
    if now.since_ms(job.created) > URL_LIFETIME_MS {
        return refusal(403, "AccessDenied", "Request has expired");
    }
    if tally.is_too_large() {
        let message = "Your proposed upload exceeds the maximum allowed size";
        return refusal(400, "EntityTooLarge", message);
    }
    // Not established: what a file is good for once its job was started. Here it changes nothing.
    if job.status == Status::Created {
        job.csv = Some(tally.finish());
    }
    if job.status == Status::Stopped {
        slip::upload(job, now, options);
    }
    Response::new(200, "")
}

fn refusal(status: u16, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    let mut response = Response::new(status, body);
    let media_type = Header::new("Content-Type", "application/xml");
    response.headers.push(media_type);
    response
}

/// A proof that the URL was handed out here. Nobody verifies it but this endpoint, so it need not be a real one.
fn signature(job: &Job, options: &Options) -> String {
    let secret = options.credentials.secret_access_key.as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    for part in [&job.user_pool_id, "/", &job.id] {
        mac.update(part.as_bytes());
    }
    hex::encode(mac.finalize().into_bytes())
}

/// Counts the rows of a CSV file, piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    size: u64,
    row: Vec<u8>,
    is_row_too_large: bool,
    /// Which columns hold a mark of verification. None before the header.
    columns: Option<Vec<usize>>,
    csv: Csv,
}

impl Tally {
    /// Takes the next piece.
    pub(crate) fn feed(&mut self, piece: &[u8]) {
        let size = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.size = self.size.saturating_add(size);
        if self.is_too_large() {
            return;
        }
        let mut lines = piece.split(|byte| *byte == b'\n');
        // `split` yields at least one part, and the last one has no end of line yet.
        if let Some(rest) = lines.next() {
            self.extend(rest);
        }
        for line in lines {
            self.end_row();
            self.extend(line);
        }
    }

    /// Whether the file or one of its rows is larger than the service takes.
    pub(crate) fn is_too_large(&self) -> bool {
        self.size > FILE_SIZE_MAX || self.is_row_too_large
    }

    fn finish(mut self) -> Csv {
        self.end_row();
        self.csv
    }

    fn extend(&mut self, part: &[u8]) {
        if self.row.len() + part.len() > ROW_SIZE_MAX {
            self.is_row_too_large = true;
        } else {
            self.row.extend_from_slice(part);
        }
    }

    fn end_row(&mut self) {
        // Not established: how the service reads quoted fields. A comma within a field is escaped by a backslash.
        let row = String::from_utf8_lossy(&self.row).replace("\\,", "");
        let row = row.trim();
        let mut fields = row.split(',').enumerate();
        match &self.columns {
            _ if row.is_empty() => {}
            None => {
                let marks = fields.filter(|(_, field)| field.ends_with("_verified"));
                self.columns = Some(marks.map(|(index, _)| index).collect());
            }
            Some(columns) => {
                let is_verified = fields.any(|(index, field)| {
                    columns.contains(&index) && field.eq_ignore_ascii_case("true")
                });
                self.csv.rows += 1;
                self.csv.verified += u64::from(is_verified);
            }
        }
        self.row.clear();
    }
}
