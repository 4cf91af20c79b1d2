//! Certificates of the servers: a private authority that lives for one run.

use std::io::Result;
use std::path::Path;
use std::process::Command;

use crate::command::run_quietly;
use crate::tools::Jdk;

/// Opens the key store, which is made for one run and never leaves the machine.
pub(crate) const PASSWORD: &str = "only-for-tests";

/// Makes `server.p12`, for `localhost` and `127.0.0.1`, and `ca.pem`, the authority that signed it, in `dir`.
///
/// The JDK's own tool makes them, so that neither an openssl program nor a crate is needed for it.
pub(crate) fn make(dir: &Path, jdk: &Jdk) -> Result<()> {
    let keytool = |words: &[&str]| {
        let mut keytool = Command::new(&jdk.keytool);
        keytool.args(["-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1", words[0]]);
        keytool.args(["-storepass", PASSWORD, "-keystore"]).arg(dir.join("server.p12")).args(&words[1..]);
        keytool
    };
    let key = [
        "-genkeypair",
        "-storetype",
        "PKCS12",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-validity",
        "30",
    ];
    let authority = ["-alias", "authority", "-dname", "CN=tests", "-ext", "bc:c=ca:true"];
    let server = ["-alias", "server", "-signer", "authority", "-dname", "CN=localhost"];
    let names = ["-ext", "san=dns:localhost,ip:127.0.0.1", "-ext", "bc:c=ca:false"];
    run_quietly(&mut keytool(&[&key[..], &authority].concat()))?;
    run_quietly(&mut keytool(&[&key[..], &server, &names].concat()))?;
    run_quietly(keytool(&["-exportcert", "-rfc", "-alias", "authority", "-file"]).arg(dir.join("ca.pem")))?;
    // The server must not take the authority's key for its own.
    run_quietly(&mut keytool(&["-delete", "-alias", "authority"]))
}
