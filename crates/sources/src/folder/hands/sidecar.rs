//! Which sidecar an asset has, or would have: by its name in the folder, read whole.
//!
//! `a.jpg.xmp` belongs to `a.jpg`. Where there is none but `a.xmp`, the new one starts from it, unless another asset of that stem may mean it
//! too: then whose it is is for a person to say. Letter case counts for nothing, as on the cards of cameras.
//! Absent on purpose: what a sidecar says (`media`), and any call that writes.

use lightproof_model::{
    digest::Sha1,
    read_at::ReadAt,
    unit::{key, stem},
};
use rustix::{
    fs::{AtFlags, FileType},
    io::Errno,
};
use sha1::Digest;

use super::{Checked, Hands, NotDated, NotMoved, foreign, shown, split};
use crate::{
    folder::{
        beneath::mounted_device,
        listing::{Hint, Names},
    },
    source::Opened,
};

/// A sidecar that is longer is not read.
const LONGEST: u64 = 4 << 20;

/// Endings of sidecars: such a file of the same stem is no asset that a sidecar could mean.
const SIDECARS: [&[u8]; 5] = [b"xmp", b"aae", b"json", b"thm", b"lrv"];

/// Where the date of an asset goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidecarAt {
    /// Path below the root.
    pub path: Vec<u8>,
    /// What is to be extended, where there is something.
    pub extends: Option<Extended>,
}

/// A sidecar that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extended {
    /// Path below the root: that of the new one, or that of a sidecar which is named after the stem and stays where it is.
    pub path: Vec<u8>,
    /// All of its bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-1.
    pub sha1: Sha1,
}

impl SidecarAt {
    /// SHA-1 of what is to be extended: what a plan has to find unchanged.
    #[must_use]
    pub fn sha1(&self) -> Option<Sha1> {
        self.extends.as_ref().map(|extended| extended.sha1)
    }

    /// SHA-1 of what has to make room for the new one.
    pub(super) fn makes_room(&self) -> Option<Sha1> {
        self.extends.as_ref().filter(|extended| extended.path == self.path).map(|extended| extended.sha1)
    }
}

/// A small file of which all bytes were just read.
pub(super) struct Seen {
    pub(super) checked: Checked,
    pub(super) bytes: Vec<u8>,
    pub(super) sha1: Sha1,
}

/// The names beside an asset that matter for its sidecar.
#[derive(Default)]
struct Beside {
    own: Vec<Vec<u8>>,
    of_stem: Vec<Vec<u8>>,
    /// Of the same stem, so that a sidecar of that stem may mean it.
    same_stem: Option<Vec<u8>>,
    /// Would take the asset's own sidecar for its own as well.
    same_sidecar: Option<Vec<u8>>,
}

