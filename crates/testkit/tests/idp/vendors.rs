use super::*;
use oauthbearer_testkit::idp::{Algorithm, ClientKey, TrustedIssuer, Vendor};
use serde_json::json;

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const POST: [(&str, &str); 3] = [GRANT, ("client_id", "app"), ("client_secret", "secret")];
const WRONG: [(&str, &str); 3] = [GRANT, ("client_id", "app"), ("client_secret", "wrong")];

fn vendor(vendor: Vendor, client: Client) -> FakeIdp {
    builder().vendor(vendor).client(client).start().unwrap()
}

fn app() -> Client {
    Client::new("app").secret("secret")
}

async fn ask(idp: &FakeIdp, own: &[(&str, &str)], more: &[(&str, &str)]) -> Reply {
    send(idp, None, &[own, more].concat()).await
}

#[tokio::test]
async fn every_vendor_publishes_itself() {
    for one in [
        Vendor::Auth0,
        Vendor::Okta,
        Vendor::EntraV1,
        Vendor::EntraV2,
        Vendor::Keycloak,
        Vendor::Cognito,
        Vendor::Ping,
        Vendor::Google,
    ] {
        let idp = vendor(one, app());
        for url in [idp.openid_configuration(), idp.oauth_metadata()] {
            let document = get(&url).await.body;
            assert_eq!(document["issuer"], idp.issuer(), "{one:?} {url}");
            assert_eq!(document["token_endpoint"], idp.token_endpoint());
            assert_eq!(get(document["jwks_uri"].as_str().unwrap()).await.status, 200);
        }
        let own = idp.issuer().trim_end_matches('/').to_owned();
        let by_rule = format!("{own}/.well-known/openid-configuration") == idp.openid_configuration();
        assert_eq!(by_rule, one != Vendor::EntraV1, "{one:?}");
    }
}

#[tokio::test]
async fn auth0_wants_an_audience() {
    let idp = vendor(Vendor::Auth0, app().expect("audience", "https://kafka"));
    assert!(idp.issuer().ends_with('/') && idp.token_endpoint().ends_with("/oauth/token"));
    let reply = ask(&idp, &POST, &[("audience", "https://kafka")]).await;
    let (_, claims) = parts(reply.token());
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!("app@clients"), &json!("https://kafka")));
    assert_eq!((&claims["iss"], &reply.body["expires_in"]), (&json!(idp.issuer()), &json!(86_400)));
    let reply = ask(&idp, &POST, &[]).await;
    assert_eq!(reply.refusal(), (403, "access_denied"));
    assert!(reply.description().starts_with("No audience parameter was provided"));
    let reply = ask(&idp, &POST, &[("audience", "other")]).await;
    assert_eq!(
        (reply.refusal(), reply.description()),
        ((403, "access_denied"), "Service not enabled within domain: other")
    );
    let reply = ask(&idp, &WRONG, &[("audience", "https://kafka")]).await;
    assert_eq!((reply.refusal(), reply.description()), ((401, "access_denied"), "Unauthorized"));
    let reply = ask(&idp, &[("grant_type", "password"), POST[1], POST[2]], &[]).await;
    assert_eq!(reply.refusal(), (403, "unauthorized_client"));
    assert!(reply.body["error_uri"].is_string());
}

#[tokio::test]
async fn okta_wants_a_scope_and_has_errors_of_its_own() {
    let idp = vendor(Vendor::Okta, app().expect("scope", "kafka.read kafka.write"));
    let scope = [("scope", "kafka.read kafka.write")];
    let reply = send(&idp, Some(("app", "secret")), &[&[GRANT], &scope[..]].concat()).await;
    let (_, claims) = parts(reply.token());
    assert_eq!((&claims["cid"], &claims["scp"]), (&json!("app"), &json!(["kafka.read", "kafka.write"])));
    assert_eq!(reply.body["scope"], "kafka.read kafka.write");
    let reply = send(&idp, Some(("app", "secret")), &[GRANT]).await;
    assert_eq!(reply.refusal(), (400, "invalid_scope"));
    assert_eq!(ask(&idp, &POST, &[("scope", "other")]).await.refusal(), (400, "invalid_scope"));
    let reply = ask(&idp, &WRONG, &scope).await;
    assert_eq!(reply.refusal(), (401, "invalid_client"));
    assert!(reply.description().starts_with("The client secret supplied"));
    let reply = send(&idp, Some(("nobody", "secret")), &[GRANT]).await;
    assert_eq!((reply.status, &reply.body["errorCode"]), (401, &json!("invalid_client")));
    assert_eq!(reply.body.get("error"), None);
    assert_eq!(idp.requests().pop().unwrap().refusal.as_deref(), Some("invalid_client"));
}

