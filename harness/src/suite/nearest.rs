//! The name that somebody may have meant.

/// The most letters of a name that are compared: longer ones are none of ours.
const LENGTH_MAX: usize = 200;

/// The nearest of some names to one that is none of them, unless all of them are far from it.
pub fn nearest<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<_> = name.chars().take(LENGTH_MAX).collect();
    let near = |other: &str| distance(&name, &other.chars().collect::<Vec<_>>());
    let (other, away) = all
        .map(|other| (other, near(other)))
        .min_by_key(|(_, away)| *away)?;
    // A third of the letters may be wrong, and three in a short name.
    (away <= (name.len() / 3).max(3)).then_some(other)
}

/// How many letters have to be added, left out or changed: Levenshtein (1965).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (place, same) in other.iter().enumerate() {
            let change = diagonal + usize::from(letter != same);
            diagonal = row[place + 1];
            row[place + 1] = change.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}
