//! The project's own tools. `cargo xtask` alone lists them.

mod bench;
mod cache;
mod certificate;
mod command;
mod demo;
mod docs;
mod faults;
mod fuzz;
mod kafka;
mod keycloak;
mod leaks;
mod lint;
mod loopback;
mod ports;
mod races;
mod soak;
mod steps;
mod test;
mod tools;
mod versions;
mod workspace;

use std::io::Result;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>
  lint               formatting, clippy for every feature set, documents, licences, dependency tree, tidiness
  test [unit|e2e]    unit and doc tests and `races`, then the end-to-end tests against a real Apache Kafka and Keycloak; both
                     without a word
  kafka up           start a real Apache Kafka and leave it running; also: [--jwks FILE] [--oidc URL]
  kafka run          the same until Ctrl-C
  kafka down         stop the one that `up` started
  keycloak up|down   start a real Keycloak for Kafka's --oidc and leave it running, or stop it
  races              the slot of a client's handle and the token source under loom and shuttle, in every order of threads or
                     thousands
  versions           everything builds with the oldest versions of the dependencies that the manifests allow, and with the
                     newest; needs nightly
  demo               a program that logs in, produces, consumes and stays logged in, against an embedded broker
  docs [--check]     write the generated documents, or say which of them are out of date
  bench [first-token|msk-token|fleet|kafka|clients|weight]
                     all benchmarks, or the one: CPU and wall time from a process's start to its first token;
                     an MSK token beside the other signers;
                     100,000 simulated processes that renew their tokens, with an outage of the token service;
                     first record and throughput on a real Apache Kafka; 1,000 clients of one authenticator;
                     crates that the features bring, and CPU time of their first build
  fuzz [TARGET]… [--seconds N] [--runs N]
                     bad input for all parsers, or these, guided by coverage; a minute each without a number; needs nightly
  fuzz keep [TARGET]…
                     make the corpora in fuzz/corpus anew out of themselves and of what fuzzing found
  faults [SCENARIO]  clients at work on a real Apache Kafka while something breaks: token service, clock, credentials, connections;
                     all scenarios or the one; some need libfaketime, valgrind or Linux
  soak --minutes N   every kind of client on a real Apache Kafka for that long, most of them idle: logins, records, memory";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match workspace::fix_target_dir().and_then(|()| loopback::watched(|| dispatch(&args))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("\nxtask: {e}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[&str]) -> Result<()> {
    match args {
        [] | ["help" | "-h" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        ["lint"] => lint::run(),
        ["test"] => test::all(),
        ["test", "unit"] => test::unit(),
        ["test", "e2e"] => test::e2e(),
        ["kafka", "up", options @ ..] => kafka::up(options),
        ["kafka", "run", options @ ..] => kafka::run(options),
        ["kafka", "down"] => kafka::down(),
        ["keycloak", "up"] => keycloak::up(),
        ["keycloak", "down"] => keycloak::down(),
        ["races"] => races::check(),
        ["versions"] => versions::check(),
        ["demo"] => demo::start(),
        ["docs"] => docs::write(),
        ["docs", "--check"] => docs::check(),
        ["bench"] => bench::run_all(),
        ["bench", "first-token"] => bench::first_token(),
        ["bench", "fleet"] => bench::fleet(),
        ["bench", "msk-token"] => bench::msk_token(),
        ["bench", "weight"] => bench::weight(),
        ["bench", "kafka"] => bench::kafka(),
        ["bench", "clients"] => bench::clients(),
        ["fuzz", "keep", targets @ ..] => fuzz::keep(targets),
        ["fuzz", options @ ..] => fuzz::start(options),
        ["faults"] => faults::start(None),
        ["faults", scenario] => faults::start(Some(scenario)),
        ["soak", "--minutes", minutes] => soak::start(minutes),
        unknown => Err(std::io::Error::other(format!("no such command: {}\n{HELP}", unknown.join(" ")))),
    }
}
