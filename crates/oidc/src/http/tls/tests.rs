//! Handshakes between client and server, in memory.

use std::io::{Read, Write};

use rcgen::{
    date_time_ymd, BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::ServerName;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConnection, ConnectionCommon, ServerConfig, ServerConnection, SideData};

use super::*;

/// A certificate with its key.
struct Shown {
    certificate: Certificate,
    key: Vec<u8>,
}

fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}

fn params(subject: &str) -> CertificateParams {
    let mut params = CertificateParams::new(["idp.example".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, subject);
    params
}

fn of_an_authority(subject: &str) -> CertificateParams {
    let mut params = params(subject);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params
}

fn self_signed(params: &CertificateParams, key: &KeyPair) -> Shown {
    Shown { certificate: params.self_signed(key).unwrap(), key: key.serialize_der() }
}

fn signed(params: CertificateParams, key: &KeyPair, issuer: &CertifiedIssuer<'_, KeyPair>) -> Shown {
    Shown { certificate: params.signed_by(key, issuer).unwrap(), key: key.serialize_der() }
}

fn issuer(params: CertificateParams, key: KeyPair) -> CertifiedIssuer<'static, KeyPair> {
    CertifiedIssuer::self_signed(params, key).unwrap()
}

fn settings(pem: String) -> HttpSettings {
    let second = std::time::Duration::from_secs(1);
    HttpSettings {
        ca: Some(Ca::Pem(pem)),
        identity: None,
        proxy: None,
        connect_timeout: second,
        read_timeout: second,
        total_timeout: second,
        allow_http: false,
    }
}

/// A server that uses the given key, whether it fits or not.
#[derive(Debug)]
struct Server(Arc<CertifiedKey>);

impl ResolvesServerCert for Server {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

fn server(shown: &Shown, version: &'static rustls::SupportedProtocolVersion) -> ServerConnection {
    let provider = aws_lc_rs::default_provider();
    let key = PrivatePkcs8KeyDer::from(shown.key.clone()).into();
    let key = provider.key_provider.load_private_key(key).unwrap();
    let certified = CertifiedKey::new(vec![shown.certificate.der().clone()], key);
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Server(Arc::new(certified))));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    ServerConnection::new(Arc::new(config)).unwrap()
}

fn pass<A: SideData, B: SideData>(
    from: &mut ConnectionCommon<A>,
    to: &mut ConnectionCommon<B>,
) -> Result<(), rustls::Error> {
    let mut bytes = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut bytes).unwrap();
    }
    let mut bytes = bytes.as_slice();
    while !bytes.is_empty() {
        to.read_tls(&mut bytes).unwrap();
        to.process_new_packets()?;
    }
    Ok(())
}

/// The error of a client that is given `pem`; empty if it trusts the server.
fn outcome_by(
    version: &'static rustls::SupportedProtocolVersion,
    pem: &str,
    shown: &Shown,
    host: &str,
) -> String {
    let config = Arc::new(config(&settings(pem.to_owned())).unwrap());
    let mut client = ClientConnection::new(config, ServerName::try_from(host.to_owned()).unwrap()).unwrap();
    let mut server = server(shown, version);
    for _ in 0..4 {
        if let Err(error) = pass(&mut client, &mut server).and_then(|()| pass(&mut server, &mut client)) {
            let (kind, text) = super::super::transport::words(&error);
            assert!(!kind.is_transient(), "{text}");
            return text;
        }
    }
    client.writer().write_all(b"secret").unwrap();
    pass(&mut client, &mut server).unwrap();
    let mut received = [0; 6];
    server.reader().read_exact(&mut received).unwrap();
    String::new()
}

fn outcome(pem: &str, shown: &Shown) -> String {
    let versions = [&rustls::version::TLS12, &rustls::version::TLS13];
    let [one, other] = versions.map(|version| outcome_by(version, pem, shown, "idp.example"));
    assert_eq!(one, other);
    one
}

#[track_caller]
fn refused(outcome: &str, parts: &[&str]) {
    for part in parts {
        assert!(outcome.contains(part), "'{part}' is not in: {outcome}");
    }
}

#[test]
fn a_certificate_that_is_given_is_trusted_whoever_signed_it() {
    let authority = issuer(of_an_authority("An Authority"), key());
    let intermediate = CertifiedIssuer::signed_by(of_an_authority("Between"), key(), &authority).unwrap();
    let leaf = signed(params("Server"), &key(), &intermediate);
    for pem in [intermediate.pem(), leaf.certificate.pem()] {
        assert_eq!(outcome(&pem, &leaf), "");
    }
    for params in [params("Server"), of_an_authority("Server")] {
        let own = self_signed(&params, &key());
        assert_eq!(outcome(&own.certificate.pem(), &own), "");
        // Among other certificates.
        let all = format!("{}{}{}", authority.pem(), own.certificate.pem(), leaf.certificate.pem());
        assert_eq!(outcome(&all, &own), "");
        assert_eq!(outcome(&all, &leaf), "");
    }
}

