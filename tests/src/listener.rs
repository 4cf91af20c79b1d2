//! The broker's listeners.

/// A listener of the broker, by what it accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Listener {
    /// Plain text without authentication; everyone is a super user.
    Admin,
    /// SASL_SSL, OAUTHBEARER: MSK IAM tokens of [`crate::identity`], signatures recomputed; re-authentication every 10 s.
    Msk,
    /// SASL_SSL, PLAIN: [`crate::identity::PLAIN_USER`].
    Plain,
    /// SASL_SSL, OAUTHBEARER: JWTs of a fixed key set, as on Aiven; re-authentication every 10 s. Only with a key set.
    Jwt,
    /// SASL_SSL, OAUTHBEARER: such a JWT and two extensions, as on Confluent Cloud. Only with a key set.
    Ccloud,
    /// SASL_SSL, OAUTHBEARER: JWTs of an identity provider; re-authentication every 10 s. Only with its key set's URL.
    Oidc,
}

impl Listener {
    /// Every listener.
    pub const ALL: [Self; 6] = [Self::Admin, Self::Msk, Self::Plain, Self::Jwt, Self::Ccloud, Self::Oidc];

    /// The name in the broker's `listeners`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Msk => "MSK",
            Self::Plain => "PLAIN",
            Self::Jwt => "JWT",
            Self::Ccloud => "CCLOUD",
            Self::Oidc => "OIDC",
        }
    }

    /// What to give to `cargo xtask kafka up` to have this listener, where the broker may lack it.
    pub fn needs(self) -> &'static str {
        match self {
            Self::Admin | Self::Msk | Self::Plain => "",
            Self::Jwt | Self::Ccloud => "--jwks FILE",
            Self::Oidc => "--oidc URL",
        }
    }
}
