//! The keys of this provider. Where librdkafka or Apache Kafka's Java client has a property for something, its name is
//! used, and the other's is an alias; what neither has stands in `sasl.oauthbearer.config`.

use oauthbearer_core::Key;

use crate::assertion::ALGORITHMS;

pub(crate) const TOKEN_ENDPOINT: &str = "sasl.oauthbearer.token.endpoint.url";
pub(crate) const CLIENT_ID: &str = "sasl.oauthbearer.client.id";
pub(crate) const CLIENT_SECRET: &str = "sasl.oauthbearer.client.secret";
pub(crate) const SCOPE: &str = "sasl.oauthbearer.scope";
pub(crate) const GRANT_TYPE: &str = "sasl.oauthbearer.grant.type";
pub(crate) const ASSERTION_ALGORITHM: &str = "sasl.oauthbearer.assertion.algorithm";
pub(crate) const PRIVATE_KEY_FILE: &str = "sasl.oauthbearer.assertion.private.key.file";
pub(crate) const PRIVATE_KEY_PEM: &str = "sasl.oauthbearer.assertion.private.key.pem";
pub(crate) const PASSPHRASE: &str = "sasl.oauthbearer.assertion.private.key.passphrase";
pub(crate) const ASSERTION_FILE: &str = "sasl.oauthbearer.assertion.file";
pub(crate) const TEMPLATE_FILE: &str = "sasl.oauthbearer.assertion.jwt.template.file";
pub(crate) const CLAIM_AUD: &str = "sasl.oauthbearer.assertion.claim.aud";
pub(crate) const CLAIM_ISS: &str = "sasl.oauthbearer.assertion.claim.iss";
pub(crate) const CLAIM_SUB: &str = "sasl.oauthbearer.assertion.claim.sub";
pub(crate) const CLAIM_EXP: &str = "sasl.oauthbearer.assertion.claim.exp.seconds";
pub(crate) const CLAIM_NBF: &str = "sasl.oauthbearer.assertion.claim.nbf.seconds";
pub(crate) const CLAIM_JTI: &str = "sasl.oauthbearer.assertion.claim.jti.include";
pub(crate) const SUB_CLAIM_NAME: &str = "sasl.oauthbearer.sub.claim.name";
pub(crate) const SCOPE_CLAIM_NAME: &str = "sasl.oauthbearer.scope.claim.name";
pub(crate) const URLENCODE: &str = "sasl.oauthbearer.header.urlencode";
pub(crate) const CONNECT_TIMEOUT: &str = "sasl.login.connect.timeout.ms";
pub(crate) const READ_TIMEOUT: &str = "sasl.login.read.timeout.ms";
pub(crate) const CA_LOCATION: &str = "https.ca.location";
pub(crate) const CA_PEM: &str = "https.ca.pem";
pub(crate) const SECRET_FILE: &str = "client_secret_file";
pub(crate) const CLIENT_ASSERTION_FILE: &str = "client_assertion_file";

pub(crate) const CLIENT_CREDENTIALS: &str = "client_credentials";
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The default type of a client's assertion (RFC 7523 §2.2).
pub(crate) const JWT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
pub(crate) const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// The longest of the times that are given in milliseconds: an hour.
const HOUR_MS: i64 = 3_600_000;
/// The bounds that librdkafka has for times in seconds.
const I32_MAX: i64 = i32::MAX as i64;

const YES_OR_NO: &[&str] = &["true", "false"];

