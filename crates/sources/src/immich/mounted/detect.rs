//! Which folders here are the server's own, found by trying where its paths lead below them.
//!
//! A folder that fits by name is taken only after [`verify`] says so.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use super::{
    Mount, below,
    rivals::{Verified, settle},
    trust::verify,
};
use crate::{folder::FolderSource, immich::listed::Listed, source::Source};

/// How far below what fits by name a part of it is looked for.
const DEEPER: usize = 3;
/// Assets that are tried in each folder.
const TRIED: usize = 64;
/// Folders that fit by name and are asked further: a tree of copies has no end of them.
const ASKED: usize = 512;
/// Assets below a prefix that tell of a folder which no person named; fewer if no more are known at all.
const TELLING: usize = 2;

/// What a search for a server's library found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detected {
    /// Folders that are the server's own, none that another one already says; the shortest prefix comes first.
    pub mounts: Vec<Mount>,
    /// Prefixes for which several folders hold other files of the same content, and which these are: a library and its backup. None of
    /// them is among `mounts`.
    pub ambiguous: Vec<(String, Vec<PathBuf>)>,
}

/// The mounts that a sample of a server's assets shows to be at these folders, at folders above or below them, or at the server's own
/// paths. What lies below the prefixes of `named` is known and not looked for.
#[must_use]
pub fn detect(sample: &[Listed], folders: &[PathBuf], named: &[Mount]) -> Detected {
    let is_named = |listed: &Listed| named.iter().any(|mount| mount.rest(listed.path.as_bytes()).is_some());
    let sample: Vec<Listed> = sample.iter().filter(|listed| !listed.offline && !is_named(listed)).cloned().collect();
    if sample.is_empty() {
        return Detected::default();
    }
    let mut search = Search::new(&sample);
    below::each(folders, &mut |source, names| search.look_into(source, names));
    settle(search.verified, &sample)
}

/// A search under way.
struct Search<'s> {
    sample: &'s [Listed],
    /// With all prefixes that each path can be parted at.
    tried: Vec<(&'s Listed, Vec<String>)>,
    verified: Vec<Verified>,
    asked: Vec<Mount>,
}

