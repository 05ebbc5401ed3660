//! What a person or a program sees of every command: JSON, help, man page, completions, settings, the demo's door.

use std::fs;

use lightproof_testkit::library::{Library, photo};
use serde_json::Value;

use crate::house::House;

const COMMANDS: [&str; 11] = [
    "survey",
    "generate-manifest",
    "group-duplicates",
    "flag-anomalies",
    "generate-summary",
    "explain",
    "immich",
    "config",
    "demo",
    "completions",
    "man",
];

#[test]
fn every_command_tells_programs_what_it_did() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    let path = library.path().to_str().unwrap();
    let demo = house.program.home().join("demo");
    for (arguments, command) in [
        (vec!["survey", path], "survey"),
        (vec!["generate-manifest", path], "generate-manifest"),
        (vec!["group-duplicates"], "group-duplicates"),
        (vec!["flag-anomalies"], "flag-anomalies"),
        (vec!["generate-summary"], "generate-summary"),
        (vec!["explain", "a.jpg"], "explain"),
        (vec!["config", "show"], "config show"),
        (vec!["demo", demo.to_str().unwrap()], "demo"),
    ] {
        assert_eq!(house.json(&arguments)["command"], command);
    }
    for (arguments, code, kind) in [
        (vec!["survey", "/nowhere"], 3, "refused"),
        (vec!["explain", "nothing"], 5, "not-found"),
        (vec!["demo", path], 3, "refused"),
        (vec!["config", "show", "--config", "/nowhere.toml"], 3, "refused"),
    ] {
        let ran = house.run(arguments.iter().chain([&"--json"]));
        let told: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((ran.code, &told["error"]["kind"]), (Some(code), &kind.into()), "{arguments:?}");
        assert!(told["error"]["message"].is_string() && told["error"]["hint"].is_string(), "{told}");
    }
}

#[test]
fn arguments_that_cannot_be_understood_end_with_2() {
    let house = House::default();
    for arguments in [&["survey"][..], &["no-such-command"], &["survey", "/", "--radius", "40"], &[]] {
        assert_eq!(house.run(arguments).code, Some(2), "{arguments:?}");
    }
}

#[test]
fn help_man_page_and_completions_know_every_command() {
    let house = House::default();
    let help = house.run(["--help"]).went_well().stdout;
    let man = house.run(["man"]).went_well().stdout;
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
        assert!(man.contains(&format!(".SH \"LIGHTPROOF {}\"", command.to_uppercase())), "{command}");
        let own = house.run([command, "--help"]).went_well().stdout;
        assert!(own.contains("Usage: lightproof ") && own.contains("--json") && own.contains("--ledger"), "{own}");
    }
    assert!(help.contains("130  stopped") && man.contains("130"), "exit codes are told");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let told = house.run(["completions", shell]).went_well().stdout;
        assert!(COMMANDS.iter().all(|command| told.contains(command)), "{shell}");
    }
    assert!(house.run(["--version"]).went_well().stdout.starts_with("lightproof "));
}

#[test]
fn every_setting_is_shown_with_its_origin() {
    let house = House::default();
    let settings =
        Library::with("my.toml", "radius = 5\nout = \"there\"\n[[camera]]\nmodels = [\"X1\"]\nannounced = \"2009-09\"\n");
    let file = settings.at("my.toml");
    let file = file.to_str().unwrap();
    let shown = house.json(["config", "show", "--config", file, "--ledger", "/tmp/ledger"]);
    let of = |key: &str| {
        let all = shown["settings"].as_array().unwrap();
        let found = all.iter().find(|s| s["key"] == key).unwrap_or_else(|| panic!("{key} in {shown}"));
        (found["value"].as_str().unwrap().to_owned(), found["origin"].as_str().unwrap().to_owned())
    };
    assert_eq!(of("radius"), ("5".into(), file.into()));
    assert_eq!(of("out"), ("there".into(), file.into()));
    assert_eq!(of("ledger"), ("/tmp/ledger".into(), "argument".into()));
    assert_eq!(of("workers").1, "default");
    assert!(of("exclude").0.contains("@eaDir") && of("exclude").1 == "default");
    assert!(of("camera").0.contains("1 of your own") && of("camera").1 == file);
    let text = house.run(["config", "show", "--config", file]).went_well().stdout;
    assert!(text.lines().any(|line| line.starts_with("radius") && line.contains(&format!("({file})"))), "{text}");
}

