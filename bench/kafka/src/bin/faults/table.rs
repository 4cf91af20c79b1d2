//! All scenarios.

use std::future::Future;
use std::pin::Pin;

use kafka::Result;

use crate::figures::Figures;
use crate::service::Trouble;
use crate::stage::Stage;
use crate::{application, broker, clock, credentials, keycloak, process, rounds, service};

type Playing = Pin<Box<dyn Future<Output = Result<Figures>>>>;

/// Something that goes wrong while clients work.
pub(crate) struct Scenario {
    name: &'static str,
    /// How `cargo xtask faults` has to run it.
    kind: Kind,
    what: &'static str,
    pub(crate) play: fn(Stage) -> Playing,
}

/// What a scenario needs of its surroundings.
#[derive(Clone, Copy)]
enum Kind {
    /// Nothing: it runs beside others.
    Beside,
    /// The broker or the machine for itself.
    Alone,
    /// A wall clock that it can step: libfaketime.
    Clock,
    /// A file /etc/hosts of its own.
    Hosts,
    /// A Keycloak.
    Keycloak,
    /// valgrind.
    Valgrind,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Beside => "beside",
            Self::Alone => "alone",
            Self::Clock => "clock",
            Self::Hosts => "hosts",
            Self::Keycloak => "keycloak",
            Self::Valgrind => "valgrind",
        }
    }
}

macro_rules! scenario {
    ($name:literal, $kind:ident, $what:literal, $stage:ident => $play:expr) => {
        Scenario { name: $name, kind: Kind::$kind, what: $what, play: |$stage| Box::pin($play) }
    };
}

static SCENARIOS: &[Scenario] = &[
    scenario!("service-down-briefly", Beside, "token service refuses connections for 90 % of a token's life", s => service::play(s, Trouble::DownBriefly)),
    scenario!("service-down", Beside, "token service refuses connections past the token's life, then is back", s => service::play(s, Trouble::Down)),
    scenario!("service-500", Beside, "token service answers 500", s => service::play(s, Trouble::Status500)),
    scenario!("service-503", Beside, "token service answers 503", s => service::play(s, Trouble::Status503)),
    scenario!("service-429", Beside, "token service answers 429 with `Retry-After: 5`", s => service::play(s, Trouble::Throttled)),
    scenario!("service-slow", Beside, "token service takes 60 s for an answer", s => service::play(s, Trouble::Slow)),
    scenario!("service-reset", Beside, "token service resets connections in the middle of the body", s => service::play(s, Trouble::Reset)),
    scenario!("service-garbage", Beside, "token service answers 200 and JSON with a body that is neither JSON nor UTF-8", s => service::play(s, Trouble::Garbage)),
    scenario!("service-html", Beside, "token service answers 200 with a page for people: wrong content type", s => service::play(s, Trouble::Html)),
    scenario!("service-certificate", Beside, "token service's TLS certificate has expired", s => service::play(s, Trouble::Certificate)),
    scenario!("service-dns", Hosts, "token service's name cannot be resolved", s => service::play(s, Trouble::Dns)),
    scenario!("keycloak-down-briefly", Keycloak, "a real Keycloak, OIDC listener: refuses connections for 90 % of a token's life", s => keycloak::down_briefly(s)),
    scenario!("keycloak-restarted", Keycloak, "a real Keycloak, OIDC listener: stopped past the token's life, then started", s => keycloak::restarted(s)),
    scenario!("frozen", Beside, "process stopped (SIGSTOP) for 60 s, longer than the token lives, then going on", s => process::frozen(s)),
    scenario!("clock-ahead-sts", Clock, "wall clock 1 h ahead for 60 s, `aws_iam`", s => clock::with_sts(s, 3600)),
    scenario!("clock-behind-sts", Clock, "wall clock 1 h behind for 60 s, `aws_iam`", s => clock::with_sts(s, -3600)),
    scenario!("clock-ahead-msk", Clock, "wall clock 1 h ahead for 60 s, `aws_msk_iam`", s => clock::with_msk(s, 3600)),
    scenario!("clock-behind-msk", Clock, "wall clock 1 h behind for 60 s, `aws_msk_iam`", s => clock::with_msk(s, -3600)),
    scenario!("credentials-rotated", Beside, "access keys in the profile's file rotated", s => credentials::rotated(s)),
    scenario!("credentials-expired", Beside, "temporary credentials have ended already when they come, for 40 s", s => credentials::expired(s)),
    scenario!("credentials-removed", Beside, "profile's file removed for 40 s, longer than the token lives, then put back", s => credentials::removed(s)),
    scenario!("credentials-half-written", Beside, "profile's file half-written for 40 s, longer than the token lives", s => credentials::half_written(s)),
    scenario!("broker-refuses", Beside, "broker (the embedded one) refuses the first re-authentications", s => broker::refuses(s)),
    scenario!("session-short", Beside, "sessions of 10 s, tokens of an hour", s => broker::short_sessions(s)),
    scenario!("connections-cut", Alone, "all connections to the broker cut at once, five times", s => broker::connections_cut(s)),
    scenario!("broker-restarted", Alone, "broker stopped and started again", s => broker::restarted(s)),
    scenario!("runtime-blocked", Beside, "every worker of the application's runtime blocked for three lifetimes", s => application::blocked(s)),
    scenario!("runtime-gone", Beside, "application's runtime shut down while its clients live on for three lifetimes", s => application::gone(s)),
    scenario!("dropped", Beside, "clients dropped in the middle of a fetch and of a push, 100 times each", s => application::dropped(s)),
    scenario!("rounds", Alone, "10,000 clients made and dropped under a fetch every millisecond", s => rounds::under_load(s)),
    scenario!("rounds-valgrind", Valgrind, "100 such rounds under valgrind", _s => async { Err("valgrind runs `--rounds`, not this".into()) }),
];

/// Name, kind and description of each, separated by tabs.
pub(crate) fn print() {
    SCENARIOS
        .iter()
        .for_each(|scenario| println!("{}\t{}\t{}", scenario.name, scenario.kind.name(), scenario.what));
}

/// # Errors
/// There is none of this name.
pub(crate) fn find(name: &str) -> Result<&'static Scenario> {
    SCENARIOS
        .iter()
        .find(|scenario| scenario.name == name)
        .ok_or_else(|| format!("no such scenario: {name}").into())
}
