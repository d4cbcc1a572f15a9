//! The name that somebody may have meant.

/// The most bytes of a name that are compared: longer ones are none of ours.
const LENGTH_MAX: usize = 200;

/// The nearest of some names to one that is none of them, unless all of them are far from it.
pub(crate) fn nearest<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LENGTH_MAX {
        return None;
    }
    let (other, away) = all
        .map(|other| (other, strsim::damerau_levenshtein(name, other)))
        .min_by_key(|(_, away)| *away)?;
    // A third of the letters may be wrong, and three in a short name.
    (away <= (name.len() / 3).max(3)).then_some(other)
}

/// What to say about a name that is none of some.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    all: impl Iterator<Item = &'a str>,
    list: &str,
) -> String {
    match nearest(name, all) {
        Some(other) => format!("did you mean `{other}`?"),
        None => format!("{list} shows every name"),
    }
}
