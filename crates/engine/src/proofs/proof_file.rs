//! A proof on disk: written beside its place and put there whole, so that a reader never sees half of one.

use std::{
    fs,
    io::{BufWriter, Write},
    path::Path,
};

use crate::EngineError;

/// Writes one proof. When `fill` fails, what stood there before stays.
///
/// # Errors
/// [`EngineError::Proof`] when the folder cannot be made or written; whatever `fill` returns.
pub fn write_proof(
    out: &Path,
    name: &str,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), EngineError>,
) -> Result<std::path::PathBuf, EngineError> {
    let path = out.join(name);
    let failed = |error| EngineError::Proof { path: path.clone(), error };
    fs::create_dir_all(out).map_err(failed)?;
    let beside = tempfile::Builder::new().prefix(&format!(".{name}.")).tempfile_in(out).map_err(failed)?;
    let mut writer = BufWriter::with_capacity(1 << 16, beside);
    fill(&mut writer)?;
    let beside = writer.into_inner().map_err(|e| failed(e.into_error()))?;
    readable(beside.as_file()).map_err(failed)?;
    beside.as_file().sync_all().map_err(failed)?;
    beside.persist(&path).map_err(|e| failed(e.error))?;
    Ok(path)
}

/// Finds out whether proofs can be written, before hours are spent on what to write into them.
///
/// # Errors
/// [`EngineError::Proof`] when the folder cannot be made or written.
pub fn check_out(out: &Path) -> Result<(), EngineError> {
    let failed = |error| EngineError::Proof { path: out.to_owned(), error };
    fs::create_dir_all(out).map_err(failed)?;
    tempfile::tempfile_in(out).map(drop).map_err(failed)
}

/// Temporary files are for their maker alone; a proof is an ordinary file.
fn readable(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_that_failed_leaves_the_old_one_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let whole = |w: &mut dyn Write| {
            w.write_all(b"whole").unwrap();
            Ok(())
        };
        write_proof(dir.path(), "manifest.csv", whole).unwrap();
        let failed = write_proof(dir.path(), "manifest.csv", |w| {
            w.write_all(b"half").unwrap();
            Err(EngineError::NothingSurveyed)
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(dir.path().join("manifest.csv")).unwrap(), b"whole");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing half-written stays behind");
    }
}
