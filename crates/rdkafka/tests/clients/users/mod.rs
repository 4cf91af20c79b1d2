//! One test for each project that this crate must fit into, shaped like that project's own code.

mod arroyo;
mod callback;
mod estuary;
mod feldera;
mod materialize;
mod parseable;
mod quickwit;
mod restate;
mod risingwave;
mod vector;
