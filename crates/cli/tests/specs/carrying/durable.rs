//! Durable: under a trace of system calls, the intent is on disk before a file is renamed, and both folders after it.

use super::decided;
use crate::traced::traced;

/// The calls of interest in their order: what is on disk, and what is renamed.
fn calls(trace: &str) -> Vec<String> {
    let mut calls = Vec::new();
    for line in trace.lines() {
        let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let name = line.split('(').next().unwrap_or_default();
        if line.contains(" = -1 ") {
            continue;
        }
        match name {
            "fsync" | "fdatasync" => {
                let path = line.split('<').nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default();
                calls.push(format!("sync {path}"));
            }
            "renameat2" => calls.push("rename".to_owned()),
            _ => {}
        }
    }
    calls
}

#[test]
fn the_intent_is_on_disk_before_a_rename_and_both_folders_after_it() {
    let desk = decided(&["a", "b"]);
    let plan = desk.approved(&[]);
    let trace = desk.house.program.home().join("trace");
    let options = ["-f", "-y", "-s", "0", "-o", trace.to_str().unwrap(), "-e", "trace=fsync,fdatasync,renameat2"];
    let Some(mut command) = traced(desk.house.program.command(["execute", &plan]), &options) else { return };
    assert!(command.status().unwrap().success());
    let calls = calls(&std::fs::read_to_string(trace).unwrap());
    let record = desk.house.ledger().canonicalize().unwrap().join("record.sqlite");
    let is_journal = |call: &str| call.starts_with(&format!("sync {}", record.display()));
    let root = desk.library.path().canonicalize().unwrap();
    let renames: Vec<usize> = (0..calls.len()).filter(|&at| calls[at] == "rename").collect();
    assert_eq!(renames.len(), 2, "{calls:#?}");
    for (at, &rename) in renames.iter().enumerate() {
        let before = if at == 0 { 0 } else { renames[at - 1] };
        let own: Vec<&String> = calls[before..rename].iter().collect();
        assert!(own.iter().any(|call| is_journal(call)), "the intent is not on disk before rename {at}: {calls:#?}");
        let end = renames.get(at + 1).copied().unwrap_or(calls.len());
        let after = &calls[rename + 1..end];
        let journal = after.iter().position(|call| is_journal(call)).expect("the outcome is written");
        for folder in [root.join("copies"), root.join(format!(".lightproof/quarantine/{}/copies", &plan[..16]))] {
            let synced = after.iter().position(|call| *call == format!("sync {}", folder.display()));
            assert!(synced.is_some_and(|at| at < journal), "{} is not on disk before the outcome: {calls:#?}", folder.display());
        }
    }
}
