//! How strong the suite is, in numbers: which cases catch which mutants, and that nothing else is accused.

mod coverage;
mod life;
mod matrix;
mod soundness;

pub use coverage::{Coverage, coverage};
pub use life::{LIFECYCLE, broken_rules};
pub use matrix::{Difference, Killed, Matrix, catches, measure, published};
pub use soundness::{Alarms, Setting, Share, soundness};
