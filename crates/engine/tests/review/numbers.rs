//! The overview's numbers, and the lists that they lead to: the same rules count and list.

use lightproof_engine::review::inventory::{AssetFilter, Dated};
use lightproof_model::{
    asset::Fate,
    problem::{Integrity, ProblemKind},
};
use lightproof_testkit::library::Library;

use crate::desk::{Desk, dated, photo};

fn mixed() -> Library {
    let whole = photo(3).exif(dated(20)).jpeg(85);
    Library::with("2009/a.jpg", photo(1).exif(dated(20)))
        .and("undated.jpg", photo(2).exif_fields(0))
        .and("impossible.jpg", photo(4).exif(dated(20).taken("2009:02:31 10:00:00")))
        .and("cut.jpg", whole[..whole.len() / 2].to_vec())
        .and("empty.jpg", "")
        .and("notes.txt", "notes")
}

#[test]
fn every_number_leads_to_a_list_of_that_length() {
    let desk = Desk::with(mixed());
    let ann = desk.ann();
    let looking = ann.0.looking();
    let count = |filter: &AssetFilter| looking.assets(filter, 0, 1).unwrap().0 as u64;
    let surveyed = looking.surveyed().unwrap();
    surveyed.summary.check_sums().unwrap();
    assert_eq!(surveyed.summary.total().assets, 6);
    assert_eq!(count(&AssetFilter::default()), 6);
    for source in &surveyed.sources {
        assert_eq!((source.assets, source.source.owner.as_str()), (6, "Ann"));
        for (fate, expected) in Fate::ALL.into_iter().zip(source.fates) {
            let filter = AssetFilter { fate: Some(fate), source: Some(source.source.id.clone()), ..AssetFilter::default() };
            assert_eq!(count(&filter), expected, "{fate:?}");
        }
    }
    for (kind, expected) in surveyed.summary.by_problem() {
        assert_eq!(count(&AssetFilter { problem: Some(kind), ..AssetFilter::default() }), expected, "{kind:?}");
    }
    for (integrity, expected) in surveyed.summary.by_integrity() {
        assert_eq!(count(&AssetFilter { integrity: Some(integrity), ..AssetFilter::default() }), expected, "{integrity:?}");
    }
    let undated: Vec<_> = surveyed.summary.by_undated().collect();
    assert!(undated.len() >= 3, "{undated:?}");
    for (why, expected) in undated {
        assert_eq!(count(&AssetFilter { dated: Some(Dated::Not(why)), ..AssetFilter::default() }), expected, "{why:?}");
    }
    for (month, (expected, _)) in surveyed.summary.timeline().months() {
        assert_eq!(
            count(&AssetFilter { dated: Some(Dated::In(month.words())), ..AssetFilter::default() }),
            expected,
            "{month:?}"
        );
    }
    assert_eq!(count(&AssetFilter { not_whole: true, ..AssetFilter::default() }), surveyed.not_whole);
    assert_eq!(count(&AssetFilter { in_part: true, ..AssetFilter::default() }), surveyed.summary.in_part());
}

#[test]
fn what_is_damaged_or_unreadable_is_listed_with_the_reason() {
    let desk = Desk::with(mixed());
    let ann = desk.ann();
    let (total, assets) = ann.0.looking().assets(&AssetFilter { not_whole: true, ..AssetFilter::default() }, 0, 10).unwrap();
    assert_eq!(total, assets.len());
    let cut = assets.iter().find(|a| a.place.name == b"cut.jpg").expect("the cut one is damaged");
    assert_eq!(cut.integrity, Integrity::Damaged);
    assert!(cut.problems.iter().any(|p| p.kind == ProblemKind::DamagedImage && !p.detail.is_empty()), "{:?}", cut.problems);
    let found = ann.0.looking().assets(&AssetFilter { text: Some("2009/".into()), ..AssetFilter::default() }, 0, 10).unwrap();
    assert_eq!(found.1.iter().map(|a| a.place.path()).collect::<Vec<_>>(), [b"2009/a.jpg"]);
}

#[test]
fn an_asset_is_explained_by_its_id_and_by_no_path() {
    let desk = Desk::with(mixed());
    let ann = desk.ann();
    let looking = ann.0.looking();
    let (_, assets) = looking.assets(&AssetFilter { text: Some("2009/a".into()), ..AssetFilter::default() }, 0, 1).unwrap();
    let found = looking.explanation(&assets[0].id).unwrap().unwrap();
    assert_eq!(found.asset.place.path(), b"2009/a.jpg");
    assert!(!found.fields.is_empty());
    let path = desk.library.at("2009/a.jpg");
    for id in ["2009/a.jpg", path.to_str().unwrap(), "", "a0"] {
        assert!(looking.explanation(&lightproof_model::asset::AssetId::new(id)).unwrap().is_none(), "{id}");
    }
}
