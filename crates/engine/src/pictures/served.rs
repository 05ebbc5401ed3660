//! Pictures of assets on servers, asked for with their owner's key.
//!
//! What a server sends is handed on only where it is a plain picture, whatever it calls it. No error says anything of a key.
//! Absent on purpose: anything that changes a server, and a cache: the server has one.

use std::{collections::HashMap, fmt, sync::Arc};

use lightproof_media::{showing::as_it_is, sniff};
use lightproof_model::media_type::Class;
use lightproof_sources::{
    immich::{api::Api, error::ImmichError, http::Line, listed::RemoteId},
    reading::WHOLE_BUFFER,
};

use super::{LARGEST_PART, NoPicture, Picture, Size, Subject, Whereabouts};
use crate::servers::ServerRequest;

/// The servers and owners of whom keys are known.
#[derive(Default)]
pub(super) struct Servers(HashMap<(String, String), Api>);

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Servers {
    pub(super) fn new(requests: &[ServerRequest]) -> Servers {
        let mut known = HashMap::new();
        for request in requests {
            let line = Arc::new(Line::to(request.server.clone()));
            for (owner, key) in &request.keys {
                let api = Api::with_key(Arc::clone(&line), key.clone());
                known.insert((request.server.name.clone(), owner.clone()), api);
            }
        }
        Servers(known)
    }

    fn of(&self, subject: &Subject) -> Result<(&Api, RemoteId), NoPicture> {
        let Whereabouts::Server { server, owner, id } = &subject.whereabouts else {
            return Err(NoPicture::because("it is not on a server"));
        };
        match self.0.get(&(server.clone(), owner.clone())) {
            Some(api) => Ok((api, *id)),
            None => Err(NoPicture::because(format!("no key of {owner} at immich:{server} is known here"))),
        }
    }

    /// How the server shows an asset; nothing where it made no picture of it.
    pub(super) fn shown(&self, subject: &Subject, size: Size) -> Result<Option<Picture>, NoPicture> {
        let (api, id) = self.of(subject)?;
        let bytes = match size {
            Size::Thumbnail => api.thumbnail(id),
            Size::Large | Size::Full => api.preview(id),
        };
        let Some(bytes) = bytes.map_err(|error| refused(&error))? else { return Ok(None) };
        let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], None);
        let mime = as_it_is(media_type, None).filter(|_| media_type.class() == Class::Photo);
        let mime = mime.ok_or_else(|| NoPicture::because("what its server shows of it is no picture"))?;
        Ok(Some(Picture { bytes, mime, made_of: None }))
    }

    /// How many bytes the original has.
    pub(super) fn length(&self, subject: &Subject) -> Result<u64, NoPicture> {
        let (api, id) = self.of(subject)?;
        api.original(id, 0, 1).map(|piece| piece.of).map_err(|error| refused(&error))
    }

    /// A part of the original.
    pub(super) fn part(&self, subject: &Subject, from: u64, length: u64) -> Result<Vec<u8>, NoPicture> {
        let (api, id) = self.of(subject)?;
        api.original(id, from, length).map(|piece| piece.bytes).map_err(|error| refused(&error))
    }

    /// All bytes of the original.
    pub(super) fn whole(&self, subject: &Subject) -> Result<Vec<u8>, NoPicture> {
        let (api, id) = self.of(subject)?;
        let (mut bytes, mut length) = (Vec::new(), None);
        loop {
            let piece = api.original(id, bytes.len() as u64, LARGEST_PART).map_err(|error| refused(&error))?;
            if piece.of > WHOLE_BUFFER {
                return Err(NoPicture::because(format!("it is too large to be shown: {} MB", piece.of / 1_000_000)));
            }
            if *length.get_or_insert(piece.of) != piece.of {
                return Err(NoPicture::because("it changed on its server while it was read"));
            }
            bytes.extend_from_slice(&piece.bytes);
            match bytes.len() as u64 {
                got if got >= piece.of => return Ok(bytes),
                _ if piece.bytes.is_empty() => return Err(NoPicture::because("its server sends only a part of it")),
                _ => {}
            }
        }
    }

    /// Names of the albums that an asset is in.
    pub(super) fn albums_of(&self, subject: &Subject) -> Result<Vec<String>, NoPicture> {
        let (api, id) = self.of(subject)?;
        let mut names: Vec<String> =
            api.albums_with(id).map_err(|error| refused(&error))?.into_iter().map(|album| album.album_name).collect();
        names.sort_unstable();
        Ok(names)
    }
}

fn refused(error: &ImmichError) -> NoPicture {
    NoPicture::because(format!("its server does not show it: {error}"))
}
