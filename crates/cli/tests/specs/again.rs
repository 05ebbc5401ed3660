//! A second survey reads what changed and nothing else.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
};

use lightproof_testkit::library::{Library, photo, photo_of};

use crate::{house::House, traced::traced};

fn library() -> Library {
    let library = Library::with("a.jpg", photo())
        .and("b/c.png", photo_of(2).png())
        .and("b/c.png.xmp", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
        .and("notes.txt", "notes")
        .and("empty.jpg", "")
        .and("text.jpg", "no photograph")
        .and("torn.jpg", &photo_of(4).jpeg(85)[..3000])
        .and_link("link", "a.jpg")
        .and_hard_link("hard.jpg", "a.jpg")
        .and_fifo("fifo");
    library.and_sparse("large.mov", 150 << 20)
}

#[test]
fn a_second_survey_of_an_unchanged_tree_opens_nothing() {
    let (house, library) = (House::default(), library());
    let first = house.survey(&library);
    assert_eq!(first["opened"], 8);
    let fates = |house: &House| {
        let manifest = house.manifest();
        manifest.rows.iter().map(|r| (r["path"].to_owned(), r["fate"].to_owned())).collect::<BTreeSet<_>>()
    };
    let once = fates(&house);
    for command in [&["survey"][..], &["generate-manifest", "--hash"], &["generate-manifest"]] {
        let account = house.json(command.iter().map(OsStr::new).chain([library.path().as_os_str()]));
        assert_eq!((&account["opened"], &account["bytes_read"]), (&0.into(), &0.into()), "{command:?}");
        assert_eq!(account["assets"], first["assets"]);
        let fate = |fate: &str| if fate == "read" { "unchanged".to_owned() } else { fate.to_owned() };
        let as_before = once.iter().map(|(path, was)| (path.clone(), fate(was)));
        assert_eq!(fates(&house), as_before.collect());
    }
}

#[test]
fn and_the_system_saw_no_file_opened() {
    let (house, library) = (House::default(), library());
    let log = house.program.home().join("opened");
    let arguments: [&OsStr; 3] = ["survey".as_ref(), library.path().as_os_str(), "-q".as_ref()];
    let run = |house: &House| {
        let trace = ["-f", "-y", "-e", "trace=open,openat,openat2", "-o", log.to_str().unwrap()];
        let ended = traced(house.program.command(arguments), &trace)?.status().unwrap();
        assert!(ended.success());
        Some(files_below(&std::fs::read_to_string(&log).unwrap(), library.path()))
    };
    let Some(first) = run(&house) else { return };
    assert!(
        first.contains(&library.at("a.jpg")) && first.contains(&library.at("b/c.png")),
        "the trace sees what is read: {first:?}"
    );
    assert_eq!(run(&house), Some(BTreeSet::new()));
}

/// The files below a root that were opened to be read, by the trace: `openat(…, "name", flags…) = 7</the/whole/path>`.
fn files_below(trace: &str, root: &Path) -> BTreeSet<PathBuf> {
    let opened = trace.lines().filter(|line| !line.contains("O_PATH"));
    let paths = opened.filter_map(|line| Some(PathBuf::from(line.rsplit_once('<')?.1.strip_suffix('>')?)));
    paths.filter(|path| path.starts_with(root) && path.is_file()).collect()
}

#[test]
fn what_is_new_or_changed_is_read_and_what_is_gone_is_told() {
    let (house, library) = (House::default(), library());
    let first = house.survey(&library);
    library.put("new.jpg", photo_of(7));
    library.put("b/c.png", photo_of(8).png());
    library.take_away("torn.jpg");
    let account = house.survey(&library);
    assert_eq!((&account["opened"], &account["gone"]), (&2.into(), &1.into()));
    assert_eq!(account["assets"], first["assets"]);
    let manifest = house.manifest();
    assert_eq!((&manifest.at("new.jpg")["fate"], &manifest.at("b/c.png")["fate"]), ("read", "read"));
    assert_eq!(&manifest.at("a.jpg")["fate"], "unchanged");
    assert!(!manifest.column("path").contains(&"torn.jpg"));
    library.take_away("new.jpg");
    let told = house.run(["survey".as_ref(), library.path().as_os_str()]).went_well().stdout;
    assert!(told.contains("1 no longer where they were"), "{told}");
}

#[test]
fn a_change_that_keeps_size_and_modification_time_is_seen() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    library.set_changed("a.jpg", 1_000_000);
    house.survey(&library);
    let mut bytes = library.read("a.jpg");
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    library.put("a.jpg", bytes);
    library.set_changed("a.jpg", 1_000_000);
    assert_eq!(std::fs::metadata(library.at("a.jpg")).unwrap().mtime(), 1_000_000);
    assert_eq!(house.survey(&library)["opened"], 1);
}

