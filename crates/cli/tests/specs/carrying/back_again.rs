//! Execute, then undo: as it was, whatever the library, whatever was decided, in whatever order it is taken back.

use std::fmt::Write;

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_testkit::library::{Library, name};

use super::{Well, servers::Served};
use crate::deciding::Desk;

/// Numbers that look like chance and are the same in every run (Numerical Recipes' linear congruence).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn of<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.below(some.len() as u64) as usize]
    }
}

/// How many libraries are tried; more of them where `LIGHTPROOF_CASES` says so.
fn cases(usual: u64) -> u64 {
    std::env::var("LIGHTPROOF_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

const SIDECAR: &str = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
<rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='5'/></rdf:RDF></x:xmpmeta>";

/// Photographs with copies of many kinds in many places.
fn library(chance: &mut Chance) -> Library {
    let mut library = Library::empty();
    let folders: [&[u8]; 5] = [b"", b"2019/", b"2019/summer holiday/", b"copies/\xfe odd/", b"deep/er/and/deep/er/"];
    for shot in 0..3 + chance.below(5) {
        let taken = format!("2019:07:{:02} 10:11:{:02}", 1 + shot, chance.below(60));
        let exif = Exif::camera("Canon", "Canon EOS 80D").serial("7").fields(20);
        let exif = if chance.one_in(4) { exif } else { exif.taken(&taken).sub_sec("37") };
        let photo = Photo::drawn(shot + 10).size(320, 240).exif(exif);
        for copy in 0..1 + chance.below(4) {
            let mut path = chance.of(&folders).to_vec();
            path.extend_from_slice(format!("shot{shot} copy{copy}").as_bytes());
            if chance.one_in(5) {
                path.push(0xff);
            }
            path.extend_from_slice(b".jpg");
            let bytes = match chance.below(4) {
                0 => photo.clone().resized(240, 180).jpeg(85),
                1 => photo.clone().stripped().jpeg(90),
                _ => photo.jpeg(90),
            };
            library = library.and(name(&path), bytes);
            if chance.one_in(3) {
                library = library.and(name(&[&path[..], b".xmp"].concat()), SIDECAR);
            }
        }
    }
    library
}

/// Says something of some of it, as a person might; what may not be said is refused.
fn decide(desk: &Desk, chance: &mut Chance) {
    let mut dates = desk.review();
    for row in &mut dates.table.rows {
        let said = chance.of(&["", "", "leave", "fix 2015-01-02T03:04:05", "shift +3600", "later"]);
        row.set("decision", said);
    }
    let _ = desk.decide(&[&dates], &["--partial"]);
    desk.survey();
    let mut groups = desk.groups();
    for row in &mut groups.table.rows {
        let said = chance.of(&["keep", "quarantine", "quarantine", "quarantine", "", "later"]);
        row.set("decision", if row["basis"] == *"series" { "" } else { said });
    }
    let _ = desk.decide(&[&groups], &["--partial"]);
}

#[test]
fn in_folders_whatever_is_executed_and_taken_back_is_as_it_was() {
    let (mut moved, mut dated) = (0, 0);
    for case in 0..cases(12) {
        let mut chance = Chance(case);
        let desk = Desk::over(library(&mut chance));
        decide(&desk, &mut chance);
        let told = desk.house.json(["plan", "--max-share", "100", "--steps"]);
        let steps = told["step_count"].as_u64().unwrap();
        if steps == 0 {
            continue;
        }
        let plan = told["plan"].as_str().unwrap().to_owned();
        let before = desk.library.snapshot();
        desk.set_passphrase();
        let scope = if chance.one_in(3) { format!("1-{}", 1 + chance.below(steps)) } else { "all".to_owned() };
        desk.approve(&plan, &["--steps", &scope]).well();
        let done = desk.execute(&plan);
        assert_eq!(done["skipped"].as_array().unwrap().len(), 0, "case {case}: nothing drifted: {done}");
        for [act, _, state] in desk.steps(&plan) {
            moved += u64::from(act == "quarantine" && state == "done");
            dated += u64::from(act == "fix-date" && state == "done");
        }
        if chance.one_in(2) {
            desk.survey();
        }
        // In whatever order, at once or step by step.
        while chance.one_in(2) {
            desk.undo(&format!("{plan}:{}", 1 + chance.below(steps)));
        }
        desk.undo(&plan);
        before.assert_as_it_was(&desk.library.snapshot());
        desk.survey();
        assert_eq!(desk.plan(&["--max-share", "100"]), plan, "case {case}: the same decisions are the same plan once more");
    }
    println!("folders: {moved} units moved and came back, {dated} dates written and taken back");
    assert!(moved > 10 && dated > 2, "{moved} {dated}");
}

#[test]
fn on_a_server_whatever_is_executed_and_taken_back_is_as_it_was() {
    let mut done = 0;
    for case in 0..cases(6) {
        let mut chance = Chance(1_000 + case);
        let served = Served::new(2 + chance.below(4));
        let before = served.shown();
        let further = if chance.one_in(2) { ["--inherit", "albums,favourites"].as_slice() } else { &[] };
        let plan = served.approved(further);
        let told = served.execute(&plan);
        done += told["done"].as_u64().unwrap();
        if chance.one_in(2) {
            served.house.survey_all(["immich:home"]);
        }
        let mut some = String::new();
        for step in 1..=told["done"].as_u64().unwrap() {
            if chance.one_in(2) {
                let _ = write!(some, "{}{step}", if some.is_empty() { "" } else { "," });
            }
        }
        if !some.is_empty() {
            served.house.json(["undo", &format!("{plan}:{some}")]);
        }
        served.house.json(["undo", &plan]);
        assert_eq!(served.shown(), before, "case {case}");
        assert_eq!(served.fake.violations(), Vec::<String>::new());
    }
    assert!(done > 10, "{done}");
}
