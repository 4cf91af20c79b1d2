//! Which threads this crate starts, as the kernel counts them: a test binary of its own, since others start some too.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use oauthbearer_core::Clock;
use oauthbearer_rdkafka::Authenticator;
use oauthbearer_testkit::Scripted;
use rdkafka::admin::AdminClient;
use rdkafka::ClientConfig;

fn threads() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    // A thread may end between the listing and the reading.
    tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("comm")).ok()).collect()
}

fn ours() -> usize {
    threads().iter().filter(|name| name.trim() == "oauthbearer").count()
}

fn authenticator() -> Authenticator {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", "127.0.0.1:1");
    let provider = Scripted::tokens(&Clock::system(), Duration::from_secs(60));
    Authenticator::builder(&config).provider(Arc::new(provider)).build().unwrap()
}

#[test]
fn one_thread_for_the_process_from_its_first_use() {
    let before = threads().len();
    let authenticators: Vec<_> = (0..5).map(|_| authenticator()).collect();
    assert_eq!(threads().len(), before, "building starts no thread");

    let clients: Vec<_> =
        authenticators.iter().map(|auth| auth.create_blocking::<AdminClient<_>>().unwrap()).collect();
    assert_eq!(ours(), 1, "{:?}", threads());
    drop((clients, authenticators));
    authenticator().blocking_token(Duration::from_secs(60)).unwrap();
    assert_eq!(ours(), 1, "{:?}", threads());
}
