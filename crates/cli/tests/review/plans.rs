//! A plan in the browser: looked at with its pictures, and approved of by typing the passphrase.

use lightproof_testkit::library::{Library, photo_of};

use crate::{typed::typed, visit::Visit};

const PASSPHRASE: &str = "canary horse battery";

/// Decides the copies away: the plan.
fn planned(visit: &Visit) -> String {
    let mut groups = visit.house.groups();
    for row in &mut groups.rows {
        let verb = if row["path"].starts_with("copies/") { "quarantine" } else { "keep" };
        row.set("decision", verb);
    }
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(&groups.columns).unwrap();
    for row in &groups.rows {
        csv.write_record(groups.columns.iter().map(|column| &row[column])).unwrap();
    }
    let path = visit.house.program.home().join("filled.csv");
    #[allow(clippy::disallowed_methods)] // a test plays the spreadsheet
    std::fs::write(&path, csv.into_inner().unwrap()).unwrap();
    let _ = visit.house.json(["decide", "--reviewer", "Ann", "--from", path.to_str().unwrap()]);
    visit.house.json(["plan", "--max-share", "100"])["plan"].as_str().unwrap().to_owned()
}

#[test]
fn a_person_looks_at_a_plan_types_the_passphrase_and_it_is_carried_out() {
    let library = (1..=3).fold(Library::empty(), |library, seed| {
        library.and(format!("{seed}.jpg"), photo_of(seed)).and(format!("copies/{seed}.jpg"), photo_of(seed))
    });
    let Some(visit) = Visit::to(library) else { return };
    let plan = planned(&visit);
    let set = typed(visit.house.program.command(["approval", "set"]), &[PASSPHRASE, PASSPHRASE]);
    assert_eq!(set.code, Some(0), "{set:?}");
    visit.open("/plans");
    assert!(visit.said().contains("3 to do"), "{}", visit.said());
    visit.browser.leads_on(|b| b.click("table.rows th a"));
    let said = visit.said();
    assert!(said.contains(&plan) && said.contains("3 assets in 3 units set aside") && said.contains("copies/2.jpg"), "{said}");
    assert_eq!(visit.browser.nameless_controls(), []);
    for (width, dark) in [(400, false), (800, true), (1400, false)] {
        visit.browser.resize(width, 900);
        visit.browser.dark(dark);
        visit.browser.wait_for_pictures();
        let wider = visit.browser.script("return document.documentElement.scrollWidth > innerWidth", &[]);
        assert_eq!(wider, false, "at {width}");
        visit.browser.keep_screenshot(&format!("plan-{width}"));
    }
    visit.browser.type_into("input[name=passphrase]", "some other words");
    visit.browser.leads_on(|b| b.click("form.filters button.main"));
    assert!(visit.browser.text("[role=alert]").contains("not the passphrase"), "{}", visit.said());
    assert_eq!(visit.house.run(["execute", &plan]).code, Some(3));
    visit.browser.type_into("input[name=passphrase]", PASSPHRASE);
    visit.browser.leads_on(|b| b.click("form.filters button.main"));
    assert!(visit.said().contains("approved of steps all"), "{}", visit.said());
    assert!(!visit.browser.url().contains("canary"), "{}", visit.browser.url());
    assert_eq!(visit.house.json(["execute", &plan])["done"], 3);
    visit.open("/plans");
    assert!(visit.said().contains("3 done"), "{}", visit.said());
}
