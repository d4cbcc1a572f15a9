//! Texts from a pattern, by walking it as it was parsed: ones that match, of the length that is wanted, and the
//! letters that stand nowhere in it.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::generator::noise::Noise;

/// A pattern, parsed.
#[derive(Clone, Debug)]
pub struct Pattern {
    part: Part,
    length_min: usize,
    /// How many repetitions can take more than they must.
    open_count: usize,
    /// The ASCII letters that stand somewhere in it.
    alphabet: [bool; 128],
}

/// A part of a pattern, with its classes written out so that a letter is one look-up.
#[derive(Clone, Debug)]
enum Part {
    Text(String),
    OneOf(Vec<char>),
    Repeated {
        part: Box<Self>,
        min: usize,
        max: Option<usize>,
        length_min: usize,
    },
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// How many characters are left to give away, and to how many repetitions.
struct Room {
    extra: usize,
    open_count: usize,
    noise: Noise,
}

impl Pattern {
    /// Parses a pattern the way the service reads it: `\w` is ASCII.
    pub fn new(pattern: &str) -> Self {
        let hir = ParserBuilder::new()
            .unicode(false)
            .build()
            .parse(pattern)
            .expect("the patterns of the contract are patterns");
        let part = Part::new(&hir);
        let mut alphabet = [false; 128];
        part.mark(&mut alphabet);
        Self {
            length_min: hir.properties().minimum_len().unwrap_or_default(),
            open_count: part.open_count(),
            part,
            alphabet,
        }
    }

    /// The fewest characters of a text that matches.
    pub fn length_min(&self) -> usize {
        self.length_min
    }

    /// A text that matches, of that length, or of the nearest one that the pattern has.
    pub fn text(&self, length: usize, seed: u64) -> String {
        let mut room = Room {
            extra: length.saturating_sub(self.length_min),
            open_count: self.open_count,
            noise: Noise::new(seed),
        };
        let mut text = String::with_capacity(length);
        self.part.write(&mut room, &mut text);
        text
    }

    /// Whether a letter stands nowhere in the pattern, so that a text that has it does not match.
    pub fn is_foreign(&self, letter: char) -> bool {
        !letter.is_ascii() || !self.alphabet[letter as usize]
    }
}

impl Part {
    fn new(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::Text(String::new()),
            HirKind::Literal(literal) => {
                Self::Text(String::from_utf8_lossy(&literal.0).into_owned())
            }
            HirKind::Class(class) => Self::OneOf(letters(class)),
            HirKind::Repetition(repetition) => Self::Repeated {
                part: Box::new(Self::new(&repetition.sub)),
                min: repetition.min as usize,
                max: repetition.max.map(|max| max as usize),
                length_min: repetition.sub.properties().minimum_len().unwrap_or(1),
            },
            HirKind::Capture(capture) => Self::new(&capture.sub),
            HirKind::Concat(parts) => Self::All(parts.iter().map(Self::new).collect()),
            HirKind::Alternation(parts) => Self::Any(parts.iter().map(Self::new).collect()),
        }
    }

    fn mark(&self, alphabet: &mut [bool; 128]) {
        let mut mark = |letter: char| {
            if let Some(is_known) = alphabet.get_mut(letter as usize) {
                *is_known = true;
            }
        };
        match self {
            Self::Text(text) => text.chars().for_each(mark),
            Self::OneOf(letters) => letters.iter().for_each(|letter| mark(*letter)),
            Self::Repeated { part, .. } => part.mark(alphabet),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.mark(alphabet);
                }
            }
        }
    }

    fn open_count(&self) -> usize {
        match self {
            Self::Repeated { min, max, .. } => usize::from(*max != Some(*min)),
            Self::All(parts) => parts.iter().map(Self::open_count).sum(),
            Self::Text(_) | Self::OneOf(_) | Self::Any(_) => 0,
        }
    }

    fn write(&self, room: &mut Room, text: &mut String) {
        match self {
            Self::Text(literal) => text.push_str(literal),
            Self::OneOf(letters) => text.push(letters[room.noise.below(letters.len())]),
            Self::Repeated {
                part,
                min,
                max,
                length_min,
            } => {
                let is_open = *max != Some(*min);
                let more = if is_open { room.share(*length_min) } else { 0 };
                let count = max.map_or(min + more, |max| max.min(min + more));
                for _ in 0..count {
                    part.write(room, text);
                }
            }
            Self::All(parts) => {
                for part in parts {
                    part.write(room, text);
                }
            }
            Self::Any(parts) => parts[room.noise.below(parts.len())].write(room, text),
        }
    }
}

impl Room {
    /// How many more of a thing of that length the next repetition takes: some of what is left, and the last all of it.
    fn share(&mut self, length: usize) -> usize {
        let most = self.extra / length.max(1);
        let count = if self.open_count <= 1 {
            most
        } else {
            self.noise.below(most + 1)
        };
        self.open_count = self.open_count.saturating_sub(1);
        self.extra -= count * length;
        count
    }
}

/// The ASCII letters of a class. One without any has a letter all the same: no pattern of the service is such a one.
fn letters(class: &Class) -> Vec<char> {
    let is_in = |letter: &char| match class {
        Class::Bytes(class) => class
            .iter()
            .any(|range| (range.start()..=range.end()).contains(&(*letter as u8))),
        Class::Unicode(class) => class
            .iter()
            .any(|range| (range.start()..=range.end()).contains(letter)),
    };
    let letters: Vec<_> = ('\0'..='\x7f').filter(is_in).collect();
    if letters.is_empty() {
        vec!['a']
    } else {
        letters
    }
}
