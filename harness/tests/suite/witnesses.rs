//! The oracle against the other two witnesses: the cases and the reference. No network.

mod generated;
mod robust;
mod written;

use fullstop::case::Ids;
use fullstop::oracle::{Known, Place, Signing};

/// A target that asks for signatures, with that behind its ids.
fn known(ids: &Ids, place: Place) -> Known<'_> {
    Known {
        ids,
        place,
        signing: Signing::Demanded,
        fault: None,
    }
}

/// Bytes that a seed decides: splitmix64.
fn bytes(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend((mixed ^ (mixed >> 31)).to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}
