//! One trial per case.

fn main() {}
