//! Settings: one TOML file, every setting with a default, and each shown with its origin.
//!
//! Arguments go before the file, the file before what ships. Absent on purpose: anything secret.

pub mod servers;

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use lightproof_media::picture::Limits;
use lightproof_model::{
    camera::{Camera, CameraTable, ClockFault},
    fingerprint::RADIUS,
};
use lightproof_sources::exclusions::SHIPPED;
use serde::Deserialize;

use crate::{EngineError, disks::Spinning};

use servers::{SecretProvider, ServerSettings, StoredServer};

/// The commented example, which holds every setting.
pub const EXAMPLE: &str = include_str!("../lightproof.example.toml");

/// The camera table as shipped.
const CAMERAS: &str = include_str!("../cameras.toml");

/// Where the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It ships with lightproof.
    Default,
    /// The settings file.
    File(PathBuf),
    /// An argument of this call.
    Argument,
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Its origin.
    pub origin: Origin,
}

impl<T> Setting<T> {
    fn shipped(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }

    /// Takes the value that the file gives, if it gives one.
    fn filed(&mut self, value: Option<T>, file: &Path) {
        if let Some(value) = value {
            *self = Self { value, origin: Origin::File(file.to_owned()) };
        }
    }

    /// Takes the value of an argument, if one was given.
    pub fn argued(&mut self, value: Option<T>) {
        if let Some(value) = value {
            *self = Self { value, origin: Origin::Argument };
        }
    }
}

/// All settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where proofs are written.
    pub out: Setting<PathBuf>,
    /// The ledger's folder.
    pub ledger: Setting<PathBuf>,
    /// How many bits of 64 two fingerprints may differ by.
    pub radius: Setting<u8>,
    /// Threads that read; 0 for as many as there are cores.
    pub workers: Setting<usize>,
    /// Whether disks spin.
    pub spinning: Setting<Spinning>,
    /// Threads that read from one spinning disk at a time.
    pub readers_per_spinning_disk: Setting<NonZeroUsize>,
    /// Mebibytes of pixels that decoding one picture may take, in each worker.
    pub decode_memory_mb: Setting<u64>,
    /// Folders that are not walked.
    pub exclude: Setting<Vec<String>>,
    /// Whose a folder is.
    pub owners: Setting<BTreeMap<PathBuf, String>>,
    /// Immich servers by the names that a person gave them.
    pub servers: Setting<BTreeMap<String, ServerSettings>>,
    /// What keeps the keys of owners.
    pub secrets: Setting<SecretProvider>,
    /// The camera table: shipped, then the file's.
    pub cameras: CameraTable,
    /// How many cameras ship, and how many the file adds.
    pub camera_counts: (usize, usize),
}

/// The largest radius that the search is made for.
pub const LARGEST_RADIUS: u8 = 12;