#[test]
fn the_usual_settings_file_is_read_without_being_named() {
    let house = House::default();
    let usual = house.program.home().join("config/lightproof");
    fs::create_dir_all(&usual).unwrap();
    #[allow(clippy::disallowed_methods)] // the test's own folder
    fs::write(usual.join("lightproof.toml"), "radius = 3\n").unwrap();
    let shown = house.run(["config", "show"]).went_well().stdout;
    assert!(shown.lines().any(|line| line.starts_with("radius ") && line.contains(" 3  (")), "{shown}");
}

#[test]
fn the_commented_example_can_be_used_as_it_is_and_with_every_setting_in_force() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    let example = house.run(["config", "example"]).went_well().stdout;
    let live = example.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let files = Library::with("example.toml", &*example).and("live.toml", &*live);
    for name in ["example.toml", "live.toml"] {
        let file = files.at(name);
        let ledger = house.program.home().join("a-ledger");
        house.survey_all([
            library.path().as_os_str(),
            "--config".as_ref(),
            file.as_os_str(),
            "--ledger".as_ref(),
            ledger.as_os_str(),
        ]);
    }
}

#[test]
fn settings_that_cannot_be_used_are_refused_with_the_place_and_before_anything_else() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    for (text, told) in [
        ("radius = 3\nraduis = 7\n", "line 2"),
        ("radius = \"seven\"\n", "line 1"),
        ("\n\nexclude = [1]\n", "line 3"),
        ("radius = 40\n", "radius = 40"),
        ("[[camera]]\nmodels = [\"X\"]\nannounced = \"soon\"\n", "soon"),
        ("this is no TOML\n", "line 1"),
    ] {
        let settings = Library::with("wrong.toml", text);
        let file = settings.at("wrong.toml");
        for command in [vec!["survey".as_ref(), library.path().as_os_str()], vec!["config".as_ref(), "show".as_ref()]] {
            let ran = house.run(command.into_iter().chain(["--config".as_ref(), file.as_os_str()]));
            assert_eq!(ran.code, Some(3), "{text}");
            assert!(ran.stderr.contains(told) && ran.stderr.contains("wrong.toml"), "{text}: {}", ran.stderr);
            assert!(!house.ledger().exists());
        }
    }
}

#[test]
fn settings_apply_to_the_survey() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    let settings = Library::empty();
    let out = settings.at("elsewhere");
    settings.put("my.toml", &*format!("out = {out:?}\nworkers = 1\n"));
    let file = settings.at("my.toml");
    house.survey_all([library.path().as_os_str(), "--config".as_ref(), file.as_os_str()]);
    assert!(out.join("manifest.csv").exists() && !house.proofs().exists());
}

#[test]
fn proofs_that_cannot_be_written_are_told_before_the_work_and_with_what_to_do() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    let ran = house.run(["survey".as_ref(), library.path().as_os_str(), "--out".as_ref(), "/proc/nowhere".as_ref()]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("/proc/nowhere") && ran.stderr.contains("--out"), "{}", ran.stderr);
}

#[test]
fn output_into_a_closed_pipe_is_no_failure() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    house.survey(&library);
    let program = env!("CARGO_BIN_EXE_lightproof");
    let own = house.program.command([""; 0]);
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", "set -o pipefail; \"$0\" completions bash | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}"]).arg(program);
    shell.envs(own.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let ran = shell.output().unwrap();
    assert!(ran.status.success(), "{:?} {}", ran.status, String::from_utf8_lossy(&ran.stderr));
}
