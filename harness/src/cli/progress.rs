//! A line on standard error that shows how a run goes on, while a person watches.

use std::io::{IsTerminal as _, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::runner::{Gate, Progress};

/// A bar for so many cases.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    gate: Gate,
    failures: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Bar {
    /// A bar that is hidden unless standard error is a terminal.
    pub(crate) fn new(cases: usize, gate: Gate, is_quiet: bool) -> Self {
        let bar = if is_quiet || !stderr().is_terminal() {
            ProgressBar::hidden()
        } else {
            bar(cases as u64, "judging")
        };
        Self {
            bar,
            gate,
            failures: std::sync::Arc::default(),
        }
    }

    /// Shows a step.
    pub(crate) fn show(&self, step: Progress<'_>) {
        use std::sync::atomic::Ordering;
        match step {
            Progress::Judged(record) => {
                if self.gate.fails(record) {
                    let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
                    self.bar.set_message(format!("{failures} failures so far"));
                }
                self.bar.inc(1);
            }
            Progress::Repeating(count) => {
                self.bar.set_length(count as u64);
                self.bar.set_position(0);
                self.bar.set_prefix("repeating");
            }
            Progress::Repeated => self.bar.inc(1),
        }
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar with a phase, counts and an estimate.
pub(crate) fn bar(length: u64, phase: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template(
        "{prefix} {pos} of {len} {wide_bar} {elapsed}, about {eta} left  {msg}",
    );
    let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(phase);
    bar
}
