//! AWS's default chain, with AWS's own crate: single sign-on, roles, a container's and an instance's credentials.

use aws_credential_types::provider::ProvideCredentials as _;

use crate::target::{Credentials, Secret};

/// What the chain found.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    pub(crate) credentials: Option<Credentials>,
    pub(crate) region: Option<String>,
}

/// Walks the chain. It bounds its own waiting; what it does not find is not there.
pub(crate) async fn load() -> Chain {
    let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let credentials = match config.credentials_provider() {
        Some(provider) => provider.provide_credentials().await.ok(),
        None => None,
    };
    Chain {
        credentials: credentials.map(|found| Credentials {
            access_key: found.access_key_id().to_owned(),
            secret_key: Secret::new(found.secret_access_key()),
            session_token: found.session_token().map(Secret::new),
        }),
        region: config.region().map(ToString::to_string),
    }
}