#[tokio::test]
async fn entra_v2_wants_one_default_scope() {
    let idp = vendor(Vendor::EntraV2, app());
    let reply = ask(&idp, &POST, &[("scope", "https://ns.servicebus.windows.net/.default")]).await;
    let (_, claims) = parts(reply.token());
    assert_eq!(
        (&claims["aud"], &claims["azp"]),
        (&json!("https://ns.servicebus.windows.net"), &json!("app"))
    );
    assert_eq!((&reply.body["expires_in"], &reply.body["ext_expires_in"]), (&json!(3599), &json!(3599)));
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
    for (form, status, error, code) in [
        (&POST[..], 400, "invalid_request", 900_144),
        (&WRONG[..], 401, "invalid_client", 7_000_215),
        (&[GRANT, ("client_id", "nobody"), ("client_secret", "x")], 400, "unauthorized_client", 700_016),
        (&[GRANT, ("client_id", "app")], 401, "invalid_client", 7_000_218),
        (&[("grant_type", "x"), POST[1], POST[2]], 400, "unsupported_grant_type", 70_003),
    ] {
        let reply = ask(&idp, form, &[]).await;
        assert_eq!((reply.refusal(), &reply.body["error_codes"]), ((status, error), &json!([code])));
        let start = format!("AADSTS{code}: ");
        assert!(reply.description().starts_with(&start), "{}", reply.description());
        assert_eq!(reply.body["timestamp"], "2023-11-14 22:13:20Z");
    }
    for scope in ["https://x/user.read", "/.default", "a/.default b/.default"] {
        assert_eq!(ask(&idp, &POST, &[("scope", scope)]).await.refusal(), (400, "invalid_scope"), "{scope}");
    }
}

#[tokio::test]
async fn entra_takes_an_assertion_that_names_its_certificate() {
    let key = ClientKey::generate(Algorithm::Ps256);
    let idp = vendor(Vendor::EntraV2, Client::new("app").key(key.public_key().named("thumb")));
    let assertion = |header: Value, jti: &str| {
        let claims = json!({
            "iss": "app", "sub": "app", "aud": idp.token_endpoint(), "exp": NOW + 600, "nbf": NOW, "jti": jti,
        });
        key.sign(header, &claims)
    };
    let ask = |assertion: String| {
        let idp = &idp;
        async move {
            let form = [
                GRANT,
                ("client_id", "app"),
                ("scope", "api://kafka/.default"),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", &assertion),
            ];
            send(idp, None, &form).await
        }
    };
    assert_eq!(ask(assertion(json!({"x5t#S256": "thumb"}), "1")).await.status, 200);
    assert_eq!(ask(assertion(json!({"x5t": "thumb"}), "2")).await.status, 200);
    let reply = ask(assertion(json!({}), "3")).await;
    assert_eq!((reply.refusal(), &reply.body["error_codes"]), ((401, "invalid_client"), &json!([700_027])));
}

#[tokio::test]
async fn entra_v1_wants_a_resource_and_answers_in_texts() {
    let idp = vendor(Vendor::EntraV1, app());
    assert!(idp.issuer().starts_with("https://sts.windows.net/"));
    let reply = ask(&idp, &POST, &[("resource", "https://ns.servicebus.windows.net")]).await;
    let (_, claims) = parts(reply.token());
    assert_eq!((&claims["iss"], &claims["ver"]), (&json!(idp.issuer()), &json!("1.0")));
    assert_eq!(claims["aud"], "https://ns.servicebus.windows.net");
    assert_eq!(reply.body["expires_in"], "3599");
    assert_eq!(reply.body["expires_on"], (NOW + 3599).to_string());
    assert_eq!(reply.body["resource"], "https://ns.servicebus.windows.net");
    assert_eq!(ask(&idp, &POST, &[]).await.refusal(), (400, "invalid_request"));
    let idp = vendor(Vendor::EntraV1, app().expect("resource", "https://known"));
    let reply = ask(&idp, &POST, &[("resource", "https://other")]).await;
    assert_eq!(reply.refusal(), (400, "invalid_resource"));
}

