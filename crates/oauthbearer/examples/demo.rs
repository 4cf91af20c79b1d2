//! The story of an IAM login, on a broker inside this process that checks signatures as Amazon MSK does:
//! `cargo xtask demo`.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use oauthbearer::rdkafka::{Authenticated, Authenticator};
use oauthbearer::{Clock, ConfigError, Key, ProviderConfig, ProviderFactory, Registry, TokenProvider};
use oauthbearer_aws_msk::Factory;
use oauthbearer_testkit::broker::validators::{AccessKey, MskIam};
use oauthbearer_testkit::broker::{Broker, Event};
use oauthbearer_testkit::ShortLived;
use rdkafka::admin::AdminClient;
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, ClientContext};

#[allow(dead_code, reason = "the published example brings its own main")]
#[path = "admin.rs"]
mod admin;
#[allow(dead_code, reason = "the published example brings its own main")]
#[path = "consumer.rs"]
mod consumer;
#[allow(dead_code, reason = "the published example brings its own main")]
#[path = "producer.rs"]
mod producer;

/// From AWS's documentation; worth nothing.
const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const WRONG_SECRET: &str = "not/the/secret/access/key";
const ARN: &str = "arn:aws:iam::123456789012:user/my-iam-user";

/// Real brokers allow sessions of minutes and more; nobody wants to watch that.
const SESSION: Duration = Duration::from_secs(3);
const TOKEN_LIFE: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(30);

/// The name of the idle clients, so that the broker can count their logins separately.
const IDLE: &str = "idle";
const IDLE_CLIENTS: usize = 3;
/// How often each of them has to log in again.
const ROUNDS: usize = 4;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = AccessKey::new(KEY_ID, SECRET, ARN);
    let broker = Broker::builder()
        .validator(MskIam::new("us-east-1").access_key(key).into_validator())
        .max_reauth(SESSION)
        .auto_create_topics(false)
        .start()?;
    println!(
        "A Kafka broker runs in this process, at {}. It speaks TLS, knows one access key,",
        broker.bootstrap_servers()
    );
    println!("and computes the signature of every token anew, as Amazon MSK in us-east-1 does.\n");

    let config = config(&broker);
    println!("1. The configuration: two keys, and the region, since '127.0.0.1' names none.");
    for key in ["bootstrap.servers", "sasl.mechanism", "sasl.oauthbearer.config"] {
        println!("     {key}={}", config.get(key).unwrap_or_default());
    }
    let auth = authenticator(&config, SECRET)?;
    println!("   Checked. Nothing was fetched, nothing started. A real cluster's name tells its region; it is never guessed.\n");

    println!("2. Create a topic, send three records, read them: the published examples' own code.");
    admin::create_topic(&auth, "orders").await?;
    println!("     created the topic 'orders'");
    let offsets = producer::produce(&auth, "orders", 3).await?;
    println!("     sent 3 records, offsets {offsets:?}");
    ensure(offsets == [0, 1, 2], "the records did not get the first three offsets")?;
    let with_group =
        authenticator(config.clone().set("group.id", "demo").set("auto.offset.reset", "earliest"), SECRET)?;
    let clock = Clock::system();
    tokio::select! {
        read = consumer::consume(&with_group, "orders", 3, |text| println!("     read {text:?}")) => read?,
        () = clock.sleep(PATIENCE) => return Err("the records did not come back in time".into()),
    }
    let principal = principal(&broker);
    println!("   The broker knows us as {principal}.\n");
    ensure(principal == ARN, "the broker took us for somebody else")?;

    idle(&authenticator(config.clone().set("client.id", IDLE), SECRET)?, &broker).await?;
    wrong_key(&config, &broker).await?;
    mistakes(&broker)?;
    println!("That was all. Your own cluster: see the quick start in README.md.");
    Ok(())
}

fn config(broker: &Broker) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", broker.bootstrap_servers())
        .set("sasl.mechanism", "aws_msk_iam")
        .set("sasl.oauthbearer.config", "region=us-east-1")
        .set("ssl.ca.pem", broker.ca_pem())
        .set("log_level", "0");
    config
}

/// The key is given by the program; without that it would come from AWS's standard chain.
fn authenticator(config: &ClientConfig, secret: &str) -> Result<Authenticator, ConfigError> {
    let credentials = SharedCredentialsProvider::new(Credentials::new(KEY_ID, secret, None, None, "demo"));
    let quick = Quick(Factory::default().with_credentials(credentials));
    Authenticator::builder(config).registry(Registry::empty().with(quick)?).build()
}

/// The MSK provider, with tokens that claim to end after seconds, so that renewals can be watched.
struct Quick(Factory);

impl ProviderFactory for Quick {
    fn marker(&self) -> &'static str {
        self.0.marker()
    }

    fn keys(&self) -> Vec<&'static [Key]> {
        self.0.keys()
    }

    fn requires_tls(&self) -> bool {
        self.0.requires_tls()
    }

    fn build(&self, config: &ProviderConfig) -> Result<Arc<dyn TokenProvider>, ConfigError> {
        Ok(Arc::new(ShortLived::new(self.0.build(config)?, TOKEN_LIFE, config.clock.clone())))
    }
}

