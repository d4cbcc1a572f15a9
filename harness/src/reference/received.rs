//! What an endpoint was asked, counted: the other side of what a client says it sent.

use std::collections::BTreeMap;

use crate::contract::Operation;
use crate::reference::json::Json;

/// Requests since the endpoint was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Those that could be read, by what they asked for, whatever they were answered.
    pub operations: BTreeMap<Operation, u64>,
    /// Those that asked for no operation of the service.
    pub unread: u64,
    /// CSV files.
    pub uploads: u64,
    /// Of all these, the ones refused because of a rate limit.
    pub throttled: u64,
}

impl Received {
    pub(crate) fn note(&mut self, operation: Option<Operation>) {
        match operation {
            Some(operation) => *self.operations.entry(operation).or_default() += 1,
            None => self.unread += 1,
        }
    }

    pub(crate) fn shown(&self) -> Json {
        let operations = self.operations.iter();
        let operations =
            operations.map(|(operation, count)| (operation.name().to_owned(), Json::count(*count)));
        Json::object([
            ("operations", Json::Object(operations.collect())),
            ("unread", Json::count(self.unread)),
            ("uploads", Json::count(self.uploads)),
            ("throttled", Json::count(self.throttled)),
        ])
    }
}
