//! A certificate of the fake's own, made when it starts, as `openssl req -x509` makes them: for itself, signed by itself, marked as a CA.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};

/// What TLS is spoken with, and the certificate.
pub(super) struct OwnTls {
    pub config: Arc<ServerConfig>,
    pub certificate: Vec<u8>,
}

impl OwnTls {
    pub fn made() -> OwnTls {
        let key = KeyPair::generate().expect("a key of the default kind can be made");
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).expect("these are names");
        params.distinguished_name.push(DnType::CommonName, "immich.example.test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("one's own key signs");
        let der = certificate.der().clone();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider speaks the default versions")
            .with_no_client_auth()
            .with_single_cert(vec![der.clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .expect("the key is the certificate's");
        OwnTls { config: Arc::new(config), certificate: der.to_vec() }
    }

    /// Hexadecimal with colons, in capitals, as `openssl x509 -fingerprint -sha256` prints it.
    pub fn sha256(&self) -> String {
        Sha256::digest(&self.certificate).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }
}
