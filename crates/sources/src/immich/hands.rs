//! `ServerHands`: the few changes that lightproof makes on a server: reversible, and in its database alone but for dates ([`dated`]).
//!
//! Visibility between `timeline` and `archive`, favourites, and memberships of albums. What is to be changed is read just before, and read again
//! afterwards: an answer that never came says nothing. Bulk calls are all-or-nothing on the server, so many go in pieces, and a piece that is refused
//! is halved until the asset that is in its way stands alone.
//! Absent on purpose: trash, deletion of assets, locking, tags, stacks, ratings and the resolver of duplicates. No call here can spell one.

pub mod dated;
mod look;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    api::{Api, QUARANTINE_ALBUM},
    error::ImmichError,
    http::{Method, Unsure},
    listed::{RemoteId, Visibility},
    wire::{Album, AlbumChange},
};

pub use dated::{DateOutcome, JobPatience, ShownDate};
pub use look::{Looked, Own};

/// One owner's assets on a server, with a key that may change them.
#[derive(Debug)]
pub struct ServerHands {
    api: Api,
    user: RemoteId,
}

/// What is said where a server's words and its state differ.
const NOT_SO: &str = "the server said that it was done, and it is not";

/// Most ids of one call.
const PIECE: usize = 500;

/// What became of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is as wished, by this call or before it.
    Done,
    /// The server refused, and it is as it was.
    Refused(String),
    /// Nobody knows: the server did not answer, and it is not as wished, or cannot be asked. It may still be under way.
    Unknown(String),
}

/// Where an asset shall show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Among all photographs.
    Timeline,
    /// In the archive.
    Archive,
}

impl Show {
    fn visibility(self) -> Visibility {
        match self {
            Show::Timeline => Visibility::Timeline,
            Show::Archive => Visibility::Archive,
        }
    }
}

#[derive(Serialize)]
struct Ids<'a> {
    ids: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewAlbum {
    album_name: &'static str,
    description: &'static str,
}

/// What the album says of itself to whoever finds it in Immich.
const DESCRIPTION: &str =
    "Photographs that a person decided to set aside. They are archived, not deleted; `lightproof undo` brings them back.";

impl ServerHands {
    /// Hands of the user whose key `api` has.
    #[must_use]
    pub fn of(api: Api, user: RemoteId) -> ServerHands {
        ServerHands { api, user }
    }

    /// What the server says of an asset now.
    ///
    /// # Errors
    /// [`ImmichError`]: then nothing may be concluded.
    pub fn look(&self, id: RemoteId) -> Result<Looked, ImmichError> {
        look::look(&self.api, self.user, id)
    }

