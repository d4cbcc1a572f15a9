//! Ids that look like the service's and are the same in every run.

use sha2::{Digest, Sha256};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Hands out ids. Two makers with one seed hand out the same ones in the same order.
#[derive(Clone, Debug)]
pub(crate) struct Maker {
    seed: u64,
    made: u64,
}

impl Maker {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, made: 0 }
    }

    /// `import-` and ten characters, like all recorded ones.
    pub(crate) fn job(&mut self) -> String {
        format!("import-{}", self.base62(10))
    }

    /// The region and nine characters, like all recorded ones.
    pub(crate) fn pool(&mut self, region: &str) -> String {
        format!("{region}_{}", self.base62(9))
    }

    /// A UUID of version 4.
    pub(crate) fn request(&mut self) -> String {
        let mut bytes = self.bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let digits = hex::encode(&bytes[..16]);
        let mut text = String::with_capacity(36);
        text.push_str(&digits[..8]);
        for group in [8..12, 12..16, 16..20, 20..32] {
            text.push('-');
            text.push_str(&digits[group]);
        }
        text
    }

    fn base62(&mut self, length: usize) -> String {
        let bytes = self.bytes();
        bytes
            .iter()
            .take(length)
            .map(|byte| char::from(BASE62[usize::from(*byte) % BASE62.len()]))
            .collect()
    }

    fn bytes(&mut self) -> [u8; 32] {
        self.made = self.made.wrapping_add(1);
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(self.made.to_be_bytes());
        hash.finalize().into()
    }
}
