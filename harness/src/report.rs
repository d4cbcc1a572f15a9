//! Records made readable: for people on a terminal, for machines as JSON. It cannot reach a target.

mod explain;
mod forecast;
mod results;
mod terminal;

pub use explain::explain;
pub use forecast::{Bounds, ClassForecast, Forecast, OutOfReach};
pub use results::{CaseResult, Results, TargetResult};
pub use terminal::{Style, terminal};
