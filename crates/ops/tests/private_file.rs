//! The file of keys is its user's alone, or it is not used.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // helpers of tests, in folders of their own

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use lightproof_ops::secrets::{PrivateFile, Provider, Secret, SecretError, SecretName};

struct Place {
    home: tempfile::TempDir,
}

impl Place {
    fn with_a_key() -> Place {
        let place = Place { home: tempfile::tempdir().unwrap() };
        place.file().put(&alice(), &Secret::new("canary").unwrap()).unwrap();
        place
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("data/private")
    }

    fn path(&self) -> PathBuf {
        self.folder().join("keys.toml")
    }

    fn file(&self) -> PrivateFile {
        PrivateFile::in_folder(self.folder())
    }

    /// That neither reading nor writing goes on, and how that is told.
    fn refusal(&self) -> SecretError {
        let before = fs::read(self.path()).ok();
        let error = self.file().get(&alice()).unwrap_err();
        let put = self.file().put(&alice(), &Secret::new("canary2").unwrap()).unwrap_err();
        assert_eq!(put, error);
        assert_eq!(fs::read(self.path()).ok(), before, "nothing was written");
        assert!(!format!("{error} {error:?} {}", error.hint()).contains("canary"));
        error
    }
}

fn alice() -> SecretName {
    SecretName::new("home", "alice").unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn file_and_folder_are_made_for_their_user_alone() {
    let place = Place::with_a_key();
    assert_eq!((mode(&place.folder()), mode(&place.path())), (0o700, 0o600));
    place.file().put(&SecretName::new("away", "Bob B").unwrap(), &Secret::new("other").unwrap()).unwrap();
    assert_eq!(mode(&place.path()), 0o600);
    let text = fs::read_to_string(place.path()).unwrap();
    assert!(
        text.starts_with("# API keys") && text.contains("[home]\nalice = \"canary\"") && text.contains("\"Bob B\""),
        "{text}"
    );
    assert_eq!(fs::read_dir(place.folder()).unwrap().count(), 1, "nothing half-written stays behind");
}

#[test]
fn whatever_others_can_read_or_change_is_refused() {
    for wrong in [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o610] {
        let place = Place::with_a_key();
        chmod(&place.path(), wrong);
        let error = place.refusal();
        assert!(matches!(error, SecretError::NotPrivate { mode, .. } if mode == wrong), "{error}");
        assert!(error.to_string().contains(&format!("keys.toml can be read or changed by others (mode {wrong:o})")), "{error}");
        assert!(error.hint().contains("chmod 600"));
    }
    for wrong in [0o750, 0o701, 0o770, 0o777, 0o1777] {
        let place = Place::with_a_key();
        chmod(&place.folder(), wrong);
        let error = place.refusal();
        assert!(matches!(error, SecretError::NotPrivate { .. }) && error.hint().contains("chmod 700"), "{error}");
    }
}

#[test]
fn nothing_is_read_or_written_through_a_link() {
    let place = Place::with_a_key();
    let elsewhere = place.home.path().join("elsewhere");
    fs::rename(place.path(), &elsewhere).unwrap();
    symlink(&elsewhere, place.path()).unwrap();
    assert!(matches!(place.refusal(), SecretError::NotPlain { expected: "a file", .. }));
    let place = Place::with_a_key();
    let elsewhere = place.home.path().join("elsewhere");
    fs::rename(place.folder(), &elsewhere).unwrap();
    symlink(&elsewhere, place.folder()).unwrap();
    assert!(matches!(place.refusal(), SecretError::NotPlain { expected: "a folder", .. }));
}

#[test]
fn something_that_is_no_file_is_refused_and_never_waited_for() {
    let place = Place::with_a_key();
    fs::rename(place.path(), place.home.path().join("aside")).unwrap();
    fs::create_dir(place.path()).unwrap();
    assert!(matches!(place.refusal(), SecretError::NotPlain { expected: "a file", .. }));
    let place = Place::with_a_key();
    fs::rename(place.path(), place.home.path().join("aside")).unwrap();
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, place.path(), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    assert!(matches!(place.file().get(&alice()), Err(SecretError::NotPlain { .. })));
}

#[test]
fn a_file_that_cannot_be_understood_is_told_by_its_line_and_never_by_its_text() {
    for (text, line) in [
        ("[home]\nalice = \"canary\n", Some(2)),
        ("[home]\nalice = canary\n", Some(2)),
        ("\n\n[home]\nalice = [\"canary\"]\n", Some(4)),
        ("canary", Some(1)),
        ("[home]\nalice = \"ca\\u0000nary\"\n", None),
    ] {
        let place = Place::with_a_key();
        fs::write(place.path(), text).unwrap();
        let error = place.file().get(&alice()).unwrap_err();
        assert!(matches!(&error, SecretError::Garbled { line: told, .. } if *told == line), "{text:?}: {error:?}");
        assert!(!format!("{error} {error:?} {}", error.hint()).contains("nary"));
    }
    let place = Place::with_a_key();
    fs::write(place.path(), b"\xff\xfecanary").unwrap();
    assert!(matches!(place.refusal(), SecretError::Garbled { line: None, .. }));
    fs::write(place.path(), vec![b'#'; (1 << 20) + 1]).unwrap();
    assert!(matches!(place.refusal(), SecretError::Garbled { .. }));
}

#[test]
fn keys_that_are_added_at_the_same_time_are_all_kept() {
    let place = Place::with_a_key();
    std::thread::scope(|scope| {
        for i in 0..8 {
            let file = place.file();
            scope.spawn(move || {
                let name = SecretName::new("home", &format!("owner{i}")).unwrap();
                file.put(&name, &Secret::new(&format!("key{i}")).unwrap()).unwrap();
            });
        }
    });
    for i in 0..8 {
        let name = SecretName::new("home", &format!("owner{i}")).unwrap();
        assert_eq!(place.file().get(&name).unwrap().unwrap().expose(), format!("key{i}"));
    }
    assert!(place.file().get(&alice()).unwrap().is_some());
}

#[test]
fn a_file_left_by_a_run_that_was_killed_is_in_nobodys_way() {
    let place = Place::with_a_key();
    for i in 0..3 {
        fs::write(place.folder().join(format!(".keys.toml.{}-{i}", std::process::id())), "half").unwrap();
    }
    place.file().put(&alice(), &Secret::new("canary2").unwrap()).unwrap();
    assert_eq!(place.file().get(&alice()).unwrap().unwrap().expose(), "canary2");
}
