//! When to renew and when to try again. Pure: time and chance come in as arguments.

use std::time::Duration;

use crate::{Key, Reader, Renewal};

const FACTOR: &str = "sasl.login.refresh.window.factor";
const JITTER: &str = "sasl.login.refresh.window.jitter";
const MIN_PERIOD: &str = "sasl.login.refresh.min.period.seconds";
const BUFFER: &str = "sasl.login.refresh.buffer.seconds";
const BACKOFF: &str = "sasl.login.retry.backoff.ms";
const BACKOFF_MAX: &str = "sasl.login.retry.backoff.max.ms";

/// The renewal keys of Apache Kafka's Java client, with its ranges and defaults (KIP-255, KIP-768). Every provider's
/// logins take them.
pub static KEYS: &[Key] = &[
    Key::decimal(
        FACTOR,
        0.5,
        1.0,
        "The part of a token's remaining life after which it is renewed. Providers that make tokens locally prefer \
         their own: 0.5 for `aws_msk_iam`.",
    )
    .default("0.8"),
    Key::decimal(JITTER, 0.0, 0.25, "At most this part of the life is added to the factor, by chance.").default("0.05"),
    Key::integer(
        MIN_PERIOD,
        0,
        900,
        "Seconds that a renewal waits at least. Ignored, with the buffer, where a token does not live as long as both.",
    )
    .default("60"),
    Key::integer(BUFFER, 0, 3600, "Seconds before its end when a token is renewed at the latest.").default("300"),
    Key::integer(
        BACKOFF,
        1,
        3_600_000,
        "Milliseconds that the first repetition of a failed fetch waits at most; doubled each time, drawn by chance.",
    )
    .default("100"),
    Key::integer(
        BACKOFF_MAX,
        1,
        3_600_000,
        "Milliseconds that a repetition waits at most, while no token is left. What somebody has to put right first, \
         such as a denied role, is repeated every 30 to 90 s.",
    )
    .default("10000"),
];

/// Where chance comes from: a number from 0 up to, not including, 1 at each call.
pub(crate) type Chance<'a> = &'a mut dyn FnMut() -> f64;

/// How far apart repetitions are after a failure that somebody has to put right first: half to one and a half of it.
const PERMANENT_PAUSE: Duration = Duration::from_secs(60);

/// How long a service is left alone at most when it asks for that, since one wrong answer must not end the login for good.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// What the configuration says of renewals; what it leaves open, the provider may choose.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RefreshWindowConfig {
    /// `sasl.login.refresh.window.factor`. Default: none, which means the provider's own, else 0.8.
    pub factor: Option<f64>,
    /// `sasl.login.refresh.window.jitter`. Default: 0.05.
    pub jitter: f64,
    /// `sasl.login.refresh.min.period.seconds`. Default: 60 s.
    pub min_period: Duration,
    /// `sasl.login.refresh.buffer.seconds`. Default: 300 s.
    pub buffer: Duration,
}

impl Default for RefreshWindowConfig {
    fn default() -> Self {
        Self {
            factor: None,
            jitter: 0.05,
            min_period: Duration::from_secs(60),
            buffer: Duration::from_secs(300),
        }
    }
}

impl RefreshWindowConfig {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let defaults = Self::default();
        let seconds =
            |value: Option<i64>| value.and_then(|value| value.try_into().ok()).map(Duration::from_secs);
        Self {
            factor: if reader.has(FACTOR) { reader.decimal(FACTOR) } else { None },
            jitter: reader.decimal(JITTER).unwrap_or(defaults.jitter),
            min_period: seconds(reader.integer(MIN_PERIOD)).unwrap_or(defaults.min_period),
            buffer: seconds(reader.integer(BUFFER)).unwrap_or(defaults.buffer),
        }
    }

    /// The window for a provider that wants `renewal`; a wish that is no part of a life counts as none.
    pub(crate) fn resolve(&self, renewal: Renewal) -> RefreshWindow {
        let wish = renewal.window_factor.filter(|factor| (0.0..=1.0).contains(factor));
        RefreshWindow {
            factor: self.factor.or(wish).unwrap_or(0.8),
            jitter: self.jitter,
            min_period: self.min_period,
            buffer: self.buffer,
            spread_first: renewal.remote,
        }
    }
}

/// When a token is renewed, by the rules of Apache Kafka's `ExpiringCredentialRefreshingLogin`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefreshWindow {
    factor: f64,
    jitter: f64,
    min_period: Duration,
    buffer: Duration,
    spread_first: bool,
}

