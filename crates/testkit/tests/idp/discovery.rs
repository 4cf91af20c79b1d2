use super::*;
use oauthbearer_testkit::idp::Discovery;
use serde_json::json;

#[tokio::test]
async fn both_documents_say_where_things_are() {
    let idp = idp();
    assert_eq!(idp.openid_configuration(), format!("{}/.well-known/openid-configuration", idp.url()));
    assert_eq!(idp.oauth_metadata(), format!("{}/.well-known/oauth-authorization-server", idp.url()));
    let document = get(&idp.openid_configuration()).await.body;
    assert_eq!(document, get(&idp.oauth_metadata()).await.body);
    assert_eq!(document["issuer"], idp.issuer());
    assert_eq!(document["token_endpoint"], idp.token_endpoint());
    assert_eq!(document["jwks_uri"], idp.jwks_uri());
    let methods = document["token_endpoint_auth_methods_supported"].as_array().unwrap();
    assert!(methods.contains(&json!("private_key_jwt")) && methods.contains(&json!("client_secret_basic")));
    let grants = document["grant_types_supported"].as_array().unwrap();
    assert!(grants.contains(&json!("urn:ietf:params:oauth:grant-type:token-exchange")));
    assert_eq!(document.get("mtls_endpoint_aliases"), None);
    assert!(idp.requests().iter().all(|request| request.is_accepted() && request.method == "GET"));
}

#[tokio::test]
async fn the_path_of_an_issuer_comes_before_one_document_and_after_the_other() {
    for (issuer_path, own_path) in
        [("/realms/demo", "/realms/demo"), ("/realms/demo/", "/realms/demo"), ("/", "")]
    {
        let idp = builder().issuer_path(issuer_path).token_path("/x/token").start().unwrap();
        assert_eq!(idp.issuer(), format!("{}{issuer_path}", idp.url()));
        assert_eq!(idp.token_endpoint(), format!("{}/x/token", idp.url()));
        let openid = format!("{}{own_path}/.well-known/openid-configuration", idp.url());
        let oauth = format!("{}/.well-known/oauth-authorization-server{own_path}", idp.url());
        for url in [openid, oauth] {
            assert_eq!(get(&url).await.body["issuer"], idp.issuer(), "{url}");
        }
        if !own_path.is_empty() {
            let elsewhere = format!("{}/.well-known/openid-configuration", idp.url());
            assert_eq!(get(&elsewhere).await.status, 404);
        }
    }
}

#[tokio::test]
async fn a_server_may_publish_one_of_them_none_or_nonsense() {
    let idp = builder().publish(Discovery::OpenIdOnly).start().unwrap();
    let statuses =
        || async { (get(&idp.openid_configuration()).await.status, get(&idp.oauth_metadata()).await.status) };
    assert_eq!(statuses().await, (200, 404));
    idp.publish(Discovery::OAuthOnly);
    assert_eq!(statuses().await, (404, 200));
    idp.publish(Discovery::NotFound);
    assert_eq!(statuses().await, (404, 404));
    idp.publish(Discovery::Garbage);
    let reply = get(&idp.openid_configuration()).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    assert!(reply.body.is_string());
    idp.publish(Discovery::WrongIssuer("https://attacker.example.com".into()));
    assert_eq!(get(&idp.oauth_metadata()).await.body["issuer"], "https://attacker.example.com");
    idp.publish(Discovery::WithoutTokenEndpoint);
    assert_eq!(get(&idp.oauth_metadata()).await.body.get("token_endpoint"), None);
    idp.publish(Discovery::Document(json!([1])));
    assert_eq!(get(&idp.openid_configuration()).await.body, json!([1]));
    idp.publish(Discovery::Both);
    assert_eq!(get(&idp.oauth_metadata()).await.body["issuer"], idp.issuer());
}

#[tokio::test]
async fn an_issuer_may_be_called_otherwise() {
    let idp = builder().issuer("https://login.example.com/t").start().unwrap();
    assert_eq!(idp.issuer(), "https://login.example.com/t");
    let document = get(&idp.openid_configuration()).await.body;
    assert_eq!(
        (&document["issuer"], &document["token_endpoint"]),
        (&json!(idp.issuer()), &json!(idp.token_endpoint()))
    );
}
