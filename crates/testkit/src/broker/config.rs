//! How a broker is set up before it starts.

use super::node::Node;
use super::sasl::ClientInitial;
use super::{server, tls, Broker};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

/// Judges a presented token: who it stands for, or why it is refused.
///
/// It runs on the broker's thread: it may take locks but must not block for long.
pub type Validator = Arc<dyn Fn(&ClientInitial) -> Result<Accepted, String> + Send + Sync>;

/// What a [`Validator`] says of a token it accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// Who the token stands for.
    pub principal: String,
    /// How long the token is still valid; `None` for ever.
    pub lifetime: Option<Duration>,
}

impl Accepted {
    /// A token of `principal` without an end.
    pub fn new(principal: impl Into<String>) -> Self {
        Self { principal: principal.into(), lifetime: None }
    }

    /// The same, valid for `lifetime` from now.
    pub fn for_lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }
}

/// The part of the set-up that connections look at.
pub(super) struct Settings {
    pub(super) validator: Validator,
    pub(super) max_reauth: Option<Duration>,
    pub(super) auto_create_topics: bool,
    pub(super) anonymous: bool,
}

/// Sets up a [`Broker`]; see [`Broker::builder`].
pub struct Builder {
    settings: Settings,
    topics: Vec<(String, i32)>,
    tls: bool,
}

impl Builder {
    pub(super) fn new() -> Self {
        let nobody: Validator = Arc::new(|_| Err("the broker was built without a validator".into()));
        let settings =
            Settings { validator: nobody, max_reauth: None, auto_create_topics: true, anonymous: false };
        Self { settings, topics: Vec::new(), tls: true }
    }

    /// Who may log in. Default: nobody.
    pub fn validator(mut self, validator: Validator) -> Self {
        self.settings.validator = validator;
        self
    }

    /// `connections.max.reauth.ms`: no session is longer than this. Default: the token's life is the only limit.
    pub fn max_reauth(mut self, longest_session: Duration) -> Self {
        self.settings.max_reauth = Some(longest_session);
        self
    }

    /// Asks nobody to log in: for clients with `security.protocol=SSL`, or `PLAINTEXT` together with
    /// [`plaintext`](Self::plaintext). Their principal is `ANONYMOUS`, as in Kafka.
    pub fn anonymous(mut self) -> Self {
        self.settings.anonymous = true;
        self
    }

    /// Speaks SASL_PLAINTEXT instead of SASL_SSL.
    pub fn plaintext(mut self) -> Self {
        self.tls = false;
        self
    }

    /// Whether a client's first use of a topic makes it, with one partition. Default: true.
    pub fn auto_create_topics(mut self, create: bool) -> Self {
        self.settings.auto_create_topics = create;
        self
    }

    /// A topic that exists from the start.
    pub fn topic(mut self, name: impl Into<String>, partitions: i32) -> Self {
        self.topics.push((name.into(), partitions));
        self
    }

    /// Starts the broker on two free ports of 127.0.0.1 and returns when it listens there.
    pub fn start(self) -> io::Result<Broker> {
        let identity = if self.tls { Some(tls::identity().map_err(io::Error::other)?) } else { None };
        let (acceptor, ca_pem) = identity.map(|identity| (identity.acceptor, identity.ca_pem)).unzip();
        let [bootstrap, own] = [listen()?, listen()?];
        let bootstrap_port = bootstrap.local_addr()?.port();
        let node = Arc::new(Node::new(self.settings, own.local_addr()?.port()));
        for (name, partitions) in &self.topics {
            let mut cluster = node.cluster();
            let made = cluster.topics.create(name, *partitions, Default::default());
            made.map_err(|error| {
                io::Error::other(format!("topic {name} with {partitions} partitions: {error}"))
            })?;
        }
        let server = server::Server::start(Arc::clone(&node), acceptor, bootstrap, own)?;
        Ok(Broker { node, bootstrap_port, server, ca_pem })
    }
}

fn listen() -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
