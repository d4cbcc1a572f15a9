//! The life of a job: the table, the model that follows it, and what finds its way past single requests.

mod command;
mod model;
mod page;
mod shrinking;
mod walk;
