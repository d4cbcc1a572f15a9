//! An endpoint that writes back what it was sent, in the encodings that clients meet.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};

/// How a request is written back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Echo {
    Raw,
    Capitals,
    SmallLetters,
    /// Whatever is no letter and no digit as `%2F`.
    Percent,
    /// The same, of every letter too.
    PercentAll,
    /// Escaped twice.
    PercentTwice,
    /// A JSON text in the JSON text.
    Json,
    /// Every letter as `\u0041`, in a JSON text in the JSON text.
    JsonAll,
    Html,
    /// Every letter as `&#65;`.
    HtmlAll,
    Base64,
    Base64Url,
}

impl Echo {
    pub(crate) const ALL: [Self; 12] = [
        Self::Raw,
        Self::Capitals,
        Self::SmallLetters,
        Self::Percent,
        Self::PercentAll,
        Self::PercentTwice,
        Self::Json,
        Self::JsonAll,
        Self::Html,
        Self::HtmlAll,
        Self::Base64,
        Self::Base64Url,
    ];

    /// A text in this encoding.
    pub(crate) fn of(self, text: &str) -> String {
        let escaped = |is_plain: fn(char) -> bool, escape: fn(char) -> String| {
            let letters = text.chars();
            letters
                .map(|letter| match is_plain(letter) {
                    true => letter.to_string(),
                    false => escape(letter),
                })
                .collect()
        };
        let percent = |letter: char| format!("%{:02X}", u32::from(letter));
        let entity = |letter: char| format!("&#{};", u32::from(letter));
        match self {
            Self::Raw => text.to_owned(),
            Self::Capitals => text.to_uppercase(),
            Self::SmallLetters => text.to_lowercase(),
            Self::Percent => escaped(|letter| letter.is_ascii_alphanumeric(), percent),
            Self::PercentAll => escaped(|_| false, percent),
            Self::PercentTwice => Self::Percent.of(&Self::Percent.of(text)),
            Self::Json => json!({ "request": text }).to_string().replace('/', "\\/"),
            Self::JsonAll => escaped(|_| false, |letter| format!("\\u{:04x}", u32::from(letter))),
            Self::Html => escaped(|letter| !"&<>\"'+/=".contains(letter), entity),
            Self::HtmlAll => escaped(|_| false, entity),
            Self::Base64 => STANDARD.encode(text),
            Self::Base64Url => URL_SAFE.encode(text),
        }
    }

    /// An answer with the request in it.
    pub(super) fn in_answer(self, answer: &[u8], request: &[u8]) -> Vec<u8> {
        let answer = String::from_utf8_lossy(answer);
        let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
        let mut body: Value = serde_json::from_str(body).unwrap_or_default();
        let echoed = self.of(&String::from_utf8_lossy(request));
        if body["UserImportJob"].is_object() {
            body["UserImportJob"]["CompletionMessage"] = json!(echoed);
        } else {
            body["message"] = json!(echoed);
        }
        let body = body.to_string();
        let is_length = |line: &&str| line.to_ascii_lowercase().starts_with("content-length:");
        let mut lines: Vec<_> = head.lines().filter(|line| !is_length(line)).collect();
        let length = format!("Content-Length: {}", body.len());
        let one_line = echoed.split_whitespace().collect::<Vec<_>>().join(" ");
        let header = format!("X-Echo: {one_line}");
        lines.extend([&*length, &*header]);
        format!("{}\r\n\r\n{body}", lines.join("\r\n")).into_bytes()
    }
}