impl<'s> Search<'s> {
    fn new(sample: &'s [Listed]) -> Search<'s> {
        let spread = sample.len().div_ceil(TRIED).max(1);
        let tried = sample.iter().step_by(spread).map(|listed| (listed, splits(&listed.path))).collect();
        Search { sample, tried, verified: Vec::new(), asked: Vec::new() }
    }

    /// Tries one folder; tells the names in it that are known to be the server's, and need no looking into.
    fn look_into(&mut self, source: &FolderSource, names: Option<&HashSet<Vec<u8>>>) -> HashSet<Vec<u8>> {
        for index in 0..self.tried.len() {
            let (listed, prefixes) = &self.tried[index];
            if let Some(prefix) = prefixes.iter().find(|prefix| leads_to(source, names, prefix, listed)).cloned() {
                self.ask(source, prefix, listed);
            }
        }
        self.known_in(source.path())
    }

    /// Takes the folder for the prefix, or a folder in it for a longer one, if what is there is the server's and not yet known.
    fn ask(&mut self, source: &FolderSource, prefix: String, listed: &Listed) {
        let mount = Mount { prefix: prefix.clone(), folder: source.path().to_owned() };
        let file = mount.rest(listed.path.as_bytes()).and_then(|rest| source.open(rest).ok()?.stat().ok());
        let file = file.map(|stat| (stat.device, stat.inode));
        if self.verified.iter().any(|known| known.file(listed).is_some_and(|known| Some(known) == file)) {
            return;
        }
        for mount in narrowed(prefix, source.path(), &listed.path) {
            if self.asked.contains(&mount) {
                continue;
            }
            if self.asked.len() >= ASKED {
                return;
            }
            self.asked.push(mount.clone());
            let below = self.sample.iter().filter(|listed| mount.rest(listed.path.as_bytes()).is_some()).count();
            if below >= TELLING.min(self.sample.len())
                && verify(&mount, self.sample).is_ok()
                && let Ok(source) = FolderSource::at(&mount.folder)
            {
                self.verified.push(Verified { mount, source });
                return;
            }
        }
    }

    fn known_in(&self, folder: &Path) -> HashSet<Vec<u8>> {
        let mounts: Vec<&Mount> = self.verified.iter().map(|known| &known.mount).collect();
        let names = self.sample.iter().flat_map(|listed| {
            mounts.iter().filter_map(|mount| {
                let rest = mount.rest(listed.path.as_bytes())?;
                // How the folder lies in the mount, and so the asset in it.
                let inside = folder.strip_prefix(&mount.folder).ok()?;
                let mut rest = rest.split(|&b| b == b'/');
                let leads = inside.components().all(|name| rest.next() == Some(name.as_os_str().as_encoded_bytes()));
                leads.then(|| rest.next().map(<[u8]>::to_vec)).flatten()
            })
        });
        names.collect()
    }
}

/// The prefixes of a path at which it can be parted, the shortest first: what is left of the path is then longest, and tells most.
fn splits(path: &str) -> Vec<String> {
    let first = if path.starts_with('/') { "/" } else { "" };
    let further = path.char_indices().skip(1).filter(|&(_, c)| c == '/').map(|(at, _)| &path[..at]);
    std::iter::once(first).chain(further).map(str::to_owned).collect()
}

/// The same place, and some deeper on the way to an asset: of what lies below a prefix, only a part may be here.
fn narrowed(prefix: String, folder: &Path, path: &str) -> Vec<Mount> {
    let mount = Mount { prefix, folder: folder.to_owned() };
    let rest = mount.rest(path.as_bytes()).map_or(0, <[u8]>::len);
    let mut mounts = vec![mount];
    let names: Vec<&str> = path[path.len() - rest..].split('/').collect();
    for name in names.iter().take(names.len().saturating_sub(1).min(DEEPER)) {
        let last = mounts.last().expect("there is the first");
        let prefix = match last.prefix.as_str() {
            "" => (*name).to_owned(),
            before => format!("{}/{name}", before.trim_end_matches('/')),
        };
        let folder = last.folder.join(name);
        mounts.push(Mount { prefix, folder });
    }
    mounts
}

fn leads_to(source: &FolderSource, names: Option<&HashSet<Vec<u8>>>, prefix: &str, listed: &Listed) -> bool {
    let mount = Mount { prefix: prefix.to_owned(), folder: PathBuf::new() };
    let Some(rest) = mount.rest(listed.path.as_bytes()) else { return false };
    let first = rest.split(|&b| b == b'/').next().unwrap_or(rest);
    names.is_none_or(|names| names.contains(first))
        && source.open(rest).is_ok_and(|asset| listed.bytes.is_none_or(|bytes| bytes == asset.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_parted_at_every_name() {
        assert_eq!(splits("/data/upload/a.jpg"), ["/", "/data", "/data/upload"]);
        assert_eq!(splits("upload/ä/a.jpg"), ["", "upload", "upload/ä"]);
    }

    #[test]
    fn a_part_of_a_place_has_a_longer_prefix_and_a_deeper_folder() {
        let told = |mounts: Vec<Mount>| -> Vec<(String, String)> {
            mounts.into_iter().map(|m| (m.prefix, m.folder.to_string_lossy().into_owned())).collect()
        };
        let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        let mounts = narrowed("/".to_owned(), Path::new("/"), "/mnt/b/a.jpg");
        assert_eq!(told(mounts), pairs(&[("/", "/"), ("/mnt", "/mnt"), ("/mnt/b", "/mnt/b")]));
        let mounts = narrowed("/data".to_owned(), Path::new("/srv"), "/data/upload/a.jpg");
        assert_eq!(told(mounts), pairs(&[("/data", "/srv"), ("/data/upload", "/srv/upload")]));
        assert_eq!(
            told(narrowed(String::new(), Path::new("/srv"), "upload/a.jpg")),
            pairs(&[("", "/srv"), ("upload", "/srv/upload")])
        );
    }
}