/// What decoding one picture may be allowed, in mebibytes: less shows no photograph, more no machine has for each core.
pub const DECODE_MEMORY_MB: RangeInclusive<u64> = 16..=65_536;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    out: Option<PathBuf>,
    ledger: Option<PathBuf>,
    radius: Option<u8>,
    workers: Option<usize>,
    spinning: Option<Spinning>,
    readers_per_spinning_disk: Option<NonZeroUsize>,
    decode_memory_mb: Option<u64>,
    exclude: Option<Vec<String>>,
    owners: Option<BTreeMap<PathBuf, String>>,
    immich: Option<BTreeMap<String, StoredServer>>,
    secrets: Option<StoredSecrets>,
    #[serde(default)]
    camera: Vec<StoredCamera>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSecrets {
    provider: Option<SecretProvider>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredCamera {
    make: Option<String>,
    models: Vec<String>,
    announced: Option<String>,
    resets_to: Option<String>,
    behind_days: Option<i64>,
    evidence: Option<String>,
}

impl Settings {
    /// Reads the settings. A file that was named must be there; the usual one may be missing.
    ///
    /// # Errors
    /// [`EngineError::Settings`] with what is wrong and where.
    pub fn read(named: Option<&Path>, usual: &Path, usual_ledger: PathBuf) -> Result<Settings, EngineError> {
        let file = named.unwrap_or(usual);
        let wrong = |what: String| EngineError::Settings { path: file.to_owned(), what };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => None,
            Err(error) => return Err(wrong(error.to_string())),
        };
        let stored: Stored =
            text.map_or_else(|| Ok(Stored::default()), |text| toml::from_str(&text).map_err(|e| wrong(told(&text, &e))))?;
        let shipped: Stored = toml::from_str(CAMERAS).map_err(|e| wrong(format!("the shipped camera table: {e}")))?;
        let cameras = |from: &[StoredCamera]| from.iter().map(camera).collect::<Result<Vec<_>, _>>().map_err(wrong);
        let (shipped, own) = (cameras(&shipped.camera)?, cameras(&stored.camera)?);
        let immich = stored.immich.map(|stored| servers::read(stored).map_err(wrong)).transpose()?;
        let mut settings = Settings {
            out: Setting::shipped(PathBuf::from("proofs")),
            ledger: Setting::shipped(usual_ledger),
            radius: Setting::shipped(RADIUS as u8),
            workers: Setting::shipped(0),
            spinning: Setting::shipped(Spinning::Detect),
            readers_per_spinning_disk: Setting::shipped(NonZeroUsize::MIN),
            decode_memory_mb: Setting::shipped(Limits::default().decoded_bytes >> 20),
            exclude: Setting::shipped(SHIPPED.iter().map(|&s| s.to_owned()).collect()),
            owners: Setting::shipped(BTreeMap::new()),
            servers: Setting::shipped(BTreeMap::new()),
            secrets: Setting::shipped(SecretProvider::default()),
            camera_counts: (shipped.len(), own.len()),
            cameras: CameraTable::new(shipped.into_iter().chain(own)),
        };
        settings.out.filed(stored.out, file);
        settings.ledger.filed(stored.ledger, file);
        settings.radius.filed(stored.radius, file);
        settings.workers.filed(stored.workers, file);
        settings.spinning.filed(stored.spinning, file);
        settings.readers_per_spinning_disk.filed(stored.readers_per_spinning_disk, file);
        settings.decode_memory_mb.filed(stored.decode_memory_mb, file);
        settings.exclude.filed(stored.exclude, file);
        settings.owners.filed(stored.owners, file);
        settings.servers.filed(immich, file);
        settings.secrets.filed(stored.secrets.and_then(|secrets| secrets.provider), file);
        if settings.radius.value > LARGEST_RADIUS {
            return Err(wrong(format!(
                "radius = {} is more than {LARGEST_RADIUS}, where strangers begin to look alike",
                settings.radius.value
            )));
        }
        if !DECODE_MEMORY_MB.contains(&settings.decode_memory_mb.value) {
            let (least, most) = (DECODE_MEMORY_MB.start(), DECODE_MEMORY_MB.end());
            let given = settings.decode_memory_mb.value;
            return Err(wrong(format!("decode_memory_mb = {given} does not lie between {least} and {most}")));
        }
        Ok(settings)
    }

    /// Every setting as (key, value, origin), for showing.
    #[must_use]
    pub fn shown(&self) -> Vec<(&'static str, String, Origin)> {
        fn of<T>(key: &'static str, setting: &Setting<T>, shown: impl Fn(&T) -> String) -> (&'static str, String, Origin) {
            (key, shown(&setting.value), setting.origin.clone())
        }
        let path = |p: &PathBuf| p.display().to_string();
        let cameras = format!("{} shipped, {} of your own", self.camera_counts.0, self.camera_counts.1);
        let camera_origin = if self.camera_counts.1 > 0 { self.first_file() } else { Origin::Default };
        vec![
            of("out", &self.out, path),
            of("ledger", &self.ledger, path),
            of("radius", &self.radius, u8::to_string),
            of("workers", &self.workers, |n| if *n == 0 { "0 (as many as cores)".to_owned() } else { n.to_string() }),
            of("spinning", &self.spinning, |s| s.word().to_owned()),
            of("readers_per_spinning_disk", &self.readers_per_spinning_disk, NonZeroUsize::to_string),
            of("decode_memory_mb", &self.decode_memory_mb, u64::to_string),
            of("exclude", &self.exclude, |patterns| patterns.join(", ")),
            of("owners", &self.owners, |owners| {
                owners.iter().map(|(folder, owner)| format!("{}: {owner}", folder.display())).collect::<Vec<_>>().join(", ")
            }),
            of("immich", &self.servers, |servers| servers.iter().map(ServerSettings::shown).collect::<Vec<_>>().join("; ")),
            of("secrets", &self.secrets, |provider| format!("provider: {}", provider.word())),
            ("camera", cameras, camera_origin),
        ]
    }

    fn first_file(&self) -> Origin {
        let all = [
            &self.out.origin,
            &self.ledger.origin,
            &self.radius.origin,
            &self.workers.origin,
            &self.spinning.origin,
            &self.readers_per_spinning_disk.origin,
            &self.decode_memory_mb.origin,
            &self.exclude.origin,
            &self.owners.origin,
            &self.servers.origin,
            &self.secrets.origin,
        ];
        all.into_iter().find(|o| matches!(o, Origin::File(_))).cloned().unwrap_or(Origin::Default)
    }
}

