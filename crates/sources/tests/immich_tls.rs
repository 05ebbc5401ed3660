//! Over encrypted connections: which certificates are believed, and that a key is never sent to a server that is not.

#![allow(clippy::unwrap_used)] // helpers of tests, which clippy.toml's exception does not reach

mod scripted;

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

use lightproof_sources::immich::{
    api::Api,
    error::ImmichError,
    http::Line,
    key::ApiKey,
    server::{Server, ServerUrl, Trust},
};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};
use scripted::{Answer, CANARY, Scripted, Then, quick};

const OWN: (&[u8], &[u8]) = (include_bytes!("certificates/own.pem"), include_bytes!("certificates/own.key"));
const OTHER: (&[u8], &[u8]) = (include_bytes!("certificates/other.pem"), include_bytes!("certificates/other.key"));
/// As `openssl x509 -in own.pem -noout -fingerprint -sha256` shows it.
const OWN_SHA256: &str = "33:F4:3A:2E:0E:BA:AD:9B:95:D7:56:7A:86:BE:C5:BE:2F:AF:09:AE:64:9F:26:1C:1D:51:E4:EF:A7:E2:D1:E2";

fn sha256() -> [u8; 32] {
    let bytes: Vec<u8> = OWN_SHA256.split(':').map(|hex| u8::from_str_radix(hex, 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

/// Shows one certificate, and signs with a key that may be another's.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesServerCert for Shows {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

fn encrypted(certificate: &[u8], key: &[u8], versions: &[&'static SupportedProtocolVersion]) -> Scripted {
    let certificate = CertificateDer::from_pem_slice(certificate).unwrap();
    let key = ring::sign::any_supported_type(&PrivateKeyDer::from_pem_slice(key).unwrap()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Shows(Arc::new(CertifiedKey::new(vec![certificate], key)))));
    let config = Arc::new(config);
    let wrap = move |mut plain: TcpStream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        connection.complete_io(&mut plain).ok()?;
        Some(StreamOwned::new(connection, plain))
    };
    Scripted::over(wrap, |_, _| Answer::json(200, r#"{"major":2,"minor":4,"patch":1,"id":"me"}"#))
}

fn api(server: &Scripted, trust: Trust) -> Api {
    let mut home = Server::new("home", ServerUrl::parse(&format!("https://{}", server.address)).unwrap());
    home.patience = quick();
    home.trust = trust;
    Api::with_key(Arc::new(Line::to(home)), ApiKey::new(CANARY).unwrap())
}

#[test]
fn a_self_signed_certificate_that_was_named_is_believed() {
    for versions in [&[&TLS13][..], &[&TLS12]] {
        let server = encrypted(OWN.0, OWN.1, versions);
        let api = api(&server, Trust::Certificate(sha256()));
        for _ in 0..3 {
            assert_eq!(api.me().unwrap().id, "me");
        }
        assert!(server.heard()[0].contains(CANARY));
        let traffic = api.line().traffic();
        assert!(traffic.received > 3 * 150, "what the encryption takes is counted: {traffic:?}");
        assert_eq!(traffic.requests, 3);
    }
}

#[test]
fn another_certificate_than_the_one_that_was_named_is_refused_before_anything_is_said() {
    let server = encrypted(OTHER.0, OTHER.1, &[&TLS13, &TLS12]);
    let api = api(&server, Trust::Certificate(sha256()));
    let error = api.me().unwrap_err();
    assert!(matches!(&error, ImmichError::Untrusted { why, .. } if why == "it is not the one that was named"), "{error:?}");
    assert_eq!(api.line().traffic().requests, 1, "the answer will not change");
    assert!(server.heard().is_empty());
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_and_named() {
    let server = encrypted(OWN.0, OWN.1, &[&TLS13]);
    let error = api(&server, Trust::Public).me().unwrap_err();
    assert!(matches!(&error, ImmichError::Untrusted { sha256: Some(shown), .. } if shown == OWN_SHA256), "{error:?}");
    assert!(error.to_string().contains("self-signed"), "{error}");
    assert!(error.hint().contains("--certificate"));
    let server = encrypted(OTHER.0, OTHER.1, &[&TLS12]);
    let error = api(&server, Trust::Public).me().unwrap_err();
    assert!(matches!(&error, ImmichError::Untrusted { sha256: Some(_), .. }), "{error:?}");
    assert!(server.heard().is_empty());
}

#[test]
fn a_server_that_shows_the_named_certificate_without_its_private_key_is_refused() {
    for versions in [&[&TLS13][..], &[&TLS12]] {
        let server = encrypted(OWN.0, OTHER.1, versions);
        let error = api(&server, Trust::Certificate(sha256())).me().unwrap_err();
        assert!(error.is_of_the_server(), "{error:?}");
        assert!(server.heard().is_empty());
    }
}

#[test]
fn plain_and_encrypted_are_not_mistaken_for_each_other() {
    let startled = |mut stream: TcpStream| {
        stream.read_exact(&mut [0; 8]).ok()?;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").ok()?;
        None::<TcpStream>
    };
    let plain = Scripted::over(startled, |_, _| Answer::json(200, "{}"));
    let error = api(&plain, Trust::Public).me().unwrap_err();
    assert_eq!(error.kind(), "server-unreachable", "{error}");
    let server = encrypted(OWN.0, OWN.1, &[&TLS13]);
    let mut home = Server::new("home", ServerUrl::parse(&format!("http://{}", server.address)).unwrap());
    home.patience = quick();
    let error = Api::open(Arc::new(Line::to(home))).version().unwrap_err();
    assert!(error.is_of_the_server(), "{error}");
}

#[test]
fn a_handshake_that_does_not_come_is_not_waited_for() {
    let wrap = |mut stream: TcpStream| {
        stream.write_all(&[22, 3, 3]).ok()?;
        std::thread::sleep(Duration::from_secs(10));
        Some(stream)
    };
    let server = Scripted::over(wrap, |_, _| Answer::raw("", Then::Close));
    let mut home = Server::new("home", ServerUrl::parse(&format!("https://{}", server.address)).unwrap());
    home.patience = quick();
    home.patience.connect = Duration::from_millis(150);
    home.patience.attempts = 2;
    let began = Instant::now();
    let error = Api::open(Arc::new(Line::to(home))).version().unwrap_err();
    assert_eq!(error.kind(), "server-unreachable", "{error}");
    assert!(began.elapsed() < Duration::from_secs(3));
}
