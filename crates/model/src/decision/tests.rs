//! What can be said of a group, and what of its evidence may change before that must be said again.

use super::*;
use crate::{
    anomaly::Correction,
    asset::SourceId,
    moment::RecordedDate,
    seen::{Place, SeenAnomaly, SeenPart},
};

fn place(path: &str) -> Place {
    Place { source: SourceId::new("fs"), path: path.into(), owner: "ann".into() }
}

fn member(id: &str, content: u8) -> SeenMember {
    SeenMember {
        asset: AssetId::new(id),
        sha1: Sha1([content; 20]),
        place: place(&format!("{id}.jpg")),
        companions: vec![SeenPart {
            place: place(&format!("{id}.raf")),
            sha1: Some(Sha1([content + 100; 20])),
            asset: AssetId::new(format!("{id}raf")),
        }],
        exif_field_count: 41,
        fields: [1; 32],
        date_time_original: RecordedDate::parse("2009:07:17 18:20:10"),
        date_corrected: None,
        basis: Basis::SameShot,
        anomalies: Vec::new(),
    }
}

fn words(said: &[(&str, Verb)]) -> Words {
    said.iter().map(|(id, verb)| (AssetId::new(*id), *verb)).collect()
}

fn told(basis: Basis, said: &[(&str, Verb)]) -> Result<(), String> {
    judge(basis, &[member("a", 1), member("b", 2)], &words(said)).map_err(|refusal| refusal.to_string())
}

#[test]
fn what_can_be_said_of_a_group() {
    use Verb::{Keep, Later, NotDuplicates, Quarantine};
    let may: [&[(&str, Verb)]; 9] = [
        &[("a", Keep), ("b", Quarantine)],
        &[("a", Keep), ("b", Keep)],
        &[("a", Keep)],
        &[("a", Later), ("b", Later)],
        &[("a", NotDuplicates), ("b", NotDuplicates)],
        &[("a", Keep), ("b", NotDuplicates)],
        &[("a", Keep), ("b", Quarantine), ("braf", Quarantine)],
        &[("a", Keep), ("araf", Keep)],
        &[("araf", Keep)],
    ];
    for said in may {
        assert_eq!(told(Basis::SameShot, said), Ok(()), "{said:?}");
    }
    let may_not: [(&[(&str, Verb)], &str); 9] = [
        (&[], "nothing is said of any member"),
        (&[("x", Keep)], "x is no member of this group"),
        (&[("b", Quarantine)], "nothing of a group is set aside without an explicit keep in it"),
        (&[("a", Quarantine), ("b", Quarantine)], "nothing of a group is set aside without an explicit keep in it"),
        (&[("a", Later), ("b", Quarantine)], "nothing of a group is set aside without an explicit keep in it"),
        (
            &[("a", Keep), ("b", Quarantine), ("braf", Keep)],
            "braf belongs to b, which is set aside: a unit moves whole or not at all",
        ),
        (&[("a", Keep), ("araf", Quarantine)], "araf belongs to a, which is not set aside: a unit moves whole or not at all"),
        (&[("a", Keep), ("braf", Quarantine)], "braf belongs to b, which is not set aside: a unit moves whole or not at all"),
        (&[("a", Keep), ("braf", NotDuplicates)], "`not-duplicates` is said of b, not of its part braf"),
    ];
    for (said, why) in may_not {
        assert_eq!(told(Basis::SameShot, said), Err(why.to_owned()), "{said:?}");
    }
}

#[test]
fn nothing_is_said_of_a_series() {
    assert!(told(Basis::Series, &[("a", Verb::Keep)]).unwrap_err().starts_with("a series is shown for information"));
}

#[test]
fn nothing_is_decided_while_a_clock_waits_for_a_person() {
    let with = |kind: &str, state: &str| {
        let mut doubtful = member("b", 2);
        doubtful.anomalies = vec![(kind.to_owned(), state.to_owned())];
        judge(Basis::SameShot, &[member("a", 1), doubtful], &words(&[("a", Verb::Keep), ("b", Verb::Quarantine)]))
    };
    let refused = with("known-camera", OPEN).unwrap_err();
    assert_eq!(refused.to_string(), "the clock of b is not reviewed (known-camera): decide on that anomaly first");
    for (kind, state) in
        [("known-camera", "leave"), ("known-camera", "fix 2009-07-17T18:20:10"), ("missing-date", OPEN), ("time-zone", OPEN)]
    {
        assert_eq!(with(kind, state), Ok(()), "{kind} {state}");
    }
}

