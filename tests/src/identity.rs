//! Who may log in to the test broker. All of it is made up, or comes from AWS's documentation.

/// AWS credentials that the MSK listener knows.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Identity {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: &'static str,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: &'static str,
    /// `AWS_SESSION_TOKEN`; an IAM user has none.
    pub session_token: Option<&'static str>,
    /// The broker's principal for this key, without `User:`.
    pub arn: &'static str,
}

/// An IAM user that may use [`crate::TOPIC`].
pub const USER: Identity = Identity {
    access_key_id: "AKIDEXAMPLE",
    secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    session_token: None,
    arn: "arn:aws:iam::123456789012:user/my-iam-user",
};

/// The second access key of [`USER`]: what a rotation of long-lived keys changes to.
pub const USER_ROTATED: Identity = Identity {
    access_key_id: "AKIDEXAMPLE2",
    secret_access_key: "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
    session_token: None,
    arn: USER.arn,
};

/// A role's session, with the same rights. The token has the characters that percent-encoding gets wrong most easily.
pub const ROLE: Identity = Identity {
    access_key_id: "ASIAROLEEXAMPLE",
    secret_access_key: "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123/+EXAMPLEKEY",
    session_token: Some("IQoJb3JpZ2luX2VjE/first+session/token~of.the-role_=="),
    arn: "arn:aws:sts::123456789012:assumed-role/kafka-client/MSKSASLDefaultSession",
};

/// The next session of the same role and session name: new keys, same principal.
pub const ROLE_RENEWED: Identity = Identity {
    access_key_id: "ASIAROLEEXAMPLE2",
    secret_access_key: "zYxWvUtSrQpOnMlKjIhGfEdCbA9876+/EXAMPLEKEY",
    session_token: Some("IQoJb3JpZ2luX2VjE/second+session/token~of.the-role_=="),
    arn: ROLE.arn,
};

/// A user that may create and delete topics, and everything else.
pub const ADMIN: Identity = Identity {
    access_key_id: "AKIDADMINEXAMPLE",
    secret_access_key: "admin/K7MDENG+bPxRfiCYadminEXAMPLEKEY",
    session_token: None,
    arn: "arn:aws:iam::123456789012:user/admin",
};

/// A user that can log in and then may do nothing: no ACL names it.
pub const STRANGER: Identity = Identity {
    access_key_id: "AKIDSTRANGEREXAMPLE",
    secret_access_key: "stranger/K7MDENG+bPxRfiCYstrangerEXAMPLEKEY",
    session_token: None,
    arn: "arn:aws:iam::123456789012:user/stranger",
};

/// Every identity of the MSK listener.
pub const ALL: [Identity; 6] = [USER, USER_ROTATED, ROLE, ROLE_RENEWED, ADMIN, STRANGER];

/// The region that the MSK listener expects in a token.
pub const REGION: &str = "us-east-1";

/// The user name of the PLAIN listener; may use [`crate::TOPIC`].
pub const PLAIN_USER: &str = "alice";
/// Its password.
pub const PLAIN_PASSWORD: &str = "alice-secret";

/// The subject that may use [`crate::TOPIC`] on the JWT, CCLOUD and OIDC listeners.
pub const JWT_SUBJECT: &str = "service-account-kafka-client";

/// Every secret of this file, each with a name that may be printed.
#[must_use]
pub fn secrets() -> Vec<(String, &'static str)> {
    let keys = ALL.iter().map(|id| (format!("the secret key of {}", id.access_key_id), id.secret_access_key));
    let sessions = ALL
        .iter()
        .filter_map(|id| Some((format!("the session token of {}", id.access_key_id), id.session_token?)));
    let clients =
        oidc::WITH_SECRET.iter().map(|(client, secret)| (format!("the secret of client {client}"), *secret));
    let password = (format!("the password of {PLAIN_USER}"), PLAIN_PASSWORD);
    let passphrase = (format!("the passphrase of {}'s key", oidc::RS256), oidc::PASSPHRASE);
    keys.chain(sessions).chain(clients).chain([password, passphrase]).collect()
}

/// Clients of Keycloak's realm that may use [`crate::TOPIC`] on the OIDC listener, with the secrets that they have.
pub mod oidc {
    /// Proves itself with HTTP Basic. Every character of the secret that an encoding could get wrong is there.
    pub const BASIC: (&str, &str) = ("basic", "s3cret-/+ %&=:;@#?\u{e9}~\"\\");
    /// Proves itself with a secret in the request's body.
    pub const POST: (&str, &str) = ("post", "p0st+secret&of=the/post client");
    /// Proves itself with an assertion signed by the key in `rs256.pem`, and in `rs256.encrypted.pem`.
    pub const RS256: &str = "rs256";
    /// Decrypts the latter.
    pub const PASSPHRASE: &str = "pa55phrase+of/the=rs256 key";
    /// Proves itself with an assertion signed by the key in `es256.pem`.
    pub const ES256: &str = "es256";
    /// Proves itself with the certificate in `client.crt.pem`, whose key is in `client.key.pem`.
    pub const MTLS: &str = "mtls";
    /// Its tokens are for [`EXCHANGE`], not for the broker.
    pub const CALLER: (&str, &str) = ("caller", "caller-secret");
    /// Exchanges tokens of [`CALLER`] for tokens that the broker takes.
    pub const EXCHANGE: (&str, &str) = ("exchange", "exchange-secret");
    /// Its tokens live for 90 s; those of the others for 15 s.
    pub const LASTING: (&str, &str) = ("lasting", "lasting-secret");
    /// Its tokens are for another audience than the broker.
    pub const ELSEWHERE: (&str, &str) = ("elsewhere", "elsewhere-secret");
    /// No ACL names it.
    pub const STRANGER: (&str, &str) = ("stranger", "stranger-secret");
    /// Is disabled in the realm.
    pub const DISABLED: (&str, &str) = ("disabled", "disabled-secret");

    /// Every client that has a secret.
    pub const WITH_SECRET: [(&str, &str); 8] =
        [BASIC, POST, CALLER, EXCHANGE, LASTING, ELSEWHERE, STRANGER, DISABLED];

    /// The clients whose subjects have rights. A token that was exchanged keeps the subject of the first.
    pub const WITH_RIGHTS: [&str; 8] =
        [BASIC.0, POST.0, RS256, ES256, MTLS, CALLER.0, LASTING.0, ELSEWHERE.0];

    /// `sub` of a client's tokens; also the broker's principal, without `User:`.
    #[must_use]
    pub fn subject(client: &str) -> String {
        format!("service-account-{client}")
    }
}

/// Only names: these keys are no secrets, but a test that prints one would look like a leak.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("access_key_id", &self.access_key_id)
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}
