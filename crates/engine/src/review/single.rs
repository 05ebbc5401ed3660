//! Single things that pages and lists ask for by their names: a decision, a source, the subject of a picture.

use std::path::Path;

use lightproof_ledger::{DecisionKey, StoredDecision, StoredSource};
use lightproof_model::asset::AssetId;

use super::{Looking, groups::brief};
use crate::{
    EngineError,
    pictures::{Pictures, Subject},
};

impl Looking {
    /// One decision of the record.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn decision(&self, key: DecisionKey) -> Result<Option<StoredDecision>, EngineError> {
        Ok(self.ledger().decision(key)?)
    }

    /// The sources that the record knows.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn sources(&self) -> Result<Vec<StoredSource>, EngineError> {
        Ok(self.ledger().sources()?)
    }

    /// What has to be known of an asset to show its picture; nothing where there is no such asset.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn subject(&self, id: &AssetId) -> Result<Option<Subject>, EngineError> {
        Subject::of(self.ledger(), id)
    }

    /// Pictures that keep thumbnails in a folder outside all sources.
    ///
    /// # Errors
    /// [`EngineError::CacheBelowRoot`] when it lies in one.
    pub fn keep_pictures(&self, pictures: Pictures, cache: &Path) -> Result<Pictures, EngineError> {
        pictures.kept_in(cache, self.ledger())
    }
}

/// What a decision says, in brief: `keep a.jpg, quarantine b.jpg`.
#[must_use]
pub fn said(decision: &StoredDecision) -> String {
    brief(&decision.words)
}
