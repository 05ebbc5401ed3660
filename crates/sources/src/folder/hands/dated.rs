//! Dated: a sidecar is put beside an asset, and taken back, by renaming alone.
//!
//! The new sidecar is on disk in `.lightproof` before anything moves. The one that was there makes room for it by moving to
//! `.lightproof/replaced`, and nothing is ever put over anything. So at every moment the asset is untouched, and the sidecar that was there is
//! in its place or among the replaced ones; [`Hands::sidecar_state`] tells which, and the way on and the way back lead from every state.
//! Absent on purpose: opening the asset for writing, deleting, and extended attributes of the new sidecar: they stay with the old one.

use lightproof_model::digest::Sha1;
use rustix::{
    fs::{AtFlags, Mode, Stat},
    io::Errno,
};

use super::{
    Checked, Hands, NotMoved,
    own::{self, NEW_SIDECAR, Replaced},
    shown,
    sidecar::Seen,
    split,
};
use crate::folder::listing::Names;

pub use super::sidecar::{Extended, SidecarAt};

/// A sidecar that was put in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Path below the root.
    pub path: Vec<u8>,
    /// SHA-1 of its bytes.
    pub wrote: Sha1,
    /// Where the one lies that made room for it, below the root.
    pub before: Option<Vec<u8>>,
}

/// A sidecar that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// Where it lies now, below the root.
    pub aside: Vec<u8>,
    /// Where the one before it is again; nothing where there was none.
    pub restored: Option<Vec<u8>>,
}

/// How far a sidecar came, after a crash of which nobody knows when it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SidecarState {
    /// What was there before is there.
    Untouched,
    /// What was there before lies here, and nothing is in its place.
    Between(Vec<u8>),
    /// The new one is in its place.
    Done(Written),
    /// Something else is there, or what was there before is nowhere: this path, and it is for a person to look at.
    Otherwise(Vec<u8>),
}

/// Why an asset was not given a sidecar, or not relieved of it.
#[derive(Debug, thiserror::Error)]
pub enum NotDated {
    /// What stands in the way of moving it.
    #[error(transparent)]
    NotMoved(#[from] NotMoved),
    /// It may be meant for another asset.
    #[error(
        "{0} would speak of {1} as well, which has the same name but for its ending or letter case; whose it is is for you to say"
    )]
    Shared(String, String),
    /// There are two.
    #[error("{0} is there beside {1}, and both are sidecars of one asset; which one counts is for you to say")]
    Several(String, String),
    /// The ending makes it too long.
    #[error("{0} is longer than names may be there")]
    NameTooLong(String),
    /// It is read no further.
    #[error("{0} has {1} bytes, which is too much for a sidecar")]
    TooLong(String, u64),
    /// It cannot be put in its place, because it is not there.
    #[error("the new sidecar for {0} does not lie in .lightproof")]
    NotReady(String),
    /// Not as it was left, so that nothing is known of whose it is.
    #[error("{0} is not as it was left")]
    Otherwise(String),
}

impl NotDated {
    /// Whether everything is as it was.
    #[must_use]
    pub fn is_as_it_was(&self) -> bool {
        !matches!(self, NotDated::NotMoved(why) if !why.is_as_it_was())
    }
}

impl Hands {
    /// Puts a sidecar beside an asset. `expected` is the SHA-1 of what [`Hands::sidecar`] said is to be extended, and must still be.
    ///
    /// # Errors
    /// [`NotDated`]; everything is as it was unless [`NotDated::is_as_it_was`] denies it.
    pub fn write_sidecar(&self, plan: &str, asset: &[u8], expected: Option<Sha1>, bytes: &[u8]) -> Result<Written, NotDated> {
        let at = self.sidecar(asset)?;
        match (expected, &at.extends) {
            (None, Some(there)) => return Err(NotMoved::Taken(shown(&there.path)).into()),
            (Some(_), None) => return Err(NotMoved::Missing(shown(&at.path)).into()),
            (Some(expected), Some(there)) if there.sha1 != expected => {
                return Err(NotMoved::OtherBytes(shown(&there.path)).into());
            }
            _ => {}
        }
        let failed = |errno: Errno| NotMoved::Failed(shown(&at.path), errno.into());
        let (mode, owner) = match &at.extends {
            Some(there) => self.stat(&there.path).map(|stat| (Mode::from_raw_mode(stat.st_mode & 0o777), stat)),
            None => self.stat(asset).map(|stat| (Mode::from_raw_mode(0o644), stat)),
        }
        .map_err(failed)?;
        own::write_sidecar(&self.own, bytes, mode, &owner).map_err(failed)?;
        let new = self.seen(NEW_SIDECAR)?;
        if new.bytes != bytes {
            return Err(NotMoved::Changing(shown(NEW_SIDECAR)).into());
        }
        self.put_in_place(plan, at.path.clone(), at.makes_room(), &new)
    }

