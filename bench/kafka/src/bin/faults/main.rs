//! `cargo xtask faults`: one scenario of trouble, with clients that must come through it.
//!
//! `--list` prints the names of all and what each does, `--keys` the key set that the broker must trust. A name and a folder run
//! that scenario: `NAME.csv` in the folder gets the figures.

mod application;
mod broker;
mod clock;
mod credentials;
mod figures;
mod gate;
mod heard;
mod keycloak;
mod load;
mod process;
mod rounds;
mod service;
mod stage;
mod table;
mod topic;

use std::env;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use kafka::Result;
use stage::Stage;

static PANICS: AtomicU64 = AtomicU64::new(0);

fn main() -> Result<()> {
    count_panics();
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--list"] => table::print(),
        ["--keys"] => println!("{}", service::key_set()?),
        ["--sts"] => clock::serve_sts()?,
        ["--rounds", number] => rounds::alone(number.parse()?)?,
        [name, folder] => run(name, folder.into())?,
        _ => return Err("give the name of a scenario and a folder for its figures, or --list".into()),
    }
    Ok(())
}

fn run(name: &str, folder: PathBuf) -> Result<()> {
    let scenario = table::find(name)?;
    // Before there is a second thread: the AWS chain reads its files' names from the environment.
    credentials::prepare(&folder, name)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(stage::WORKERS).enable_all().build()?;
    let mut figures = runtime.block_on((scenario.play)(Stage::new(name, folder.clone())))?;
    figures.panics = PANICS.load(Ordering::SeqCst);
    figures.write(&folder.join(format!("{name}.csv")))?;
    figures.judge()
}

/// Those of our own threads too, which catch them.
fn count_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        print(info);
    }));
}
