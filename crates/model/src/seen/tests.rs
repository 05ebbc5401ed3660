//! What makes a decision stale, and what does not.

use super::*;

fn place(path: &str) -> Place {
    Place { source: SourceId::new("fs-1"), path: path.into(), owner: "ann".into() }
}

fn part(path: &str, sha1: Option<Sha1>) -> SeenPart {
    SeenPart { place: place(path), sha1, asset: AssetId::new(path) }
}

type Change<T> = (&'static str, fn(&mut T));

fn member(content: u8) -> SeenMember {
    SeenMember {
        asset: AssetId::new("a1"),
        sha1: Sha1([content; 20]),
        place: place("a.jpg"),
        companions: vec![part("a.raf", Some(Sha1([9; 20]))), part("a.jpg.xmp", None)],
        exif_field_count: 41,
        fields: [1; 32],
        date_time_original: RecordedDate::parse("2009:07:17 18:20:10"),
        date_corrected: None,
        basis: Basis::SameShot,
        anomalies: vec![("known-camera".into(), "open".into()), ("reset-run".into(), "left".into())],
    }
}

fn anomaly() -> SeenAnomaly {
    SeenAnomaly {
        asset: AssetId::new("a1"),
        sha1: Some(Sha1([1; 20])),
        place: place("a.jpg"),
        date_time_original: RecordedDate::parse("2005:01:01 00:00:00"),
        date_corrected: None,
        kind: "known-camera".into(),
    }
}

/// If one of these changes, every decision made so far becomes stale. Then raise `VERSION` and say so in the log of changes.
#[test]
fn the_record_of_this_version_keeps_its_digests() {
    assert_eq!(seen_group(&[member(1), member(2)]).as_str(), "v1-f536fb64a696032e7c4fefcac8c09247");
    assert_eq!(seen_anomaly(&anomaly()).as_str(), "v1-7fbd7b2cab90016234efd9b1daca6030");
}

#[test]
fn the_order_of_members_companions_and_anomalies_makes_no_difference() {
    let mut other = member(2);
    other.companions.reverse();
    other.anomalies.reverse();
    assert_eq!(seen_group(&[member(1), member(2)]), seen_group(&[other, member(1)]));
}

#[test]
fn whatever_was_shown_and_changed_makes_another_digest() {
    let changes: [Change<SeenMember>; 12] = [
        ("content", |m| m.sha1 = Sha1([7; 20])),
        ("source", |m| m.place.source = SourceId::new("fs-2")),
        ("path", |m| m.place.path = b"b.jpg".to_vec()),
        ("owner", |m| m.place.owner = "bob".into()),
        ("companion gone", |m| m.companions.truncate(1)),
        ("companion's bytes", |m| m.companions[0].sha1 = None),
        ("field count", |m| m.exif_field_count = 40),
        ("fields", |m| m.fields = [2; 32]),
        ("date", |m| m.date_time_original = RecordedDate::Missing),
        ("corrected date", |m| m.date_corrected = m.date_time_original.at()),
        ("basis", |m| m.basis = Basis::LooksAlike),
        ("anomaly state", |m| m.anomalies[0].1 = "fixed".into()),
    ];
    let before = seen_group(&[member(1), member(2)]);
    for (what, change) in changes {
        let mut changed = member(1);
        change(&mut changed);
        assert_ne!(seen_group(&[changed, member(2)]), before, "{what}");
    }
    assert_ne!(seen_group(&[member(1)]), before, "a member gone");
    assert_ne!(seen_group(&[member(1), member(2), member(2)]), before, "a copy more");
}

#[test]
fn an_anomaly_is_another_when_its_kind_date_or_place_is() {
    let changes: [Change<SeenAnomaly>; 5] = [
        ("content", |a| a.sha1 = None),
        ("owner", |a| a.place.owner = "bob".into()),
        ("date", |a| a.date_time_original = RecordedDate::Zero { raw: String::new() }),
        ("corrected date", |a| a.date_corrected = a.date_time_original.at()),
        ("kind", |a| a.kind = "reset-run".into()),
    ];
    for (what, change) in changes {
        let mut changed = anomaly();
        change(&mut changed);
        assert_ne!(seen_anomaly(&changed), seen_anomaly(&anomaly()), "{what}");
    }
}

#[test]
fn ids_are_no_part_of_the_digest() {
    let renamed = |mut member: SeenMember| {
        member.asset = AssetId::new("a2");
        member.companions[0].asset = AssetId::new("a3");
        member
    };
    assert_eq!(seen_group(&[renamed(member(1))]), seen_group(&[member(1)]));
    assert_eq!(seen_anomaly(&SeenAnomaly { asset: AssetId::new("a2"), ..anomaly() }), seen_anomaly(&anomaly()));
}

#[test]
fn a_path_and_an_owner_cannot_run_into_each_other() {
    let with = |path: &str, owner: &str| SeenAnomaly { place: Place { owner: owner.into(), ..place(path) }, ..anomaly() };
    assert_ne!(seen_anomaly(&with("ab", "c")), seen_anomaly(&with("a", "bc")));
}
