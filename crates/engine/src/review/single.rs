//! Single things that pages and lists ask for by their names: a decision, a source, the subject of a picture.

use std::path::Path;

use lightproof_ledger::{DecisionKey, StoredAsset, StoredDecision, StoredSource};
use lightproof_model::{
    asset::{AssetId, GroupId},
    decision::Reviewer,
};

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

    /// The latest decision of a reviewer that holds.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn last_of(&self, reviewer: &Reviewer) -> Result<Option<DecisionKey>, EngineError> {
        Ok(self.ledger().last_of(reviewer.as_str())?)
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

    /// The members of a group without their evidence, in the order in which they are shown; nothing where there is no such group.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn members_in_brief(&self, id: &GroupId) -> Result<Vec<StoredAsset>, EngineError> {
        let members = self.ledger().group(id)?.map(|group| group.members).unwrap_or_default();
        Ok(members.into_iter().map(|(asset, ..)| asset).filter(|asset| asset.companion_of.is_none()).collect())
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
