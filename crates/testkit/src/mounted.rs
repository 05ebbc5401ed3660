//! `Mounted`: a file system of its own for a test, where mounting is possible.
//!
//! exFAT through FUSE on a loop image knows no no-replace rename, no links and no letter case; a small tmpfs is soon full; a bind mount may be
//! read-only. Where mounting is not possible the test prints what it cannot show, and must show it otherwise.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A mounted file system; unmounted when the test ends.
#[derive(Debug)]
pub struct Mounted {
    at: PathBuf,
    device: Option<String>,
    _folder: tempfile::TempDir,
}

fn run(program: &str, args: &[&str]) -> Option<Output> {
    Command::new(program).args(args).output().ok().filter(|ran| ran.status.success())
}

impl Mounted {
    /// An empty exFAT of 64 MB through FUSE; nothing where that is not possible here.
    #[must_use]
    pub fn exfat() -> Option<Mounted> {
        let (folder, at) = folder();
        let image = folder.path().join("image");
        std::fs::File::create_new(&image).and_then(|file| file.set_len(64 << 20)).expect("a temporary folder has room");
        let mounted = (|| {
            run("mkfs.exfat", &[image.to_str()?])?;
            let device = String::from_utf8(run("losetup", &["-f", "--show", image.to_str()?])?.stdout).ok()?.trim().to_owned();
            let mounted = run("mount.exfat-fuse", &[&device, at.to_str()?]);
            if mounted.is_none() {
                run("losetup", &["-d", &device]);
            }
            mounted.map(|_| device)
        })();
        told("exFAT", mounted.map(|device| Mounted { at, device: Some(device), _folder: folder }))
    }

    /// An empty file system in memory of so many KiB; nothing where that is not possible here.
    #[must_use]
    pub fn small(kib: u32) -> Option<Mounted> {
        let (folder, at) = folder();
        let size = format!("size={kib}k");
        let mounted = at.to_str().and_then(|at| run("mount", &["-t", "tmpfs", "-o", &size, "none", at]));
        told("a small file system", mounted.map(|_| Mounted { at, device: None, _folder: folder }))
    }

    /// A folder once more, to be read only; nothing where that is not possible here.
    #[must_use]
    pub fn read_only(of: &Path) -> Option<Mounted> {
        let (folder, at) = folder();
        let mounted = (|| {
            run("mount", &["--bind", of.to_str()?, at.to_str()?])?;
            let made = run("mount", &["-o", "remount,bind,ro", at.to_str()?]);
            if made.is_none() {
                run("umount", &[at.to_str()?]);
            }
            made
        })();
        told("a read-only mount", mounted.map(|_| Mounted { at, device: None, _folder: folder }))
    }

    /// An empty file system in memory, mounted on a folder of the test's own; nothing where that is not possible here.
    #[must_use]
    pub fn on(at: &Path) -> Option<Mounted> {
        let (folder, _) = folder();
        let mounted = at.to_str().and_then(|at| run("mount", &["-t", "tmpfs", "none", at]));
        told("a mount below a root", mounted.map(|_| Mounted { at: at.to_owned(), device: None, _folder: folder }))
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.at
    }
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::Builder::new().prefix("lightproof-mount-").tempdir().expect("a temporary folder can be made");
    let at = folder.path().join("mounted");
    std::fs::create_dir(&at).expect("a temporary folder has room");
    (folder, at)
}

#[allow(clippy::print_stdout)] // what a test does not show is said where it is read
fn told(what: &str, mounted: Option<Mounted>) -> Option<Mounted> {
    if mounted.is_none() {
        println!("{what} cannot be mounted here: what depends on it is not shown by this test");
    }
    mounted
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if let Some(at) = self.at.to_str() {
            // Whoever still looks into it keeps it until then.
            run("umount", &[at]).or_else(|| run("umount", &["-l", at]));
        }
        if let Some(device) = &self.device {
            run("losetup", &["-d", device]);
        }
    }
}
