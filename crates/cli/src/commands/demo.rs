//! `demo FOLDER`: writes the drawn demo library into a folder that is new or empty.

use std::{
    fs::{self, FileTimes, OpenOptions},
    io::Write,
    path::Path,
    time::{Duration, SystemTime},
};

use anyhow::Context;
use serde_json::json;

use crate::{args::DemoArgs, exit::Refusal, out::Out};

/// Makes the demo library.
pub fn demo(args: &DemoArgs, out: Out) -> anyhow::Result<()> {
    let folder = &args.folder;
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    if fs::read_dir(folder)?.next().is_some() {
        let message = format!("{} is not empty", folder.display());
        return Err(Refusal { message, hint: "name a folder that is new, so that nothing of yours is written over" }.into());
    }
    let assets = lightproof_darkroom::demo::demo();
    for asset in &assets {
        place(&folder.join(&asset.path), &asset.bytes, asset.mtime)?;
    }
    if out.is_json() {
        out.json(&json!({ "command": "demo", "folder": folder, "assets": assets.len() }))?;
    } else if out.is_told() {
        out.text(&format!(
            "{} assets in {}\n\nNow try: lightproof survey {}\n",
            assets.len(),
            folder.display(),
            folder.display()
        ))?;
    }
    Ok(())
}

fn place(path: &Path, bytes: &[u8], mtime: i64) -> anyhow::Result<()> {
    let told = || format!("{} cannot be written", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(told)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).with_context(told)?;
    file.write_all(bytes).with_context(told)?;
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(mtime.max(0) as u64);
    file.set_times(FileTimes::new().set_modified(at)).with_context(told)
}
