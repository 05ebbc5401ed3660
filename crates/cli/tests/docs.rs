//! Docs are tested: a command, setting, column, exit code or glossary word that no page explains fails here.
#![allow(clippy::unwrap_used)] // helpers of tests

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

use lightproof_model::{
    anomaly::AnomalyKind,
    asset::Fate,
    decision::Verb,
    group::Basis,
    problem::{Integrity, ProblemKind},
};

fn page(name: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(name)).unwrap()
}

fn printed(args: &[&str]) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_lightproof")).args(args).env_clear().output().unwrap();
    assert!(ran.status.success(), "{args:?}");
    String::from_utf8(ran.stdout).unwrap()
}

/// The commands that `--help` lists.
fn commands() -> Vec<String> {
    let help = printed(&["--help"]);
    let listed = help.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    listed
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

#[test]
fn the_readme_names_every_command_and_every_exit_code() {
    let readme = page("README.md");
    let commands = commands();
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands.iter().filter(|c| *c != "help") {
        assert!(readme.contains(&format!("`{command}")), "README.md does not name {command}");
    }
    let help = printed(&["--help"]);
    for code in ["0", "1", "2", "3", "4", "5", "130"] {
        assert!(readme.contains(&format!("| {code} |")), "README.md does not explain exit code {code}");
        assert!(help.lines().any(|line| line.trim_start().starts_with(code)), "--help does not explain exit code {code}");
    }
}

#[test]
fn every_column_is_explained() {
    let proofs = page("docs/proofs.md");
    for column in lightproof_engine::proofs::COLUMNS.into_iter().flatten() {
        assert!(proofs.contains(&format!("`{column}`")), "docs/proofs.md does not explain {column}");
    }
}

#[test]
fn every_word_and_column_of_decisions_is_explained() {
    use lightproof_engine::{proofs::DECISIONS, review::log::LogState};
    let decisions = page("docs/decisions.md");
    let (verbs, states) = (Verb::ALL.map(Verb::word), LogState::ALL.map(LogState::word));
    for word in DECISIONS.iter().chain(&verbs).chain(&states) {
        assert!(decisions.contains(&format!("| `{word}` |")), "docs/decisions.md does not explain {word}");
    }
    let help = printed(&["decide", "--help"]) + &printed(&["decisions", "--help"]);
    let options = help.split(|c: char| c.is_whitespace()).filter(|word| word.starts_with("--"));
    let own: BTreeSet<&str> = options.map(|word| word.trim_end_matches(|c: char| !c.is_alphabetic())).collect();
    for option in own.iter().filter(|option| !["--quiet", "--ledger", "--config", "--help", "--version"].contains(option)) {
        assert!(
            decisions.contains(&format!("`{option}")) || decisions.contains(&format!(" {option} ")),
            "docs/decisions.md lacks {option}"
        );
    }
}

#[test]
fn every_kind_of_problem_is_explained() {
    let proofs = page("docs/proofs.md");
    for kind in ProblemKind::ALL {
        assert!(proofs.contains(&format!("| `{}` |", kind.word())), "docs/proofs.md does not explain {}", kind.word());
    }
}

#[test]
fn the_glossary_has_every_word_of_the_proofs() {
    let glossary = page("GLOSSARY.md");
    let kinds = AnomalyKind::ALL.iter().map(|k| k.word());
    let fates = Fate::ALL.iter().map(|f| f.word());
    let bases = Basis::ALL.iter().map(|b| b.word());
    let integrities = Integrity::ALL.iter().map(|i| i.word());
    for word in kinds.chain(fates).chain(bases).chain(integrities) {
        assert!(glossary.contains(&format!("`{word}`")), "GLOSSARY.md lacks {word}");
    }
    let nouns = "asset source owner probe fingerprint group basis ranking anomaly evidence decision quarantine survey finding";
    for noun in nouns.split(' ') {
        assert!(glossary.contains(&format!("| **{noun}** |")), "GLOSSARY.md lacks {noun}");
    }
}

#[test]
fn every_kind_of_anomaly_has_its_page() {
    let anomalies = page("docs/anomalies.md");
    for kind in AnomalyKind::ALL {
        assert!(anomalies.contains(kind.word()), "docs/anomalies.md does not explain {}", kind.word());
    }
}

#[test]
fn help_texts_keep_to_the_words_of_the_glossary() {
    let mut texts = vec![printed(&["--help"])];
    texts.extend(commands().iter().filter(|c| *c != "help").map(|c| printed(&[c, "--help"])));
    let of_immich = ["connect", "key", "key add", "key list", "list", "status"];
    texts.extend(of_immich.map(|c| printed(&["immich"].into_iter().chain(c.split(' ')).chain(["--help"]).collect::<Vec<_>>())));
    for text in texts {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphabetic()).collect();
        for banned in ["best", "winner", "delete", "clean", "item", "items"] {
            assert!(!words.contains(&banned), "{banned} in:\n{text}");
        }
    }
}

#[test]
fn every_command_of_immich_and_every_permission_of_a_key_is_explained() {
    let secrets = page("docs/secrets.md");
    let permissions = lightproof_ops::permissions::TO_SURVEY.iter().chain(&lightproof_ops::permissions::TO_CARRY_OUT);
    for permission in permissions.chain(&lightproof_ops::permissions::TO_SEE_HEALTH) {
        assert!(secrets.contains(&format!("`{permission}`")), "docs/secrets.md does not name {permission}");
    }
    let readme = page("README.md");
    for command in ["connect", "key add", "key list", "list", "status"] {
        assert!(readme.contains(&format!("`immich {command}`")), "README.md does not name immich {command}");
    }
}

#[test]
fn every_crate_of_the_workspace_has_its_invariant() {
    let architecture = page("ARCHITECTURE.md");
    let crates = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    for found in fs::read_dir(crates).unwrap() {
        let name = found.unwrap().file_name().into_string().unwrap();
        assert!(architecture.contains(&format!("| `{name}` |")), "ARCHITECTURE.md has no row for {name}");
    }
}
