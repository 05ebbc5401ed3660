//! Exclusions: the names of folders that a walk leaves out.
//!
//! A pattern without `/` is compared with a folder's name at any depth; one with `/` with its whole path below the
//! root. `*` stands for any bytes but `/`, `?` for one. ASCII letters match in either case, because the
//! systems that write such folders disagree on it (`$RECYCLE.BIN`, `$Recycle.Bin`).
//! Absent on purpose: excluding single files. Every file met gets a row.

/// Patterns of folders to leave out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exclusions {
    patterns: Vec<String>,
}

/// What servers, systems and programs keep beside photographs that no one took.
pub const SHIPPED: [&str; 13] = [
    "@eaDir",                    // Synology: thumbnails
    "#recycle",                  // Synology: waste bin
    ".@__thumb",                 // QNAP: thumbnails
    "@Recycle",                  // QNAP: waste bin
    ".Trash*",                   // freedesktop.org and macOS: waste bin
    ".thumbnails",               // freedesktop.org: thumbnails
    "$RECYCLE.BIN",              // Windows: waste bin
    "System Volume Information", // Windows
    "lost+found",                // ext file systems
    ".Spotlight-V100",           // macOS: index
    ".fseventsd",                // macOS: log of changes
    ".TemporaryItems",           // macOS
    ".git",                      // version control
];

impl Exclusions {
    /// The patterns that lightproof ships with.
    #[must_use]
    pub fn shipped() -> Self {
        Self::new(SHIPPED)
    }

    /// No exclusions beside the ones that a walk always makes.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// These patterns; slashes at either end of one mean nothing.
    pub fn new(patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let patterns = patterns.into_iter().map(|p| p.into().trim_matches('/').to_owned()).filter(|p| !p.is_empty());
        Self { patterns: patterns.collect() }
    }

    /// The first pattern that leaves out the folder at this path below the root.
    #[must_use]
    pub fn matching(&self, path: &[u8]) -> Option<&str> {
        let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
        let hit = |p: &&String| matches(p.as_bytes(), if p.contains('/') { path } else { name });
        self.patterns.iter().find(hit).map(String::as_str)
    }
}

/// Whether a text is one that the pattern describes: `*` any bytes but `/`, `?` one.
///
/// Goes back to the last `*` only, so the time is at most the product of both lengths.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            Some(b'?') if text[t] != b'/' => (p, t) = (p + 1, t + 1),
            Some(c) if c.eq_ignore_ascii_case(&text[t]) => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) if text[from] != b'/' => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                _ => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_and_the_folders_that_they_leave_out() {
        for (pattern, path, out) in [
            ("@eaDir", "2019/@eaDir", true),
            ("@eadir", "2019/@eaDir", true),
            ("@eaDir", "2019/@eaDirs", false),
            (".Trash*", ".Trash-1000", true),
            (".Trash*", "a/.Trash", true),
            (".Trash*", "a.Trash", false),
            ("2019/raw", "2019/raw", true),
            ("2019/raw", "x/2019/raw", false),
            ("/2019/*/", "2019/raw", true),
            ("2019/*", "2019/raw/deep", false),
            ("?ld", "old", true),
            ("?ld", "ld", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("*", "anything", true),
        ] {
            assert_eq!(Exclusions::new([pattern]).matching(path.as_bytes()).is_some(), out, "{pattern} {path}");
        }
    }

    #[test]
    fn an_empty_pattern_leaves_out_nothing() {
        assert_eq!(Exclusions::new(["", "/"]), Exclusions::none());
    }

    #[test]
    fn every_shipped_pattern_leaves_out_a_folder_of_its_own_name() {
        for pattern in SHIPPED {
            assert_eq!(Exclusions::shipped().matching(format!("a/b/{pattern}").as_bytes()), Some(pattern));
        }
    }

    proptest! {
        #[test]
        fn a_star_stands_for_any_part_of_a_name(head in "[a-z]{0,4}", part in "[a-z]{0,6}", tail in "[a-z]{0,4}") {
            let (pattern, name) = (format!("{head}*{tail}"), format!("{head}{part}{tail}"));
            prop_assert!(matches(pattern.as_bytes(), name.as_bytes()));
        }
    }
}