/// The properties that this provider reads besides `sasl.oauthbearer.config`.
pub static OIDC_PROPERTIES: &[Key] = &[
    Key::text(
        TOKEN_ENDPOINT,
        "The URL of the server's token endpoint. Wins over `issuer`. A `file:` URL names a file that holds a token, which is \
         read again at each renewal.",
    ),
    Key::text(CLIENT_ID, "The client's name at the server.").aliases(&["sasl.oauthbearer.client.credentials.client.id"]),
    Key::text(CLIENT_SECRET, "The client's secret.").aliases(&["sasl.oauthbearer.client.credentials.client.secret"]),
    Key::text(SCOPE, "The scopes to ask for, separated by spaces. May be empty."),
    Key::text(
        GRANT_TYPE,
        "What the server gives a token for: the client's own proof (`client_credentials`), an assertion (`jwt-bearer`, RFC 7523), \
         another token (`token-exchange`, RFC 8693), or any other grant that the server knows, with its parameters as \
         `param_<name>`.",
    )
    .default(CLIENT_CREDENTIALS),
    Key::word(ASSERTION_ALGORITHM, ALGORITHMS, "What assertions are signed with; must fit the private key.").default("RS256"),
    Key::text(
        PRIVATE_KEY_FILE,
        "A PEM file with the private key that signs assertions: PKCS#8, encrypted or not, PKCS#1 or SEC 1. Read again when it \
         changes.",
    ),
    Key::text(PRIVATE_KEY_PEM, "The private key itself, in PEM, instead of a file."),
    Key::text(PASSPHRASE, "The passphrase of an encrypted private key."),
    Key::text(
        ASSERTION_FILE,
        "A file with an assertion that another program makes, read again at each request, instead of a private key.",
    ),
    Key::text(
        TEMPLATE_FILE,
        "A JSON file `{\"header\": {…}, \"payload\": {…}}` that assertions begin from, such as for `kid`. Read again when it \
         changes.",
    )
    .aliases(&["sasl.oauthbearer.assertion.template.file"]),
    Key::text(CLAIM_AUD, "The assertion's `aud`. Default: the template's, else the token endpoint."),
    Key::text(CLAIM_ISS, "The assertion's `iss`. Default: the template's, else the client id."),
    Key::text(CLAIM_SUB, "The assertion's `sub`. Default: the template's, else the client id."),
    Key::integer(CLAIM_EXP, 1, I32_MAX, "Seconds from now to the assertion's `exp`.").default("300"),
    Key::integer(CLAIM_NBF, 0, I32_MAX, "Seconds from the assertion's `nbf` to now.").default("60"),
    Key::word(CLAIM_JTI, YES_OR_NO, "Whether each assertion has a random `jti`.").default("true"),
    Key::text(SUB_CLAIM_NAME, "The claim of a JWT that the client's own logs show as principal.").default("sub"),
    Key::text(SCOPE_CLAIM_NAME, "Accepted and not used: of all clients only Java's checks the scope of its own token.")
        .default("scope"),
    Key::word(
        URLENCODE,
        YES_OR_NO,
        "Whether id and secret are percent-encoded in the header `Authorization`, as RFC 6749 §2.3.1 wants it.",
    )
    .default("true"),
    Key::integer(CONNECT_TIMEOUT, 1, HOUR_MS, "Milliseconds that a connection to the server may take.").default("10000"),
    Key::integer(READ_TIMEOUT, 1, HOUR_MS, "Milliseconds that the server may be silent.").default("10000"),
    Key::text(
        CA_LOCATION,
        "A PEM file of authorities to trust for https besides the system's, or a directory of such files. `probe` is the \
         system's alone.",
    ),
    Key::text(CA_PEM, "Such certificates themselves, in PEM, instead of a file."),
];

/// The keys of this provider in `sasl.oauthbearer.config`.
pub static OIDC_KEYS: &[Key] = &[
    Key::text("issuer", "The server's issuer URL, at which its token endpoint is looked up (RFC 8414, OpenID Connect Discovery)."),
    Key::text("audience", "Whom the token is for: the parameter `audience` of Auth0, Keycloak and token exchange."),
    Key::text("resource", "What the token is for (RFC 8707): URIs, separated by spaces."),
    Key::word(
        "client_auth",
        CLIENT_AUTH,
        "How the client proves who it is. Default: what the credentials that are given mean.",
    ),
    Key::text(
        SECRET_FILE,
        "A file that holds the client's secret and nothing else, instead of `sasl.oauthbearer.client.secret`. Read again at \
         each request, so that a new secret needs no restart.",
    ),
    Key::text(
        CLIENT_ASSERTION_FILE,
        "A file with a JWT that proves who the client is and that another program keeps fresh, such as Kubernetes for Entra \
         workload identity. Read again at each request.",
    ),
    Key::text(
        "client_assertion_type",
        "The type of the assertion by which the client proves who it is, a URI, such as \
         `urn:ietf:params:oauth:client-assertion-type:jwt-spiffe`.",
    )
    .default(JWT_ASSERTION),
    Key::text("subject_token_file", "For token exchange: the file with the token to exchange, read again at each request."),
    Key::text("subject_token_type", "The type of that token.").default(JWT_TYPE),
    Key::text("actor_token_file", "For token exchange: the file with the token of the party that acts for the subject."),
    Key::text("actor_token_type", "The type of that token.").default(JWT_TYPE),
    Key::text("requested_token_type", "For token exchange: the type of token to ask for. Default: the server's choice."),
    Key::text("client_certificate_file", "A PEM file with the client's certificate chain for mutual TLS (RFC 8705). Read again when it changes."),
    Key::text("client_key_file", "A PEM file with that certificate's private key."),
    Key::text("client_key_passphrase", "The passphrase of that key, where it is encrypted."),
    Key::text("proxy", "The URL of the proxy to the server. Default: the environment's HTTPS_PROXY, HTTP_PROXY and NO_PROXY."),
    Key::integer("total_timeout_ms", 1, HOUR_MS, "Milliseconds that one attempt at a token may take. Default: both timeouts together."),
    Key::word("allow_http", YES_OR_NO, "Whether http is spoken to other machines than this one, secrets included.").default("false"),
    Key::integer(
        "lifetime_seconds",
        1,
        86_400,
        "The longest that a token is taken to live, in seconds: its life where neither the server's answer nor the token says \
         one, and a shorter one than they say.",
    ),
    Key::text(
        "principal_name",
        "The name that the client goes by in its own logs. The broker takes its own from the token. Default: the token's \
         claim, else the client id.",
    ),
    Key::prefix(PARAMETER_PREFIX, "A further parameter of the request, such as `param_organization=…`."),
];

pub(crate) const PARAMETER_PREFIX: &str = "param_";

/// Names of client authentication (RFC 7591 §2, RFC 8705 §2).
pub(crate) const CLIENT_AUTH: &[&str] =
    &["client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth", "none"];

/// The type of tokens that are JWTs (RFC 8693 §3).
const JWT_TYPE: &str = "urn:ietf:params:oauth:token-type:jwt";
