use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn asset(date: &RecordedDate) -> Tallied<'_> {
    Tallied {
        fate: Fate::Read,
        media_type: MediaType::Jpeg,
        bytes: 2_500_000,
        owner: "anna",
        make: Some("Canon"),
        model: Some("Canon EOS 5D"),
        date,
        corrected: None,
        container_time: false,
        anomalous: false,
        integrity: Integrity::Intact,
        problems: &[],
    }
}

fn small_library() -> Summary {
    let mut summary = Summary::default();
    let july = RecordedDate::At(date(2009, 7, 17).at(18, 20, 10, 0));
    let reset = RecordedDate::At(date(2005, 1, 1).at(0, 1, 15, 0));
    summary.add_asset(&asset(&july));
    summary.add_asset(&Tallied { owner: "ben", ..asset(&july) });
    summary.add_asset(&Tallied { make: Some("NIKON CORPORATION"), model: Some("NIKON D50"), anomalous: true, ..asset(&reset) });
    summary.add_asset(&Tallied { make: None, model: None, ..asset(&RecordedDate::Missing) });
    summary.add_asset(&Tallied {
        media_type: MediaType::Xmp,
        bytes: 900,
        make: None,
        model: None,
        ..asset(&RecordedDate::Missing)
    });
    let problem = Problem::new(ProblemKind::Unreadable, "input/output error");
    summary.add_asset(&Tallied {
        fate: Fate::Unreadable,
        integrity: Integrity::Unreadable,
        problems: &[problem],
        make: None,
        model: None,
        ..asset(&RecordedDate::Missing)
    });
    summary.add_anomaly(AnomalyKind::KnownCamera, Some("NIKON CORPORATION"), Some("NIKON D50"));
    summary.add_anomaly(AnomalyKind::ResetRun, Some("NIKON CORPORATION"), Some("NIKON D50"));
    summary.add_anomaly(AnomalyKind::MissingDate, None, None);
    summary.add_group("same-bytes", TalliedGroup { members: 2, bytes: 5_000_000, largest: 2_500_000, ranked: true });
    summary.add_series(TalliedGroup { members: 7, bytes: 100, largest: 20, ranked: false });
    summary.add_folder("a|b", "permission denied");
    summary
}

#[test]
fn every_asset_is_counted_once_in_every_table() {
    let summary = small_library();
    assert_eq!(summary.check_sums(), Ok(()));
    assert_eq!(summary.total(), Tally { assets: 6, bytes: 12_500_900 });
    assert_eq!(summary.of_fate(Fate::Unreadable).assets, 1);
    assert_eq!(summary.of_kind(AnomalyKind::ResetRun), 1);
    assert_eq!(summary.groups()[0].1.bytes_beyond_one, 2_500_000);
}

#[test]
fn formats_that_this_build_cannot_decode_are_told_with_their_assets() {
    let mut summary = small_library();
    let without = summary.render(&About::default());
    assert!(!without.contains("Not compared by picture"));
    let problems = [Problem::new(ProblemKind::BeyondThisBuild, "no decoder for image/jp2")];
    let jp2 = Tallied { media_type: MediaType::Jp2, problems: &problems, ..asset(&RecordedDate::Missing) };
    summary.add_asset(&jp2);
    summary.add_asset(&jp2);
    assert!(summary.render(&About::default()).contains("| image/jp2 | 2 | no decoder for image/jp2 |"));
}

#[test]
fn a_sum_that_does_not_match_is_named() {
    let mut summary = small_library();
    summary.fates.insert(Fate::SetAside, Tally { assets: 1, bytes: 0 });
    assert_eq!(summary.check_sums().unwrap_err().to_string(), "assets by fate add up to 7, but 6 were counted");
}

#[test]
fn the_page_reads_top_to_bottom() {
    let about = About {
        made: Some(date(2026, 6, 1).at(12, 0, 0, 0)),
        sources: vec!["/photos".to_owned()],
        timeline: Some("timeline.svg".to_owned()),
        notices: Vec::new(),
    };
    insta::assert_snapshot!(small_library().render(&about));
}

#[test]
fn a_name_from_the_library_cannot_break_the_page() {
    let mut summary = Summary::default();
    let undated = RecordedDate::Missing;
    summary.add_asset(&Tallied { owner: "a|b\n# <script>", model: Some("[x](y)"), make: None, ..asset(&undated) });
    let page = summary.render(&About::default());
    assert!(page.contains("| a\\|b\u{fffd}\\# \\<script\\> | 1 |"), "{page}");
    assert!(page.contains("\\[x\\](y)"));
}

#[test]
fn an_empty_library_has_a_summary_too() {
    let page = Summary::default().render(&About::default());
    assert!(page.contains("**0 assets, 0 B.**"));
    assert!(page.contains("Nothing: no group, no anomaly, no damage."));
}

#[test]
fn more_cameras_than_anyone_owns_are_counted_together() {
    let mut summary = Summary::default();
    let undated = RecordedDate::Missing;
    for i in 0..=MOST_CAMERAS as u32 + 5 {
        summary.add_asset(&Tallied { make: None, model: Some(&i.to_string()), ..asset(&undated) });
    }
    assert_eq!(summary.cameras.len(), MOST_CAMERAS + 1);
    assert_eq!(summary.check_sums(), Ok(()));
}

#[test]
fn a_maker_is_named_once() {
    for (make, model, name) in [
        (Some("NIKON CORPORATION"), Some("NIKON D50"), "NIKON D50"),
        (Some("Apple"), Some("iPhone 6s"), "Apple iPhone 6s"),
        (None, Some("X100"), "X100"),
        (Some("SONY"), None, "SONY"),
        (None, None, NO_CAMERA),
        (Some(" "), Some(""), NO_CAMERA),
    ] {
        assert_eq!(camera_name(make, model), name);
    }
}

proptest! {
    #[test]
    fn sums_agree_whatever_is_counted(
        assets in prop::collection::vec((0usize..5, 0usize..40, 0u64..1_000_000, "[ab]", 0i16..4, any::<bool>()), 0..60)
    ) {
        let mut summary = Summary::default();
        for (fate, media_type, bytes, owner, year, anomalous) in &assets {
            let date = match year {
                0 => RecordedDate::Missing,
                1 => RecordedDate::Zero { raw: "0".to_owned() },
                2 => RecordedDate::Impossible { raw: "x".to_owned() },
                year => RecordedDate::At(date(2000 + year, 1, 1).at(0, 0, 0, 0)),
            };
            let (fate, media_type) = (Fate::ALL[*fate], MediaType::ALL[*media_type]);
            summary.add_asset(&Tallied { fate, media_type, bytes: *bytes, owner, anomalous: *anomalous, ..asset(&date) });
        }
        prop_assert_eq!(summary.check_sums(), Ok(()));
        prop_assert_eq!(summary.total().assets, assets.len() as u64);
    }
}
