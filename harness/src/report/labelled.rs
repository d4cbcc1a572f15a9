//! Results with a name to tell them apart from others beside them.

use crate::lifecycle::Lifecycle;
use crate::report::Results;

/// The name of the profile that `--endpoint` makes: it says nothing.
const NAMELESS: &str = "endpoint";

/// Results of some sort, and what to call their target.
#[derive(Clone, Debug)]
pub struct Labelled<T = Results> {
    /// What to call it: no two side by side are called the same.
    pub label: String,
    /// What came of it.
    pub results: T,
}

/// Results that say whose they are.
pub trait OfTarget {
    /// The profile's name, and the address.
    fn target(&self) -> (&str, &str);
}

impl OfTarget for Results {
    fn target(&self) -> (&str, &str) {
        (&self.target.name, &self.target.endpoint)
    }
}

impl OfTarget for Lifecycle {
    fn target(&self) -> (&str, &str) {
        (&self.target, &self.endpoint)
    }
}

impl<T: OfTarget> Labelled<T> {
    /// Names each of several results: as asked, or by the target's name, or by its address.
    pub fn all(several: impl IntoIterator<Item = (Option<String>, T)>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (asked, results) in several {
            let label = asked.unwrap_or_else(|| name(results.target()));
            let of_that_name = |other: &&Self| other.results_of(&label);
            let count = all.iter().filter(of_that_name).count();
            let label = if count == 0 {
                label
            } else {
                format!("{label} #{}", count + 1)
            };
            all.push(Self { label, results });
        }
        all
    }

    fn results_of(&self, label: &str) -> bool {
        let rest = self.label.strip_prefix(label);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" #"))
    }
}

fn name((name, endpoint): (&str, &str)) -> String {
    if name != NAMELESS {
        return name.to_owned();
    }
    let address = endpoint.split_once("://");
    let address = address.map_or(endpoint, |(_, address)| address);
    address.trim_end_matches('/').to_owned()
}
