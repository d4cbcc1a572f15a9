//! What came of the suite in a test.

use std::fmt;

use crate::report::{Results, Style, terminal};

/// What came of the suite. Shown, it is every finding with what was sent, what came, and a line that shows it again.
#[derive(Clone, Debug)]
pub struct Report {
    /// The results, as in `fullstop run --json`.
    pub results: Results,
    /// What was made on the endpoint and could not be deleted.
    pub(crate) left: Vec<String>,
}

impl Report {
    /// Whether a gate would let it through. A suite that judged nothing is not green.
    pub fn is_green(&self) -> bool {
        self.results.exit == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        let style = Style {
            quiet: true,
            ..Style::default()
        };
        terminal(&self.results, style, &mut text).map_err(|_| fmt::Error)?;
        let text = String::from_utf8_lossy(&text);
        write!(f, "{}", anstream::adapter::strip_str(&text))?;
        for left in &self.left {
            writeln!(f, "left behind: {left}")?;
        }
        Ok(())
    }
}
