use super::*;
use oauthbearer_testkit::idp::{ClientAuth, Grant};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// As RFC 6749, section 2.3.1, wants it: by `application/x-www-form-urlencoded`.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| if byte == b' ' { "+".into() } else { format!("%{byte:02x}") }).collect()
}

#[tokio::test]
async fn a_secret_in_the_header_is_percent_encoded() {
    let idp = idp();
    assert_eq!(idp.url(), idp.issuer());
    let reply = send(&idp, Some((&encoded(ID), &encoded(SECRET))), &[GRANT]).await;
    assert!(!reply.token().is_empty());
    assert_eq!((reply.header("cache-control"), reply.header("pragma")), ("no-store", "no-cache"));
    // As they are, they decode to something else or to nothing; the id has a colon in it.
    let reply = send(&idp, Some((ID, SECRET)), &[GRANT]).await;
    assert_eq!(reply.refusal(), (401, "invalid_client"));
    assert_eq!(reply.header("www-authenticate"), "Basic realm=\"fake-idp\"");
    let methods: Vec<_> = idp.requests().iter().map(|request| request.client_auth).collect();
    assert_eq!(methods, [Some(ClientAuth::ClientSecretBasic); 2]);
    assert_eq!(idp.requests()[0].client_id.as_deref(), Some(ID));
}

#[tokio::test]
async fn a_server_may_take_the_secret_as_it_is() {
    let idp = builder().client(Client::new("raw").basic_raw(SECRET)).start().unwrap();
    assert_eq!(send(&idp, Some(("raw", SECRET)), &[GRANT]).await.status, 200);
    let reply = send(&idp, Some(("raw", &encoded(SECRET))), &[GRANT]).await;
    assert_eq!(reply.refusal(), (401, "invalid_client"));
}

#[tokio::test]
async fn a_secret_in_the_form_is_taken_too() {
    let idp = idp();
    assert_eq!(token(&idp).await.status, 200);
    let form = [GRANT, ("client_id", ID), ("client_secret", "wrong")];
    let reply = send(&idp, None, &form).await;
    assert_eq!(reply.refusal(), (401, "invalid_client"));
    assert_eq!(reply.header("www-authenticate"), "");
    assert_eq!(idp.requests()[1].client_auth, Some(ClientAuth::ClientSecretPost));
    assert_eq!(idp.requests()[1].refusal.as_deref(), Some("invalid_client"));
}

#[tokio::test]
async fn one_way_at_a_time() {
    let idp = builder().client(Client::new("a").secret("b")).start().unwrap();
    let assertion = ("client_assertion", "x.y.z");
    for (basic, more) in [
        (true, vec![("client_secret", "b"), ("client_id", "a")]),
        (true, vec![assertion]),
        (false, vec![("client_id", "a"), ("client_secret", "b"), assertion]),
    ] {
        let form: Vec<_> = [GRANT].into_iter().chain(more).collect();
        let reply = send(&idp, basic.then_some(("a", "b")), &form).await;
        assert_eq!(reply.refusal(), (400, "invalid_request"), "{form:?}");
        assert_eq!(idp.requests().last().unwrap().client_auth, None);
    }
    // The id in the form beside the header says nothing new, or the wrong thing.
    assert_eq!(send(&idp, Some(("a", "b")), &[GRANT, ("client_id", "a")]).await.status, 200);
    let reply = send(&idp, Some(("a", "b")), &[GRANT, ("client_id", "c")]).await;
    assert_eq!(reply.refusal(), (400, "invalid_request"));
}

#[tokio::test]
async fn a_client_keeps_to_what_it_is_registered_for() {
    let idp = builder()
        .client(Client::new("basic").basic("s"))
        .client(Client::new("post").post("s"))
        .client(Client::new("public").public())
        .client(Client::new("exchange").secret("s").grants([Grant::TokenExchange]))
        .start()
        .unwrap();
    assert_eq!(send(&idp, Some(("basic", "s")), &[GRANT]).await.status, 200);
    assert_eq!(send(&idp, None, &[GRANT, ("client_id", "public")]).await.status, 200);
    let post = |id| [GRANT, ("client_id", id), ("client_secret", "s")];
    assert_eq!(send(&idp, None, &post("post")).await.status, 200);
    for (basic, form) in [
        (Some(("post", "s")), &[GRANT][..]),
        (Some(("nobody", "s")), &[GRANT]),
        (None, &post("basic")),
        (None, &post("nobody")),
        (None, &[GRANT, ("client_id", "basic")]),
        (None, &[GRANT]),
        (Some(("public", "s")), &[GRANT]),
    ] {
        let reply = send(&idp, basic, form).await;
        assert_eq!(reply.refusal(), (401, "invalid_client"), "{basic:?} {form:?}");
    }
    let reply = send(&idp, Some(("exchange", "s")), &[GRANT]).await;
    assert_eq!(reply.refusal(), (400, "unauthorized_client"));
    idp.register(Client::new("nobody").secret("s"));
    assert_eq!(send(&idp, Some(("nobody", "s")), &[GRANT]).await.status, 200);
}

