//! The secrets of this process, and where texts hold them: in whatever way an endpoint writes back what it was sent.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem;

/// The shortest text that is taken for a secret: a shorter one stands in too many others by chance.
const SECRET_SIZE_MIN: usize = 8;

/// The bytes of a signature.
const SIGNATURE_SIZE: usize = 32;

/// How many signatures are remembered: those of minutes of the fastest campaign, in 60 MB.
const SIGNATURES_MAX: usize = 1 << 19;

/// How often a text is unescaped: JSON within JSON within a URL.
const LEVELS: usize = 3;

/// The longest entity of HTML that is undone, `&#x10ffff;`.
const ENTITY_SIZE_MAX: usize = 10;

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

#[derive(Debug, Default)]
struct Known {
    /// In small letters.
    values: Vec<Vec<u8>>,
    /// What base64 makes of them, at each of the three places that a text can have in its groups. In small letters.
    encoded: Vec<Vec<u8>>,
    signatures: HashSet<[u8; SIGNATURE_SIZE]>,
    older: HashSet<[u8; SIGNATURE_SIZE]>,
}

/// Remembers a text that nobody may see: a key, a token, the value of a header.
pub(crate) fn keep_secret(text: &str) {
    let mut known = known();
    // A header may hold a word in front of the secret, as in `Bearer …`.
    for word in std::iter::once(text.trim()).chain(text.split_whitespace()) {
        let read = Read::of(word.as_bytes());
        // The user and the password of a URL are escaped.
        for value in read.unescaped().into_iter().chain([read]) {
            let small = value.bytes.to_ascii_lowercase();
            if small.len() >= SECRET_SIZE_MIN && !known.values.contains(&small) {
                let encoded = (0..3).map(|skipped| encoded(&value.bytes, skipped));
                known.encoded.extend(encoded);
                known.values.push(small);
            }
        }
    }
}

/// Remembers a signature that was sent, as hexadecimal digits.
pub(crate) fn keep_signature(digits: &str) {
    let mut signature = [0; SIGNATURE_SIZE];
    if hex::decode_to_slice(digits, &mut signature).is_err() {
        return;
    }
    let mut known = known();
    if known.signatures.len() >= SIGNATURES_MAX {
        known.older = std::mem::take(&mut known.signatures);
    }
    known.signatures.insert(signature);
}

/// Where a text holds secrets, in order and apart from each other.
pub(crate) fn found(text: &[u8]) -> Vec<Range<usize>> {
    let known = known();
    if known.values.is_empty() && known.signatures.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut read = Read::of(text);
    for _ in 0..=LEVELS {
        known.find(&read, &mut found);
        match read.unescaped() {
            Some(next) => read = next,
            None => break,
        }
    }
    joined(found)
}

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What base64 makes of a text behind so many others, without what depends on its neighbours.
fn encoded(text: &[u8], skipped: usize) -> Vec<u8> {
    let padded = STANDARD_NO_PAD.encode([&b"xx"[..skipped], text].concat());
    let start = (skipped * 4).div_ceil(3);
    let end = (skipped + text.len()) * 4 / 3;
    padded[start..end].to_ascii_lowercase().into_bytes()
}

