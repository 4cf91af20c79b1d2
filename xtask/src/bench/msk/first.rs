//! From the start of a process to its end, with one token made of the environment's credentials.

use std::io::{Error, Result};
use std::path::PathBuf;

use super::peers::Peer;
use super::{built, program, verdict, Goal, CRATE, OURS};
use crate::bench::figures::Figures;
use crate::command::output;

const WARM_UP: usize = 3;

/// The programs run in turn this often; those that an interpreter or a virtual machine runs only `Peer::starts` times.
const ROUNDS: usize = 100;

const GOALS: [Goal; 2] = [Goal { peer: "Go", most: 1.0 }, Goal { peer: CRATE, most: 0.75 }];

/// `https://kafka` in base64: how every token starts.
const START: &str = "aHR0cHM6Ly9rYWZrY";

/// A program, and the milliseconds that it took each time.
struct Runs<'a> {
    peer: &'a Peer,
    millis: Vec<f64>,
}

pub(super) fn measure(peers: &[Peer]) -> Result<()> {
    let ours =
        [(OURS, "msk-first"), (CRATE, "msk-crate")].map(|(name, program)| in_rust(name, built(program)));
    let mut runs: Vec<Runs<'_>> =
        ours.iter().chain(peers).map(|peer| Runs { peer, millis: Vec::new() }).collect();
    for round in 0..WARM_UP + ROUNDS {
        for Runs { peer, millis } in runs.iter_mut().filter(|runs| round < WARM_UP + runs.peer.starts) {
            let cost = first_token(peer)?;
            if round >= WARM_UP {
                millis.push(cost);
            }
        }
    }
    report(&runs)
}

fn in_rust(name: &'static str, program: PathBuf) -> Peer {
    Peer { name, program, args: Vec::new(), tokens: 0, starts: ROUNDS }
}

fn first_token(peer: &Peer) -> Result<f64> {
    let text = output(program(built("cost")).arg(&peer.program).args(&peer.args))?;
    match text.lines().collect::<Vec<_>>()[..] {
        [token, micros] if token.starts_with(START) => micros.parse().ok(),
        _ => None,
    }
    .map(|micros: f64| micros / 1e3)
    .ok_or_else(|| Error::other(format!("the signer {} made no token", peer.name)))
}

fn report(runs: &[Runs<'_>]) -> Result<()> {
    println!("  ms of CPU time                         least lower q.   median upper q.     most");
    for Runs { peer, millis } in runs {
        println!("  {:<32} {}   of {}", peer.name, Figures::new(millis.clone()), millis.len());
    }
    let of = |name: &str| runs.iter().find(|runs| runs.peer.name == name);
    let mut problems = Vec::new();
    for goal in GOALS {
        // Go may be missing here.
        if let (Some(ours), Some(peer)) = (of(OURS), of(goal.peer)) {
            problems.extend(goal.check("first token", &ours.millis, &peer.millis));
        }
    }
    verdict(problems)
}
