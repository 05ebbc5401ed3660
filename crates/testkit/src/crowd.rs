//! `Crowd`: a library of a million tiny photographs, written to disk as fast as the disk takes them.
//!
//! Valid gray JPEGs of 64×48 pixels with EXIF, each of a picture of its own, under paths of real length. A tenth of them
//! are in groups: every twentieth is a copy of the one before it, in turn an exact copy, one without metadata,
//! a re-encoded one, and a shot of the same view a second later. Or, for a review, all of them: `Crowd::pairs`.
//! Always the same for the same number.

use std::{fs, io, path::Path};

use lightproof_darkroom::{
    exif::Exif,
    jpeg,
    texture::{HEIGHT, Textures, WIDTH},
};

/// So many assets.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    count: u32,
    make_up: MakeUp,
}

/// Which of a crowd are copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MakeUp {
    /// Every twentieth.
    Library,
    /// Two of five: groups of two and of three in turn, and nothing else.
    Pairs,
}

/// Assets in one folder.
const FOLDER: u32 = 400;

/// What the copy at the end of each twenty is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    /// The same bytes.
    Exact,
    /// The same picture without metadata.
    Stripped,
    /// Encoded again, with the same capture moment.
    Reencoded,
    /// The same view a second later: no duplicate.
    Later,
}

impl Crowd {
    /// A crowd of so many.
    #[must_use]
    pub fn of(count: u32) -> Self {
        Self { count, make_up: MakeUp::Library }
    }

    /// As many groups, of two and three members in turn, of which none is a series: for a review without end.
    #[must_use]
    pub fn pairs(groups: u32) -> Self {
        Self { count: groups / 2 * 5 + groups % 2 * 2, make_up: MakeUp::Pairs }
    }

    /// How many assets there are.
    #[must_use]
    pub fn assets(self) -> u32 {
        self.count
    }

    /// How many groups there are.
    #[must_use]
    pub fn groups(self) -> u32 {
        match self.make_up {
            MakeUp::Library => self.count / 20,
            MakeUp::Pairs => self.count / 5 * 2 + u32::from(!self.count.is_multiple_of(5)),
        }
    }

    /// What kind of copy stands at a place, if one does, and of which asset.
    #[must_use]
    pub fn copy_at(self, index: u32) -> Option<(Copy, u32)> {
        let kinds = [Copy::Exact, Copy::Stripped, Copy::Reencoded];
        match self.make_up {
            MakeUp::Library => copy_at(index).map(|copy| (copy, index - 1)),
            MakeUp::Pairs => {
                let behind = [0, 1, 0, 1, 2][(index % 5) as usize];
                (behind > 0).then(|| (kinds[((index / 5 + behind) % 3) as usize], index - behind))
            }
        }
    }

    /// The path of an asset, relative to the folder.
    #[must_use]
    pub fn path(self, index: u32) -> String {
        let folder = index / FOLDER;
        let (year, month) = (2004 + folder / 12 % 20, folder % 12 + 1);
        let place = ["Brittany", "at home", "Grandmother's birthday", "Lisbon with the children", "garden"][folder as usize % 5];
        let date = format!("{year}{month:02}{:02}", index % 28 + 1);
        format!("Photographs/{year}/{year}-{month:02} {place} {folder:04}/IMG_{date}_{index:07}.jpg")
    }

    /// The bytes of an asset.
    #[must_use]
    pub fn bytes(self, index: u32, textures: &Textures) -> Vec<u8> {
        let (copy, original) = self.copy_at(index).map_or((None, index), |(copy, of)| (Some(copy), of));
        let picture = textures.drawn(u64::from(original));
        let quality = if copy == Some(Copy::Reencoded) { 55 } else { 75 };
        let plain = jpeg::encoded_gray(&picture, WIDTH as u32, HEIGHT as u32, quality);
        match copy {
            Some(Copy::Stripped) => plain,
            Some(Copy::Later) => jpeg::with_exif(&plain, &exif(index).tiff()),
            _ => jpeg::with_exif(&plain, &exif(original).tiff()),
        }
    }