/// What cannot be understood, with its place but without what the line says: a key may have been put there by mistake.
fn told(text: &str, error: &toml::de::Error) -> String {
    let Some(span) = error.span() else { return error.message().to_owned() };
    let before = text.get(..span.start).unwrap_or_default();
    let begin = before.rfind('\n').map_or(0, |at| at + 1);
    let (line, column) = (1 + before.matches('\n').count(), 1 + before[begin..].chars().count());
    let setting = text[begin..].lines().next().and_then(|line| line.split_once('=')).map_or("", |(setting, _)| setting.trim());
    let is_plain = !setting.is_empty() && setting.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let of = if is_plain { format!(" ({setting})") } else { String::new() };
    format!("line {line}, column {column}{of}: {}", error.message())
}

fn camera(stored: &StoredCamera) -> Result<Camera, String> {
    let date = |key: &str, text: &Option<String>| match text {
        Some(text) => Camera::date_of(text)
            .map(Some)
            .ok_or_else(|| format!("camera {:?}: {key} = {text:?} is no date like 2005-04-20 or 2005-04", stored.models)),
        None => Ok(None),
    };
    let fault = match (date("resets_to", &stored.resets_to)?, stored.behind_days) {
        (Some(_), Some(_)) => return Err(format!("camera {:?}: resets_to and behind_days exclude each other", stored.models)),
        (Some(day), None) => Some(ClockFault::ResetsTo(day)),
        (None, days) => days.map(|days| ClockFault::Behind(days.saturating_mul(86_400))),
    };
    Ok(Camera {
        make: stored.make.clone(),
        models: stored.models.clone(),
        announced: date("announced", &stored.announced)?,
        fault,
        evidence: stored.evidence.clone(),
    })
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)] // a test writes its own settings file
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, EngineError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("lightproof.toml");
        std::fs::write(&file, text).unwrap();
        Settings::read(Some(&file), &file, PathBuf::from("/ledger"))
    }

    #[test]
    fn the_example_holds_every_setting_and_says_what_is_shipped() {
        let live: String = EXAMPLE.lines().map(|l| l.strip_prefix("#: ").unwrap_or(l)).map(|l| format!("{l}\n")).collect();
        let settings = read(&live).unwrap();
        for (key, _, origin) in settings.shown() {
            assert!(matches!(origin, Origin::File(_)), "{key} is missing from the example");
        }
        let shipped = read("").unwrap();
        assert_eq!(settings.radius.value, shipped.radius.value);
        assert_eq!(settings.exclude.value, shipped.exclude.value);
        assert_eq!(settings.workers.value, shipped.workers.value);
        assert_eq!(settings.spinning.value, shipped.spinning.value);
        assert_eq!(settings.readers_per_spinning_disk.value, shipped.readers_per_spinning_disk.value);
        assert_eq!(settings.decode_memory_mb.value, shipped.decode_memory_mb.value);
        assert_eq!(settings.secrets.value, shipped.secrets.value);
        let home = &settings.servers.value["home"];
        let plain = ServerSettings::new(home.url.clone());
        assert_eq!((home.concurrency, home.timeout), (plain.concurrency, plain.timeout));
    }

    #[test]
    fn a_wrong_setting_is_told_with_its_place() {
        let told = |text: &str| read(text).unwrap_err().to_string();
        assert!(told("raduis = 7").contains("raduis"), "{}", told("raduis = 7"));
        assert!(told("radius = 40").contains("strangers begin to look alike"));
        assert!(told("decode_memory_mb = 1").contains("between 16 and 65536"));
        assert!(told("spinning = \"perhaps\"").contains("perhaps"));
        assert!(told("readers_per_spinning_disk = 0").contains("readers_per_spinning_disk"));
        assert!(told("[[camera]]\nmodels = [\"X\"]\nannounced = \"soon\"").contains("soon"));
    }

    #[test]
    fn a_users_camera_takes_the_place_of_the_shipped_one() {
        let settings = read("[[camera]]\nmodels = [\"NIKON D50\"]\nannounced = \"2005-05-01\"").unwrap();
        let found = settings.cameras.find(Some("NIKON CORPORATION"), Some("NIKON D50")).unwrap();
        assert_eq!(found.announced, Camera::date_of("2005-05-01"));
        let x100 = settings.cameras.find(Some("FUJIFILM"), Some("FinePix X100")).unwrap();
        assert!(matches!(x100.fault, Some(ClockFault::Behind(_))));
    }
}
