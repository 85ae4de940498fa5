//! Compressed bodies.

#![allow(dead_code, unreachable_pub)]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

pub fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
