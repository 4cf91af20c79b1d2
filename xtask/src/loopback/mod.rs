//! Checks that every server the project starts, and every process it starts, listens on this machine's
//! loopback only.
//!
//! Each command of `cargo xtask` is watched, and Kafka and Keycloak are checked once they are up. Linux only,
//! since it reads `/proc`.

mod processes;
mod sockets;

use std::io::{Error, Result};
use std::path::Path;
use std::sync::mpsc::{channel, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use processes::{inodes, started_by};
use sockets::Socket;

const PROC: &str = "/proc";

/// The pause between two looks; a server that lives shorter may be missed. A look takes a millisecond.
const PAUSE: Duration = Duration::from_millis(200);

/// Fails if the server `name` or one of its child processes can be reached from another machine.
pub(crate) fn check(name: &str, pid: Option<u32>) -> Result<()> {
    if !Path::new(PROC).join("net/tcp").exists() {
        println!("  not checked, for want of /proc: that {name} listens on the loopback only");
        return Ok(());
    }
    let pid = pid.ok_or_else(|| Error::other(format!("{name} has no process")))?;
    judge(name, &reachable(Path::new(PROC), pid))
}

/// Runs `work`, and fails if a process that it started could meanwhile be reached from another machine.
pub(crate) fn watched(work: impl FnOnce() -> Result<()>) -> Result<()> {
    let (done, end) = channel::<()>();
    thread::scope(|scope| {
        let watch = scope.spawn(move || {
            let mut seen = Vec::new();
            while end.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                for server in reachable(Path::new(PROC), std::process::id()) {
                    if !seen.contains(&server) {
                        seen.push(server);
                    }
                }
            }
            seen
        });
        let result = work();
        drop(done);
        let seen = watch.join().map_err(|_| Error::other("the watch over what listens panicked"))?;
        // The error of `work` matters more.
        result.and_then(|()| judge("a server of this command", &seen))
    })
}

/// Each socket of `pid` or its child processes that other machines can reach, as text.
fn reachable(proc: &Path, pid: u32) -> Vec<String> {
    let open: Vec<Socket> =
        sockets::listening(proc).into_iter().filter(|socket| !socket.is_loopback()).collect();
    // Usually there are none, and processes need not be looked at.
    if open.is_empty() {
        return Vec::new();
    }
    let mut servers = Vec::new();
    for process in started_by(proc, pid) {
        let own = inodes(proc, process.pid);
        let of_process = open.iter().filter(|socket| own.contains(&socket.inode));
        servers.extend(of_process.map(|socket| format!("{socket}: {process}")));
    }
    servers
}

fn judge(name: &str, servers: &[String]) -> Result<()> {
    if servers.is_empty() {
        return Ok(());
    }
    Err(Error::other(format!(
        "other machines can reach {name}, which is for this machine only:\n  {}\n\
         Bind it to 127.0.0.1: Kafka in tests/kafka/server.properties, Keycloak in tests/keycloak/keycloak.conf.",
        servers.join("\n  ")
    )))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    /// A made-up `/proc`: shell 10 started Keycloak 11; 20 is unrelated.
    #[cfg(target_endian = "little")]
    struct Fake(PathBuf);

    #[cfg(target_endian = "little")]
    impl Fake {
        fn new(name: &str, tcp: &str) -> Self {
            let dir = std::env::temp_dir().join(format!("oauthbearer-proc-{name}-{}", std::process::id()));
            fs::create_dir_all(dir.join("net")).expect("a folder");
            fs::write(dir.join("net/tcp"), tcp).expect("written");
            for (pid, parent, name, inode) in
                [(10, 1, "sh", 100), (11, 10, "java (8) x", 110), (20, 1, "sshd", 200)]
            {
                let process = dir.join(pid.to_string());
                fs::create_dir_all(process.join("fd")).expect("a folder");
                fs::write(process.join("stat"), format!("{pid} ({name}) S {parent} 10 10 0"))
                    .expect("written");
                symlink(format!("socket:[{inode}]"), process.join("fd/3")).expect("a link");
                symlink("/dev/null", process.join("fd/0")).expect("a link");
            }
            Self(dir)
        }
    }

    #[cfg(target_endian = "little")]
    impl Drop for Fake {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).expect("removed");
        }
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn a_socket_on_all_addresses_is_named_with_its_process() {
        // Keycloak's cluster port, its own port on the loopback, and that of an unrelated process.
        let tcp = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 00000000:1E78 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 110 1\n\
             1: 0100007F:4E20 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1\n\
             2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 200 1\n";
        let fake = Fake::new("broken", tcp);
        for pid in [10, 11] {
            assert_eq!(reachable(&fake.0, pid), ["TCP 0.0.0.0:7800: java (8) x, process 11"]);
        }
        let error = judge("Keycloak", &reachable(&fake.0, 10)).expect_err("reachable").to_string();
        let told = ["reach Keycloak", "\n  TCP 0.0.0.0:7800: java (8) x, process 11\n", "keycloak.conf"];
        assert!(told.iter().all(|text| error.contains(text)), "{error}");
        assert_eq!(reachable(&fake.0, 20).len(), 1);
        assert_eq!(reachable(&fake.0, 30), Vec::<String>::new(), "no such process");
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn sockets_of_strangers_are_none_of_our_business() {
        let tcp = " 2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 200 1\n";
        let fake = Fake::new("good", tcp);
        judge("Kafka", &reachable(&fake.0, 10)).expect("on the loopback only");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_found_with_its_socket() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let proc = Path::new(PROC);
        let socket = sockets::listening(proc).into_iter().find(|socket| socket.address == address);
        let socket = socket.expect("the socket");
        assert!(socket.is_loopback());
        let parent = std::os::unix::process::parent_id();
        let ours = started_by(proc, parent).into_iter().find(|process| process.pid == std::process::id());
        assert!(inodes(proc, ours.expect("this process").pid).contains(&socket.inode));
        check("this test", Some(std::process::id())).expect("on the loopback only");
    }

    #[test]
    fn the_result_of_the_work_is_kept() {
        watched(|| Ok(())).expect("done");
        let error = watched(|| Err(Error::other("broken"))).expect_err("broken");
        assert_eq!(error.to_string(), "broken");
    }
}
