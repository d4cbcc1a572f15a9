//! From a case back to the entry of a case file: how a request that was generated is written down.

use std::collections::BTreeMap;

use crate::case::file::CaseEntry;
use crate::case::requirement::{Case, Change};

impl Case {
    /// The entry that stands for it in a case file, under another name.
    pub fn entry(&self, name: &str) -> CaseEntry {
        let mut entry = CaseEntry {
            name: name.to_owned(),
            why: self.why.clone(),
            level: None,
            since: None,
            given: Some(self.given),
            set: BTreeMap::new(),
            remove: Vec::new(),
            body: None,
            headers: Vec::new(),
            target: None,
            method: None,
            path: None,
            signature: None,
            raw: None,
            fault: self.fault.clone(),
            expect: self.expect.clone(),
            post: self.post,
        };
        for change in &self.changes {
            match change.clone() {
                Change::Set(member, value) => {
                    entry.set.insert(member, value);
                }
                Change::Remove(member) => entry.remove.push(member),
                Change::Body(body) => entry.body = Some(body),
                Change::Header(edit) => entry.headers.push(edit),
                Change::Target(target) => entry.target = Some(target),
                Change::Method(method) => entry.method = Some(method),
                Change::Path(path) => entry.path = Some(path),
                Change::Signature(signature) => entry.signature = Some(signature),
                Change::Raw(raw) => entry.raw = Some(raw),
            }
        }
        entry
    }
}
