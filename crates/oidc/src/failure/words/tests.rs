use super::*;

fn words(status: u16, body: &str) -> (Option<String>, String) {
    let words = Words::of_refusal(body.as_bytes(), status);
    (words.code.clone(), words.text())
}

#[track_caller]
fn assert_words(rows: &[(u16, &str, &str, &str)]) {
    for (status, body, code, text) in rows {
        let code = Some((*code).to_owned()).filter(|code| !code.is_empty());
        assert_eq!(words(*status, body), (code, (*text).to_owned()), "{body}");
    }
}

#[test]
fn json_of_many_servers() {
    assert_words(&[
        // RFC 6749: Keycloak, Auth0, Ping, Cognito, which sends no description, and Entra.
        (
            401,
            r#"{"error":"invalid_client","error_description":"Invalid client credentials"}"#,
            "invalid_client",
            "Invalid client credentials",
        ),
        (
            403,
            r#"{"error":"access_denied","error_description":"Service not enabled","error_uri":"https://x"}"#,
            "access_denied",
            "Service not enabled",
        ),
        (400, r#"{"error":"invalid_client"}"#, "invalid_client", ""),
        (
            401,
            r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret.","error_codes":[7000215],"correlation_id":"x"}"#,
            "invalid_client",
            "AADSTS7000215: Invalid client secret.",
        ),
        (400, r#"{"error":"invalid_request","error_codes":[900144]}"#, "invalid_request", "AADSTS900144"),
        // Okta.
        (
            401,
            r#"{"errorCode":"E0000011","errorSummary":"Invalid token provided","errorLink":"E0000011","errorId":"oae","errorCauses":[]}"#,
            "E0000011",
            "Invalid token provided",
        ),
        (
            400,
            r#"{"errorCode":"E0000001","errorSummary":"Api validation failed","errorCauses":[{"errorSummary":"scope: unknown"}]}"#,
            "E0000001",
            "Api validation failed: scope: unknown",
        ),
        // Google, and Microsoft's own APIs.
        (
            403,
            r#"{"error":{"code":403,"message":"Permission denied.","status":"PERMISSION_DENIED","errors":[{"message":"Permission denied.","reason":"forbidden"}]}}"#,
            "PERMISSION_DENIED",
            "Permission denied. forbidden",
        ),
        (
            404,
            r#"{"error":{"code":"ResourceNotFound","message":"Nothing here"}}"#,
            "ResourceNotFound",
            "Nothing here",
        ),
        // Keycloak's other places.
        (404, r#"{"error":"Realm does not exist"}"#, "", "Realm does not exist"),
        (404, r#"{"error":"HTTP 404 Not Found"}"#, "", "HTTP 404 Not Found"),
        (
            404,
            r#"{"error":"RESTEASY003210: Could not find resource for full path: http://k/auth"}"#,
            "",
            "RESTEASY003210: Could not find resource for full path: http://k/auth",
        ),
        (
            400,
            r#"{"errorMessage":"Invalid client or Invalid client credentials"}"#,
            "",
            "Invalid client or Invalid client credentials",
        ),
        // Problem documents: ASP.NET, Spring.
        (
            401,
            r#"{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.2","title":"Unauthorized","status":401,"detail":"No such client","traceId":"00-1"}"#,
            "",
            "Unauthorized: No such client",
        ),
        (
            400,
            r#"{"type":"about:blank","title":"Bad Request","status":400,"errors":{"scope":["The scope is unknown."]}}"#,
            "",
            "Bad Request",
        ),
        (
            401,
            r#"{"timestamp":"2026-01-01T00:00:00Z","status":401,"error":"Unauthorized","message":"Bad credentials","path":"/oauth/token"}"#,
            "Unauthorized",
            "Bad credentials",
        ),
        // Gateways and clouds.
        (404, r#"{"statusCode":404,"error":"Not Found","message":"Not Found"}"#, "", "Not Found"),
        (403, r#"{"message":"Forbidden"}"#, "", "Forbidden"),
        (403, r#"{"Message":"User is not authorized"}"#, "", "User is not authorized"),
        (
            400,
            r#"{"__type":"com.amazonaws.cognito#NotAuthorizedException","message":"Nope"}"#,
            "NotAuthorizedException",
            "Nope",
        ),
        (
            404,
            r#"{"message":"no Route matched with those values"}"#,
            "",
            "no Route matched with those values",
        ),
        (
            401,
            r#"{"fault":{"faultstring":"Invalid ApiKey","detail":{"errorcode":"oauth.v2.InvalidApiKey"}}}"#,
            "oauth.v2.InvalidApiKey",
            "Invalid ApiKey",
        ),
        (
            401,
            r#"{"fault":{"code":900901,"message":"Invalid Credentials","description":"Check the token"}}"#,
            "900901",
            "Invalid Credentials: Check the token",
        ),
        (
            400,
            r#"{"id":"1","code":"INVALID_DATA","message":"The request was invalid.","details":[{"code":"INVALID_VALUE","target":"scope","message":"unknown scope"}]}"#,
            "INVALID_DATA",
            "The request was invalid. unknown scope",
        ),
        (
            404,
            r#"{"code":404,"reason":"Not Found","message":"Realm /x not found"}"#,
            "",
            "Realm /x not found",
        ),
        (400, r#"{"errors":["permission denied"]}"#, "", "permission denied"),
        (
            401,
            r#"{"errors":[{"status":"401","code":"bad_client","title":"Unauthorized","detail":"Unknown client"}]}"#,
            "bad_client",
            "Unauthorized: Unknown client",
        ),
        (
            401,
            r#"{"status":{"error":true,"code":401,"type":"Unauthorized","message":"Authentication Failure"}}"#,
            "",
            "Authentication Failure",
        ),
        (
            422,
            r#"{"detail":[{"loc":["body"],"msg":"field required","type":"value_error.missing"}]}"#,
            "value_error.missing",
            "field required",
        ),
        (400, r#"[{"errorCode":"INVALID_LOGIN","message":"Wrong"}]"#, "INVALID_LOGIN", "Wrong"),
        (400, r#"{"success":false,"error":true,"msg":"Wrong"}"#, "", "Wrong"),
        (404, r#""Not found""#, "", "Not found"),
        (400, r#"{"error":"<b>"}"#, "", "<b>"),
        // No words at all.
        (400, r#"{"error":""}"#, "", ""),
        (400, r#"{"a":{"b":{"c":{"d":{"error":"deep"}}}}}"#, "", ""),
        (400, "{}", "", ""),
        (400, "null", "", ""),
        (400, "17", "", ""),
    ]);
}

#[test]
fn everything_but_json() {
    assert_words(&[
        (404, "<html><head><title>404 Not Found</title></head><body><h1>nginx</h1></body></html>", "", "404 Not Found"),
        (502, "<!DOCTYPE html>\n<HTML lang=\"en\">\n<TITLE>\n Bad &amp; broken&#33; </TITLE><p>hidden", "", "Bad & broken!"),
        (503, "<html><body><h1>Service Unavailable</h1><p>hidden</p></body></html>", "", "Service Unavailable"),
        (404, "<html>hidden</html>", "", ""),
        (400, "<html", "", ""),
        (
            403,
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access &lt;Denied&gt;</Message><RequestId>1</RequestId></Error>",
            "AccessDenied",
            "Access <Denied>",
        ),
        (
            400,
            "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message><![CDATA[No & such]]></Message></Error></ErrorResponse>",
            "InvalidAction",
            "No & such",
        ),
        (500, "<s:Envelope><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>Broken</faultstring></s:Fault></s:Body></s:Envelope>", "", "Broken"),
        (401, "<oauth><error>invalid_client</error><error_description>Bad credentials</error_description></oauth>", "invalid_client", "Bad credentials"),
        (400, "error=invalid_client&error_description=Bad+credentials%21", "invalid_client", "Bad credentials!"),
        (404, "404 page not found\n", "", "404 page not found"),
        (404, "\u{feff}Not Found", "", "Not Found"),
        (502, "upstream connect error or disconnect/reset before headers", "", "upstream connect error or disconnect/reset before headers"),
        (400, "{\"error\":\"invalid_client\"", "", ""),
        (400, "", "", ""),
        (400, "a\u{0}b", "", ""),
    ]);
    assert_eq!(Words::of_refusal(b"\x1f\x8b\xff", 502), Words::default());
}

#[test]
fn a_success_that_is_a_refusal_says_so() {
    for refusal in [
        r#"{"error":"invalid_client"}"#,
        r#"{"error":{"message":"no"}}"#,
        r#"{"errorCode":"E1","errorSummary":"no"}"#,
        r#"{"errors":["no"]}"#,
        r#"{"fault":{"faultstring":"no"}}"#,
        r#"{"error":true,"message":"no"}"#,
    ] {
        assert!(Words::of_success(refusal.as_bytes()).is_some(), "{refusal}");
    }
    for other in [
        "{}",
        "[]",
        "error=no",
        r#"{"access_token":"t","error":null,"errors":[]}"#,
        r#"{"message":"hello","code":"SplxlOBeZQQYbYS6WxSbIA"}"#,
        r#"{"error":"","errorCode":0}"#,
    ] {
        assert!(Words::of_success(other.as_bytes()).is_none(), "{other}");
    }
    assert_eq!(Words::title(b" <html><title>Sign in</title>").as_deref(), Some("Sign in"));
    assert_eq!(Words::title(b"a.raw.token"), None);
}
