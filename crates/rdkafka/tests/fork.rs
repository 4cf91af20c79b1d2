//! A child made by `fork` has none of its parent's threads: the same authenticator starts a new one there.
//!
//! A test binary of its own, since a fork copies every lock that another test may hold.
#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use fork::{fork, waitpid_nohang, Fork, WEXITSTATUS, WIFEXITED};
use oauthbearer_core::Clock;
use oauthbearer_rdkafka::Authenticator;
use oauthbearer_testkit::broker::{Accepted, Broker, ClientInitial, Event};
use oauthbearer_testkit::Scripted;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::ClientConfig;

const SOON: Duration = Duration::from_secs(60);

/// The broker lives in the parent and cannot know which tokens the child was issued.
fn any_token(_: &ClientInitial) -> Result<Accepted, String> {
    Ok(Accepted::new("scripted").for_lifetime(Duration::from_secs(2)))
}

#[test]
fn a_child_starts_a_thread_of_its_own() {
    let broker = Broker::builder().validator(Arc::new(any_token)).start().unwrap();
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", broker.bootstrap_servers()).set("ssl.ca.pem", broker.ca_pem());
    let provider = Scripted::tokens(&Clock::system(), Duration::from_secs(2));
    let auth = Authenticator::builder(&config).provider(Arc::new(provider)).build().unwrap();
    let of_parent = auth.create_blocking::<BaseProducer>().unwrap();
    of_parent.client().fetch_metadata(None, SOON).unwrap();

    match fork().unwrap() {
        Fork::Child => {
            // An unwinding child would run the parent's tests and destructors.
            let worked = std::panic::catch_unwind(AssertUnwindSafe(|| child(&auth)));
            std::process::exit(if worked.is_ok() { 0 } else { 1 });
        }
        Fork::Parent(child) => {
            let reauthenticated =
                |events: &[Event]| events.iter().filter(|event| event.is_reauthentication()).count() > 4;
            assert!(broker.wait_for(SOON, reauthenticated), "{:#?}", broker.events());
            let status = ended(child);
            assert!(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child failed: {status}");
        }
    }
}

/// Waits for the child's end. One that hangs, on a lock that the fork left held, goes on until its own waits end.
fn ended(child: i32) -> i32 {
    let clock = Clock::system();
    let deadline = clock.now().monotonic + 4 * SOON;
    while clock.now().monotonic < deadline {
        if let Some(status) = waitpid_nohang(child).unwrap() {
            return status;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the child did not end within {:?}", 4 * SOON);
}

fn child(auth: &Authenticator) {
    let consumer = auth.create_blocking::<BaseConsumer>().unwrap();
    consumer.client().fetch_metadata(None, SOON).unwrap();
    assert_eq!(auth.status().unwrap().clients, 1, "the parent's client is no business of the child");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let before = auth.status().unwrap().renewals;
    let mut watch = auth.watch().unwrap();
    let clock = Clock::system();
    runtime.block_on(async {
        tokio::select! {
            status = watch.wait_for(|status| status.renewals > before + 1) => drop(status.unwrap()),
            () = clock.sleep(SOON) => panic!("no renewal in the child"),
        }
    });
}
