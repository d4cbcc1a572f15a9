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

/// The same on one line.
pub fn on_a_line(text: &str) -> String {
    visible(text).replace(['\n', '\t'], " ")
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