    /// A part of an original, read and not changed: its bytes, and how many the whole has.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn piece(&self, id: RemoteId, from: u64, length: u64) -> Result<(Vec<u8>, u64), ImmichError> {
        self.api.original(id, from, length).map(|piece| (piece.bytes, piece.of))
    }

    /// Lets assets show elsewhere; what became of each.
    #[must_use]
    pub fn show(&self, ids: &[RemoteId], show: Show) -> BTreeMap<RemoteId, Changed> {
        let is = |looked: &Looked| matches!(looked, Looked::Own(asset) if asset.visibility == Some(show.visibility()));
        self.in_pieces(ids, &|ids| json!({ "ids": ids, "visibility": show.visibility().word() }), &is)
    }

    /// Makes an asset a favourite, or none; what became of it.
    #[must_use]
    pub fn favour(&self, id: RemoteId, favourite: bool) -> Changed {
        let is = |looked: &Looked| matches!(looked, Looked::Own(asset) if asset.favourite == favourite);
        let mut changed = self.in_pieces(&[id], &|ids| json!({ "ids": ids, "isFavorite": favourite }), &is);
        changed.remove(&id).unwrap_or_else(|| Changed::Unknown("it was not asked for".to_owned()))
    }

    /// The user's own album for what is set aside; nothing where there is none.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn quarantine_album(&self) -> Result<Option<String>, ImmichError> {
        let mut own: Vec<String> =
            self.own_albums()?.into_iter().filter(|a| a.album_name == QUARANTINE_ALBUM).map(|a| a.id).collect();
        own.sort_unstable();
        Ok(own.into_iter().next())
    }

    /// The same, made if there is none. If the answer is lost, the next look finds the one that was made.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn make_quarantine_album(&self) -> Result<String, ImmichError> {
        if let Some(album) = self.quarantine_album()? {
            return Ok(album);
        }
        let new = NewAlbum { album_name: QUARANTINE_ALBUM, description: DESCRIPTION };
        let refused = match self.api.change(Method::Post, "/albums", &new) {
            Ok(_) => None,
            Err(Unsure::Refused(error) | Unsure::Unknown(error)) => Some(error),
        };
        match (self.quarantine_album()?, refused) {
            (Some(album), _) => Ok(album),
            (None, Some(error)) => Err(error),
            (None, None) => Err(ImmichError::Garbled {
                url: self.api.line().url().to_string(),
                what: "/albums".to_owned(),
                why: "the album that it made is not among its albums".to_owned(),
            }),
        }
    }

    /// The ids of the user's own albums that hold an asset.
    ///
    /// # Errors
    /// [`ImmichError`].
    pub fn albums_with(&self, id: RemoteId) -> Result<Vec<(String, String)>, ImmichError> {
        let albums = self.api.albums_with(id)?.into_iter().filter(|album| album.is_of(self.user));
        Ok(albums.map(|album| (album.id, album.album_name)).collect())
    }

    /// Puts an asset into an album of the user's: whether it joined by this, or was in it before.
    ///
    /// # Errors
    /// What became of it instead; never [`Changed::Done`].
    pub fn join(&self, album: &str, id: RemoteId) -> Result<bool, Changed> {
        self.membership(Method::Put, album, id, true)
    }

    /// Takes an asset out of an album of the user's: whether it left by this, or was not in it before.
    ///
    /// # Errors
    /// What became of it instead; never [`Changed::Done`].
    pub fn leave(&self, album: &str, id: RemoteId) -> Result<bool, Changed> {
        self.membership(Method::Unlink, album, id, false)
    }

    fn membership(&self, method: Method, album: &str, id: RemoteId, wished: bool) -> Result<bool, Changed> {
        // What goes into a path is an id and nothing else.
        let Some(album) = RemoteId::parse(album) else { return Err(Changed::Refused(format!("{album} is no album's id"))) };
        let is_in = || self.albums_with(id).map(|albums| albums.iter().any(|(held, _)| RemoteId::parse(held) == Some(album)));
        match is_in() {
            Ok(now) if now == wished => return Ok(false),
            Ok(_) => {}
            Err(error) => return Err(Changed::Refused(error.to_string())),
        }
        let ids = [id.to_string()];
        let answer = self.api.change(method, &format!("/albums/{album}/assets"), &Ids { ids: &ids });
        let said = match &answer {
            Ok(body) => {
                Changed::Refused(AlbumChange::read(body).into_iter().find_map(|c| c.error).unwrap_or_else(|| NOT_SO.to_owned()))
            }
            Err(Unsure::Refused(error)) => Changed::Refused(error.to_string()),
            Err(Unsure::Unknown(error)) => Changed::Unknown(error.to_string()),
        };
        match is_in() {
            Ok(now) if now == wished => Ok(true),
            Ok(_) => Err(said),
            Err(error) => Err(Changed::Unknown(error.to_string())),
        }
    }

    /// Sends a change of many in pieces, halves what is refused, and looks at every one afterwards.
    fn in_pieces(
        &self,
        ids: &[RemoteId],
        body: &dyn Fn(&[String]) -> Value,
        is: &dyn Fn(&Looked) -> bool,
    ) -> BTreeMap<RemoteId, Changed> {
        let mut said: BTreeMap<RemoteId, Changed> = BTreeMap::new();
        let mut waiting: Vec<&[RemoteId]> = ids.chunks(PIECE).collect();
        while let Some(piece) = waiting.pop() {
            let named: Vec<String> = piece.iter().map(ToString::to_string).collect();
            match self.api.change(Method::Put, "/assets", &body(&named)) {
                Ok(_) => {}
                Err(Unsure::Refused(_)) if piece.len() > 1 => waiting.extend(piece.chunks(piece.len().div_ceil(2))),
                // Of what nobody answered for, the look afterwards tells, if it was done; no more is sent.
                Err(Unsure::Refused(error)) => said.extend(piece.iter().map(|id| (*id, Changed::Refused(error.to_string())))),
                Err(Unsure::Unknown(error)) => {
                    said.extend(piece.iter().map(|id| (*id, Changed::Unknown(error.to_string()))));
                    let unsent = waiting.drain(..).flatten();
                    said.extend(unsent.map(|id| (*id, Changed::Refused(format!("not asked for, since {error}")))));
                }
            }
        }
        let mut became = |id: &RemoteId| match self.look(*id) {
            Ok(looked) if is(&looked) => Changed::Done,
            // What nobody answered for may still be under way, however it looks now.
            Ok(_) => said.remove(id).unwrap_or_else(|| Changed::Refused(NOT_SO.to_owned())),
            Err(error) => Changed::Unknown(error.to_string()),
        };
        ids.iter().map(|id| (*id, became(id))).collect()
    }

    fn own_albums(&self) -> Result<Vec<Album>, ImmichError> {
        Ok(self.api.albums()?.into_iter().filter(|album| album.is_of(self.user)).collect())
    }
}
