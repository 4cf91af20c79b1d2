//! x
mod jwt;
mod keys;
mod tags;
#[cfg(test)]
mod vectors;
pub use keys::STS_KEYS;
