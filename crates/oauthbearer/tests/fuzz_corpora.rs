//! Gives the targets of `cargo xtask fuzz` that use public API the inputs that are kept for them, found cases included.

#[path = "../../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "public in the library that cargo-fuzz builds")]
mod targets;

#[path = "../../../fuzz/src/replay.rs"]
mod replay;

use replay::replay;

#[test]
fn the_grammar() {
    replay("pairs", targets::pairs);
    replay("extensions", targets::extensions);
    replay("reader", targets::reader);
}

#[test]
fn names_of_brokers() {
    replay("broker", targets::broker);
}

#[test]
fn whole_configurations() {
    replay("login", targets::login);
}

#[test]
fn files_and_keys() {
    replay("token_file", targets::token_file);
    replay("template", targets::template);
    replay("private_key", targets::private_key);
    replay("certificates", targets::certificates);
}

#[test]
fn answers_of_sts() {
    replay("sts_answer", targets::sts_answer);
}
