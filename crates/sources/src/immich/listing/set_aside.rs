//! What was set aside on the server: the owner's archived assets in the albums that lightproof makes for it.

use std::collections::HashSet;

use super::super::{
    api::{Api, QUARANTINE_ALBUM},
    error::ImmichError,
    listed::{RemoteId, Visibility},
    wire::Search,
};
use super::{
    row::{self, Row},
    sweep::Sweep,
};

/// The ids of the archived assets of `user`, whose key `api` has, in albums of the same user named [`QUARANTINE_ALBUM`].
///
/// # Errors
/// [`ImmichError`]; [`ImmichError::Forbidden`] when the key may not read albums: then nothing tells what is set aside.
pub fn set_aside(api: &Api, user: RemoteId) -> Result<HashSet<RemoteId>, ImmichError> {
    let mut ids = HashSet::new();
    // An asset in one of several albums: each is asked for alone, since the interface's versions differ on what several mean.
    for album in api.albums()?.into_iter().filter(|album| album.album_name == QUARANTINE_ALBUM && album.is_of(user)) {
        let search = Search {
            visibility: Visibility::Archive.word(),
            with_deleted: true,
            album_ids: Some(vec![album.id]),
            ..Search::default()
        };
        Sweep { api, search }.run(&mut |page| {
            let own = page.into_iter().filter_map(|asset| match row::read(asset, user, Visibility::Archive) {
                Row::Own(listed) if listed.visibility == Visibility::Archive => Some(listed.id),
                _ => None,
            });
            ids.extend(own);
            Ok::<(), ImmichError>(())
        })?;
    }
    Ok(ids)
}
