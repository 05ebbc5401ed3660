//! In folders: what was decided is renamed into the quarantine, and comes back as it was.

use std::os::unix::fs::MetadataExt;

use lightproof_testkit::library::{Library, name, photo_of};

use super::{Well, counts, decided, decided_over, pairs};
use crate::deciding::Desk;

#[test]
fn what_was_decided_is_set_aside_and_comes_back_as_it_was() {
    let desk = decided(&["a", "b", "c"]);
    let before = desk.library.snapshot();
    let inode = std::fs::metadata(desk.library.at("copies/a.jpg")).unwrap().ino();
    let plan = desk.approved(&[]);
    before.assert_untouched(&desk.library.snapshot());
    assert_eq!(counts(&desk.execute(&plan)), (3, 0));
    for name in ["a", "b", "c"] {
        assert!(desk.library.at(format!("{name}.jpg")).exists(), "what is kept stays");
        assert!(!desk.library.at(format!("copies/{name}.jpg")).exists());
        let aside = desk.library.at(format!(".lightproof/quarantine/{}/copies/{name}.jpg", &plan[..16]));
        assert!(aside.exists(), "{}", aside.display());
    }
    let aside = desk.library.at(format!(".lightproof/quarantine/{}/copies/a.jpg", &plan[..16]));
    assert_eq!(std::fs::metadata(aside).unwrap().ino(), inode, "the very file");
    let readme = String::from_utf8(desk.library.read(".lightproof/README.txt")).unwrap();
    assert!(readme.contains("without lightproof"), "{readme}");
    assert_eq!(counts(&desk.undo(&plan)), (3, 0));
    before.assert_as_it_was(&desk.library.snapshot());
}

#[test]
fn steps_come_back_one_by_one_and_a_plan_is_carried_out_once_more_when_it_is_approved_of_anew() {
    let desk = decided(&["a", "b", "c"]);
    let before = desk.library.snapshot();
    let plan = desk.approved(&[]);
    desk.execute(&plan);
    assert_eq!(counts(&desk.undo(&format!("{}:2", &plan[..8]))), (1, 0));
    assert_eq!(desk.states(&plan).iter().map(|(_, state)| state.as_str()).collect::<Vec<_>>(), ["done", "taken-back", "done"]);
    assert!(desk.library.at("copies/b.jpg").exists() && !desk.library.at("copies/a.jpg").exists());
    let refused = desk.house.run(["execute", &plan]);
    assert_eq!(refused.code, Some(3), "one approval is for one run: {refused:?}");
    desk.approve(&plan, &[]).well();
    assert_eq!(counts(&desk.execute(&plan)), (1, 0));
    assert_eq!(counts(&desk.undo(&format!("{plan}:1-2"))), (2, 0));
    assert_eq!(counts(&desk.undo(&plan)), (1, 0));
    before.assert_as_it_was(&desk.library.snapshot());
    assert_eq!(desk.house.run(["undo", &format!("{plan}:4")]).code, Some(5), "there is no such step");
}

#[test]
fn a_unit_moves_whole_with_all_its_parts() {
    let sidecar = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>".as_slice();
    let library = pairs(&["a"]).and("copies/a.jpg.xmp", sidecar).and("a.jpg.xmp", sidecar);
    let desk = decided_over(library, &["a"]);
    let before = desk.library.snapshot();
    let plan = desk.approved(&["--max-share", "20"]);
    assert_eq!(counts(&desk.execute(&plan)), (1, 0));
    assert!(!desk.library.at("copies/a.jpg").exists() && !desk.library.at("copies/a.jpg.xmp").exists());
    assert!(desk.library.at("a.jpg.xmp").exists());
    desk.undo(&plan);
    before.assert_as_it_was(&desk.library.snapshot());
}

#[test]
fn names_that_are_no_text_move_and_come_back() {
    let odd = [b"copies/\xff\xfe.jpg".as_slice(), b"copies/line\nbreak \"quoted\".jpg", b"copies/-rf.jpg"];
    let library = Library::empty();
    for (seed, path) in odd.iter().enumerate() {
        library.put(name(path), photo_of(seed as u64));
        library.put(format!("kept{seed}.jpg"), photo_of(seed as u64));
    }
    let desk = Desk::over(library);
    let mut sheet = desk.groups();
    for row in &mut sheet.table.rows {
        let verb = if row["path"].starts_with("kept") { "keep" } else { "quarantine" };
        row.set("decision", verb);
    }
    desk.decide(&[&sheet], &[]).well();
    let before = desk.library.snapshot();
    let plan = desk.approved(&["--max-share", "60"]);
    assert_eq!(counts(&desk.execute(&plan)), (3, 0));
    assert!(odd.iter().all(|path| !desk.library.at(name(path)).exists()));
    desk.undo(&plan);
    before.assert_as_it_was(&desk.library.snapshot());
}

