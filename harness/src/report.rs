//! Results made readable: for people on a terminal and in a browser, for CI, for machines. It cannot reach a target.

mod compare;
mod explain;
mod figures;
mod forecast;
#[cfg(feature = "reports")]
mod html;
#[cfg(feature = "reports")]
mod junit;
mod labelled;
mod markdown;
mod results;
mod stored;
mod terminal;

pub use crate::visible::{clipped, on_a_line, visible};
pub use compare::{Cell, Column, Comparison, Pair, Row, Shown, Truth, compare_text};
#[cfg(feature = "cli")]
pub(crate) use explain::expected;
pub use explain::{explain, explain_rule};
#[cfg(feature = "trials")]
pub(crate) use figures::standing;
pub use forecast::{Bounds, ClassForecast, Forecast, OutOfReach};
#[cfg(feature = "reports")]
pub use html::{Line, Mark, Placed, annotated, html, layout};
#[cfg(feature = "reports")]
pub use junit::junit;
pub use labelled::{Labelled, OfTarget};
pub use markdown::markdown;
pub use results::{CaseResult, FORMAT, Mismatch, RequirementResult, Results, TargetResult};
pub use stored::{Held, Stored, StoredError};
#[cfg(feature = "cli")]
pub(crate) use terminal::Block;
#[cfg(feature = "cli")]
pub(crate) use terminal::request_and_response;
pub use terminal::{Style, side_by_side, terminal};
