//! One file reached by two roads is one asset; an asset keeps its id wherever its content goes within its source.

use std::process::Command;

use lightproof_testkit::library::{Library, photo, photo_of};

use crate::house::{House, Row};

fn also_at(row: &Row) -> Vec<&str> {
    row["problems"].split("; ").filter_map(|problem| problem.strip_prefix("also-at: ")).collect()
}

#[test]
fn a_hard_link_is_one_asset_and_its_further_place_is_told() {
    let library = Library::with("a.jpg", photo()).and_hard_link("b/a.jpg", "a.jpg").and_hard_link("c.jpg", "a.jpg");
    let house = House::default();
    for _ in 0..2 {
        let account = house.survey(&library);
        assert_eq!((&account["assets"], &account["further_places"]), (&1.into(), &2.into()));
        let manifest = house.manifest();
        assert_eq!(manifest.rows.len(), 1);
        assert_eq!(also_at(&manifest.rows[0]).len(), 2, "{:?}", manifest.rows[0]);
        assert_eq!(house.groups().rows, [], "an asset is no duplicate of itself");
    }
}

#[test]
fn an_asset_below_two_roots_is_one_asset_in_whatever_order_they_are_named() {
    let library = Library::with("2019/may/a.jpg", photo()).and("2020/b.jpg", photo_of(2));
    let (outer, inner) = (library.path().to_owned(), library.at("2019"));
    let mut ids = Vec::new();
    for roots in [[&outer, &inner], [&inner, &outer]] {
        let house = House::default();
        let account = house.survey_all(roots);
        assert_eq!((&account["assets"], &account["further_places"]), (&2.into(), &1.into()));
        let manifest = house.manifest();
        let a = manifest.rows.iter().find(|row| row["path"].ends_with("a.jpg")).unwrap();
        assert_eq!(&a["path"], "may/a.jpg", "it belongs to the nearer root");
        assert!(also_at(a)[0].starts_with("2019/may/a.jpg in "), "{a:?}");
        ids.push(house.ids());
        assert_eq!(house.groups().rows, []);
    }
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn ids_are_kept_when_the_outer_root_comes_later_or_goes() {
    let library = Library::with("2019/may/a.jpg", photo()).and("2020/b.jpg", photo_of(2));
    let (outer, inner) = (library.path().to_owned(), library.at("2019"));
    let id_of_a = |house: &House| {
        let manifest = house.manifest();
        let ids = manifest.rows.iter().filter(|row| row["path"].ends_with("a.jpg")).map(|row| row["asset_id"].to_owned());
        ids.collect::<Vec<_>>()
    };
    for runs in [
        [vec![&inner], vec![&outer], vec![&inner]],
        [vec![&outer], vec![&inner], vec![&outer]],
        [vec![&inner], vec![&outer, &inner], vec![&outer]],
        [vec![&outer], vec![&outer, &inner], vec![&inner]],
    ] {
        let house = House::default();
        let mut ids = Vec::new();
        for (n, roots) in runs.iter().enumerate() {
            let account = house.survey_all(roots);
            assert_eq!(account["gone"], 0, "{runs:?} {n}");
            // What was read once is not read again because another road leads to it.
            let new = if roots.contains(&&outer) && !runs[..n].iter().flatten().any(|r| *r == &outer) { 1 } else { 0 };
            assert_eq!(account["opened"], if n == 0 { if roots.contains(&&outer) { 2 } else { 1 } } else { new }, "{runs:?} {n}");
            ids.push(id_of_a(&house));
            assert!(account["assets"] == if roots.contains(&&outer) { 2 } else { 1 }, "{runs:?} {n}: {account}");
        }
        assert_eq!(ids[0].len(), 1);
        assert!(ids.iter().all(|id| *id == ids[0]), "{runs:?}: {ids:?}");
    }
}

#[test]
fn a_bind_mount_leads_to_the_same_assets_and_a_folder_mounted_into_itself_ends() {
    let library =
        Library::with("photos/a.jpg", photo()).and("photos/b.jpg", photo()).and_folder("mounted").and_folder("photos/loop");
    let house = House::default();
    let survey = house.program.command(["survey", library.path().to_str().unwrap(), "--json"]);
    let mut mounted = Command::new("unshare");
    let script =
        r#"set -e; mount --bind "$0/photos" "$0/mounted"; mount --bind "$0/photos" "$0/photos/loop"; shift 0; exec "$@""#;
    mounted.args(["-m", "sh", "-c", script]).arg(library.path()).arg(survey.get_program()).args(survey.get_args());
    mounted.current_dir(house.program.home()).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    mounted.envs(survey.get_envs().filter_map(|(key, value)| Some((key, value?))));
    if !Command::new("unshare").args(["-m", "mount", "--bind", "/tmp", "/tmp"]).output().is_ok_and(|ran| ran.status.success()) {
        println!("bind mounts are not permitted here: that one is one asset cannot be shown");
        return;
    }
    let ran = mounted.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let account: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!((&account["assets"], &account["opened"]), (&2.into(), &2.into()), "{account}");
    let manifest = house.manifest();
    assert_eq!(manifest.rows.iter().map(|row| also_at(row).len()).collect::<Vec<_>>(), [1, 1], "{manifest:#?}");
    let groups = house.groups();
    assert_eq!(groups.column("basis"), ["same-bytes"; 2], "a.jpg and b.jpg, once each");
}

#[test]
fn symbolic_links_are_listed_and_not_followed_wherever_they_lead() {
    let outside = Library::with("outside.jpg", photo_of(2));
    let library = Library::with("a/a.jpg", photo())
        .and_link("inside", "a/a.jpg")
        .and_link("folder inside", "a")
        .and_link("outside", outside.path())
        .and_link("outside.jpg", outside.at("outside.jpg"))
        .and_link("a/loop", "..")
        .and_link("round", "round")
        .and_link("broken.jpg", "nothing.jpg");
    let house = House::default();
    let account = house.survey(&library);
    assert_eq!((&account["assets"], &account["opened"]), (&8.into(), &1.into()));
    let manifest = house.manifest();
    assert_eq!(manifest.counts("fate"), [("read", 1), ("skipped", 7)].into());
    assert!(manifest.rows.iter().all(|row| row["fate"] == *"read" || row["problems"].contains("link")), "{manifest:#?}");
}

#[test]
fn a_root_that_is_reached_through_a_link_is_the_same_source() {
    let library = Library::with("photos/a.jpg", photo()).and_link("link", "photos");
    let house = House::default();
    house.survey_all([library.at("photos")]);
    let before = house.ids();
    let account = house.survey_all([library.at("link"), library.at("photos"), library.at("link/.")]);
    assert_eq!((&account["assets"], &account["opened"], &account["further_places"]), (&1.into(), &0.into(), &0.into()));
    assert_eq!(house.ids(), before);
}

#[test]
fn a_renamed_asset_keeps_its_id() {
    let library = Library::with("a.jpg", photo()).and("b.jpg", photo_of(2));
    let house = House::default();
    house.survey(&library);
    let before = house.ids();
    library.rename("a.jpg", "c/renamed.jpg");
    let account = house.survey(&library);
    assert_eq!((&account["moved"], &account["gone"], &account["assets"]), (&1.into(), &0.into(), &2.into()));
    let after = house.ids();
    assert_eq!((&after["c/renamed.jpg"], &after["b.jpg"]), (&before["a.jpg"], &before["b.jpg"]));
}

#[test]
fn a_renamed_asset_keeps_its_id_where_only_heads_were_read() {
    let library = Library::with("a.jpg", photo()).and("b.jpg", photo_of(2));
    let house = House::default();
    let heads = || house.json(["generate-manifest".as_ref(), library.path().as_os_str()]);
    heads();
    let before = house.ids();
    library.rename("a.jpg", "renamed.jpg");
    assert_eq!(heads()["moved"], 1);
    assert_eq!(house.ids()["renamed.jpg"], before["a.jpg"]);
    library.rename("renamed.jpg", "again.jpg");
    house.survey(&library);
    assert_eq!(house.ids()["again.jpg"], before["a.jpg"], "and the next run may read more");
    library.rename("again.jpg", "once more.jpg");
    heads();
    assert_eq!(house.ids()["once more.jpg"], before["a.jpg"], "or less");
}

#[test]
fn a_renamed_folder_keeps_all_ids_and_nothing_in_it_is_read_again() {
    let library = Library::with("2019/a.jpg", photo()).and("2019/deep/b.jpg", photo_of(2)).and("c.jpg", photo_of(3));
    let house = House::default();
    house.survey(&library);
    let before = house.ids();
    library.rename("2019", "the year 2019");
    let account = house.survey(&library);
    assert_eq!((&account["opened"], &account["bytes_read"], &account["moved"]), (&0.into(), &0.into(), &2.into()), "{account}");
    let after = house.ids();
    assert_eq!(after["the year 2019/a.jpg"], before["2019/a.jpg"]);
    assert_eq!(after["the year 2019/deep/b.jpg"], before["2019/deep/b.jpg"]);
    assert_eq!(house.manifest().counts("fate"), [("unchanged", 3)].into());
}

#[test]
fn a_renamed_root_is_the_same_source() {
    let library = Library::with("drive/a.jpg", photo()).and("drive/b.jpg", photo_of(2));
    let house = House::default();
    house.survey_all([library.at("drive")]);
    let before = house.manifest();
    library.rename("drive", "mounted elsewhere");
    let account = house.survey_all([library.at("mounted elsewhere")]);
    assert_eq!(account["opened"], 0);
    assert_eq!(house.manifest().without(&["fate"]), before.without(&["fate"]));
}

#[test]
fn two_assets_that_swap_their_places_swap_their_ids() {
    let library = Library::with("a.jpg", photo()).and("b.jpg", photo_of(2));
    let house = House::default();
    house.survey(&library);
    let before = house.ids();
    library.rename("a.jpg", "aside");
    library.rename("b.jpg", "a.jpg");
    library.rename("aside", "b.jpg");
    house.survey(&library);
    let after = house.ids();
    assert_eq!((&after["a.jpg"], &after["b.jpg"]), (&before["b.jpg"], &before["a.jpg"]));
}

#[test]
fn two_folders_that_swap_their_names_take_their_assets_ids_along() {
    let library = Library::with("x/a.jpg", photo()).and("y/a.jpg", photo_of(2)).and("x/only.jpg", photo_of(3));
    let house = House::default();
    house.survey(&library);
    let before = house.ids();
    library.rename("x", "aside");
    library.rename("y", "x");
    library.rename("aside", "y");
    house.survey(&library);
    let after = house.ids();
    assert_eq!((&after["x/a.jpg"], &after["y/a.jpg"]), (&before["y/a.jpg"], &before["x/a.jpg"]));
    assert_eq!(after["y/only.jpg"], before["x/only.jpg"]);
}

#[test]
fn an_asset_that_is_edited_in_place_keeps_its_id_and_what_is_read_is_new() {
    let library = Library::with("a.jpg", photo()).and("b.jpg", photo_of(2));
    let house = House::default();
    house.survey(&library);
    let before = house.manifest();
    library.put("a.jpg", photo_of(3).exif_fields(7));
    let account = house.survey(&library);
    assert_eq!((&account["opened"], &account["moved"], &account["gone"]), (&1.into(), &0.into(), &0.into()));
    let after = house.manifest();
    assert_eq!(after.at("a.jpg")["asset_id"], before.at("a.jpg")["asset_id"]);
    assert_ne!(after.at("a.jpg")["sha1"], before.at("a.jpg")["sha1"]);
    assert_eq!(&after.at("a.jpg")["exif_field_count"], "7");
}

#[test]
fn an_asset_that_an_editor_replaces_with_a_new_file_keeps_its_id() {
    let library = Library::with("a.jpg", photo());
    let house = House::default();
    house.survey(&library);
    let before = house.ids();
    library.put("a.jpg.tmp", photo_of(2));
    library.rename("a.jpg.tmp", "a.jpg");
    house.survey(&library);
    assert_eq!(house.ids(), before);
}

#[test]
fn a_copy_gets_an_id_of_its_own_and_the_original_keeps_its() {
    let library = Library::with("b.jpg", photo());
    let house = House::default();
    house.survey(&library);
    let before = house.ids();
    library.put("a copy.jpg", photo());
    house.survey(&library);
    let after = house.ids();
    assert_eq!(after["b.jpg"], before["b.jpg"]);
    assert_ne!(after["a copy.jpg"], after["b.jpg"]);
    assert_eq!(house.groups().column("basis"), ["same-bytes"; 2]);
}

#[test]
fn an_asset_that_went_and_came_back_has_its_old_id() {
    let library = Library::with("a.jpg", photo()).and("b.jpg", photo_of(2));
    let house = House::default();
    house.survey(&library);
    let before = house.ids();
    library.take_away("a.jpg");
    assert_eq!(house.survey(&library)["gone"], 1);
    assert_eq!(house.survey(&library)["gone"], 0, "it is told once");
    library.put("restored/a.jpg", photo());
    house.survey(&library);
    assert_eq!(house.ids()["restored/a.jpg"], before["a.jpg"]);
}

#[test]
fn a_hard_link_whose_first_name_goes_is_still_the_same_asset() {
    let library = Library::with("a.jpg", photo()).and_hard_link("z.jpg", "a.jpg");
    let house = House::default();
    house.survey(&library);
    let before = house.ids();
    library.take_away("a.jpg");
    let account = house.survey(&library);
    assert_eq!((&account["assets"], &account["gone"]), (&1.into(), &0.into()), "{account}");
    assert_eq!(house.ids()["z.jpg"], before["a.jpg"]);
}