fn joined(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in found {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

impl Known {
    fn find(&self, read: &Read, found: &mut Vec<Range<usize>>) {
        let small = read.bytes.to_ascii_lowercase();
        for value in &self.values {
            let places = memmem::find_iter(&small, value);
            found.extend(places.map(|at| read.source(at..at + value.len())));
            // What was cut short is a secret as far as it goes.
            let longest = value.len().min(small.len());
            let is_cut = |size: &usize| small.ends_with(&value[..*size]);
            if let Some(size) = (SECRET_SIZE_MIN..longest).rev().find(is_cut) {
                found.push(read.source(small.len() - size..small.len()));
            }
        }
        for run in runs(&small, |byte| byte.is_ascii_hexdigit()) {
            let is_sent = |at: &usize| self.is_signature(&small[*at..at + 2 * SIGNATURE_SIZE]);
            let last = (run.end + 1).saturating_sub(2 * SIGNATURE_SIZE);
            let places = (run.start..last).filter(is_sent);
            found.extend(places.map(|at| read.source(at..at + 2 * SIGNATURE_SIZE)));
        }
        let is_of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
        for run in runs(&small, is_of_base64) {
            if run.len() >= SECRET_SIZE_MIN && self.is_encoded(&read.bytes[run.clone()]) {
                found.push(read.source(run));
            }
        }
    }

    fn is_signature(&self, digits: &[u8]) -> bool {
        let mut signature = [0; SIGNATURE_SIZE];
        hex::decode_to_slice(digits, &mut signature).is_ok()
            && (self.signatures.contains(&signature) || self.older.contains(&signature))
    }

    /// Whether base64 holds a secret.
    fn is_encoded(&self, run: &[u8]) -> bool {
        let plain = |byte: &u8| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => *byte,
        };
        let run: Vec<u8> = run.iter().map(plain).collect();
        let small = run.to_ascii_lowercase();
        let has = |value: &Vec<u8>| memmem::find(&small, value).is_some();
        if self.encoded.iter().any(has) {
            return true;
        }
        // Signatures are too many to be encoded beforehand.
        let is_long = run.len() >= 2 * SIGNATURE_SIZE;
        is_long && (0..4).any(|skipped| self.has_signature(&run[skipped..]))
    }

    fn has_signature(&self, run: &[u8]) -> bool {
        let end = run.iter().position(|byte| *byte == b'=');
        let whole = &run[..end.unwrap_or(run.len())];
        let whole = &whole[..whole.len() / 4 * 4];
        let Ok(decoded) = STANDARD_NO_PAD.decode(whole) else {
            return false;
        };
        let is_sent = |digits: &[u8]| self.is_signature(digits);
        runs(&decoded, |byte| byte.is_ascii_hexdigit())
            .any(|run| decoded[run].windows(2 * SIGNATURE_SIZE).any(is_sent))
    }
}

/// The longest stretches of bytes of one kind.
fn runs(text: &[u8], is_of_kind: impl Fn(u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].iter().position(|byte| is_of_kind(*byte))?;
        let length = text[start..].iter().position(|byte| !is_of_kind(*byte));
        at = length.map_or(text.len(), |length| start + length);
        Some(start..at)
    })
}

/// A text as it reads, and where each byte of it comes from.
struct Read {
    bytes: Vec<u8>,
    /// The start of each byte's source, and the end of the last one.
    starts: Vec<usize>,
}

impl Read {
    fn of(text: &[u8]) -> Self {
        Self {
            bytes: text.to_vec(),
            starts: (0..=text.len()).collect(),
        }
    }

    fn source(&self, range: Range<usize>) -> Range<usize> {
        self.starts[range.start]..self.starts[range.end]
    }

    /// The text with its escapes undone: those of URLs, JSON and HTML. None where there are none.
    fn unescaped(&self) -> Option<Self> {
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut starts = Vec::with_capacity(self.starts.len());
        let mut at = 0;
        let mut is_changed = false;
        while at < self.bytes.len() {
            let escape = escape(&self.bytes[at..]);
            is_changed |= escape.is_some();
            let (letter, size) = escape.unwrap_or((Letter::Byte(self.bytes[at]), 1));
            let before = bytes.len();
            match letter {
                Letter::Byte(byte) => bytes.push(byte),
                Letter::Char(letter) => {
                    bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            starts.resize(starts.len() + bytes.len() - before, self.starts[at]);
            at += size;
        }
        starts.push(self.starts[self.bytes.len()]);
        is_changed.then_some(Self { bytes, starts })
    }
}

enum Letter {
    Byte(u8),
    Char(char),
}

/// What the escape at the beginning of a text stands for, and how long it is.
fn escape(text: &[u8]) -> Option<(Letter, usize)> {
    let digits = |range: Range<usize>| {
        let digits = std::str::from_utf8(text.get(range)?).ok()?;
        let is_plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_plain.then(|| u32::from_str_radix(digits, 16).ok())?
    };
    let byte = |code: u32| u8::try_from(code).ok().map(Letter::Byte);
    match text {
        [b'%', ..] => Some((byte(digits(1..3)?)?, 3)),
        [b'\\', b'x' | b'X', ..] => Some((byte(digits(2..4)?)?, 4)),
        [b'\\', b'u' | b'U', ..] => Some((Letter::Char(char::from_u32(digits(2..6)?)?), 6)),
        [b'\\', escaped @ (b'/' | b'\\' | b'"' | b'\''), ..] => Some((Letter::Byte(*escaped), 2)),
        [b'&', ..] => {
            let size = text
                .iter()
                .take(ENTITY_SIZE_MAX)
                .position(|byte| *byte == b';')?;
            let letter = match &text[1..size] {
                b"amp" => '&',
                b"lt" => '<',
                b"gt" => '>',
                b"quot" => '"',
                b"apos" => '\'',
                [b'#', b'x' | b'X', ..] => char::from_u32(digits(3..size)?)?,
                [b'#', decimal @ ..] => {
                    let decimal = std::str::from_utf8(decimal).ok()?;
                    char::from_u32(decimal.parse().ok()?)?
                }
                _ => return None,
            };
            Some((Letter::Char(letter), size + 1))
        }
        _ => None,
    }
}