#[tokio::test]
async fn keycloak_answers_with_more_fields() {
    let idp = vendor(Vendor::Keycloak, app());
    assert!(idp.issuer().ends_with("/realms/demo"));
    let reply = send(&idp, Some(("app", "secret")), &[GRANT]).await;
    assert_eq!((&reply.body["refresh_expires_in"], &reply.body["not-before-policy"]), (&json!(0), &json!(0)));
    let (_, claims) = parts(reply.token());
    assert_eq!((&claims["azp"], &claims["aud"]), (&json!("app"), &json!("account")));
    assert_ne!(claims["sub"], "app");
    let reply = ask(&idp, &WRONG, &[]).await;
    assert_eq!(reply.refusal(), (401, "unauthorized_client"));
    let reply = ask(&idp, &[GRANT, ("client_id", "nobody"), ("client_secret", "x")], &[]).await;
    assert_eq!(reply.refusal(), (401, "invalid_client"));
    let reply = ask(&idp, &POST[1..], &[]).await;
    assert_eq!(reply.description(), "Missing form parameter: grant_type");
}

#[tokio::test]
async fn cognito_says_little() {
    let idp = vendor(Vendor::Cognito, app().expect("scope", "kafka/read"));
    let reply = send(&idp, Some(("app", "secret")), &[GRANT, ("scope", "kafka/read")]).await;
    let (_, claims) = parts(reply.token());
    assert_eq!((&claims["token_use"], claims.get("aud")), (&json!("access"), None));
    for (form, error) in [
        (&WRONG[..], "invalid_client"),
        (&[POST[0], POST[1], POST[2], ("scope", "other")], "invalid_scope"),
        (
            &[("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), POST[1], POST[2]],
            "unsupported_grant_type",
        ),
    ] {
        let reply = ask(&idp, form, &[]).await;
        assert_eq!((reply.status, reply.body), (400, json!({"error": error})));
    }
}

#[tokio::test]
async fn ping_has_tokens_without_a_subject() {
    let idp = vendor(Vendor::Ping, app());
    let reply = send(&idp, Some(("app", "secret")), &[GRANT]).await;
    let (_, claims) = parts(reply.token());
    assert_eq!((claims.get("sub"), &claims["client_id"]), (None, &json!("app")));
    assert_eq!(claims["aud"], json!(["https://api.pingone.com"]));
    assert_eq!(ask(&idp, &WRONG, &[]).await.refusal(), (401, "invalid_client"));
}

#[tokio::test]
async fn google_wants_an_assertion_with_a_scope() {
    let email = "kafka@project.iam.gserviceaccount.com";
    let key = ClientKey::generate(Algorithm::Rs256);
    let account = TrustedIssuer::new(email, key.public_key());
    let idp = builder().vendor(Vendor::Google).trust(account).client(app()).start().unwrap();
    let claims = json!({
        "iss": email, "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": idp.token_endpoint(), "iat": NOW, "exp": NOW + 3600,
    });
    let ask = |key: &ClientKey, changes: Value| {
        let (idp, mut claims) = (&idp, claims.clone());
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let assertion = key.sign(json!({"typ": "JWT"}), &claims);
        async move {
            let grant = ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
            send(idp, None, &[grant, ("assertion", &assertion)]).await
        }
    };
    let reply = ask(&key, json!({})).await;
    assert!(reply.token().starts_with("ya29."));
    assert_eq!((&reply.body["expires_in"], reply.body.get("scope")), (&json!(3599), None));
    for (changes, error, description) in [
        (json!({"scope": null}), "invalid_scope", "Invalid OAuth scope"),
        (json!({"iss": "other@example.com"}), "invalid_grant", "Invalid grant: account not found"),
        (json!({"exp": NOW + 3601}), "invalid_grant", "Invalid JWT: Token must be a short-lived token"),
        (json!({"aud": idp.issuer()}), "invalid_grant", "Invalid JWT: Failed audience check."),
    ] {
        let reply = ask(&key, changes.clone()).await;
        assert_eq!(reply.refusal(), (400, error), "{changes}");
        assert!(reply.description().starts_with(description), "{changes}: {}", reply.description());
    }
    let reply = ask(&ClientKey::generate(Algorithm::Rs256), json!({})).await;
    assert_eq!((reply.refusal(), reply.description()), ((400, "invalid_grant"), "Invalid JWT Signature."));
    let reply = send(&idp, None, &POST).await;
    assert_eq!(reply.status, 401);
}