#[test]
fn not_duplicates_are_pairs_of_contents() {
    let [a, b, c] = [1, 2, 3].map(|n| Sha1([n; 20]));
    let dismissed = Some(Verb::NotDuplicates);
    assert_eq!(apart(&[(a, dismissed), (b, dismissed), (c, dismissed)]), [(a, b), (a, c), (b, c)]);
    assert_eq!(apart(&[(a, Some(Verb::Keep)), (c, dismissed), (b, None)]), [(a, c), (b, c)], "the others stay together");
    assert_eq!(apart(&[(a, dismissed), (a, dismissed)]), [(a, a)], "copies of one content are kept apart too");
    assert_eq!(apart(&[(a, Some(Verb::Keep)), (b, Some(Verb::Quarantine))]), []);
}

type Edit = (&'static str, fn(&mut Vec<SeenMember>), &'static [&'static str]);

#[test]
fn what_makes_a_decision_stale_and_what_does_not() {
    let edits: [Edit; 17] = [
        ("nothing", |_| {}, &[]),
        ("a rename", |m| m[0].place.path = b"2009/x.jpg".to_vec(), &[]),
        ("a survey made anew", |m| m[0].asset = AssetId::new("z"), &[]),
        ("a rename, and a survey made anew", |m| (m[0].asset, m[0].place.path) = (AssetId::new("z"), b"x".to_vec()), &[]),
        ("other fields of the same bytes", |m| (m[0].exif_field_count, m[0].fields) = (42, [2; 32]), &[]),
        ("another date of the same bytes", |m| m[0].date_time_original = RecordedDate::Missing, &[]),
        ("another basis of the same bytes", |m| m[1].basis = Basis::SameImage, &[]),
        ("an anomaly that blocks nothing", |m| m[0].anomalies.push(("time-zone".into(), OPEN.into())), &[]),
        ("a new copy", |m| m.push(member("c", 1)), &["c.jpg was not in this group then"]),
        ("a copy gone", |m| m.truncate(1), &["b.jpg is no longer in this group"]),
        ("an edited copy", |m| m[1].sha1 = Sha1([7; 20]), &["b.jpg has other bytes than the reviewer saw"]),
        ("another owner", |m| m[1].place.owner = "bob".into(), &["b.jpg belonged to ann then, and now to bob"]),
        (
            "a sidecar's date",
            |m| m[0].date_corrected = m[0].date_time_original.at(),
            &["the corrected date of a.jpg was none then, and is now 2009-07-17T18:20:10"],
        ),
        ("a part gone", |m| m[0].companions.clear(), &["a.raf is no longer in this group"]),
        ("a part edited", |m| m[0].companions[0].sha1 = Some(Sha1([7; 20])), &["a.raf has other bytes than the reviewer saw"]),
        (
            "an open clock",
            |m| m[0].anomalies.push(("reset-run".into(), OPEN.into())),
            &["the anomaly reset-run of a.jpg was `not flagged` then, and is now `open`"],
        ),
        (
            "two swapped",
            |m| {
                m.swap(0, 1);
            },
            &[],
        ),
    ];
    let seen = vec![member("a", 1), member("b", 2)];
    for (what, edit, expected) in edits {
        let mut now = seen.clone();
        edit(&mut now);
        let found: Vec<String> = changes(&seen, &now, |_| false).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn an_anomaly_that_was_decided_otherwise_since_makes_its_group_stale() {
    let with = |state: &str| {
        let mut doubtful = member("a", 1);
        doubtful.anomalies = vec![("known-camera".to_owned(), state.to_owned())];
        [doubtful]
    };
    let found = changes(&with("leave"), &with(OPEN), |_| false);
    assert_eq!(found[0].to_string(), "the anomaly known-camera of a.jpg was `leave` then, and is now `open`");
    assert_eq!(changes(&with(OPEN), &with("leave"), |_| false), [], "a spreadsheet written while the clock was open");
    assert_eq!(changes(&with("leave"), &[member("a", 1)], |_| false), [], "a newer lightproof that no longer flags it");
}

#[test]
fn what_was_called_no_duplicate_is_expected_to_be_gone() {
    let seen = [member("a", 1), member("b", 2), member("c", 3)];
    assert_eq!(changes(&seen, &seen[..2], |asset| asset.as_str() == "c"), []);
}

#[test]
fn copies_of_equal_bytes_that_lost_both_id_and_name_are_not_guessed_at() {
    let seen = [member("a", 1), member("b", 1)];
    let now = [member("y", 1), member("z", 1)];
    let told = |seen: &[SeenMember], now: &[SeenMember]| {
        changes(seen, now, |_| false).iter().map(ToString::to_string).collect::<Vec<String>>()
    };
    let both = "a.jpg and b.jpg have other names now: their bytes are at y.jpg and z.jpg, and nobody can tell which is which";
    assert_eq!(told(&seen, &now), [both]);
    // One that was renamed, and a copy of it.
    let copied = "1 with the bytes of a.jpg was not in this group then: they are at y.jpg and z.jpg now";
    assert_eq!(told(&seen[..1], &now), [copied]);
    // One that was renamed, and one that is gone.
    let gone = "of a.jpg and b.jpg, which have equal bytes, 1 left this group; what stayed is at y.jpg now";
    assert_eq!(told(&seen, &now[..1]), [gone]);
    let many: Vec<SeenMember> = (0..300).map(|n| member(&format!("m{n}"), 1)).collect();
    let named = told(&seen, &many);
    assert_eq!(named.len(), 1, "many copies are one sentence");
    assert!(named[0].ends_with("m0.jpg and m1.jpg and m2.jpg and m3.jpg and m4.jpg and 295 more now"), "{named:?}");
    let one_known = [member("a", 1), member("z", 1)];
    let found: Vec<_> = changes(&seen, &one_known, |_| false);
    assert_eq!(found, [], "which is which follows when one is known");
    assert_eq!(renamed(&seen, &one_known)[2], (AssetId::new("b"), AssetId::new("z")));
}

#[test]
fn an_anomaly_is_bound_to_bytes_owner_and_corrected_date() {
    let seen = SeenAnomaly {
        asset: AssetId::new("a"),
        sha1: Some(Sha1([1; 20])),
        place: place("a.jpg"),
        date_time_original: RecordedDate::parse("2005:01:01 00:00:00"),
        date_corrected: None,
        kind: "known-camera".into(),
    };
    assert_eq!(anomaly_changes(&seen, &SeenAnomaly { place: place("b.jpg"), asset: AssetId::new("z"), ..seen.clone() }), []);
    assert_eq!(anomaly_changes(&seen, &SeenAnomaly { sha1: None, ..seen.clone() }), [], "a head says the same date");
    let edits: [fn(&mut SeenAnomaly); 3] =
        [|a| a.sha1 = Some(Sha1([2; 20])), |a| a.place.owner = "bob".into(), |a| a.date_corrected = a.date_time_original.at()];
    for edit in edits {
        let mut now = seen.clone();
        edit(&mut now);
        assert_eq!(anomaly_changes(&seen, &now).len(), 1);
    }
}

#[test]
fn verbs_are_read_as_people_write_them() {
    for (text, verb) in [
        ("keep", Verb::Keep),
        (" Quarantine ", Verb::Quarantine),
        ("LATER", Verb::Later),
        ("not-duplicates", Verb::NotDuplicates),
    ] {
        assert_eq!(text.parse(), Ok(verb));
    }
    assert_eq!(
        "delete".parse::<Verb>().unwrap_err().to_string(),
        "\"delete\" is no decision: it may be keep, quarantine, later or not-duplicates"
    );
    let fix = AnomalyVerb::Resolve(Correction::Fix(jiff::civil::date(2009, 7, 18).at(10, 12, 40, 0)));
    let table = [
        ("leave", Some(AnomalyVerb::Resolve(Correction::Leave))),
        ("fix 2009-07-18T10:12:40", Some(fix)),
        ("Fix  2009-07-18 10:12:40", Some(fix)),
        ("shift +3600", Some(AnomalyVerb::Resolve(Correction::Shift(3600)))),
        ("shift -3600", Some(AnomalyVerb::Resolve(Correction::Shift(-3600)))),
        ("later", Some(AnomalyVerb::Later)),
        ("fix 2009-13-18T10:12:40", None),
        ("fix 2009-07-18", None),
        ("fix 0000-00-00T00:00:00", None),
        ("fix", None),
        ("shift 0", None),
        ("shift 1.5", None),
        ("shift +99999999999999", None),
        ("shift -9223372036854775808", None),
        ("leave it", None),
        ("", None),
    ];
    for (text, verb) in table {
        assert_eq!(text.parse().ok(), verb, "{text}");
    }
    assert_eq!(fix.to_string().parse(), Ok(fix));
}

#[test]
fn a_reviewer_has_a_name() {
    assert_eq!(Reviewer::new(" Anna ").unwrap().as_str(), "Anna");
    for name in ["", "  ", "a\nb", &"x".repeat(101)] {
        assert_eq!(Reviewer::new(name), Err(NotAName));
    }
}

#[test]
fn a_shift_needs_a_date_that_it_leads_to_another_of() {
    let say = |recorded: &str, verb: &str| judge_date(&RecordedDate::parse(recorded), verb.parse().unwrap());
    for (recorded, verb, expected) in [
        ("2005:01:01 00:00:00", "shift +3600", Ok(())),
        ("", "shift +3600", Err(DateRefusal::NothingToShift)),
        ("0000:00:00 00:00:00", "shift +3600", Err(DateRefusal::NothingToShift)),
        ("2005:13:01 00:00:00", "shift -3600", Err(DateRefusal::NothingToShift)),
        ("9999:12:31 23:59:59", "shift +1", Err(DateRefusal::OutOfCalendar)),
        ("", "fix 2009-07-18T10:12:40", Ok(())),
        ("", "leave", Ok(())),
        ("", "later", Ok(())),
    ] {
        assert_eq!(say(recorded, verb), expected, "{recorded} {verb}");
    }
}