impl RefreshWindow {
    /// How long after its fetch a token that still lives for `life` is renewed.
    ///
    /// With `first`, after a start or a run of failures, the moment is drawn from the whole window, so that processes
    /// that started or failed together renew apart from then on.
    pub(crate) fn renew_after(&self, life: Duration, first: bool, chance: Chance<'_>) -> Duration {
        let part = (self.factor + self.jitter * chance()).clamp(0.0, 1.0);
        let mut delay = life.mul_f64(part);
        if let Some(room) = life.checked_sub(self.min_period.saturating_add(self.buffer)) {
            delay = delay.min(self.min_period + room).max(self.min_period);
        }
        if first && self.spread_first {
            delay = delay.mul_f64(0.05 + 0.95 * chance());
        }
        delay
    }
}

/// How long to wait before looking again for a token that the service handed out a second time: a twentieth of its
/// whole life, within bounds, so that its successor is found in time and no loop tightens.
pub(crate) fn look_again_after(life: Duration) -> Duration {
    (life / 20).clamp(Duration::from_secs(1), Duration::from_secs(300))
}

/// The pause between attempts, doubled from `initial` to `max`; each is drawn by chance from its upper half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// `sasl.login.retry.backoff.ms`. Default: 100 ms.
    pub initial: Duration,
    /// `sasl.login.retry.backoff.max.ms`. Default: 10 s.
    pub max: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { initial: Duration::from_millis(100), max: Duration::from_secs(10) }
    }
}

impl Backoff {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let millis =
            |value: Option<i64>| value.and_then(|value| value.try_into().ok()).map(Duration::from_millis);
        let defaults = Self::default();
        let backoff = Self {
            initial: millis(reader.integer(BACKOFF)).unwrap_or(defaults.initial),
            max: millis(reader.integer(BACKOFF_MAX)).unwrap_or(defaults.max),
        };
        if backoff.initial > backoff.max {
            reader.problem(
                BACKOFF,
                &format!("must not exceed '{BACKOFF_MAX}': lower the one or raise the other."),
            );
        }
        backoff
    }

    /// A pause before the attempt that follows `failures` failures.
    fn delay(&self, failures: u32, chance: Chance<'_>) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let ceiling = self.initial.saturating_mul(1 << doublings).min(self.max);
        upper_half(ceiling, chance)
    }

    /// The pause before the fetch that follows a refused token, after `soon` others that were refused soon
    /// after they were fetched.
    pub(crate) fn between_refusals(&self, soon: u32, chance: Chance<'_>) -> Duration {
        match soon {
            0 => Duration::ZERO,
            _ => self.delay(soon, chance),
        }
    }

    /// When to try again after `failure`.
    pub(crate) fn retry(&self, failure: Failure, chance: Chance<'_>) -> Retry {
        let asked_for = failure.retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
        let backoff = self.delay(failure.count, chance).max(asked_for);
        let spread = match (failure.transient, failure.remaining) {
            (false, _) => PERMANENT_PAUSE.mul_f64(0.5 + chance()),
            // While a token lives there is time: a fleet that lost its service must not wait for it at the door.
            (true, Some(remaining)) => upper_half(remaining / 5, chance),
            (true, None) => Duration::ZERO,
        };
        Retry { on_demand: backoff, by_itself: backoff.max(spread) }
    }
}

/// Drawn from the whole of it, pauses would not end sooner at the latest, but a fleet would ask a service in trouble 1.5
/// times as often, and meet it with a wave 1.4 times as high when it is back.
fn upper_half(pause: Duration, chance: Chance<'_>) -> Duration {
    pause.mul_f64(0.5 + 0.5 * chance())
}

/// What the next attempt depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    /// How many attempts have failed since the last success, this one included.
    pub(crate) count: u32,
    /// Whether the same call may well succeed in a moment.
    pub(crate) transient: bool,
    /// How long the present token still lives; none when there is none.
    pub(crate) remaining: Option<Duration>,
    /// How long the service asked to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

/// How long to wait after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retry {
    /// Until an attempt that somebody waits for.
    pub(crate) on_demand: Duration,
    /// Until an attempt that nobody asked for.
    pub(crate) by_itself: Duration,
}

