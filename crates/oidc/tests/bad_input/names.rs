//! Names of grants, types of assertions, and scopes.

use super::{key, refused, refused_config, CONFIG, GRANT, ID, KEY_FILE, SECRET, URL};

#[test]
fn grants_that_are_a_slip() {
    for (word, meant) in [
        ("client-credentials", "client_credentials"),
        ("clientcredentials", "client_credentials"),
        ("jwt_bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("urn:ietf:params:oauth:grant-type:jwt_bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        (
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ),
        ("token_exchange", "urn:ietf:params:oauth:grant-type:token-exchange"),
    ] {
        let properties = [URL, ID, SECRET, (GRANT, word)];
        refused(&properties, &format!("'{GRANT}' must be 'client_credentials' or 'urn:ietf:"));
        refused(&properties, &format!(". Did you mean '{meant}'?"));
    }
    for (word, expected) in [
        ("two words", "or the name or URI of another grant that the server knows; got '"),
        ("${GRANT}", "a placeholder that nobody filled in"),
        ("<grant>", "a placeholder that nobody filled in"),
        ("\"password\"", "is in quotes"),
    ] {
        refused(&[URL, ID, SECRET, (GRANT, word)], expected);
    }
    refused(&[URL, ID, SECRET, (GRANT, "")], &format!("'{GRANT}' must not be empty."));
}

#[test]
fn grants_of_others_without_their_parameters() {
    for (grant, config, expected) in [
        (
            "password",
            "",
            "needs the parameters username and password: write param_username=… and param_password=… into",
        ),
        (
            "password",
            "param_username=me,param_password=",
            "needs the parameters username and password: write param_password=…",
        ),
        ("refresh_token", "", "needs the parameter refresh_token: write param_refresh_token=…"),
        ("authorization_code", "param_code=", "needs the parameter code"),
        (
            "urn:ietf:params:oauth:grant-type:saml2-bearer",
            "",
            "needs the parameter assertion: write param_assertion=…",
        ),
        ("urn:ibm:params:oauth:grant-type:apikey", "", "needs the parameter apikey: write param_apikey=…"),
    ] {
        let expected = format!("'{GRANT}={grant}' {expected}");
        refused(&[URL, ID, SECRET, (GRANT, grant), (CONFIG, config)], &expected);
    }
}

#[test]
fn types_of_assertions() {
    const PREFIX: &str = "urn:ietf:params:oauth:client-assertion-type:";
    let rsa = key("rsa");
    let with =
        |config: &str, expected: &str| refused(&[URL, ID, (KEY_FILE, &rsa), (CONFIG, config)], expected);
    for (given, meant) in [
        ("jwt-spiffe", "jwt-spiffe"),
        ("jwt_bearer", "jwt-bearer"),
        ("urn:ietf:params:oauth:client-assertion-type:jwt_spiffe", "jwt-spiffe"),
        ("urn:ietf:params:oauth:grant-type:jwt-bearer", "jwt-bearer"),
    ] {
        let expected = format!("must be a URI that the server knows, such as {PREFIX}jwt-bearer; got '");
        with(&format!("client_assertion_type={given}"), &expected);
        with(&format!("client_assertion_type={given}"), &format!("Did you mean '{PREFIX}{meant}'?"));
    }
    with("client_assertion_type=spiffe", "must be a URI that the server knows");
    let unused = "'client_assertion_type' is for a client that proves itself by an assertion: set client_assertion_file";
    refused_config(&format!("client_assertion_type={PREFIX}jwt-spiffe"), unused);
    refused_config("param_client_assertion_type=x", "use client_assertion_type.");
}

#[test]
fn scopes_as_librdkafka_sends_them() {
    const SCOPE: &str = "sasl.oauthbearer.scope";
    for (scope, expected) in [
        ("kafka&audience=x", "has the parameter 'audience' behind the scopes: a scope is sent encoded here, so use the key audience"),
        ("a b&resource=urn:x", "so use the key resource"),
        ("kafka&organization=x&audience=y", "so write param_organization=… into sasl.oauthbearer.config"),
        ("kafka&client_id=x", "so use the key sasl.oauthbearer.client.id"),
        ("&audience=x", "has the parameter 'audience'"),
        ("kafka%20read", "is percent-encoded"),
        ("api%3A%2F%2Fkafka%2F.default", "is percent-encoded"),
    ] {
        refused(&[URL, ID, SECRET, (SCOPE, scope)], &format!("'{SCOPE}' "));
        refused(&[URL, ID, SECRET, (SCOPE, scope)], expected);
    }
}
