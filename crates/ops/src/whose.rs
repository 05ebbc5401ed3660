//! Whose a key is, and what it may do: asked of the server with the key itself.

use lightproof_sources::immich::{api::Api, error::ImmichError, wire::User};

use crate::permissions::Judgement;

/// Whose a key is, and what it may do.
#[derive(Debug, Clone)]
pub struct Whose {
    /// The user whose key it is.
    pub user: User,
    /// What the key is called in Immich, where that is told.
    pub key_name: Option<String>,
    /// What it may do, where that is told.
    pub judgement: Option<Judgement>,
}

/// Asks the server whose the key is that `api` speaks with.
///
/// # Errors
/// [`ImmichError`]: without its user a key is of no use, since assets of partners could not be told from the user's own.
pub fn whose(api: &Api) -> Result<Whose, ImmichError> {
    let user = api.me()?;
    // Every key may ask this of itself; a server that does not answer it leaves only this unknown.
    let info = api.key_info().ok();
    let judgement = info.as_ref().map(|info| Judgement::of(&info.permissions));
    Ok(Whose { user, key_name: info.map(|info| info.name).filter(|name| !name.is_empty()), judgement })
}
