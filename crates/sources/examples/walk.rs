//! Walks a folder and tells how much of what it met: `walk FOLDER`. For measuring.

use std::{collections::BTreeMap, env, error::Error, ops::ControlFlow};

use lightproof_sources::{
    folder::FolderSource,
    source::{FoundKind, Source, Walked},
};

#[allow(clippy::print_stdout)] // a program of its own
fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).ok_or("usage: walk FOLDER")?;
    let mut met: BTreeMap<&str, u64> = BTreeMap::new();
    let mut visit = |walked| {
        let what = match walked {
            Walked::Found(found) => match found.kind {
                FoundKind::Asset => "assets",
                FoundKind::SymbolicLink => "symbolic links",
                FoundKind::Special(_) => "special files",
            },
            Walked::Unreadable { .. } => "unreadable",
            Walked::FolderSkipped { .. } => "folders skipped",
            Walked::FolderUnreadable { .. } => "folders unreadable",
        };
        *met.entry(what).or_default() += 1;
        ControlFlow::Continue(())
    };
    FolderSource::at(folder)?.walk(&mut visit)?;
    met.iter().for_each(|(what, count)| println!("{count} {what}"));
    Ok(())
}