#[test]
fn a_certificate_that_is_given_must_be_valid_and_for_the_host() {
    let authority = issuer(of_an_authority("An Authority"), key());
    type Change = fn(&mut CertificateParams);
    let cases: [(Change, &[&str]); 6] = [
        (
            |params| params.not_after = date_time_ymd(2021, 1, 1),
            &["has expired: it ended on 2021-01-01T00:00:00Z", "clock"],
        ),
        (
            |params| params.not_before = date_time_ymd(2094, 5, 6),
            &["is not valid yet: it begins on 2094-05-06T00:00:00Z", "clock"],
        ),
        (
            |params| params.subject_alt_names.clear(),
            &["has no subjectAltName", "subjectAltName=DNS:idp.example"],
        ),
        (
            |params| {
                params.subject_alt_names =
                    CertificateParams::new(["other.example".to_owned(), "10.0.0.7".to_owned()])
                        .unwrap()
                        .subject_alt_names
            },
            &["for another host name than idp.example", "(other.example, 10.0.0.7)"],
        ),
        (
            |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            &["is not for servers"],
        ),
        (
            |params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
                params.subject_alt_names.clear();
            },
            &["is not for servers"],
        ),
    ];
    for (change, parts) in cases {
        for mut params in [params("Server"), of_an_authority("Server")] {
            change(&mut params);
            let own = self_signed(&params, &key());
            refused(&outcome(&own.certificate.pem(), &own), parts);
        }
        let mut params = params("Server");
        change(&mut params);
        let leaf = signed(params, &key(), &authority);
        refused(&outcome(&leaf.certificate.pem(), &leaf), parts);
        refused(&outcome(&authority.pem(), &leaf), parts);
    }
}

#[test]
fn another_certificate_is_refused_however_alike() {
    let same = "is another one than that of the same";
    let servers = "the server's own certificate, not its authority's";
    for (params, parts) in [
        (params("Server"), [servers, "was renewed"]),
        (of_an_authority("Server"), ["this machine does not know", "was renewed"]),
    ] {
        let key = key();
        let pem = self_signed(&params, &key).certificate.pem();
        // The same key, and the same subject with another key.
        for (twin, what) in
            [(self_signed(&params, &key), "key"), (self_signed(&params, &self::key()), "subject")]
        {
            let outcome = outcome(&pem, &twin);
            refused(&outcome, &[&format!("{same} {what}"), "https.ca.location"]);
            refused(&outcome, &parts);
        }
    }
}

#[test]
fn the_key_of_a_given_certificate_vouches_for_nothing_that_it_may_not() {
    let [own, other] = [key(), key()];
    let servers = self_signed(&params("Server"), &own);
    let pem = servers.certificate.pem();
    // Signed with a server's key.
    let forged = signed(
        params("Forged"),
        &other,
        &issuer(params("Server"), KeyPair::try_from(own.serialize_der()).unwrap()),
    );
    refused(
        &outcome(&pem, &forged),
        &[
            "of an authority \"Server\" that this machine does not know",
            "is a server's own certificate, not its authority's",
        ],
    );
    // An authority that signs certificates for its own key.
    let authority = issuer(of_an_authority("An Authority"), KeyPair::try_from(own.serialize_der()).unwrap());
    for subject in ["An Authority", "Server"] {
        let made = signed(params(subject), &own, &authority);
        refused(&outcome(&authority.pem(), &made), &["of the same key in https.ca.location"]);
    }
    assert_eq!(outcome(&authority.pem(), &signed(params("Server"), &other, &authority)), "");
    // The given certificate, but not its key.
    let stolen = Shown { key: other.serialize_der(), ..servers };
    refused(&outcome(&pem, &stolen), &["does not have the private key of the certificate that it shows"]);
}

#[test]
fn nobody_vouches_for_it() {
    let authority = issuer(of_an_authority("Corp\nRoot CA"), key());
    let elsewhere = issuer(of_an_authority("Elsewhere"), key()).pem();
    let leaf = signed(params("Server"), &key(), &authority);
    refused(
        &outcome(&elsewhere, &leaf),
        &[
            "of an authority \"CorpRoot CA\" that this machine does not know",
            "https.ca.location",
            "https.ca.pem",
        ],
    );
    let own = self_signed(&params("Server"), &key());
    refused(
        &outcome(&elsewhere, &own),
        &["\"Server\" is self-signed", "Give this very certificate in https.ca.location"],
    );
    let own = self_signed(&of_an_authority("Server"), &key());
    refused(&outcome(&elsewhere, &own), &["one of an authority (CA:TRUE)", "Give this very certificate"]);
    // Another server's certificate.
    let wrong = self_signed(&params("Another"), &key()).certificate.pem();
    refused(
        &outcome(&wrong, &leaf),
        &["\"Another\" in https.ca.location or https.ca.pem is a server's own certificate, not its authority's"],
    );
}

#[test]
fn addresses_are_hosts_too() {
    let mut params = params("Server");
    params.subject_alt_names = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().subject_alt_names;
    let own = self_signed(&params, &key());
    let at = |host| outcome_by(&rustls::version::TLS13, &own.certificate.pem(), &own, host);
    assert_eq!(at("127.0.0.1"), "");
    refused(&at("127.0.0.2"), &["for another host name than 127.0.0.2", "(127.0.0.1)"]);
    params.subject_alt_names.clear();
    let own = self_signed(&params, &key());
    let outcome = outcome_by(&rustls::version::TLS13, &own.certificate.pem(), &own, "127.0.0.1");
    refused(&outcome, &["subjectAltName=IP:127.0.0.1"]);
}

#[test]
fn an_authority_of_the_same_name_is_another_one() {
    let named_alike = |kind| {
        let key = KeyPair::generate_for(kind).unwrap();
        issuer(of_an_authority("An Authority"), key)
    };
    for kind in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519] {
        let leaf = signed(params("Server"), &key(), &named_alike(&rcgen::PKCS_ECDSA_P256_SHA256));
        refused(
            &outcome(&named_alike(kind).pem(), &leaf),
            &["of an authority \"An Authority\" that this machine does not know"],
        );
    }
}
