//! Which folders here are the server's own, found by trying where its paths lead below them.
//!
//! A folder that fits by name is taken only after [`verify`] says so.

use std::path::{Path, PathBuf};

use super::{Mount, trust::verify};
use crate::{folder::FolderSource, immich::listed::Listed, source::Source};

/// How far above a root is looked: the root may be one user's folder in the library.
const ABOVE: usize = 3;
/// How far below what fits by name a part of it is looked for.
const DEEPER: usize = 3;
/// Assets that are tried in each folder.
const TRIED: usize = 64;

/// The mounts that a sample of a server's assets shows to be at these folders, at folders above them, or at the server's own paths.
///
/// One for each prefix, in the order of the folders; none that another one already says.
#[must_use]
pub fn detect(sample: &[Listed], folders: &[PathBuf]) -> Vec<Mount> {
    let spread = sample.len().div_ceil(TRIED).max(1);
    let tried: Vec<&Listed> = sample.iter().step_by(spread).filter(|listed| !listed.offline).collect();
    let mut mounts: Vec<Mount> = Vec::new();
    for folder in with_those_above(folders) {
        let Ok(source) = FolderSource::at(&folder) else { continue };
        let mut refused: Vec<Mount> = Vec::new();
        for listed in &tried {
            let Some(prefix) = splits(&listed.path).into_iter().find(|prefix| leads_to(&source, prefix, listed)) else {
                continue;
            };
            for mount in narrowed(prefix, &folder, &listed.path) {
                if refused.contains(&mount) || mounts.iter().any(|known| known.rest(listed.path.as_bytes()).is_some()) {
                    continue;
                }
                match verify(&mount, sample) {
                    Ok(()) => mounts.push(mount),
                    Err(_) => refused.push(mount),
                }
            }
        }
    }
    mounts
}

/// The folders, then those above them, then the root of the file system, where the server's paths are as they are here.
fn with_those_above(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = Vec::new();
    let full = |folder: &PathBuf| std::fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
    let folders: Vec<PathBuf> = folders.iter().map(full).collect();
    for above in 0..=ABOVE {
        all.extend(folders.iter().filter_map(|folder| folder.ancestors().nth(above)).map(Path::to_path_buf));
    }
    all.push(PathBuf::from("/"));
    let mut seen = std::collections::HashSet::new();
    all.retain(|folder| !folder.as_os_str().is_empty() && seen.insert(folder.clone()));
    all
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

fn leads_to(source: &FolderSource, prefix: &str, listed: &Listed) -> bool {
    let mount = Mount { prefix: prefix.to_owned(), folder: PathBuf::new() };
    let asset = mount.rest(listed.path.as_bytes()).and_then(|rest| source.open(rest).ok());
    asset.is_some_and(|asset| listed.bytes.is_none_or(|bytes| bytes == asset.len()))
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
