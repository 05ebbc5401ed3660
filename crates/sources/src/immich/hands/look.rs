//! Look: what a server says of one asset now, as a step wants to know it.

use super::super::{
    api::Api,
    error::ImmichError,
    listed::{Listed, RemoteId, Visibility},
    listing::row::{self, Row},
};

/// An asset as its server says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// The user's own.
    Own(Own),
    /// Somebody else's, a partner's perhaps.
    Anothers,
    /// There is none for this key: it is gone, or locked.
    None,
}

/// A user's own asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// What the server gives as its checksum: of the bytes, or of the path in an external library.
    pub checksum: [u8; 20],
    /// Where it shows; nothing for a word that is not known here.
    pub visibility: Option<Visibility>,
    /// In the trash.
    pub trashed: bool,
    /// Its file is out of the server's reach.
    pub offline: bool,
    /// A favourite.
    pub favourite: bool,
    /// In an external library.
    pub external: bool,
    /// Where the server keeps the original.
    pub path: String,
}

pub(super) fn look(api: &Api, user: RemoteId, id: RemoteId) -> Result<Looked, ImmichError> {
    let asset = match api.asset(id) {
        Ok(asset) => asset,
        Err(ImmichError::NotThere { .. }) => return Ok(Looked::None),
        Err(error) => return Err(error),
    };
    let visibility = asset.visibility.as_deref().and_then(Visibility::from_word);
    Ok(match row::read(asset, user, Visibility::Timeline) {
        Row::Own(listed) if listed.id == id => Looked::Own(own(listed, visibility)),
        Row::Own(_) | Row::Partners => Looked::Anothers,
        Row::Odd { why, .. } => {
            let url = api.line().url().to_string();
            return Err(ImmichError::Garbled { url, what: format!("/assets/{id}"), why: why.to_owned() });
        }
    })
}

fn own(listed: Listed, visibility: Option<Visibility>) -> Own {
    Own {
        checksum: listed.checksum,
        visibility,
        trashed: listed.trashed,
        offline: listed.offline,
        favourite: listed.favourite,
        external: listed.library.is_some(),
        path: listed.path,
    }
}
