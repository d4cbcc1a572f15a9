//! Ids that look like the service's and are the same in every run.

use sha2::{Digest, Sha256};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Hands out ids. Two makers with one seed hand out the same ones in the same order.
#[derive(Clone, Debug)]
pub(crate) struct Maker {
    seed: u64,
    made: u64,
    /// Where the ids of requests begin.
    first: u128,
}

/// Odd, so that no step is repeated before all are taken, and without a pattern that a reader would see.
const STEP: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

impl Maker {
    pub(crate) fn new(seed: u64) -> Self {
        let hash = hashed(seed, 0);
        let first = hash.first_chunk().expect("a hash has 32 bytes");
        Self {
            seed,
            made: 0,
            first: u128::from_be_bytes(*first),
        }
    }

    /// `import-` and ten characters, like all recorded ones.
    pub(crate) fn job(&mut self) -> String {
        format!("import-{}", self.base62(10))
    }

    /// The region and nine characters, like all recorded ones.
    pub(crate) fn pool(&mut self, region: &str) -> String {
        format!("{region}_{}", self.base62(9))
    }

    /// A UUID of version 4. Every answer has one, so none is worth a hash.
    pub(crate) fn request(&mut self) -> String {
        self.made = self.made.wrapping_add(1);
        let id = STEP.wrapping_mul(u128::from(self.made));
        let mut bytes = self.first.wrapping_add(id).to_be_bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let digits = hex::encode(bytes);
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
        hashed(self.seed, self.made)
    }
}

fn hashed(seed: u64, made: u64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(made.to_be_bytes());
    hash.finalize().into()
}