#[cfg(test)]
mod fleet;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seeded(seed: u64) -> impl FnMut() -> f64 {
        let mut rng = fastrand::Rng::with_seed(seed);
        move || rng.f64()
    }

    fn window(renewal: Renewal) -> RefreshWindow {
        RefreshWindowConfig::default().resolve(renewal)
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn kafkas_rules() {
        let mut rng = seeded(1);
        let settled =
            |life, rng: Chance<'_>| window(Renewal::default()).renew_after(seconds(life), false, rng);
        for _ in 0..1000 {
            let hour = settled(3600, &mut rng);
            assert!((2880..=3060).contains(&hour.as_secs()), "factor and jitter: {hour:?}");
            assert_eq!(settled(900, &mut rng), seconds(600), "the buffer of 300 s before the end");
            assert_eq!(settled(370, &mut rng), seconds(70), "the buffer again");
            let short = settled(300, &mut rng);
            assert!(
                (240..=255).contains(&short.as_secs()),
                "shorter than period and buffer together: {short:?}"
            );
        }
    }

    #[test]
    fn the_minimum_period_holds() {
        let config =
            RefreshWindowConfig { min_period: seconds(900), buffer: seconds(0), ..Default::default() };
        let delay = config.resolve(Renewal::default()).renew_after(seconds(1000), false, &mut seeded(1));
        assert_eq!(delay, seconds(900));
    }

    #[test]
    fn an_explicit_factor_beats_the_providers() {
        let mut rng = seeded(1);
        let local = Renewal::local(0.5);
        assert!(window(local).renew_after(seconds(900), true, &mut rng) <= seconds(495));
        let config = RefreshWindowConfig { factor: Some(0.6), ..Default::default() };
        assert!(config.resolve(local).renew_after(seconds(900), true, &mut rng) >= seconds(540));
    }

    #[test]
    fn a_first_renewal_falls_anywhere_in_the_window_only_for_remote_fetches() {
        let mut rng = seeded(1);
        let mut tenths = [0; 10];
        for _ in 0..10_000 {
            let delay = window(Renewal::default()).renew_after(seconds(3600), true, &mut rng);
            tenths[(delay.as_secs_f64() / 306.1) as usize] += 1;
            assert!(window(Renewal::local(0.5)).renew_after(seconds(3600), true, &mut rng) >= seconds(1800));
        }
        assert!(tenths[1..9].iter().all(|count| (850..1250).contains(count)), "{tenths:?}");
    }

    #[test]
    fn permanent_failures_are_repeated_rarely() {
        let mut rng = seeded(1);
        for count in 1..100 {
            let failure = Failure { count, transient: false, remaining: None, retry_after: None };
            let retry = Backoff::default().retry(failure, &mut rng);
            assert!(retry.by_itself >= seconds(30) && retry.by_itself <= seconds(90), "{retry:?}");
            assert!(retry.on_demand <= seconds(10));
        }
    }

    #[test]
    fn pauses_double_and_are_drawn_from_their_upper_half() {
        let mut rng = seeded(1);
        for (count, ceiling) in [(1, 100), (2, 200), (7, 6400), (8, 10_000), (u32::MAX, 10_000)] {
            let failure = Failure { count, transient: true, remaining: None, retry_after: None };
            let mut pauses: Vec<_> = (0..1000)
                .map(|_| Backoff::default().retry(failure, &mut rng).by_itself.as_millis())
                .collect();
            pauses.sort_unstable();
            assert!(pauses[0] >= ceiling / 2 && pauses[999] <= ceiling, "{count}: {pauses:?}");
            assert!(pauses[100] < ceiling * 6 / 10 && pauses[900] > ceiling * 9 / 10, "{count}: {pauses:?}");
        }
    }

    #[test]
    fn a_service_may_ask_to_be_left_alone() {
        let failure = Failure { count: 1, transient: true, remaining: None, retry_after: Some(seconds(17)) };
        let retry = Backoff::default().retry(failure, &mut seeded(1));
        assert_eq!((retry.on_demand, retry.by_itself), (seconds(17), seconds(17)));
        let a_year = Failure { retry_after: Some(seconds(365 * 24 * 3600)), ..failure };
        assert_eq!(Backoff::default().retry(a_year, &mut seeded(1)).by_itself, seconds(300));
    }

    #[test]
    fn a_providers_wish_that_makes_no_sense_counts_as_none() {
        for factor in [f64::NAN, -1.0, 2.0] {
            let delay = window(Renewal::local(factor)).renew_after(seconds(100), false, &mut seeded(1));
            assert!(delay >= seconds(80) && delay <= seconds(85), "{factor}: {delay:?}");
        }
    }

    proptest! {
        #[test]
        fn always_renews_before_the_end(life in 1u64..100_000, first: bool, seed: u64, remote: bool) {
            let renewal = Renewal { remote, ..Renewal::default() };
            let delay = window(renewal).renew_after(seconds(life), first, &mut seeded(seed));
            prop_assert!(delay < seconds(life) && delay > Duration::ZERO);
        }

        #[test]
        fn always_tries_again_before_the_end(remaining in 51u64..100_000, count in 1u32..50, seed: u64) {
            let failure = Failure { count, transient: true, remaining: Some(seconds(remaining)), retry_after: None };
            let retry = Backoff::default().retry(failure, &mut seeded(seed));
            prop_assert!(retry.by_itself <= seconds(remaining) / 5 && retry.on_demand <= retry.by_itself);
            prop_assert!(retry.by_itself >= seconds(remaining) / 10);
        }
    }
}
