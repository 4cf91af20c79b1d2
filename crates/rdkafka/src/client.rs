//! Which rdkafka types hold a native handle.

use std::sync::Arc;

use rdkafka::admin::AdminClient;
use rdkafka::client::{Client, NativeClient};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, StreamConsumer};
use rdkafka::producer::{
    BaseProducer, FutureProducer, Partitioner, Producer, ProducerContext, ThreadedProducer,
};
use rdkafka::util::AsyncRuntime;
use rdkafka::ClientContext;

/// The clients that an [`Authenticator`](crate::Authenticator) serves: `BaseProducer`, `FutureProducer`,
/// `ThreadedProducer`, `BaseConsumer`, `StreamConsumer`, `AdminClient`, the bare `Client`, and an [`Arc`] of any of
/// them, with any context. It cannot be implemented outside this crate.
pub trait KafkaClient: Handle {}

impl<T: Handle> KafkaClient for T {}

/// Where a client has its native handle. It belongs to the client: it neither changes nor ends before the client does.
pub trait Handle {
    /// The context whose events the client serves.
    type Context: ClientContext;

    /// The client's own native part.
    fn native(&self) -> &NativeClient;
}

/// Fails to compile for a context that would overwrite the tokens that are pushed to its client.
pub(crate) fn refuse_a_context_that_refreshes<T: KafkaClient>() {
    const {
        assert!(
            !<T::Context as ClientContext>::ENABLE_REFRESH_OAUTH_TOKEN,
            "this client's context sets ClientContext::ENABLE_REFRESH_OAUTH_TOKEN, so its own tokens would overwrite \
             those of the Authenticator. Remove the constant and generate_oauth_token from the context. To keep them, \
             make the client from Authenticator::client_config with rdkafka's own create_with_context, and call \
             Authenticator::blocking_token inside generate_oauth_token"
        );
    }
}

impl<C: ClientContext> Handle for Client<C> {
    type Context = C;

    fn native(&self) -> &NativeClient {
        self.native_client()
    }
}

impl<C: ClientContext> Handle for AdminClient<C> {
    type Context = C;

    fn native(&self) -> &NativeClient {
        self.inner().native_client()
    }
}

impl<C: ConsumerContext> Handle for BaseConsumer<C> {
    type Context = C;

    fn native(&self) -> &NativeClient {
        self.client().native_client()
    }
}

impl<C: ConsumerContext + 'static, R: AsyncRuntime> Handle for StreamConsumer<C, R> {
    type Context = C;

    fn native(&self) -> &NativeClient {
        self.client().native_client()
    }
}

impl<C: ProducerContext<P>, P: Partitioner> Handle for BaseProducer<C, P> {
    type Context = C;

    fn native(&self) -> &NativeClient {
        self.client().native_client()
    }
}

impl<C: ProducerContext<P> + 'static, P: Partitioner + 'static> Handle for ThreadedProducer<C, P> {
    type Context = C;

    fn native(&self) -> &NativeClient {
        self.client().native_client()
    }
}

impl<C: ClientContext + 'static, R: AsyncRuntime, P: Partitioner> Handle for FutureProducer<C, R, P> {
    type Context = C;

    fn native(&self) -> &NativeClient {
        self.client().native_client()
    }
}

impl<T: Handle> Handle for Arc<T> {
    type Context = T::Context;

    fn native(&self) -> &NativeClient {
        (**self).native()
    }
}
