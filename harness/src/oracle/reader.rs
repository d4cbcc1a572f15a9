//! JSON taken apart by hand, token by token.

use std::borrow::Cow;
use std::collections::BTreeSet;

use memchr::memchr2;

use crate::oracle::body::{Member, Members};

/// The deepest nesting that is read. How deep the service goes is not established; readers in use stop at 64 or later.
const DEPTH_MAX: usize = 32;

/// The most digits of a whole number that every reader holds exactly.
const DIGITS_MAX: usize = 15;

/// Why there are no members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Malformed,
    Unclear(&'static str),
}

pub(crate) const DOUBTFUL: &str =
    "which characters the service's reader passes over between tokens is not established";
const LAX: &str = "how lax the service's reader is with single tokens is not established";

/// Characters between tokens that a lax reader passes over: a byte order mark, blanks of Unicode, a zero.
pub(crate) fn is_doubtful(letter: char) -> bool {
    // A form feed is refused in Smithy's tests of malformed requests.
    !letter.is_ascii() || (letter.is_ascii_control() && letter != '\u{c}')
}

/// Whether a byte may stand between tokens: RFC 8259, section 2.
pub(crate) fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// What is left of a text.
pub(crate) struct Reader<'a> {
    rest: &'a str,
    is_unusual: bool,
}

/// An object or a list that is open.
enum Open<'a> {
    Object(BTreeSet<Cow<'a, str>>),
    List,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Name,
    NameOrEnd,
    Value,
    ValueOrEnd,
    CommaOrEnd,
}