    /// Writes all of them into a folder, with so many threads.
    ///
    /// # Errors
    /// Whatever the file system reports.
    pub fn write_to(self, folder: &Path, threads: u32) -> io::Result<()> {
        let (textures, threads) = (Textures::default(), threads.max(1));
        std::thread::scope(|scope| {
            let textures = &textures;
            let write = |part: u32| {
                // Whole folders to each thread, so that they do not wait for one another's directory.
                let own = (0..self.count).filter(move |index| index / FOLDER % threads == part);
                own.into_iter().try_for_each(|index| self.write_one(folder, index, textures))
            };
            let writing: Vec<_> = (0..threads).map(|part| scope.spawn(move || write(part))).collect();
            writing.into_iter().try_for_each(|w| w.join().expect("a writer does not panic"))
        })
    }

    fn write_one(self, folder: &Path, index: u32, textures: &Textures) -> io::Result<()> {
        let path = folder.join(self.path(index));
        if index.is_multiple_of(FOLDER) {
            fs::create_dir_all(path.parent().expect("the path of an asset has a folder"))?;
        }
        #[allow(clippy::disallowed_methods)] // the library is the test's own
        fs::write(path, self.bytes(index, textures))
    }
}

/// What kind of copy stands at this place of a crowd that is like a library, if one does.
#[must_use]
pub fn copy_at(index: u32) -> Option<Copy> {
    (index % 20 == 19).then(|| [Copy::Exact, Copy::Stripped, Copy::Reencoded, Copy::Later][(index / 20 % 4) as usize])
}

fn exif(index: u32) -> Exif {
    let (day, second) = (index / 86_400, index % 86_400);
    let date = format!("{}:{:02}:{:02}", 2008 + day / 336, day / 28 % 12 + 1, day % 28 + 1);
    let taken = format!("{date} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let body = format!("{:07}", 6_000_000 + index % 7);
    Exif::camera("Canon", "Canon EOS 40D").taken(&taken).sub_sec("50").serial(&body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_crowd_is_as_many_as_were_asked_for_each_at_its_own_place() {
        let folder = tempfile::tempdir().unwrap();
        Crowd::of(1000).write_to(folder.path(), 3).unwrap();
        let files = crate::snapshot::everything_in(folder.path()).into_iter().filter(|p| p.is_file());
        assert_eq!(files.count(), 1000);
        let paths: BTreeSet<String> = (0..1000).map(|i| Crowd::of(1000).path(i)).collect();
        assert_eq!(paths.len(), 1000);
        assert!(paths.iter().all(|path| path.len() > 50));
    }

    #[test]
    fn a_tenth_is_in_groups_and_the_rest_are_all_different() {
        let (crowd, textures) = (Crowd::of(400), Textures::default());
        let copies: Vec<Copy> = (0..400).filter_map(copy_at).collect();
        assert_eq!((copies.len() as u32, crowd.groups()), (20, 20));
        let different: BTreeSet<Vec<u8>> = (0..400).map(|index| crowd.bytes(index, &textures)).collect();
        assert_eq!(different.len(), 400 - copies.iter().filter(|&&c| c == Copy::Exact).count());
    }

    #[test]
    fn pairs_are_groups_of_two_and_three_in_turn_and_nothing_else() {
        for groups in [0, 1, 2, 7, 60] {
            let crowd = Crowd::pairs(groups);
            let mut members = std::collections::BTreeMap::<u32, u32>::new();
            (0..crowd.assets()).for_each(|i| *members.entry(crowd.copy_at(i).map_or(i, |(_, of)| of)).or_default() += 1);
            assert_eq!((members.len() as u32, crowd.groups()), (groups, groups));
            assert!(members.values().enumerate().all(|(at, &count)| count == 2 + at as u32 % 2), "{members:?}");
        }
        let kinds: BTreeSet<String> = (0..30).filter_map(|i| Some(format!("{:?}", Crowd::pairs(12).copy_at(i)?.0))).collect();
        assert_eq!(kinds.len(), 3);
    }
}
