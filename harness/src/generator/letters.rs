//! Letters that careless readers trip over.

/// What a trim takes away, what breaks a line or a string, and what a careless pattern takes for a word character.
pub(crate) const ODD: [char; 28] = [
    ' ',
    '\t',
    '\n',
    '\r',
    '\0',
    '\u{b}',
    '\u{c}',
    '\u{7f}',
    '\u{85}',
    '\u{a0}',
    '\u{200b}',
    '\u{202e}',
    '\u{2028}',
    '\u{feff}',
    '.',
    '/',
    '%',
    '"',
    '\'',
    '\\',
    '<',
    '$',
    '*',
    'é',
    'ß',
    '١',
    'ａ',
    '\u{1f600}',
];

/// Letters and others that look like them: full-width ones are word characters of Unicode, and folding makes some equal.
const LOOK_ALIKE: [(char, char); 20] = [
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('i', 'і'),
    ('i', 'ı'),
    ('j', 'ј'),
    ('k', '\u{212a}'),
    ('m', 'ｍ'),
    ('o', 'о'),
    ('p', 'р'),
    ('r', 'ｒ'),
    ('s', 'ſ'),
    ('t', 'ｔ'),
    ('u', 'ｕ'),
    ('x', 'х'),
    ('0', '０'),
    ('1', '١'),
    ('2', '²'),
    ('-', '\u{2010}'),
    ('_', '＿'),
];

/// The text with one letter in the place of one that looks like it, from some place on. None if no letter has a double.
pub(crate) fn look_alike(text: &str, from: usize) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let count = letters.len();
    let at = (0..count)
        .map(|index| (index + from) % count)
        .find(|index| double(letters[*index]).is_some())?;
    let exchanged = letters.iter().enumerate().map(|(index, letter)| {
        if index == at {
            double(*letter).unwrap_or(*letter)
        } else {
            *letter
        }
    });
    Some(exchanged.collect())
}

fn double(letter: char) -> Option<char> {
    LOOK_ALIKE
        .iter()
        .find(|(plain, _)| *plain == letter)
        .map(|(_, double)| *double)
}
