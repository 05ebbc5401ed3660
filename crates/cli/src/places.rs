//! Where lightproof's own files usually are (XDG Base Directory Specification 0.8).

use std::{env, path::PathBuf};

/// A folder of the specification: the variable's absolute path, else below the home folder.
fn base(variable: &str, below_home: &str) -> PathBuf {
    let named = env::var_os(variable).map(PathBuf::from).filter(|p| p.is_absolute());
    named.unwrap_or_else(|| env::home_dir().unwrap_or_default().join(below_home))
}

/// The ledger's usual folder.
pub fn ledger() -> PathBuf {
    base("XDG_DATA_HOME", ".local/share").join("lightproof")
}

/// The usual settings file.
pub fn settings() -> PathBuf {
    base("XDG_CONFIG_HOME", ".config").join("lightproof").join("lightproof.toml")
}

/// The folder of the file with keys: one of its own, since nobody else may even look into it.
pub fn keys() -> PathBuf {
    base("XDG_DATA_HOME", ".local/share").join("lightproof").join("private")
}

/// The folder in which thumbnails are kept; losing it costs time alone.
pub fn pictures() -> PathBuf {
    base("XDG_CACHE_HOME", ".cache").join("lightproof").join("pictures")
}
