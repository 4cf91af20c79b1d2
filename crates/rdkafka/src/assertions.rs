//! What has to hold at compile time, for every context, runtime and partitioner.

use std::sync::Arc;

use rdkafka::admin::AdminClient;
use rdkafka::client::{Client, DefaultClientContext};
use rdkafka::consumer::{BaseConsumer, ConsumerContext, StreamConsumer};
use rdkafka::producer::{
    BaseProducer, DefaultProducerContext, FutureProducer, Partitioner, ProducerContext, ThreadedProducer,
};
use rdkafka::util::AsyncRuntime;
use rdkafka::ClientContext;

use crate::{AdoptError, Authenticated, Authenticator, AuthenticatorBuilder, CreateError, KafkaClient};

fn send_sync<T: Send + Sync + 'static>() {}
fn sendable(_: impl Send) {}

fn shared<T: KafkaClient + Send + Sync + 'static>() {
    send_sync::<Authenticated<T>>();
    send_sync::<Authenticated<Arc<T>>>();
    send_sync::<AdoptError<T>>();
}

fn whatever_the_parameters<C, CC, PC, R, P>()
where
    C: ClientContext + 'static,
    CC: ConsumerContext + 'static,
    PC: ProducerContext<P> + 'static,
    R: AsyncRuntime,
    P: Partitioner + Send + Sync + 'static,
{
    shared::<Client<C>>();
    shared::<AdminClient<C>>();
    shared::<BaseConsumer<CC>>();
    shared::<StreamConsumer<CC, R>>();
    shared::<BaseProducer<PC, P>>();
    shared::<ThreadedProducer<PC, P>>();
    shared::<FutureProducer<C, R, P>>();
}

#[test]
fn public_types_are_send_and_sync() {
    send_sync::<Authenticator>();
    send_sync::<AuthenticatorBuilder>();
    send_sync::<CreateError>();
    whatever_the_parameters::<
        DefaultClientContext,
        rdkafka::consumer::DefaultConsumerContext,
        DefaultProducerContext,
        rdkafka::util::TokioRuntime,
        rdkafka::producer::NoCustomPartitioner,
    >();
}

#[test]
fn futures_are_send() {
    let auth = Authenticator::builder(&rdkafka::ClientConfig::new()).build().unwrap();
    let config = auth.client_config();
    sendable(auth.token());
    sendable(auth.create::<FutureProducer>());
    sendable(auth.create::<BaseProducer>());
    sendable(auth.create::<ThreadedProducer<_>>());
    sendable(auth.create::<BaseConsumer>());
    sendable(auth.create::<StreamConsumer>());
    sendable(auth.create::<AdminClient<_>>());
    sendable(auth.create_with_context::<_, FutureProducer<_>>(DefaultClientContext));
    sendable(auth.adopt(config.create::<AdminClient<_>>().unwrap()));
    sendable(auth.attach(&Arc::new(config.create::<BaseProducer>().unwrap())));
}