impl Hands {
    /// Finds the place of an asset's sidecar, and the one that is there.
    ///
    /// # Errors
    /// [`NotDated`]; nothing was changed.
    pub fn sidecar(&self, asset: &[u8]) -> Result<SidecarAt, NotDated> {
        foreign::refuse(&self.path, &self.root, self.resolver, asset)?;
        self.is_an_asset(asset)?;
        let (folder, name) = split(asset);
        let beside = self.beside(asset)?;
        let at = |name: &[u8]| if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() };
        let extended = |name: &[u8]| {
            let Seen { checked, bytes, sha1 } = self.seen(&at(name))?;
            Ok::<_, NotDated>(Extended { path: checked.path, bytes, sha1 })
        };
        let fresh = at(&[name, b".xmp"].concat());
        if let Some(other) = beside.same_sidecar {
            return Err(NotDated::Shared(shown(&fresh), shown(&other)));
        }
        match (beside.own.as_slice(), beside.of_stem.as_slice()) {
            ([own], _) => Ok(SidecarAt { path: at(own), extends: Some(extended(own)?) }),
            ([], []) => {
                self.fits(&fresh)?;
                Ok(SidecarAt { path: fresh, extends: None })
            }
            ([], [of_stem]) => match beside.same_stem {
                Some(other) => Err(NotDated::Shared(shown(&at(of_stem)), shown(&other))),
                None => {
                    self.fits(&fresh)?;
                    Ok(SidecarAt { path: fresh, extends: Some(extended(of_stem)?) })
                }
            },
            ([one, another, ..], _) | ([], [one, another, ..]) => Err(NotDated::Several(shown(&at(one)), shown(another))),
        }
    }

    /// The name of the asset's own sidecar as the folder has it; nothing where there is none.
    pub(super) fn own_sidecar(&self, asset: &[u8]) -> Result<Option<Vec<u8>>, NotDated> {
        let (folder, _) = split(asset);
        let at = |name: &[u8]| if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() };
        match self.beside(asset)?.own.as_slice() {
            [] => Ok(None),
            [own] => Ok(Some(at(own))),
            [one, another, ..] => Err(NotDated::Several(shown(&at(one)), shown(another))),
        }
    }

    /// SHA-1 of the one sidecar that is named after the asset's stem; nothing where there is none or several.
    pub(super) fn sha1_of_stem(&self, asset: &[u8]) -> Result<Option<Sha1>, NotDated> {
        Ok(self.of_stem(asset)?.map(|seen| seen.sha1))
    }

    /// The one sidecar that is named after the asset's stem; nothing where there is none or several.
    pub(super) fn of_stem(&self, asset: &[u8]) -> Result<Option<Seen>, NotDated> {
        let (folder, _) = split(asset);
        match self.beside(asset)?.of_stem.as_slice() {
            [name] if folder.is_empty() => self.seen(name).map(Some),
            [name] => self.seen(&[folder, b"/", name].concat()).map(Some),
            _ => Ok(None),
        }
    }

    /// Reads a small file that may be renamed: regular, of one name, on the root's file system.
    pub(super) fn seen(&self, path: &[u8]) -> Result<Seen, NotDated> {
        let failed = |cause: std::io::Error| NotMoved::Failed(shown(path), cause);
        let asset = match self.resolver.open_asset(&self.root, path) {
            Ok(Some(asset)) => asset,
            Ok(None) | Err(Errno::LOOP | Errno::NXIO | Errno::NOTDIR) => return Err(NotMoved::NotAFile(shown(path)).into()),
            Err(Errno::NOENT) => return Err(NotMoved::Missing(shown(path)).into()),
            Err(errno) => return Err(failed(errno.into()).into()),
        };
        let before = asset.stat().map_err(failed)?;
        let home = rustix::fs::fstat(&self.root).map_err(|errno| failed(errno.into()))?;
        if before.mounted_device != mounted_device(&home) {
            return Err(NotMoved::Nested(shown(path)).into());
        }
        if before.links > 1 {
            return Err(NotMoved::HardLinks(shown(path), before.links).into());
        }
        if before.size > LONGEST {
            return Err(NotDated::TooLong(shown(path), before.size));
        }
        let mut bytes = vec![0; usize::try_from(before.size).unwrap_or_default()];
        let mut filled = 0;
        while filled < bytes.len() {
            match asset.read_at(filled as u64, &mut bytes[filled..]).map_err(failed)? {
                0 => break,
                read => filled += read,
            }
        }
        let after = asset.stat().map_err(failed)?;
        if filled < bytes.len() || !after.agrees_with(&before) {
            return Err(NotMoved::Changing(shown(path)).into());
        }
        let sha1 = Sha1(sha1::Sha1::digest(&bytes).into());
        let checked = Checked { path: path.to_vec(), inode: after.inode, mounted_device: after.mounted_device };
        Ok(Seen { checked, bytes, sha1 })
    }

    /// That there is a photograph to be dated: a regular file on the root's file system. It is opened for reading and not read.
    fn is_an_asset(&self, asset: &[u8]) -> Result<(), NotDated> {
        let failed = |errno: Errno| NotMoved::Failed(shown(asset), errno.into());
        match self.resolver.open_asset(&self.root, asset) {
            Ok(Some(opened)) => {
                let home = rustix::fs::fstat(&self.root).map_err(failed)?;
                let stat = opened.stat().map_err(|cause| NotMoved::Failed(shown(asset), cause))?;
                if stat.mounted_device == mounted_device(&home) { Ok(()) } else { Err(NotMoved::Nested(shown(asset)).into()) }
            }
            Ok(None) | Err(Errno::LOOP | Errno::NXIO | Errno::NOTDIR) => Err(NotMoved::NotAFile(shown(asset)).into()),
            Err(Errno::NOENT) => Err(NotMoved::Missing(shown(asset)).into()),
            Err(errno) => Err(failed(errno).into()),
        }
    }

    /// That the folder takes a name of this length.
    fn fits(&self, path: &[u8]) -> Result<(), NotDated> {
        let (folder, name) = split(path);
        let failed = |errno: Errno| NotMoved::Failed(shown(path), errno.into());
        let folder = self.folder(folder).map_err(failed)?;
        match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NAMETOOLONG) => Err(NotDated::NameTooLong(shown(path))),
            Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(failed(errno).into()),
            Ok(_) => Err(NotMoved::Taken(shown(path)).into()),
        }
    }

    fn beside(&self, asset: &[u8]) -> Result<Beside, NotDated> {
        let (folder_path, name) = split(asset);
        let failed = |errno: Errno| NotMoved::Failed(shown(folder_path), errno.into());
        let folder = match self.folder(folder_path) {
            Err(Errno::NOENT) => return Ok(Beside::default()),
            folder => folder.map_err(failed)?,
        };
        let names = Names::of(&folder);
        if let Some(errno) = names.broke_off {
            return Err(failed(errno).into());
        }
        let (of_asset, of_stem) = (key(name), key(stem(name)));
        let (own, stem_named) = (key(&[name, b".xmp"].concat()), key(&[stem(name), b".xmp"].concat()));
        let mut beside = Beside::default();
        for (other, hint) in (0..).map_while(|index| names.get(index)).filter(|(other, _)| *other != name) {
            let (other_key, other_stem) = (key(other), key(stem(other)));
            if other_stem != of_asset && other_stem != of_stem && other_key != of_asset {
                continue;
            }
            let is_folder = match hint {
                Hint::Folder => true,
                Hint::NoFolder => false,
                Hint::Unknown => {
                    let stat = rustix::fs::statat(&folder, other, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
                    FileType::from_raw_mode(stat.st_mode) == FileType::Directory
                }
            };
            let ending = other.get(stem(other).len() + 1..).unwrap_or_default();
            let is_sidecar = SIDECARS.iter().any(|known| ending.eq_ignore_ascii_case(known));
            if other_key == own {
                beside.own.push(other.to_vec());
            } else if other_key == stem_named {
                beside.of_stem.push(other.to_vec());
            } else if !is_folder && !is_sidecar {
                if other_key == of_asset || other_stem == of_asset {
                    beside.same_sidecar = Some(other.to_vec());
                }
                beside.same_stem = Some(other.to_vec());
            }
        }
        Ok(beside)
    }
}
