//! What the broker says of the logins.

use std::collections::BTreeMap;

/// The broker wants a new login every 10 s, and clients come a little earlier. Half of that is left for a busy machine.
const LOGINS_A_MINUTE: usize = 3;
/// Logins that are not repeated ones: on the connection to the bootstrap server, which librdkafka gives up,
/// and at the node.
const FIRST_LOGINS: usize = 2;
/// By the names that the program gives them.
const CLIENTS: [&str; 9] = [
    "busy-producer",
    "busy-consumer",
    "future-producer",
    "base-producer",
    "threaded-producer",
    "stream-consumer",
    "base-consumer",
    "admin",
    "client",
];

/// Prints how often each client has logged in, and says who was refused or logged in too seldom.
pub(super) fn report(minutes: u32, log: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let logins = logins(log);
    for name in CLIENTS {
        let number = logins.get(name).copied().unwrap_or_default();
        println!("  {:<34}{number:>9}", format!("logins, {name}"));
        if number < FIRST_LOGINS + LOGINS_A_MINUTE * minutes as usize {
            problems.push(format!("{name} logged in {number} times only"));
        }
    }
    let total: usize = CLIENTS.iter().filter_map(|name| logins.get(name)).sum();
    let refused = log.lines().filter(|line| line.contains("Failed authentication")).count();
    println!("  {:<34}{total:>9}\n  {:<34}{refused:>9}", "logins in all", "logins that the broker refused");
    if refused > 0 {
        problems.push(format!("the broker refused {refused} logins"));
    }
    problems
}

/// The first one of each connection and the re-authentications, by client.
fn logins(log: &str) -> BTreeMap<&str, usize> {
    let mut logins = BTreeMap::new();
    for line in log.lines() {
        let name = line.split_once("MSK IAM login of ").and_then(|(_, rest)| rest.split_once('.'));
        if let Some((name, _)) = name {
            *logins.entry(name).or_default() += 1;
        }
    }
    logins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_has_to_log_in_again_and_again() {
        let round: String =
            CLIENTS.iter().map(|name| format!("[x] INFO MSK IAM login of {name}. (e2e)\n")).collect();
        assert_eq!(report(1, &round.repeat(5)), Vec::<String>::new());
        let lazy = report(1, &(round.repeat(4) + &round.replace("of admin.", "of other.")));
        assert_eq!(lazy, ["admin logged in 4 times only"]);
        let refused = round.repeat(5) + "INFO [SocketServer] Failed authentication with /127.0.0.1\n";
        assert_eq!(report(1, &refused), ["the broker refused 1 logins"]);
    }
}
