//! The log-leak check finds leaks and does not repeat them.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex};

use oauthbearer_testkit::{listen_to_logs, LeakCheck};

fn failure_of(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("no leak was found");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string())).expect("a panic with a text")
}

#[test]
fn an_events_message_and_field_are_named_and_the_secret_is_not() {
    let leaks = LeakCheck::start(&["hidden-1a", "hidden-1b"]);
    tracing::info!(name: "login.started", target: "somebody", "with hidden-1a");
    tracing::trace!(name: "login.key", target: "somebody", key = ?Some("hidden-1b"), "fine");
    let failure = failure_of(|| leaks.assert_none());
    assert!(
        failure.contains("event 'login.started', field 'message', target 'somebody'")
            && failure.contains("event 'login.key', field 'key'"),
        "{failure}"
    );
    assert!(!failure.contains("hidden"), "{failure}");
}

#[test]
fn a_span_leaks_at_its_start_and_later() {
    let leaks = LeakCheck::start(&["hidden-2a", "hidden-2b"]);
    let span =
        tracing::debug_span!("request", url = "https://x/?key=hidden-2a", late = tracing::field::Empty);
    span.record("late", "hidden-2b");
    let failure = failure_of(|| leaks.assert_none());
    assert!(failure.contains("span 'request', field 'url'") && failure.contains("field 'late'"), "{failure}");
}

#[test]
fn a_secret_added_later_is_found_in_what_was_logged_before() {
    let leaks = LeakCheck::start(&[]);
    tracing::info!("made hidden-3");
    leaks.add("hidden-3");
    assert!(failure_of(|| leaks.assert_none()).contains("field 'message'"));
}

#[test]
fn a_secret_in_a_url_is_found() {
    let leaks = LeakCheck::start(&["hid/den+4="]);
    tracing::info!("GET /?token=hid%2Fden%2B4%3D");
    assert!(failure_of(|| leaks.assert_none()).contains("field 'message'"));
}

#[test]
fn other_threads_are_watched() {
    let leaks = LeakCheck::start(&["hidden-5"]);
    std::thread::spawn(|| tracing::info!("hidden-5")).join().unwrap();
    assert!(failure_of(|| leaks.assert_none()).contains("field 'message'"));
}

#[test]
fn records_of_the_log_crate_are_watched() {
    let leaks = LeakCheck::start(&["hidden-9"]);
    log::trace!(target: "librdkafka", "key {}", "hidden-9");
    let failure = failure_of(|| leaks.assert_none());
    assert!(failure.contains("record of the log crate, target 'librdkafka'"), "{failure}");
    assert!(!failure.contains("hidden"), "{failure}");
}

#[test]
fn a_guard_that_is_only_dropped_checks_too() {
    let leaks = LeakCheck::start(&["hidden-6"]);
    tracing::info!("hidden-6");
    assert!(failure_of(|| drop(leaks)).contains("a secret was logged by"));
}

#[test]
fn only_what_is_logged_under_watch_counts() {
    tracing::info!("hidden-7");
    let leaks = LeakCheck::start(&["hidden-7"]);
    tracing::info!("nothing to see");
    leaks.assert_none();
}

#[test]
fn texts_are_checked_too() {
    let leaks = LeakCheck::start(&["hidden-8"]);
    leaks.assert_absent("the error", "access denied");
    let failure = failure_of(|| leaks.assert_absent("the error", "access denied for hidden-8"));
    assert_eq!(failure, "the error shows a secret");
}

#[test]
fn a_secret_too_short_to_be_told_from_text_is_refused() {
    let failure = failure_of(|| drop(LeakCheck::start(&["", "abc"])));
    assert_eq!(failure, "a secret of 0 characters would be found in ordinary text");
}

#[test]
fn a_listener_hears_events_spans_and_records() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = heard.clone();
    // Those of the tests that run at the same time, too.
    listen_to_logs(move |line| {
        let fields = line.fields.iter().map(|(name, value)| format!("{name}={value}"));
        hears.lock().unwrap().push(format!("{} {} {:?}", line.target, line.what, fields.collect::<Vec<_>>()));
    });
    tracing::trace!(name: "heard.event", target: "heard", user = "me", "hello");
    let span = tracing::trace_span!(target: "heard", "heard.span", late = tracing::field::Empty);
    span.record("late", 7);
    log::trace!(target: "heard", "hello");
    let heard = heard.lock().unwrap().clone();
    for line in [
        r#"heard heard.event ["message=hello", "user=me"]"#,
        r#"heard heard.span []"#,
        r#"heard heard.span ["late=7"]"#,
        r#"heard record ["message=hello"]"#,
    ] {
        assert!(heard.iter().any(|heard| heard == line), "no {line} in {heard:#?}");
    }
    assert!(failure_of(|| listen_to_logs(|_| {})).contains("listens"));
}