#[test]
fn a_new_survey_lists_what_is_set_aside_and_finds_no_group_because_of_it() {
    let desk = decided(&["a", "b"]);
    let fates = |desk: &Desk| {
        let mut fates: Vec<(String, String)> =
            desk.house.manifest().rows.iter().map(|row| (row["path"].to_owned(), row["fate"].to_owned())).collect();
        fates.retain(|(path, _)| path.starts_with("copies/"));
        fates.sort();
        fates
    };
    let plan = desk.approved(&[]);
    desk.execute(&plan);
    for _ in 0..2 {
        let told = desk.house.survey(&desk.library);
        assert_eq!(told["fates"]["set-aside"], 2, "{told}");
        let aside = |path: &str| (path.to_owned(), "set-aside".to_owned());
        assert_eq!(fates(&desk), [aside("copies/a.jpg"), aside("copies/b.jpg")]);
        assert!(desk.groups().table.rows.is_empty());
    }
    // What lightproof executed makes no decision stale.
    assert!(desk.decisions(&[]).iter().all(|word| word.ends_with(" holds")), "{:?}", desk.decisions(&[]));
    // Nor does a survey that is made anew forget it.
    desk.forget_the_survey();
    assert_eq!(desk.house.survey(&desk.library)["fates"]["set-aside"], 2);
    desk.undo(&plan);
    let told = desk.house.survey(&desk.library);
    assert_eq!(told["fates"]["set-aside"], 0);
    assert_eq!(desk.groups().table.rows.len(), 4);
    assert!(desk.decisions(&[]).iter().all(|word| word.ends_with(" holds")), "{:?}", desk.decisions(&[]));
    assert_eq!(desk.plan(&[]), plan, "the same decisions on the same library are the same plan");
}

#[test]
fn what_a_person_takes_out_of_the_quarantine_by_hand_is_gone_and_undo_says_so() {
    let desk = decided(&["a", "b"]);
    let plan = desk.approved(&[]);
    desk.execute(&plan);
    desk.library.take_away(format!(".lightproof/quarantine/{}/copies/a.jpg", &plan[..16]));
    assert_eq!(desk.house.survey(&desk.library)["fates"]["set-aside"], 1);
    let told = desk.undo(&plan);
    assert_eq!(counts(&told), (1, 1));
    assert!(desk.library.at("copies/b.jpg").exists());
}

#[test]
fn nothing_is_put_over_something_that_took_the_place_meanwhile() {
    let desk = decided(&["a", "b"]);
    let plan = desk.approved(&[]);
    desk.execute(&plan);
    desk.library.put("copies/a.jpg", "a new photograph");
    let told = desk.undo(&plan);
    assert_eq!(counts(&told), (1, 1), "{told}");
    assert_eq!(desk.library.read("copies/a.jpg"), b"a new photograph");
    desk.library.rename("copies/a.jpg", "copies/other.jpg");
    assert_eq!(counts(&desk.undo(&plan)), (1, 0), "out of the way, it comes back");
}

#[test]
fn a_root_of_which_everything_is_set_aside_is_surveyed_and_comes_back() {
    let (kept, copies) = (Library::empty(), Library::empty());
    for seed in 1..=3 {
        kept.put(format!("{seed}.jpg"), photo_of(seed));
        copies.put(format!("{seed}.jpg"), photo_of(seed));
    }
    let desk = Desk::over(kept);
    let both = [desk.library.path(), copies.path()];
    let _ = desk.house.survey_all(both);
    let mut sheet = desk.groups();
    let of_copies = sheet.table.rows.iter().map(|row| row["source"].to_owned()).max_by_key(|source| {
        let name = copies.path().file_name().unwrap().to_string_lossy().to_lowercase();
        name.chars()
            .filter(|c| c.is_alphanumeric())
            .zip(source.chars().filter(|c| c.is_alphanumeric()))
            .take_while(|(a, b)| a == b)
            .count()
    });
    for row in &mut sheet.table.rows {
        let verb = if Some(row["source"].to_owned()) == of_copies { "quarantine" } else { "keep" };
        row.set("decision", verb);
    }
    desk.decide(&[&sheet], &[]).well();
    let before = [desk.library.snapshot(), copies.snapshot()];
    let plan = desk.approved(&["--max-share", "100"]);
    assert_eq!(counts(&desk.execute(&plan)), (3, 0));
    let told = desk.house.survey_all(both);
    assert_eq!(told["fates"]["set-aside"], 3, "{told}");
    desk.undo(&plan);
    before[0].assert_as_it_was(&desk.library.snapshot());
    before[1].assert_as_it_was(&copies.snapshot());
}
