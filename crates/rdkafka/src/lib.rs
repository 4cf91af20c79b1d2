//! rust-rdkafka clients that never lose their OAUTHBEARER token: producers, consumers and admin clients, busy or idle.
//!
//! An [`Authenticator`] reads a client configuration, takes out what asks for one of its providers, and makes clients
//! from the rest. Tokens are pushed into librdkafka by a thread of the library's own: a client need not be polled, and the
//! application's runtime need not run. The `oauthbearer` crate adds the providers that come with it; this one knows none.
//!
//! ```no_run
//! # fn provider() -> Arc<dyn oauthbearer_core::TokenProvider> { unimplemented!() }
//! use std::sync::Arc;
//!
//! use oauthbearer_rdkafka::Authenticator;
//! use rdkafka::consumer::{Consumer, StreamConsumer};
//! use rdkafka::producer::FutureProducer;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut config = rdkafka::ClientConfig::new();
//! config.set("bootstrap.servers", "broker:9098").set("group.id", "orders");
//! let auth = Authenticator::builder(&config).provider(provider()).build()?; // no I/O yet
//!
//! let producer = auth.create::<FutureProducer>().await?; // the first token, then the client
//! let consumer = auth.create_blocking::<StreamConsumer>()?; // the same token, no runtime needed
//!
//! // split_partition_queue wants an Arc of the consumer.
//! let consumer = Arc::new(auth.client_config().create::<StreamConsumer>()?);
//! let consumer = auth.adopt(consumer).await?;
//! let queue = consumer.split_partition_queue("orders", 0);
//!
//! // A program that has to keep its own types: the field stays an `Arc<StreamConsumer>`.
//! let mine = Arc::new(auth.client_config().create::<StreamConsumer>()?);
//! auth.attach(&mine).await?;
//! # Ok(()) }
//! ```
//!
//! # Contexts
//! A client keeps the context that you give it, unchanged. One that refreshes tokens itself would overwrite those of the
//! authenticator, so it does not compile:
//!
//! ```compile_fail,E0080
//! use oauthbearer_rdkafka::{Authenticated, Authenticator};
//! use rdkafka::{producer::FutureProducer, ClientConfig, ClientContext};
//!
//! struct Mine;
//!
//! impl ClientContext for Mine {
//!     const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;
//! }
//!
//! let auth = Authenticator::builder(&ClientConfig::new()).build().unwrap();
//! let producer: Authenticated<FutureProducer<Mine>> = auth.create_with_context_blocking(Mine).unwrap();
//! ```
//!
//! Such contexts stay possible with rdkafka's own `create_with_context` and
//! [`blocking_token`](Authenticator::blocking_token) inside `generate_oauth_token`; rdkafka calls that for polled producers
//! and consumers only.
//!
//! # Failures
//! A failed renewal is logged and in the [status](Authenticator::status), and the client goes on with the token that it
//! has. Only when that one has ended is librdkafka told. Producers and consumers then get
//! `Failed to acquire SASL OAUTHBEARER token: …` by `ClientContext::error` and the latter from `poll` or `recv`; an admin
//! client, whose events rdkafka reads nowhere, only times out.
//!
//! A token that the *broker* refuses is another matter: clients exist by then, and librdkafka tells the client's own context.
//! `ClientContext::error` gets `… SASL authentication error: …` with the broker's words, which for Amazon MSK are
//! `Access denied` whatever the cause. Without a context of yours, rdkafka writes that to the `log` crate, or to `tracing`
//! with its feature of that name.
//!
//! If tokens that have not expired are refused all at once, as after an identity provider was set up anew,
//! call [`Authenticator::invalidate`]: the next token comes at once.
//!
//! # Notes
//! - Dropping a client, or the last clone of its [`Authenticated`], ends the pushes to it at once; dropping the last
//!   client ends the renewals.
//! - After a `fork`, a child may go on with the same authenticator: it gets a thread of its own, and no token is pushed to
//!   the parent's clients, which are of no use there (librdkafka's threads do not survive a fork). As everywhere, a lock
//!   that another thread holds at that moment stays held in the child: fork before the first use where you can.
//! - rdkafka makes a `StreamConsumer` only inside a runtime, whichever call is used.
//! - librdkafka announces in a client's queue that a token has passed 0.8 of its life. rdkafka drops the notice when the
//!   client is polled. Nobody polls an admin client, so there one small notice stays for each token that is renewed
//!   later than that; none for tokens that are renewed earlier, as those of Amazon MSK are. `enable_sasl_queue` would
//!   keep the notices of every client in a queue that is never read, so it is left as you set it.
//!
//! # Log events
//! Of `tracing`, with target `oauthbearer`; names and fields are stable, texts are not. No event holds a secret. Those of
//! the renewals themselves are listed in [`oauthbearer_core`].
//!
//! | name | level | fields | when |
//! |---|---|---|---|
//! | `oauthbearer.client.joined` | debug | `provider`, `how` (`create`, `adopt`, `attach`) | a client has its first token |
//! | `oauthbearer.client.left` | debug | `provider` | a created or adopted client gets no more tokens |
//! | `oauthbearer.client.dropped` | debug | | an attached client lost its last owner during a push |
//! | `oauthbearer.client.leaked` | warn | `error` | there was no thread to drop such a client on |
//! | `oauthbearer.oidc.served` | info | `by` | who serves `sasl.oauthbearer.method=oidc` |

#[cfg(test)]
mod assertions;
mod attached;
mod authenticated;
mod authenticator;
mod builder;
mod client;
mod config;
mod error;
mod java;
mod native;
mod refusal;
mod slot;
mod sync;

pub use authenticated::Authenticated;
pub use authenticator::Authenticator;
pub use builder::AuthenticatorBuilder;
pub use client::KafkaClient;
pub use error::{AdoptError, CreateError};
