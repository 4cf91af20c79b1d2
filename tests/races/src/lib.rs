//! Checks only: they are in `tests`.
