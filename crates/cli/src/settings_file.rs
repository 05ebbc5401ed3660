//! Writing into the settings file: what a command learned is added where it belongs, and all else stays as a person wrote it.
//!
//! Comments, order and unknown spaces are kept. The new state is read as settings before it replaces the old one, whole. Reading is the
//! engine's; never written here: anything secret.

use std::{
    fs::{self, File, Permissions},
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::Context;
use lightproof_engine::settings::Settings;
use toml_edit::{Array, DocumentMut, Item, RawString, Table, TableLike, Value, value};

use crate::exit::Refusal;

/// The settings file, being edited.
pub struct SettingsFile {
    path: PathBuf,
    mode: u32,
    document: DocumentMut,
    before: String,
    /// Nobody else edits a file of this folder meanwhile.
    _lock: File,
}

impl SettingsFile {
    /// Opens the file that is there, or begins a new one. Another lightproof that edits it is waited for.
    pub fn open(path: &Path) -> anyhow::Result<SettingsFile> {
        // Settings may be kept elsewhere and linked to: what is linked to is edited.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let failed = || format!("{} cannot be written", path.display());
        fs::create_dir_all(folder).with_context(failed)?;
        let lock = File::open(folder).with_context(failed)?;
        lock.lock().with_context(failed)?;
        let (before, mode) = match fs::read_to_string(&path) {
            Ok(text) => (text, fs::metadata(&path)?.permissions().mode() & 0o777),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (String::new(), 0o644),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        let document = before.parse().map_err(|_| refused(&path))?;
        Ok(SettingsFile { path, mode, document, before, _lock: lock })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sets where a server is, and which certificate it shows; makes the server known if it is not.
    pub fn connect(&mut self, server: &str, url: &str, certificate: Option<&str>) -> anyhow::Result<()> {
        let server = self.server(server)?;
        set(server, "url", url);
        match certificate {
            Some(certificate) => set(server, "certificate_sha256", certificate),
            None => drop(server.remove("certificate_sha256")),
        }
        Ok(())
    }

    /// Adds an owner to a server.
    pub fn add_owner(&mut self, server: &str, owner: &str) -> anyhow::Result<()> {
        let path = self.path.clone();
        let owners = self.server(server)?.entry("owners").or_insert_with(|| value(Array::new()));
        let owners = owners.as_array_mut().ok_or_else(|| refused(&path))?;
        if !owners.iter().any(|known| known.as_str() == Some(owner)) {
            owners.push(owner);
        }
        Ok(())
    }

    /// Puts the new state in its place, if it is another; whether it was.
    pub fn save(self) -> anyhow::Result<bool> {
        let text = self.document.to_string();
        if text == self.before {
            return Ok(false);
        }
        let failed = || format!("{} cannot be written", self.path.display());
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(failed)?;
        let mut beside = tempfile::Builder::new().prefix(".lightproof.toml.").tempfile_in(folder).with_context(failed)?;
        beside.write_all(text.as_bytes()).with_context(failed)?;
        beside.as_file().set_permissions(Permissions::from_mode(self.mode)).with_context(failed)?;
        beside.as_file().sync_all().with_context(failed)?;
        // What cannot be read back never takes the place of what could.
        Settings::read(Some(beside.path()), beside.path(), PathBuf::new()).map_err(|_| refused(&self.path))?;
        beside.persist(&self.path).map_err(|e| e.error).with_context(failed)?;
        Ok(true)
    }

    fn server(&mut self, name: &str) -> anyhow::Result<&mut dyn TableLike> {
        let path = &self.path;
        let document = &mut self.document;
        let is_new = document.get("immich").is_none_or(|all| all.get(name).is_none());
        let above = if is_new { take_trailing(document) } else { String::new() };
        let all = document.entry("immich").or_insert_with(|| {
            let mut all = Table::new();
            all.set_implicit(true);
            Item::Table(all)
        });
        let is_inline = all.is_inline_table();
        let all = all.as_table_like_mut().ok_or_else(|| refused(path))?;
        let server = all.entry(name).or_insert_with(|| {
            if is_inline {
                return value(toml_edit::InlineTable::new());
            }
            let mut server = Table::new();
            // At the end of the file, and what stood there stays above it.
            server.set_position(Some(isize::MAX));
            server.decor_mut().set_prefix(above);
            Item::Table(server)
        });
        server.as_table_like_mut().ok_or_else(|| refused(path).into())
    }
}

/// What stands below the last setting, with an empty line at its end. It may be comments alone: a setting that is freed from its comment
/// mark must not fall into a table that begins above it.
fn take_trailing(document: &mut DocumentMut) -> String {
    let mut text = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing(RawString::default());
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let is_begun = document.iter().next().is_some() || !text.is_empty();
    if is_begun && text != "\n" && !text.ends_with("\n\n") {
        text.push('\n');
    }
    text
}

/// Sets a text, keeping the comment beside the one before.
fn set(table: &mut dyn TableLike, key: &str, text: &str) {
    match table.get_mut(key) {
        Some(Item::Value(known)) if known.as_str() == Some(text) => {}
        Some(Item::Value(known)) => {
            let decor = known.decor().clone();
            *known = Value::from(text);
            *known.decor_mut() = decor;
        }
        _ => drop(table.insert(key, value(text))),
    }
}

fn refused(path: &Path) -> Refusal {
    let message = format!("{} is not written as lightproof would have to change it", path.display());
    Refusal { message, hint: "add the server there yourself: `lightproof config example` shows how" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(before: &str, edit: impl FnOnce(&mut SettingsFile)) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/lightproof.toml");
        if !before.is_empty() {
            fs::create_dir(dir.path().join("new")).unwrap();
            #[allow(clippy::disallowed_methods)] // the test's own folder
            fs::write(&path, before).unwrap();
        }
        let mut file = SettingsFile::open(&path).unwrap();
        edit(&mut file);
        file.save().unwrap();
        fs::read_to_string(&path).unwrap()
    }

    fn connect(file: &mut SettingsFile) {
        file.connect("home", "http://immich:2283", None).unwrap();
    }

    #[test]
    fn a_file_is_begun_with_the_server() {
        assert_eq!(edited("", connect), "[immich.home]\nurl = \"http://immich:2283\"\n");
        let both = edited("", |file| {
            connect(file);
            file.add_owner("home", "alice").unwrap();
            file.add_owner("home", "Zoë").unwrap();
            file.add_owner("home", "alice").unwrap();
        });
        assert_eq!(both, "[immich.home]\nurl = \"http://immich:2283\"\nowners = [\"alice\", \"Zoë\"]\n");
    }

    #[test]
    fn what_a_person_wrote_stays_as_it_is() {
        let before = "# mine\nradius = 5   # small\n\nout = 'there' \n\n[immich.nas] # the old one\nurl = 'https://nas' # moved?\nconcurrency=2\n\n[owners]\n\"/p\" = \"bob\"\n# end\n";
        let after = edited(before, connect);
        assert_eq!(after, format!("{before}\n[immich.home]\nurl = \"http://immich:2283\"\n"));
        for (before, after) in [("radius = 5", "radius = 5\n\n"), ("# end", "# end\n\n"), ("radius = 5\n\n", "radius = 5\n\n")] {
            assert_eq!(edited(before, connect), format!("{after}[immich.home]\nurl = \"http://immich:2283\"\n"));
        }
        let after = edited(before, |file| file.connect("nas", "http://nas2", None).unwrap());
        assert_eq!(after, before.replace("'https://nas' #", "\"http://nas2\" #"));
    }

    #[test]
    fn comments_alone_stay_above_what_is_new() {
        let example = lightproof_engine::settings::EXAMPLE;
        let after = edited(example, connect);
        assert_eq!(after, format!("{example}\n[immich.home]\nurl = \"http://immich:2283\"\n"));
        // A setting that is freed from its mark afterwards is still a setting of its own.
        let freed = after.replace("#: radius = 7", "radius = 3");
        edited(&freed, |file| file.add_owner("home", "alice").unwrap());
    }

    #[test]
    fn servers_are_found_however_they_are_written() {
        for before in [
            "immich = { nas = { url = \"https://nas\" } }\n",
            "immich.nas.url = \"https://nas\"\n",
            "immich.nas = { url = \"https://nas\", owners = [\"bob\"] }\n",
            "[immich]\nnas = { url = \"https://nas\" }\n",
            "[immich]\n[immich.nas]\nurl = \"https://nas\"\n",
        ] {
            let after = edited(before, |file| {
                file.connect("nas", "http://nas2", None).unwrap();
                file.add_owner("nas", "alice").unwrap();
                connect(file);
            });
            let all: toml_edit::DocumentMut = after.parse().unwrap();
            assert_eq!(all["immich"]["nas"]["url"].as_str(), Some("http://nas2"), "{after}");
            assert!(all["immich"]["nas"]["owners"].to_string().contains("alice"), "{after}");
            assert_eq!(all["immich"]["home"]["url"].as_str(), Some("http://immich:2283"), "{after}");
        }
    }

    #[test]
    fn a_certificate_is_kept_only_while_it_is_named() {
        let digest = "8F:".repeat(31) + "8F";
        let with = edited("", |file| file.connect("nas", "https://nas", Some(&digest)).unwrap());
        assert!(with.contains(&digest));
        let without = edited(&with, |file| file.connect("nas", "http://nas", None).unwrap());
        assert!(!without.contains("certificate"), "{without}");
    }

    #[test]
    fn a_file_that_is_linked_to_stays_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("dotfiles.toml"), dir.path().join("lightproof.toml"));
        #[allow(clippy::disallowed_methods)] // the test's own folder
        fs::write(&real, "radius = 5\n").unwrap();
        fs::set_permissions(&real, Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut file = SettingsFile::open(&link).unwrap();
        connect(&mut file);
        assert!(file.save().unwrap());
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("[immich.home]"));
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
        let mut again = SettingsFile::open(&link).unwrap();
        connect(&mut again);
        assert!(!again.save().unwrap(), "nothing is written when nothing changes");
    }
}