    /// Takes a sidecar back that was put beside an asset, and puts the one that lies at `before` in its place again.
    ///
    /// # Errors
    /// [`NotDated`], also when the sidecar is not the one that was written any more: then it is somebody's, and stays.
    pub fn take_sidecar_back(&self, plan: &str, asset: &[u8], wrote: Sha1, before: Option<&[u8]>) -> Result<TakenBack, NotDated> {
        super::foreign::refuse(&self.path, &self.root, self.resolver, asset)?;
        let path = self.own_sidecar(asset)?.ok_or_else(|| NotMoved::Missing(shown(&with_ending(asset))))?;
        let there = self.seen(&path)?;
        if there.sha1 != wrote {
            return Err(NotMoved::OtherBytes(shown(&path)).into());
        }
        let back = match before {
            Some(before) => {
                let seen = self.seen(before)?;
                let to = own::was_at(plan, before).filter(|to| is_own_sidecar(asset, to));
                Some((seen.checked, to.ok_or_else(|| NotDated::Otherwise(shown(before)))?))
            }
            None => None,
        };
        let aside = self.free_place(plan, Replaced::Written, &path)?;
        self.move_one(&there.checked, &path, &aside)?;
        let Some((old, to)) = back else { return Ok(TakenBack { aside, restored: None }) };
        match self.move_one(&old, &old.path, &to) {
            Ok(()) => Ok(TakenBack { aside, restored: Some(to) }),
            Err(why) => Err(self.go_back(&there.checked, &aside, &path, why).into()),
        }
    }

    /// How far a sidecar came. `before` is the SHA-1 that [`Hands::write_sidecar`] was to find.
    ///
    /// # Errors
    /// [`NotDated`] when it cannot be looked at: then nothing may be concluded.
    pub fn sidecar_state(&self, plan: &str, asset: &[u8], before: Option<Sha1>, wrote: Sha1) -> Result<SidecarState, NotDated> {
        let in_place = match self.own_sidecar(asset)? {
            Some(path) => match self.seen(&path) {
                Ok(seen) => Some((path, seen.sha1)),
                Err(NotDated::NotMoved(NotMoved::Failed(name, cause))) => return Err(NotMoved::Failed(name, cause).into()),
                Err(_) => return Ok(SidecarState::Otherwise(path)),
            },
            None => None,
        };
        let old = match before {
            Some(before) => self.replaced(plan, asset, Replaced::Before, before)?.map(|seen| seen.checked.path),
            None => None,
        };
        let of_stem = || Ok::<_, NotDated>(before.is_some() && self.sha1_of_stem(asset)? == before);
        Ok(match (in_place, old) {
            (Some((path, is)), Some(old)) if is == wrote => SidecarState::Done(Written { path, wrote, before: Some(old) }),
            (Some((path, is)), None) if is == wrote && (before.is_none() || of_stem()?) => {
                SidecarState::Done(Written { path, wrote, before: None })
            }
            (Some((_, is)), _) if Some(is) == before => SidecarState::Untouched,
            (Some((path, _)), _) => SidecarState::Otherwise(path),
            (None, Some(old)) => SidecarState::Between(old),
            (None, None) if before.is_none() || of_stem()? => SidecarState::Untouched,
            (None, None) => SidecarState::Otherwise(with_ending(asset)),
        })
    }

    /// Goes on to the end from whatever state a crash left, with the new sidecar that lies in `.lightproof`.
    ///
    /// # Errors
    /// [`NotDated`]; [`NotDated::NotReady`] when it does not lie there: then nothing moved, and [`Hands::write_sidecar`] begins anew.
    pub fn finish_sidecar(&self, plan: &str, asset: &[u8], before: Option<Sha1>, wrote: Sha1) -> Result<Written, NotDated> {
        let state = self.sidecar_state(plan, asset, before, wrote)?;
        match state {
            SidecarState::Done(written) => Ok(written),
            SidecarState::Otherwise(path) => Err(NotDated::Otherwise(shown(&path))),
            SidecarState::Untouched => {
                let at = self.sidecar(asset)?;
                let new = self.new_sidecar(plan, asset, wrote)?;
                if at.sha1() != before {
                    return Err(NotMoved::OtherBytes(shown(&at.path)).into());
                }
                self.put_in_place(plan, at.path.clone(), at.makes_room(), &new)
            }
            SidecarState::Between(old) => {
                super::foreign::refuse(&self.path, &self.root, self.resolver, asset)?;
                let path = own::was_at(plan, &old).ok_or_else(|| NotDated::Otherwise(shown(&old)))?;
                let new = self.new_sidecar(plan, asset, wrote)?;
                self.move_one(&new.checked, &new.checked.path, &path)?;
                Ok(Written { path, wrote, before: Some(old) })
            }
        }
    }

