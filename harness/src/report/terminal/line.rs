//! Lines that fit the terminal: cut where a part can be missed, wrapped where it cannot.

/// The width where there is no terminal, as in a log.
pub(super) const WIDTH: usize = 80;

/// As much of a text as there is room for.
pub(super) fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let cut: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// The words of a text on lines of this width. A word that is longer has a line of its own.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    filled(text.split(' '), " ", width)
}

/// Parts on lines of this width, with a gap between two of a line.
pub(super) fn filled<'a>(
    parts: impl IntoIterator<Item = &'a str>,
    gap: &str,
    width: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + gap.len() + part.chars().count() <= width => {
                line.push_str(gap);
                line.push_str(part);
            }
            _ => lines.push(part.to_owned()),
        }
    }
    lines
}
