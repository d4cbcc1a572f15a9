//! Mutations of texts: token by token where a text looks like JSON, letter by letter elsewhere.

use std::ops::Range;

use arbitrary::{Result, Unstructured};

use crate::generator::dictionary;
use crate::generator::letters::ODD;

/// The longest text that is mutated token by token. A longer one is a matter of its size, not of its tokens.
const SIZE_MAX: usize = 16 << 10;

/// The text with one to three tokens changed: for the readers of files.
pub fn mutated(text: &str, input: &mut Unstructured<'_>) -> Result<String> {
    let mut text = text.to_owned();
    for _ in 0..input.int_in_range(1..=3u8)? {
        text = mutate(&text, input)?;
    }
    Ok(text)
}

/// The text with one token taken out, doubled, exchanged with another, or replaced by one that the dictionary has.
pub fn mutate(text: &str, input: &mut Unstructured<'_>) -> Result<String> {
    let tokens = tokens(text);
    if tokens.is_empty() || text.len() > SIZE_MAX {
        return mutate_text(text, input);
    }
    let at = tokens[input.choose_index(tokens.len())?].clone();
    let put =
        |at: Range<usize>, with: &str| format!("{}{with}{}", &text[..at.start], &text[at.end..]);
    Ok(match input.int_in_range(0..=6u8)? {
        0 => put(at, ""),
        1 => {
            let token = text[at.clone()].to_owned();
            put(at.end..at.end, &token)
        }
        2 => {
            let other = tokens[input.choose_index(tokens.len())?].clone();
            let other = text[other].to_owned();
            put(at, &other)
        }
        3 => put(at, input.choose(dictionary::JSON)?),
        4 => put(at.start..at.start, input.choose(dictionary::JSON)?),
        5 => {
            let inner = mutate_text(&text[at.clone()], input)?;
            put(at, &inner)
        }
        _ => text[..at.end].to_owned(),
    })
}

/// The text with one letter put in, taken out or exchanged, or with a word of the dictionary.
pub fn mutate_text(text: &str, input: &mut Unstructured<'_>) -> Result<String> {
    let count = text.chars().count();
    let at = input.int_in_range(0..=count)?;
    let odd = *input.choose(&ODD)?;
    let place = |at: usize| {
        text.char_indices()
            .nth(at)
            .map_or(text.len(), |(byte, _)| byte)
    };
    let (start, end) = (place(at), place(at + 1));
    let (before, from, behind) = (&text[..start], &text[start..], &text[end.max(start)..]);
    Ok(match input.int_in_range(0..=6u8)? {
        0 => format!("{before}{odd}{from}"),
        1 => format!("{before}{odd}{behind}"),
        2 => format!("{before}{behind}"),
        3 => format!("{before}{}{from}", input.choose(dictionary::WORDS)?),
        4 => (*input.choose(dictionary::WORDS)?).to_owned(),
        5 => {
            let swap = |letter: char| {
                if letter.is_ascii_uppercase() {
                    letter.to_ascii_lowercase()
                } else {
                    letter.to_ascii_uppercase()
                }
            };
            let swapped: String = text[start..end.max(start)].chars().map(swap).collect();
            format!("{before}{swapped}{behind}")
        }
        _ => before.to_owned(),
    })
}

/// The tokens of a text, as JSON has them: strings, words, and single marks. It need not be JSON.
pub fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut letters = text.char_indices().peekable();
    let is_word = |letter: char| letter.is_alphanumeric() || "+-._$".contains(letter);
    while let Some((start, letter)) = letters.next() {
        if letter == '"' {
            let mut is_escaped = false;
            for (_, inner) in letters.by_ref() {
                if inner == '"' && !is_escaped {
                    break;
                }
                is_escaped = inner == '\\' && !is_escaped;
            }
        } else if is_word(letter) {
            while letters.next_if(|(_, next)| is_word(*next)).is_some() {}
        }
        let end = letters.peek().map_or(text.len(), |(index, _)| *index);
        tokens.push(start..end);
    }
    tokens
}
