//! Asked: decided groups and dates in the form that the model weighs.

use std::{
    collections::{BTreeSet, HashMap},
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use lightproof_ledger::{About, ListedRow, SourceKind, StoredAsset, StoredDecision, StoredSource};
use lightproof_media::inside::inside;
use lightproof_model::{
    asset::{Fate, SourceId},
    decision::Verb,
    digest::Sha1,
    group::Basis,
    journal::Executed,
    plan::{AskedFix, AskedGroup, AskedPart, AskedUnit, Condition, Hold, Stands, Subject},
    problem::Integrity,
    seen::{Place, Seen},
};
use lightproof_sources::{
    folder::{FolderSource, RootIdentity},
    immich::listed::RemoteId,
    source::Source,
};

use super::{PlanError, Wishes, at_servers::AtServers, dates};
use crate::{
    EngineError,
    review::{
        Looking,
        groups::{GroupView, MemberView},
    },
    roots::full_path,
};

/// Gathers what people asked for.
pub(super) struct Asking<'a> {
    pub(super) looking: &'a Looking,
    executed: Arc<Executed>,
    sources: Vec<StoredSource>,
    /// Folders that a server keeps, resolved.
    kept_by_servers: Vec<PathBuf>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(looking: &'a Looking, wishes: &Wishes) -> Result<Asking<'a>, EngineError> {
        let kept_by_servers = wishes.kept_by_servers.iter().map(|folder| full_path(folder)).collect();
        let (sources, executed) = (looking.ledger().sources()?, looking.ledger().executed()?);
        Ok(Asking { looking, executed, sources, kept_by_servers })
    }

    /// Every group on which something was decided, and the decisions that speak of them.
    pub(super) fn groups(&self) -> Result<(Vec<AskedGroup>, BTreeSet<i64>), EngineError> {
        let decided: Vec<_> = self.looking.decided_groups();
        let (mut groups, mut spoken) = (Vec::new(), BTreeSet::new());
        for id in decided {
            let Some(view) = self.looking.group(&id)? else { continue };
            let Some(decision) = &view.decision else { continue };
            if view.line.basis == Basis::Series {
                continue;
            }
            spoken.insert(decision.key.0);
            groups.push(self.group(&view, decision)?);
        }
        Ok((groups, spoken))
    }

    /// Tells of every unit on a server in which albums it is, where something of its group is to be set aside.
    pub(super) fn tell_albums(&self, groups: &mut [AskedGroup], servers: &AtServers<'_>) -> Result<(), PlanError> {
        let ledger = self.looking.ledger();
        let said = |unit: &AskedUnit, verb| unit.main.verb == Some(verb);
        for group in groups.iter_mut().filter(|group| group.units.iter().any(|unit| said(unit, Verb::Quarantine))) {
            for unit in group.units.iter_mut().filter(|unit| said(unit, Verb::Keep) || said(unit, Verb::Quarantine)) {
                let subject = &unit.main.subject;
                let source = self.sources.iter().find(|source| source.id == subject.place.source);
                let (Some(source), Some(asset)) = (source, ledger.asset(subject.asset.as_str())?) else { continue };
                let listed = if asset.uploaded.is_some() { ledger.listed_as(asset.key)? } else { None };
                if let Some(row) = listed {
                    unit.albums = servers.albums(source, &row)?;
                }
            }
        }
        Ok(())
    }

    /// Tells of every unit that is to be set aside what is inside it, where no kept one has its bytes or its very image data.
    pub(super) fn tell_inside(&self, groups: &mut [AskedGroup], servers: &AtServers<'_>) -> Result<(), PlanError> {
        let mut folders: HashMap<SourceId, Option<FolderSource>> = HashMap::new();
        for group in groups.iter_mut().filter(|group| group.stands == Stands::Holds) {
            let (kept, others): (Vec<_>, Vec<_>) = group.units.iter_mut().partition(|unit| unit.main.verb == Some(Verb::Keep));
            for unit in others {
                let main = &mut unit.main;
                let moves =
                    main.verb == Some(Verb::Quarantine) && matches!(main.condition, Condition::Sound | Condition::Damaged);
                let has_it = |kept: &AskedPart| {
                    main.sha1.is_some() && kept.sha1 == main.sha1 || main.image.is_some() && kept.image == main.image
                };
                if moves && !kept.iter().any(|kept| has_it(&kept.main)) {
                    self.look_inside(main, &mut folders, servers)?;
                }
            }
        }
        Ok(())
    }

    fn look_inside(
        &self,
        part: &mut AskedPart,
        folders: &mut HashMap<SourceId, Option<FolderSource>>,
        servers: &AtServers<'_>,
    ) -> Result<(), PlanError> {
        let ledger = self.looking.ledger();
        let source = self.sources.iter().find(|source| source.id == part.subject.place.source);
        let (Some(source), Some(asset)) = (source, ledger.asset(part.subject.asset.as_str())?) else { return Ok(()) };
        let Some(media_type) = asset.media_type else { return Ok(()) };
        if source.kind == SourceKind::Immich {
            if let Some(row) = ledger.listed_as(asset.key)? {
                part.inside = servers.inside(source, &row, media_type)?;
            }
            return Ok(());
        }
        let folder = folders.entry(source.id.clone()).or_insert_with(|| {
            let identity = RootIdentity { device: source.identity.file_system, inode: source.identity.inode };
            FolderSource::known_at(Path::new(OsStr::from_bytes(&source.root)), identity).ok()
        });
        let opened = folder.as_ref().and_then(|folder| folder.open(&part.subject.place.path).ok());
        match opened.map(|opened| inside(&*opened, media_type)) {
            Some(Ok(told)) => part.inside = told,
            Some(Err(_)) | None => {
                part.hindrance
                    .get_or_insert_with(|| "what is inside it cannot be looked at: is the drive plugged in?".to_owned());
            }
        }
        Ok(())
    }

    /// Tells of every date on a server what it shows now, and which zone will be recorded with the new one.
    pub(super) fn tell_zones(&self, fixes: &mut [AskedFix], servers: &AtServers<'_>) -> Result<(), PlanError> {
        let ledger = self.looking.ledger();
        for fix in fixes.iter_mut().filter(|fix| fix.stands == Stands::Holds && fix.was != Some(fix.becomes)) {
            let subject = &fix.part.subject;
            let source =
                self.sources.iter().find(|source| source.id == subject.place.source && source.kind == SourceKind::Immich);
            let (Some(source), Some(asset)) = (source, ledger.asset(subject.asset.as_str())?) else { continue };
            if let Some(row) = ledger.listed_as(asset.key)? {
                (fix.shows, fix.zone) = servers.date(source, &row)?;
            }
        }
        Ok(())
    }

    /// Every date that a person gave.
    pub(super) fn fixes(&self) -> Result<Vec<AskedFix>, EngineError> {
        dates::fixes(self)
    }

    fn group(&self, view: &GroupView, decision: &StoredDecision) -> Result<AskedGroup, EngineError> {
        let stands = match &view.blocked_by {
            _ if !view.changes.is_empty() => Stands::Changed(view.changes.clone()),
            Some((asset, kind)) => Stands::OpenClock(asset.clone(), kind.clone()),
            None => Stands::Holds,
        };
        let units = view.members.iter().map(|member| self.unit(member, decision)).collect::<Result<_, _>>()?;
        Ok(AskedGroup { reviewer: decision.reviewer.clone(), seen: Seen::new(decision.seen.clone()), stands, units })
    }

    fn unit(&self, member: &MemberView, decision: &StoredDecision) -> Result<AskedUnit, EngineError> {
        let mut companions = Vec::new();
        for part in &member.parts {
            companions.push(self.part(&part.asset, part.verb, Some(decision))?);
        }
        Ok(AskedUnit {
            main: self.part(&member.asset, member.verb, Some(decision))?,
            companions,
            albums: Vec::new(),
            favourite: member.listed.as_ref().is_some_and(|listed| listed.favourite),
        })
    }

    /// An asset as the latest survey, and the journal since, know it.
    pub(super) fn part(
        &self,
        asset: &StoredAsset,
        verb: Option<Verb>,
        decision: Option<&StoredDecision>,
    ) -> Result<AskedPart, EngineError> {
        let ledger = self.looking.ledger();
        let listed = if asset.uploaded.is_some() { ledger.listed_as(asset.key)? } else { None };
        let source = &asset.place.source;
        let path = asset.place.path();
        let hold = match &listed {
            Some(row) => Hold::Server {
                id: RemoteId(row.remote).to_string(),
                checksum: Sha1(row.checksum),
                visibility: row.visibility.clone(),
            },
            None => Hold::Folder { sha1: asset.sha1.unwrap_or(Sha1([0; 20])), bytes: asset.stamp.size },
        };
        let is_aside = match &hold {
            Hold::Server { id, .. } => self.executed.is_aside_on_server(source, id),
            // Something else may have taken the name since: that was surveyed then.
            Hold::Folder { .. } => self.executed.is_aside(source, &path),
        };
        Ok(AskedPart {
            verb,
            sha1: asset.sha1,
            image: asset.image_digest,
            inside: None,
            condition: if is_aside { Condition::SetAside } else { condition(asset, listed.as_ref()) },
            hindrance: self.hindrance(asset, &path),
            kept_since: match decision {
                Some(decision) => self.kept_since(asset, decision)?,
                None => None,
            },
            subject: Subject {
                asset: asset.id.clone(),
                place: Place { source: source.clone(), path, owner: self.looking.owner(source) },
                hold,
            },
        })
    }

    /// Why an asset may not be touched whoever says so.
    fn hindrance(&self, asset: &StoredAsset, path: &[u8]) -> Option<String> {
        if asset.probably.is_some() {
            return Some(
                "it is probably the very file that a server keeps: tell lightproof where the server's folders are (prefix_map)"
                    .to_owned(),
            );
        }
        let source = self.sources.iter().find(|source| source.id == asset.place.source)?;
        if source.kind != SourceKind::Folder {
            return None;
        }
        let file = Path::new(OsStr::from_bytes(&source.root)).join(OsStr::from_bytes(path));
        let keeper = self.kept_by_servers.iter().find(|folder| file.starts_with(folder))?;
        Some(format!("it lies in {}, which an Immich server keeps", keeper.display()))
    }

    /// Who said `keep` of an asset in a later decision than this one.
    fn kept_since(&self, asset: &StoredAsset, decision: &StoredDecision) -> Result<Option<String>, EngineError> {
        let ledger = self.looking.ledger();
        let named = (&asset.id, &asset.place.source, crate::telling::content(asset));
        let Some(latest) = ledger.holding_any(About::Group, None, [named].into_iter())? else { return Ok(None) };
        if latest <= decision.key {
            return Ok(None);
        }
        let Some(latest) = ledger.decision(latest)? else { return Ok(None) };
        let keeps = latest.words.iter().any(|word| {
            let same = word.asset == asset.id || (word.content.is_some() && word.content == named.2 && word.source == *named.1);
            same && word.verb.as_deref() == Some(Verb::Keep.word())
        });
        Ok(keeps.then_some(latest.reviewer))
    }
}

fn condition(asset: &StoredAsset, listed: Option<&ListedRow>) -> Condition {
    match (asset.fate, listed) {
        (Some(Fate::SetAside), _) => Condition::SetAside,
        (_, Some(row)) if row.trashed => Condition::Trashed,
        (_, Some(row)) if row.offline => Condition::Offline,
        (Some(Fate::Unreadable), _) => Condition::Unreadable,
        (Some(Fate::Read | Fate::Unchanged), _) if asset.integrity == Integrity::Damaged => Condition::Damaged,
        (Some(Fate::Read | Fate::Unchanged), _) => Condition::Sound,
        (Some(Fate::Skipped) | None, _) => Condition::Gone,
    }
}
