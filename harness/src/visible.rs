//! Text of an answer as people may see it: nothing in it steers the terminal, the page or the reading direction.

use std::borrow::Cow;

/// The text with every character named that shows nothing or changes how others are shown. Ends of lines and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(hides) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '\0'..='\x1f' if hides(letter) => shown.push(picture(letter)),
            '\x7f' => shown.push('␡'),
            letter if hides(letter) => shown.push_str(&format!("⟨U+{:04X}⟩", letter as u32)),
            letter => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

/// A count and a noun.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {noun}s"),
    }
}

/// What stands at the beginning of a line that a CI server takes for a command, or anywhere in it.
#[cfg(feature = "cli")]
const COMMANDS: [&str; 2] = ["::", "##["];

/// The same of a whole output. The styles that are ours stay: a foreign one does no more than they do.
#[cfg(feature = "cli")]
pub(crate) fn printed(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let [at_start, anywhere] = COMMANDS;
        let start = line.trim_start();
        let indent = &line[..line.len() - start.len()];
        let line = match start.strip_prefix(at_start) {
            Some(rest) => format!("{indent}⟨{at_start}⟩{rest}"),
            None => line.to_owned(),
        };
        let line = line.replace(anywhere, &format!("⟨{anywhere}⟩"));
        let mut pieces = line.split('\x1b');
        shown.push_str(&visible(pieces.next().unwrap_or_default()));
        for piece in pieces {
            shown.push(if is_style(piece) {
                '\x1b'
            } else {
                picture('\x1b')
            });
            shown.push_str(&visible(piece));
        }
    }
    shown
}

/// Whether what follows an escape makes it a change of style.
#[cfg(feature = "cli")]
fn is_style(text: &str) -> bool {
    let parameters = text.strip_prefix('[').and_then(|rest| rest.split_once('m'));
    parameters.is_some_and(|(numbers, _)| {
        let mut bytes = numbers.bytes();
        bytes.all(|byte| byte.is_ascii_digit() || byte == b';')
    })
}

/// The same on one line.
pub fn on_a_line(text: &str) -> String {
    visible(text).replace(['\n', '\t'], " ")
}

/// A text with every word that has a digit in it as one mark, so that equal texts with other numbers and ids are equal.
pub(crate) fn masked(text: &str) -> String {
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let pieces = text.split_inclusive(|letter| !is_of_word(letter));
    let masked = pieces.map(|piece| {
        let word = piece.trim_end_matches(|letter| !is_of_word(letter));
        match word.bytes().any(|byte| byte.is_ascii_digit()) {
            true => format!("#{}", &piece[word.len()..]),
            false => piece.to_owned(),
        }
    });
    masked.collect()
}

/// The first characters of a text, and that there is more.
pub fn clipped(text: &str, length_max: usize) -> Cow<'_, str> {
    text.char_indices()
        .nth(length_max)
        .map_or(Cow::Borrowed(text), |(end, _)| {
            Cow::Owned(format!("{}… <{} bytes>", &text[..end], text.len()))
        })
}

/// Unicode's picture of a control character.
fn picture(letter: char) -> char {
    char::from_u32(0x2400 + letter as u32).unwrap_or('\u{fffd}')
}

fn hides(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        // Soft hyphen, marks of direction, invisible operators, byte order mark, annotations.
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => true,
        // What XML cannot hold at all.
        '\u{fffe}' | '\u{ffff}' => true,
        letter => letter.is_control(),
    }
}
