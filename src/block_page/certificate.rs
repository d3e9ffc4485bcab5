//! The certificate of block pages: one that no browser takes, for a name that nobody asks for.

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use std::sync::Arc;
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

/// The name in it, which cannot be anybody's (RFC 6761 section 6.4).
const NAME: &str = "block-page.invalid";

/// Why there is no certificate.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// None can be made.
    #[error("no certificate can be made: {0}")]
    Make(#[from] rcgen::Error),
    /// It is not taken.
    #[error("the certificate cannot be used: {0}")]
    Use(#[from] rustls::Error),
}

/// What speaks TLS with a certificate that was made a moment ago.
pub(super) fn acceptor() -> Result<TlsAcceptor, CertificateError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([NAME.to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.distinguished_name.push(DnType::OrganizationName, "splinterdns, a lab's block page");
    let certificate = params.self_signed(&key)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