/// A member of the outermost object.
#[derive(Clone, Copy)]
enum Name {
    Pool,
    Job,
    Other,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            is_unusual: false,
        }
    }

    /// The whole text as one object.
    pub(crate) fn object(mut self) -> Result<Members, Fault> {
        let mut members = Members::default();
        let mut name = Name::Other;
        self.eat('{');
        let mut open = vec![Open::Object(BTreeSet::new())];
        let mut next = Next::NameOrEnd;
        loop {
            self.blanks();
            let depth = open.len();
            let Some(inmost) = open.last_mut() else { break };
            next = match (next, inmost) {
                (Next::NameOrEnd, _) if self.eat('}') => {
                    open.pop();
                    Next::CommaOrEnd
                }
                (Next::Name | Next::NameOrEnd, Open::Object(names)) => {
                    let (text, is_escaped) = self.string()?;
                    self.blanks();
                    self.expect(':')?;
                    if depth == 1 {
                        name = self.named(&text, is_escaped, &members)?;
                    }
                    if !names.insert(text) {
                        let reason = "which of two members of one name counts is not established";
                        return Err(Fault::Unclear(reason));
                    }
                    Next::Value
                }
                (Next::ValueOrEnd, _) if self.eat(']') => {
                    open.pop();
                    Next::CommaOrEnd
                }
                (Next::CommaOrEnd, Open::Object(_)) if self.eat('}') => {
                    open.pop();
                    Next::CommaOrEnd
                }
                (Next::CommaOrEnd, Open::List) if self.eat(']') => {
                    open.pop();
                    Next::CommaOrEnd
                }
                (Next::CommaOrEnd, inmost) => {
                    self.expect(',')?;
                    match inmost {
                        Open::Object(_) => Next::Name,
                        Open::List => Next::Value,
                    }
                }
                (Next::Value | Next::ValueOrEnd | Next::Name | Next::NameOrEnd, _) => {
                    let is_known = depth == 1 && !matches!(name, Name::Other);
                    let (value, opened) = self.value(is_known)?;
                    if depth == 1 {
                        match name {
                            Name::Pool => members.pool = value,
                            Name::Job => members.job = value,
                            Name::Other => {}
                        }
                    }
                    match opened {
                        None => Next::CommaOrEnd,
                        Some(_) if depth == DEPTH_MAX => {
                            let reason = "how deep a body may be nested is not established";
                            return Err(Fault::Unclear(reason));
                        }
                        Some(inner) => {
                            let next = match inner {
                                Open::Object(_) => Next::NameOrEnd,
                                Open::List => Next::ValueOrEnd,
                            };
                            open.push(inner);
                            next
                        }
                    }
                }
            };
        }
        if !self.rest.is_empty() {
            return Err(self.stray());
        }
        members.is_unusual = self.is_unusual;
        Ok(members)
    }

    /// Which member a name of the outermost object is.
    fn named(&mut self, name: &str, is_escaped: bool, members: &Members) -> Result<Name, Fault> {
        let named = match name {
            "UserPoolId" => Name::Pool,
            "JobId" => Name::Job,
            "__type" => {
                let reason = "what a __type in a request does is not established";
                return Err(Fault::Unclear(reason));
            }
            _ => Name::Other,
        };
        self.is_unusual |= match named {
            // The pool comes first in every recorded request.
            Name::Pool => members.job != Member::Missing,
            Name::Job => false,
            Name::Other => true,
        };
        if is_escaped && !matches!(named, Name::Other) {
            return Err(Fault::Unclear(
                "whether the escaped name of a member is that name is not established",
            ));
        }
        Ok(named)
    }

    /// A value, or the beginning of one that is nested.
    fn value(&mut self, is_known: bool) -> Result<(Member, Option<Open<'a>>), Fault> {
        if self.eat('{') {
            return Ok((Member::Wrong, Some(Open::Object(BTreeSet::new()))));
        }
        if self.eat('[') {
            return Ok((Member::WrongElsewhere, Some(Open::List)));
        }
        if self.rest.starts_with('"') {
            let (text, _) = self.string()?;
            return Ok((Member::Text(text.into_owned()), None));
        }
        let is_part = |letter: char| letter.is_alphanumeric() || "+-.".contains(letter);
        let size = self
            .rest
            .find(|letter| !is_part(letter))
            .unwrap_or(self.rest.len());
        if size == 0 {
            return Err(self.stray());
        }
        let (word, rest) = self.rest.split_at(size);
        self.rest = rest;
        let value = match word {
            "null" => Member::Missing,
            "true" | "false" => Member::Wrong,
            _ => match Number::read(word) {
                Some(Number::Whole) => Member::Wrong,
                Some(Number::Other) => Member::WrongElsewhere,
                Some(Number::BeyondDouble) if is_known => Member::WrongElsewhere,
                Some(Number::BeyondDouble) | None => return Err(Fault::Unclear(LAX)),
            },
        };
        Ok((value, None))
    }

    /// A string with its escapes undone, and whether it has one that it need not have.
    fn string(&mut self) -> Result<(Cow<'a, str>, bool), Fault> {
        self.expect('"')?;
        let mut text = Cow::Borrowed(self.plain());
        let mut is_escaped = false;
        loop {
            match self.next()? {
                '"' => break,
                '\\' => {
                    let (letter, is_needless) = self.escape()?;
                    is_escaped |= is_needless;
                    text.to_mut().push(letter);
                    text += self.plain();
                }
                _ => return Err(Fault::Unclear(LAX)),
            }
        }
        self.is_unusual |= is_escaped;
        Ok((text, is_escaped))
    }

    /// What of a string stands for itself: all up to its end, an escape or a control character.
    fn plain(&mut self) -> &'a str {
        let bytes = self.rest.as_bytes();
        let size = memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len());
        let control = bytes[..size].iter().position(|byte| *byte < b' ');
        let (plain, rest) = self.rest.split_at(control.unwrap_or(size));
        self.rest = rest;
        plain
    }

    /// What follows a backslash. Writers in use escape what they must and, some of them, all that is not ASCII.
    fn escape(&mut self) -> Result<(char, bool), Fault> {
        let plain = match self.next()? {
            letter @ ('"' | '\\') => letter,
            '/' => return Ok(('/', true)),
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let letter = self.code_point()?;
                let is_needless = (' '..='~').contains(&letter) && letter != '"' && letter != '\\';
                return Ok((letter, is_needless));
            }
            _ => return Err(Fault::Unclear(LAX)),
        };
        Ok((plain, false))
    }

    fn code_point(&mut self) -> Result<char, Fault> {
        let lone = Fault::Unclear("what becomes of half a surrogate pair is not established");
        let first = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).ok_or(lone);
        }
        let Some(rest) = self.rest.strip_prefix("\\u") else {
            return Err(lone);
        };
        self.rest = rest;
        let second = self.four_digits()?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(lone);
        }
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or(lone)
    }

    fn four_digits(&mut self) -> Result<u32, Fault> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.next()?.to_digit(16).ok_or(Fault::Unclear(LAX))?;
            value = value << 4 | digit;
        }
        Ok(value)
    }

    /// The next character of a string, which must not end here.
    fn next(&mut self) -> Result<char, Fault> {
        let mut letters = self.rest.chars();
        let letter = letters.next().ok_or(Fault::Malformed)?;
        self.rest = letters.as_str();
        Ok(letter)
    }

    fn blanks(&mut self) {
        let size = self.rest.bytes().take_while(is_blank).count();
        let (skipped, rest) = self.rest.split_at(size);
        // A blank behind a colon or a comma is what Python's writer puts there, and so the AWS CLI.
        self.is_unusual |= !matches!(skipped, "" | " ");
        self.rest = rest;
    }

    fn eat(&mut self, letter: char) -> bool {
        let rest = self.rest.strip_prefix(letter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, letter: char) -> Result<(), Fault> {
        if self.eat(letter) {
            Ok(())
        } else {
            Err(self.stray())
        }
    }

    /// What is wrong with the place where something else should stand.
    fn stray(&self) -> Fault {
        match self.rest.chars().next() {
            Some(letter) if is_doubtful(letter) => Fault::Unclear(DOUBTFUL),
            _ => Fault::Malformed,
        }
    }
}

enum Number {
    Whole,
    Other,
    BeyondDouble,
}

impl Number {
    /// A number in the grammar of RFC 8259, section 6.
    fn read(word: &str) -> Option<Self> {
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (mantissa, exponent) = match word.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (word, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let whole = whole.strip_prefix('-').unwrap_or(whole);
        let is_whole = digits(whole) && (whole == "0" || !whole.starts_with('0'));
        let unsigned = |text: &str| digits(text.strip_prefix(['+', '-']).unwrap_or(text));
        if !is_whole || !fraction.is_none_or(digits) || !exponent.is_none_or(unsigned) {
            return None;
        }
        if word.parse::<f64>().is_ok_and(f64::is_infinite) {
            return Some(Self::BeyondDouble);
        }
        let is_small = fraction.is_none() && exponent.is_none() && whole.len() <= DIGITS_MAX;
        Some(if is_small { Self::Whole } else { Self::Other })
    }
}
