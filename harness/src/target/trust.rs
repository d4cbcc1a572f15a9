//! Whom a client believes to be the endpoint: the system's certificate authorities, and those of a profile's file.
//!
//! Both lanes share one configuration, so that neither trusts an endpoint which the other one refuses.

use std::path::{Path, PathBuf};

/// Certificate authorities of a file, trusted besides the system's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorities {
    /// The file.
    pub file: PathBuf,
    /// The certificates in it.
    #[cfg(feature = "tls")]
    certificates: Vec<rustls::pki_types::CertificateDer<'static>>,
}

impl Authorities {
    /// Reads a PEM file. The error is a fragment without the file's name.
    #[cfg(feature = "tls")]
    pub fn read(file: &Path) -> Result<Self, String> {
        use rustls::pki_types::CertificateDer;
        use rustls::pki_types::pem::PemObject as _;

        let bytes =
            crate::files::read(file, crate::files::SIZE_MAX).map_err(|error| error.to_string())?;
        let certificates = CertificateDer::pem_slice_iter(&bytes)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("it is no PEM file: {error}"))?;
        if certificates.is_empty() {
            return Err(
                "it holds no certificate: it needs a block that begins with -----BEGIN CERTIFICATE-----"
                    .to_owned(),
            );
        }
        let mut roots = rustls::RootCertStore::empty();
        for certificate in &certificates {
            roots
                .add(certificate.clone())
                .map_err(|error| format!("a certificate in it cannot be used: {error}"))?;
        }
        Ok(Self {
            file: file.to_path_buf(),
            certificates,
        })
    }

    /// Without TLS there is nothing to trust.
    #[cfg(not(feature = "tls"))]
    pub fn read(_: &Path) -> Result<Self, String> {
        Err("this build has no https: build it with the feature `tls`".to_owned())
    }
}

#[cfg(feature = "tls")]
pub(crate) use with_tls::Trust;

#[cfg(feature = "tls")]
mod with_tls {
    use std::sync::Arc;

    use rustls::ClientConfig;
    use rustls::crypto::ring::default_provider;
    use rustls_platform_verifier::Verifier;

    use super::Authorities;

    /// What both lanes hand to a connection.
    #[derive(Clone, Debug)]
    pub(crate) struct Trust(pub(crate) Arc<ClientConfig>);

    impl Trust {
        pub(crate) fn of(authorities: Option<&Authorities>) -> Result<Self, String> {
            let provider = Arc::new(default_provider());
            let extra = authorities.map_or_else(Vec::new, |extra| extra.certificates.clone());
            let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
                .map_err(|error| error.to_string())?;
            // No ALPN: both lanes speak HTTP/1.1 only.
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|error| error.to_string())?
                .dangerous()
                // The verifier is the platform's own: the name tells of the method, not of this use of it.
                .with_custom_certificate_verifier(Arc::new(verifier))
                .with_no_client_auth();
            Ok(Self(Arc::new(config)))
        }
    }
}

/// Without TLS there is nothing to hand over.
#[cfg(not(feature = "tls"))]
#[derive(Clone, Debug)]
pub(crate) struct Trust;

#[cfg(not(feature = "tls"))]
impl Trust {
    pub(crate) fn of(_: Option<&Authorities>) -> Result<Self, String> {
        Ok(Self)
    }
}