#[test]
fn a_survey_after_a_manifest_of_heads_reads_what_the_heads_did_not_tell() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()).and("b.txt", "b"));
    house.json(["generate-manifest".as_ref(), library.path().as_os_str()]);
    let account = house.survey(&library);
    assert_eq!((&account["opened"], &account["fates"]["read"]), (&1.into(), &1.into()));
    assert!(!house.manifest().at("a.jpg")["phash"].is_empty());
}

#[test]
fn a_folder_that_can_no_longer_be_read_keeps_its_assets() {
    let library = Library::with("a.jpg", photo())
        .and("closed/b.jpg", photo())
        .and("closed/deep/c.jpg", photo_of(3))
        .and("closed/d.txt", "d");
    let visitor = Visitor::at(&library);
    let first = visitor.survey(&library);
    assert_eq!((&first["assets"], &first["fates"]["read"]), (&4.into(), &3.into()));
    let (ids, groups) = (visitor.house.ids(), visitor.house.groups());
    assert_eq!(groups.rows.len(), 2);

    let mode = |bits| rustix::fs::chmod(library.at("closed"), rustix::fs::Mode::from_raw_mode(bits)).unwrap();
    mode(0o000);
    let account = visitor.survey(&library);
    mode(0o755);
    assert_eq!((&account["assets"], &account["gone"], &account["opened"]), (&4.into(), &0.into(), &0.into()), "{account}");
    assert_eq!((&account["fates"]["unreadable"], &account["fates"]["unchanged"]), (&3.into(), &1.into()), "{account}");
    assert_eq!(account["folders"][0]["kind"], "unreadable");
    let manifest = visitor.house.manifest();
    assert!(manifest.at("closed/b.jpg")["problems"].contains("unreadable: its folder could not be read: "), "{manifest:#?}");
    assert_eq!(visitor.house.ids(), ids);

    let account = visitor.survey(&library);
    assert_eq!(
        (&account["opened"], &account["fates"]["unchanged"], &account["fates"]["skipped"]),
        (&0.into(), &3.into(), &1.into())
    );
    let manifest = visitor.house.manifest();
    assert!(manifest.rows.iter().all(|row| !row["problems"].contains("folder")), "{manifest:#?}");
    assert_eq!(visitor.house.groups(), groups);
}

#[test]
fn an_asset_that_may_not_be_read_is_told_and_read_once_it_may() {
    let library = Library::with("a.jpg", photo()).and("b.jpg", photo_of(2));
    let mode = |bits| rustix::fs::chmod(library.at("b.jpg"), rustix::fs::Mode::from_raw_mode(bits)).unwrap();
    mode(0o000);
    let visitor = Visitor::at(&library);
    let account = visitor.survey(&library);
    assert_eq!((&account["fates"]["read"], &account["fates"]["unreadable"]), (&1.into(), &1.into()));
    let manifest = visitor.house.manifest();
    assert!(manifest.at("b.jpg")["problems"].contains("ermission denied"), "{manifest:#?}");
    mode(0o644);
    assert_eq!(visitor.survey(&library)["fates"]["read"], 1);
    assert_eq!(&visitor.house.manifest().at("b.jpg")["problems"], "");
}

/// A house of someone who has no more rights than others: root may read everything.
struct Visitor {
    house: House,
    program: PathBuf,
    is_root: bool,
}

impl Visitor {
    fn at(library: &Library) -> Self {
        let house = House::default();
        let is_root = rustix::process::geteuid().is_root();
        let mut program = PathBuf::from(env!("CARGO_BIN_EXE_lightproof"));
        if is_root {
            // Where the program was built, only its maker may be allowed to go.
            let own = house.program.home().join("lightproof");
            // By another process: a program that is open for writing in this one cannot be run, nor while a spec beside forks.
            assert!(Command::new("cp").arg(&program).arg(&own).status().unwrap().success());
            program = own;
            for folder in [house.program.home(), library.path()] {
                rustix::fs::chmod(folder, rustix::fs::Mode::from_raw_mode(0o777)).unwrap();
            }
        }
        Self { house, program, is_root }
    }

    fn survey(&self, library: &Library) -> serde_json::Value {
        let own = self.house.program.command(["survey", library.path().to_str().unwrap(), "--json"]);
        let mut command = Command::new(&self.program);
        if self.is_root {
            command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&self.program);
        }
        command.args(own.get_args()).current_dir(self.house.program.home()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(own.get_envs().filter_map(|(key, value)| Some((key, value?))));
        let ran = command.output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        serde_json::from_slice(&ran.stdout).unwrap()
    }
}