    /// Goes back to the beginning from whatever state a crash left.
    ///
    /// # Errors
    /// [`NotDated`], as [`Hands::take_sidecar_back`].
    pub fn go_back_to_sidecar(&self, plan: &str, asset: &[u8], before: Option<Sha1>, wrote: Sha1) -> Result<(), NotDated> {
        match self.sidecar_state(plan, asset, before, wrote)? {
            SidecarState::Untouched => Ok(()),
            SidecarState::Otherwise(path) => Err(NotDated::Otherwise(shown(&path))),
            SidecarState::Done(written) => self.take_sidecar_back(plan, asset, wrote, written.before.as_deref()).map(drop),
            SidecarState::Between(old) => {
                let path = own::was_at(plan, &old).ok_or_else(|| NotDated::Otherwise(shown(&old)))?;
                Ok(self.move_one(&self.seen(&old)?.checked, &old, &path)?)
            }
        }
    }

    /// The sidecar that is there makes room, and the new one takes its place; if it cannot, the other goes back.
    fn put_in_place(&self, plan: &str, path: Vec<u8>, makes_room: Option<Sha1>, new: &Seen) -> Result<Written, NotDated> {
        let old = match makes_room {
            Some(sha1) => {
                let there = self.seen(&path)?;
                if there.sha1 != sha1 {
                    return Err(NotMoved::OtherBytes(shown(&path)).into());
                }
                let aside = self.free_place(plan, Replaced::Before, &path)?;
                self.move_one(&there.checked, &path, &aside)?;
                Some((there.checked, aside))
            }
            None => None,
        };
        match (self.move_one(&new.checked, &new.checked.path, &path), old) {
            (Ok(()), old) => Ok(Written { path, wrote: new.sha1, before: old.map(|(_, aside)| aside) }),
            (Err(why), None) => Err(why.into()),
            (Err(why), Some((old, aside))) => Err(self.go_back(&old, &aside, &path, why).into()),
        }
    }

    /// Undoes the first of two renames of which the second did not happen.
    fn go_back(&self, moved: &Checked, from: &[u8], to: &[u8], why: NotMoved) -> NotMoved {
        match self.move_one(moved, from, to) {
            Ok(()) => why,
            Err(also) => NotMoved::Unknown(format!("{why}, and {} could not be moved back: {also}", shown(to))),
        }
    }

    /// The first place for a replaced sidecar that nothing has.
    fn free_place(&self, plan: &str, which: Replaced, path: &[u8]) -> Result<Vec<u8>, NotDated> {
        for place in own::replaced(plan, which, path) {
            if self.is_free(&place).map_err(|cause| NotMoved::Failed(shown(&place), cause))? {
                return Ok(place);
            }
        }
        Err(NotMoved::Taken(shown(path)).into())
    }

    /// The new sidecar, where a crash may have left it: not yet in its place, or taken from there.
    fn new_sidecar(&self, plan: &str, asset: &[u8], wrote: Sha1) -> Result<Seen, NotDated> {
        match self.seen(NEW_SIDECAR) {
            Ok(seen) if seen.sha1 == wrote => return Ok(seen),
            Err(NotDated::NotMoved(why @ NotMoved::Failed(..))) => return Err(why.into()),
            _ => {}
        }
        self.replaced(plan, asset, Replaced::Written, wrote)?.ok_or_else(|| NotDated::NotReady(shown(asset)))
    }

    /// A sidecar of an asset among those that a plan replaced, by its bytes.
    fn replaced(&self, plan: &str, asset: &[u8], which: Replaced, sha1: Sha1) -> Result<Option<Seen>, NotDated> {
        for place in own::replaced(plan, which, asset) {
            let (folder, _) = split(&place);
            let failed = |errno: Errno| NotMoved::Failed(shown(folder), errno.into());
            // A round that this asset did not take part in has no folder for it, and a later one then has none either.
            let listed = match self.resolver.open_folder(&self.root, folder) {
                Ok(listed) => Names::of(&listed),
                Err(Errno::NOENT) => break,
                Err(errno) => return Err(failed(errno).into()),
            };
            if let Some(errno) = listed.broke_off {
                return Err(failed(errno).into());
            }
            for name in listed.iter().filter(|name| is_own_sidecar(split(asset).1, name)) {
                match self.seen(&[folder, b"/", name].concat()) {
                    Ok(seen) if seen.sha1 == sha1 => return Ok(Some(seen)),
                    Err(NotDated::NotMoved(why @ NotMoved::Failed(..))) => return Err(why.into()),
                    _ => {}
                }
            }
        }
        Ok(None)
    }

    fn stat(&self, path: &[u8]) -> Result<Stat, Errno> {
        let (folder, name) = split(path);
        rustix::fs::statat(self.folder(folder)?, name, AtFlags::SYMLINK_NOFOLLOW)
    }
}

fn with_ending(asset: &[u8]) -> Vec<u8> {
    [asset, b".xmp"].concat()
}

/// Whether a path is that of the asset's own sidecar, in whatever letter case.
fn is_own_sidecar(asset: &[u8], path: &[u8]) -> bool {
    let ((folder, name), (around, sidecar)) = (split(asset), split(path));
    folder == around && lightproof_model::unit::key(sidecar) == lightproof_model::unit::key(&with_ending(name))
}