#[tokio::test]
async fn a_header_that_is_not_basic_is_refused() {
    let idp = idp();
    for value in ["Basic", "Basic ???", "Basic bm9jb2xvbg==", "Bearer YTpi", "Basic Jf8="] {
        let request = plain().post(idp.token_endpoint()).header("authorization", value).form(&[GRANT]);
        let reply = read(request.send().await.unwrap()).await;
        assert_eq!(reply.refusal(), (401, "invalid_client"), "{value}");
    }
}

#[tokio::test]
async fn a_form_is_read_strictly() {
    let idp = idp();
    let good = "grant_type=client_credentials&client_id=kafka+client%3A1&client_secret=s%253A%2B%20e%26c%3Dr%2F%E2%82%ACt";
    let form = "application/x-www-form-urlencoded";
    let post = |query: &str, content_type: &str, body: String| {
        let request = plain().post(format!("{}{query}", idp.token_endpoint()));
        request.header("content-type", content_type.to_owned()).body(body).send()
    };
    assert_eq!(post("", form, good.into()).await.unwrap().status(), 200);
    assert_eq!(post("?api-version=1", form, format!("{good}&empty=")).await.unwrap().status(), 200);
    for (query, content_type, body) in [
        ("", "application/json", good.to_owned()),
        ("", form, format!("{good}&scope=a&scope=a")),
        ("", form, format!("{good}&grant_type=client_credentials")),
        ("", form, format!("{good}&broken=%zz")),
        ("", form, format!("{good}&broken=%ff")),
        ("", form, good.replace("grant_type", "granttype")),
        ("", form, String::new()),
        ("?client_secret=x", form, good.to_owned()),
    ] {
        let reply = read(post(query, content_type, body.clone()).await.unwrap()).await;
        assert_eq!(reply.refusal(), (400, "invalid_request"), "{query} {content_type} {body}");
    }
    let reply = send(&idp, None, &[("grant_type", "password"), ("client_id", ID), ("client_secret", SECRET)]);
    assert_eq!(reply.await.refusal(), (400, "unsupported_grant_type"));
    assert_eq!(plain().get(idp.token_endpoint()).send().await.unwrap().status(), 405);
    assert_eq!(get(&format!("{}/elsewhere", idp.url())).await.status, 404);
    let last = idp.requests().pop().unwrap();
    assert_eq!((last.path.as_str(), last.refusal.as_deref()), ("/elsewhere", Some("not_found")));
    assert_eq!(idp.token_requests().len(), idp.requests().len() - 1);
}

#[tokio::test]
async fn parameters_can_be_demanded() {
    let client = Client::new(ID).secret(SECRET).expect("audience", "kafka").expect("scope", "read write");
    let idp = builder().client(client.require("tenant")).start().unwrap();
    let with = |audience, scope, tenant| {
        let own = [GRANT, ("client_id", ID), ("client_secret", SECRET)];
        own.into_iter()
            .chain([("audience", audience), ("scope", scope), ("tenant", tenant)])
            .collect::<Vec<_>>()
    };
    let reply = send(&idp, None, &with("kafka", "write", "x")).await;
    let (_, claims) = parts(reply.token());
    assert_eq!((&claims["aud"], &claims["scope"]), (&"kafka".into(), &"write".into()));
    for (form, error) in [
        (with("", "write", "x"), "invalid_request"),
        (with("other", "write", "x"), "invalid_target"),
        (with("kafka", "", "x"), "invalid_request"),
        (with("kafka", "read all", "x"), "invalid_scope"),
        (with("kafka", "read", ""), "invalid_request"),
    ] {
        assert_eq!(send(&idp, None, &form).await.refusal(), (400, error), "{form:?}");
    }
}
