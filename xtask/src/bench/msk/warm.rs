//! One token after many others, of credentials at hand.

use std::collections::BTreeMap;
use std::io::{Error, Result};

use super::peers::Peer;
use super::{built, program, verdict, Goal, CRATE, OURS};
use crate::bench::figures::Figures;
use crate::command::output;

/// The programs run in turn this often. The one that signs in Rust makes 40 rounds at each turn, the others one.
const TURNS: usize = 5;

/// By the length of the session token. The floor is one SHA-256, one HMAC, the URL and base64.
const GOALS: [(&str, Goal); 4] = [
    ("0", Goal { peer: CRATE, most: 0.12 }),
    ("0", Goal { peer: "floor", most: 1.5 }),
    ("1000", Goal { peer: CRATE, most: 0.3 }),
    ("1000", Goal { peer: "floor", most: 1.5 }),
];

/// Microseconds that one more client may cost a source that has a token.
const MOST_CACHED: f64 = 0.1;

/// Microseconds of CPU time for a token, by the length of the session token and the signer.
type Costs = BTreeMap<(String, String), Vec<f64>>;

pub(super) fn measure(peers: &[Peer]) -> Result<()> {
    let mut costs = Costs::new();
    for _ in 0..TURNS {
        for line in output(&mut program(built("msk-token")))?.lines() {
            let (length, who, nanos) = read(line).ok_or_else(|| not_understood("msk-token", line))?;
            costs.entry((length.to_owned(), who.to_owned())).or_default().push(nanos / 1e3);
        }
        for peer in peers {
            let text = output(program(&peer.program).args(&peer.args).arg(peer.tokens.to_string()))?;
            let micros = text.trim().parse().map_err(|_| not_understood(peer.name, &text))?;
            costs.entry(("0".to_owned(), peer.name.to_owned())).or_default().push(micros);
        }
    }
    report(&costs)
}

/// Of one line: the length of the session token, the signer, nanoseconds.
fn read(line: &str) -> Option<(&str, &str, f64)> {
    let mut words = line.split(' ');
    Some((words.next()?, words.next()?, words.next()?.parse().ok()?))
}

fn not_understood(program: &str, text: &str) -> Error {
    Error::other(format!("the program `{program}` printed what is no figure: {text}"))
}

fn report(costs: &Costs) -> Result<()> {
    println!("  session token, signer: µs of CPU       least lower q.   median upper q.     most");
    for ((length, who), micros) in costs {
        let figures = Figures::new(micros.clone());
        println!("  {length:>4} {who:<27} {figures}   of {}", micros.len());
    }
    let of = |length: &str, who: &str| costs.get(&(length.to_owned(), who.to_owned()));
    let mut problems = Vec::new();
    let cached = of("0", "cached").map(|micros| Figures::new(micros.clone()).median());
    if cached.is_none_or(|micros| micros > MOST_CACHED) {
        problems.push(format!("a cached token takes {cached:?} µs, at most {MOST_CACHED}"));
    }
    for (length, goal) in GOALS {
        let (Some(ours), Some(peer)) = (of(length, OURS), of(length, goal.peer)) else {
            return Err(Error::other(format!("nobody measured {OURS} and {} with {length}", goal.peer)));
        };
        problems.extend(goal.check(&format!("{length:>4}"), ours, peer));
    }
    verdict(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_line() {
        assert_eq!(read("1000 floor 8123"), Some(("1000", "floor", 8123.0)));
        assert_eq!(read("1000 floor"), None);
    }

    #[test]
    fn a_ratio_above_the_goal_is_an_error() {
        let costs = |ours: f64| -> Costs {
            ["0", "1000"]
                .into_iter()
                .flat_map(|length| {
                    [(OURS, ours), ("cached", 0.05), (CRATE, 10.0), ("floor", 1.0)]
                        .map(|(who, micros)| (length, who, micros))
                })
                .map(|(length, who, micros)| ((length.to_owned(), who.to_owned()), vec![micros; 3]))
                .collect()
        };
        assert!(report(&costs(1.0)).is_ok());
        let error = report(&costs(1.4)).expect_err("above 0.12").to_string();
        assert_eq!(error, "   0, ours / crate: 0.140, at most 0.12");
        assert!(report(&Costs::new()).is_err());
    }
}
