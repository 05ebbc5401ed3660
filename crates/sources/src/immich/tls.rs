//! Encrypted connections: the server's certificate is one of a public authority, or exactly the one that a person named.
//!
//! Every certificate is checked one way or the other; there is no third. A certificate that a person named is compared by its SHA-256:
//! its name, its dates and who signed it do not matter then, but that the server holds its private key is still proved in each
//! handshake. A certificate that is not trusted is named by its SHA-256 in the error, so that a person can compare it.

use std::{fmt, io, io::Read, io::Write, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme,
    StreamOwned,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use sha2::{Digest, Sha256};
use ureq::{
    Error,
    unversioned::transport::{
        Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
        time::{Duration, Instant},
    },
};

use super::server::Trust;

/// Why a certificate is not trusted.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{why}")]
pub(super) struct NotTrusted {
    /// What is wrong with it.
    pub(super) why: String,
    /// Its SHA-256, in hexadecimal with colons.
    pub(super) sha256: String,
}

/// Encrypts connections to addresses with `https://`; leaves others as they are.
pub(super) struct Tls(Arc<ClientConfig>);

impl Tls {
    pub(super) fn trusting(trust: &Trust) -> Tls {
        let provider = Arc::new(ring::default_provider());
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Tls(Arc::new(config(provider.clone(), Vouching::of(trust, roots, &provider))))
    }
}

fn config(provider: Arc<CryptoProvider>, vouching: Vouching) -> ClientConfig {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider speaks TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(vouching))
        .with_no_client_auth()
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl<In: Transport> Connector<In> for Tls {
    type Out = Either<In, Encrypted>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let Some(plain) = chained else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(plain)));
        }
        let host = details.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(|_| Error::Tls("its name cannot be in a certificate"))?;
        let mut connection = ClientConnection::new(Arc::clone(&self.0), name)?;
        let mut stream = TransportAdapter::new(plain.boxed(), Arc::clone(&details.current_time));
        stream.set_timeout(rest_of(details));
        connection.complete_io(&mut stream).map_err(refused)?;
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(Encrypted { buffers, stream: StreamOwned { conn: connection, sock: stream } })))
    }
}

/// What is left of the time for connecting, after the plain connection took its share.
fn rest_of(details: &ConnectionDetails) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Duration::Exact(most), Instant::Exact(began), Instant::Exact(now)) =
        (timeout.after, details.now, (details.current_time)())
    {
        timeout.after = Duration::Exact(most.saturating_sub(now.saturating_duration_since(began)));
    }
    timeout
}

/// The failure of a handshake: a certificate that is not trusted keeps its own shape.
fn refused(error: io::Error) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(inner)))) => {
            match inner.downcast_ref::<NotTrusted>() {
                Some(not_trusted) => Error::Other(Box::new(not_trusted.clone())),
                None => Error::from(error),
            }
        }
        Some(other) => Error::Rustls(other.clone()),
        None => Error::from(error),
    }
}

/// An encrypted connection.
pub(super) struct Encrypted {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl fmt::Debug for Encrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encrypted")
    }
}

impl Transport for Encrypted {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.get_mut().set_timeout(timeout);
        self.stream.write_all(&self.buffers.output()[..amount])?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.get_mut().set_timeout(timeout);
        let came = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(came);
        Ok(came > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// Who says that a certificate is the server's.
#[derive(Debug)]
enum Voucher {
    Authorities(Arc<WebPkiServerVerifier>),
    Person([u8; 32]),
}

/// Checks certificates, and says which one it was that it did not trust.
#[derive(Debug)]
struct Vouching {
    voucher: Voucher,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Vouching {
    fn of(trust: &Trust, roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Vouching {
        let voucher = match trust {
            Trust::Public => Voucher::Authorities(
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
                    .build()
                    .expect("there are public authorities, and no revocations to read"),
            ),
            Trust::Certificate(sha256) => Voucher::Person(*sha256),
        };
        Vouching { voucher, algorithms: provider.signature_verification_algorithms }
    }
}

impl ServerCertVerifier for Vouching {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        revocation: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let sha256: [u8; 32] = Sha256::digest(shown.as_ref()).into();
        let why = match &self.voucher {
            Voucher::Person(named) if *named == sha256 => return Ok(ServerCertVerified::assertion()),
            Voucher::Person(_) => "it is not the one that was named".to_owned(),
            Voucher::Authorities(verifier) => match verifier.verify_server_cert(shown, between, name, revocation, now) {
                Ok(verified) => return Ok(verified),
                Err(error) => what_is_wrong(&error),
            },
        };
        let not_trusted = NotTrusted { why, sha256: with_colons(&sha256) };
        Err(rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(not_trusted)))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn what_is_wrong(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(wrong) => match wrong {
            CertificateError::UnknownIssuer => "no public authority vouches for it".to_owned(),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "it is for another name".to_owned()
            }
            // What is self-signed as `openssl req -x509` does it is an authority of its own, which no server may be.
            CertificateError::Other(_) => "it is self-signed, or made for something else than a server".to_owned(),
            other => format!("{other:?}"),
        },
        other => other.to_string(),
    }
}

fn with_colons(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::pki_types::pem::PemObject;

    use super::*;

    fn certificate(pem: &[u8]) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(pem).unwrap()
    }

    #[test]
    fn an_authority_vouches_for_a_name_and_a_time() {
        let vouched = certificate(include_bytes!("../../tests/certificates/vouched.pem"));
        let own = certificate(include_bytes!("../../tests/certificates/own.pem"));
        let mut roots = RootCertStore::empty();
        roots.add(certificate(include_bytes!("../../tests/certificates/authority.pem"))).unwrap();
        let provider = Arc::new(ring::default_provider());
        let vouching = Vouching::of(&Trust::Public, roots, &provider);
        let at = |year: u64| UnixTime::since_unix_epoch(Duration::from_secs((year - 1970) * 31_557_600));
        let wrong = |shown: &CertificateDer<'_>, name: &'static str, now: UnixTime| {
            let name = ServerName::try_from(name).unwrap();
            match vouching.verify_server_cert(shown, &[], &name, &[], now) {
                Ok(_) => None,
                Err(error) => Some(refused(io::Error::other(error)).to_string().replace("other: ", "")),
            }
        };
        assert_eq!(wrong(&vouched, "immich.test", at(2030)), None);
        assert_eq!(wrong(&vouched, "photos.test", at(2030)).as_deref(), Some("it is for another name"));
        assert_eq!(wrong(&vouched, "127.0.0.1", at(2030)).as_deref(), Some("it is for another name"));
        assert_eq!(wrong(&vouched, "immich.test", at(2200)).as_deref(), Some("it has expired"));
        assert_eq!(wrong(&vouched, "immich.test", at(2020)).as_deref(), Some("it is not valid yet"));
        assert!(wrong(&own, "immich.test", at(2030)).unwrap().starts_with("it is self-signed"));
    }
}
