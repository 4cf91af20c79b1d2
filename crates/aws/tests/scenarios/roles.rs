//! Roles on top of other credentials: from the key `role_arn`, and from profiles.

use std::future::{poll_fn, Future};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use oauthbearer_aws::Source;
use oauthbearer_core::{Clock, ErrorKind};

use crate::fake::{Answer, Fake, Request};
use crate::world::{session, sts, World, HOUR, ROLE};

const BASE: &str = "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = base-secret\n";

/// The access key that a request was signed with.
fn signer(request: &Request) -> String {
    let header = &request.headers["authorization"];
    header.split("Credential=").nth(1).unwrap().split('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_role_is_kept_and_renewed_ahead_under_one_name() {
    let world = World::new().with_keys();
    let sts = sts(&world.clock, HOUR).await;
    let world = world.with_sts(&sts);
    let chain = world.chain(&format!("role_arn={ROLE},external_id=ext-1"));
    for (advance, expected) in
        [(0, "ASIA1"), (3299, "ASIA1"), (1, "ASIA1"), (1, "ASIA2"), (3300, "ASIA2"), (300, "ASIA3")]
    {
        world.clock.advance(Duration::from_secs(advance));
        assert_eq!(chain.credentials().await.unwrap().access_key_id(), expected);
    }
    assert_eq!(chain.source(), Some(Source::Environment));
    for request in sts.requests() {
        assert_eq!(signer(&request), "AKIDENV");
        assert!(request.headers["authorization"].contains("/eu-west-1/sts/"));
        let fields =
            ["Action", "RoleArn", "RoleSessionName", "ExternalId"].map(|name| request.field(name).unwrap());
        assert_eq!(fields, ["AssumeRole", ROLE, "MSKSASLDefaultSession", "ext-1"]);
    }
}

#[tokio::test]
async fn profile_and_role_mean_the_role_with_that_profiles_credentials() {
    let world = World::new().with_keys();
    let sts = sts(&world.clock, HOUR).await;
    world.write("credentials", BASE);
    let world = world.with_sts(&sts);
    let chain = world.chain(&format!("profile=base,role_arn={ROLE},role_session_name=me"));
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "ASIA1");
    let request = &sts.requests()[0];
    assert_eq!(
        (signer(request).as_str(), request.field("RoleSessionName").as_deref()),
        ("AKIDBASE", Some("me"))
    );
    world.write("credentials", &BASE.replace("AKIDBASE", "AKIDROTATED"));
    chain.credentials().await.unwrap();
    assert_eq!(signer(&sts.requests()[1]), "AKIDROTATED");
}

#[tokio::test]
async fn a_profiles_roles_are_assumed_one_after_the_other() {
    let world = World::new();
    let sts = sts(&world.clock, HOUR).await;
    world.write("credentials", BASE);
    world.write(
        "config",
        "[default]\nrole_arn = arn:aws:iam::2:role/two\nsource_profile = middle\nexternal_id = ext\n\
         [profile middle]\nrole_arn = arn:aws:iam::1:role/one\nsource_profile = base\nrole_session_name = named\n",
    );
    let world = world.with_sts(&sts);
    let chain = world.chain("");
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "ASIA2");
    assert_eq!(chain.source(), Some(Source::Profile));
    let [one, two] = &sts.requests()[..] else { panic!("two roles") };
    assert_eq!((signer(one).as_str(), one.field("RoleSessionName").as_deref()), ("AKIDBASE", Some("named")));
    assert_eq!(
        (signer(two).as_str(), two.field("RoleSessionName").as_deref()),
        ("ASIA1", Some("MSKSASLDefaultSession"))
    );
    assert_eq!((one.field("ExternalId"), two.field("ExternalId").as_deref()), (None, Some("ext")));
}

#[tokio::test]
async fn callers_share_one_fetch_and_its_failure() {
    let world = World::new().with_keys();
    let good = sts(&world.clock, HOUR).await;
    let bad = Fake::start(|_| Answer::status(503)).await;
    for (server, ok) in [(&good, true), (&bad, false)] {
        let chain = world.chain(&format!("role_arn={ROLE},sts_endpoint={}", server.url));
        let mut calls = Vec::from_iter((0..16).map(|_| Box::pin(chain.credentials())));
        // Each is polled once before the first answer can arrive, so that all wait for the same fetch.
        for call in &mut calls {
            let polled = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
            assert!(polled.is_pending());
        }
        for call in calls {
            assert_eq!(call.await.is_ok(), ok);
        }
        assert_eq!(server.requests().len(), 1, "ok: {ok}");
    }
}

#[tokio::test]
async fn a_cancelled_fetch_does_not_block_the_next() {
    let world = World::new().with_keys();
    let sts = sts(&world.clock, HOUR).await;
    let chain = world.with_sts(&sts).chain(&format!("role_arn={ROLE}"));
    let mut cancelled = Box::pin(chain.credentials());
    assert!(poll_fn(|context| Poll::Ready(cancelled.as_mut().poll(context).is_pending())).await);
    drop(cancelled);
    assert!(chain.credentials().await.is_ok());
}

#[tokio::test]
async fn a_session_outlives_a_failed_renewal_but_not_its_end() {
    let world = World::new().with_keys();
    let up = Arc::new(AtomicBool::new(true));
    let (is_up, end) = (Arc::clone(&up), Clock::from(world.clock.clone()).wall() + HOUR);
    let sts = Fake::start(move |request| match is_up.load(Ordering::Relaxed) {
        true => session(request, 1, end),
        false => Answer::status(500),
    })
    .await;
    let world = world.with_sts(&sts);
    let chain = world.chain(&format!("role_arn={ROLE}"));
    chain.credentials().await.unwrap();
    up.store(false, Ordering::Relaxed);
    world.clock.advance(HOUR - Duration::from_secs(100));
    assert_eq!(chain.credentials().await.unwrap().access_key_id(), "ASIA1");
    world.clock.advance(Duration::from_secs(41));
    assert_eq!(chain.credentials().await.unwrap_err().kind(), ErrorKind::Service);
}