async fn idle(auth: &Authenticator, broker: &Broker) -> Result<(), Box<dyn Error>> {
    println!("3. Sit idle: a producer, a consumer and an admin client that nobody polls.");
    println!("   The broker ends a session after {} s unless the client logs in again.", SESSION.as_secs());
    let producer: Authenticated<BaseProducer> = auth.create().await?;
    let consumer: Authenticated<BaseConsumer> = auth.create().await?;
    let admin: Authenticated<AdminClient<DefaultClientContext>> = auth.create().await?;
    let settled = tokio::task::block_in_place(|| {
        let _ = producer.client().fetch_metadata(Some("orders"), PATIENCE)?;
        let _ = rdkafka::consumer::Consumer::fetch_metadata(&*consumer, Some("orders"), PATIENCE)?;
        let _ = admin.inner().fetch_metadata(Some("orders"), PATIENCE)?;
        Ok::<_, KafkaError>(broker.settle(PATIENCE, IDLE, IDLE_CLIENTS))
    })?;
    let settled = settled.ok_or("the idle clients did not connect")?;
    let (before, renewals) = (settled.reauthentications(&broker.events()), renewals(auth));
    let target = before + IDLE_CLIENTS * ROUNDS;
    let reached = || broker.wait_for(PATIENCE, |events| settled.reauthentications(events) >= target);
    if !tokio::task::block_in_place(reached) {
        return Err("the idle clients did not log in again".into());
    }
    let events = broker.events();
    let again = settled.reauthentications(&events) - before;
    let (lost, anew) = (settled.lost(&events), settled.new_logins(&events));
    let renewed = self::renewals(auth) - renewals;
    println!("     {again} times a live connection logged in again (KIP-368)");
    println!("     {renewed} renewals of the one token that all clients share");
    println!("     {lost} connections lost, {anew} new logins needed");
    ensure(renewed >= 3, "the token was not renewed")?;
    ensure(lost == 0 && anew == 0, "an idle client lost its connection")?;
    producer.send(BaseRecord::to("orders").key("late").payload("still here")).map_err(|(error, _)| error)?;
    tokio::task::block_in_place(|| producer.flush(PATIENCE))?;
    println!("   And the producer's next record was delivered at once.\n");
    Ok(())
}

/// Keeps the first login error that librdkafka reports.
#[derive(Clone, Default)]
struct FirstError(Arc<Mutex<Option<String>>>);

impl FirstError {
    fn first(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ClientContext for FirstError {
    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Authentication) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| reason.to_owned());
        }
    }
}

impl rdkafka::consumer::ConsumerContext for FirstError {}

async fn wrong_key(config: &ClientConfig, broker: &Broker) -> Result<(), Box<dyn Error>> {
    println!("4. The same with a wrong secret key.");
    let errors = FirstError::default();
    let auth = authenticator(config, WRONG_SECRET)?;
    let consumer: Authenticated<BaseConsumer<FirstError>> = auth.create_with_context(errors.clone()).await?;
    // Polling is what delivers librdkafka's errors to the context.
    let refused = || {
        (0..300).any(|_| {
            let _ = consumer.poll(Duration::from_millis(100));
            errors.first().is_some()
        })
    };
    ensure(tokio::task::block_in_place(refused), "nobody told the client that it was refused")?;
    let reason = errors.first().unwrap_or_default();
    println!("     the client was told: {reason}");
    println!("     the broker's own reason: {}", refusal(broker).ok_or("the broker accepted a wrong key")?);
    ensure(!reason.contains(WRONG_SECRET), "the error shows the key")?;
    println!("   Amazon MSK tells the client just as little: 'Access denied'. Check, in this order: whether the secret belongs");
    println!("   to the key ID, who you are (aws_debug=console logs the ARN), the region, this machine's clock, the IAM policy.");
    println!("   docs/troubleshooting.md says how.\n");
    Ok(())
}

fn mistakes(broker: &Broker) -> Result<(), Box<dyn Error>> {
    println!("5. Mistakes in the configuration are found before anything is sent:");
    let mistakes: [(&str, &[(&str, &str)]); 3] = [
        ("no region", &[("sasl.oauthbearer.config", "")]),
        ("a slip", &[("sasl.oauthbearer.config", "regoin=us-east-1")]),
        (
            "no TLS, and out of range",
            &[
                ("sasl.oauthbearer.config", "region=us-east-1,lifetime_seconds=3600"),
                ("security.protocol", "SASL_PLAINTEXT"),
            ],
        ),
    ];
    for (name, properties) in mistakes {
        let mut config = config(broker);
        for (key, value) in properties {
            config.set(*key, *value);
        }
        let error = Authenticator::from_config(&config).err().ok_or("a mistake was not found")?;
        println!("   {name}:\n     {}", error.to_string().replace('\n', "\n     "));
    }
    println!();
    Ok(())
}

fn principal(broker: &Broker) -> String {
    let of = |event: &Event| match event {
        Event::Auth { principal, ok: true, .. } => principal.clone(),
        _ => None,
    };
    broker.events().iter().find_map(of).unwrap_or_default()
}

fn refusal(broker: &Broker) -> Option<String> {
    let of = |event: &Event| match event {
        Event::Auth { refusal, .. } => refusal.clone(),
        _ => None,
    };
    broker.events().iter().find_map(of)
}

fn renewals(auth: &Authenticator) -> u64 {
    auth.status().map_or(0, |status| status.renewals)
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), Box<dyn Error>> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.into())
    }
}
