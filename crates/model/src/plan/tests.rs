use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{decision::Verb, digest::ImageDigest};

fn sha1(n: u8) -> Sha1 {
    Sha1([n; 20])
}

/// A sound photograph in a folder, of the owner "ann".
fn part(name: &str, content: u8, verb: Option<Verb>) -> AskedPart {
    AskedPart {
        subject: Subject {
            asset: AssetId::new(format!("a-{name}")),
            place: Place { source: SourceId::new("s1"), path: name.as_bytes().to_vec(), owner: "ann".to_owned() },
            hold: Hold::Folder { sha1: sha1(content), bytes: 1_000 },
        },
        verb,
        sha1: Some(sha1(content)),
        image: None,
        inside: None,
        condition: Condition::Sound,
        hindrance: None,
        kept_since: None,
    }
}

fn unit(main: AskedPart) -> AskedUnit {
    AskedUnit { main, companions: Vec::new(), albums: Vec::new(), favourite: false }
}

fn kept(name: &str, content: u8) -> AskedUnit {
    unit(part(name, content, Some(Verb::Keep)))
}

fn moved(name: &str, content: u8) -> AskedUnit {
    unit(part(name, content, Some(Verb::Quarantine)))
}

fn group(units: Vec<AskedUnit>) -> AskedGroup {
    AskedGroup { reviewer: "Ann".to_owned(), seen: Seen::new("v1-00"), stands: Stands::Holds, units }
}

fn on_server(mut unit: AskedUnit) -> AskedUnit {
    let path = unit.main.subject.place.path.clone();
    unit.main.subject.hold = Hold::Server {
        id: String::from_utf8(path).unwrap(),
        checksum: unit.main.sha1.unwrap(),
        visibility: "timeline".to_owned(),
    };
    unit
}

fn thousand() -> BTreeMap<SourceId, u64> {
    BTreeMap::from([(SourceId::new("s1"), 1_000), (SourceId::new("s2"), 1_000)])
}

fn proposal(groups: &[AskedGroup]) -> Proposal {
    propose(groups, &[], &thousand(), &Wish::default()).unwrap()
}

fn why(units: Vec<AskedUnit>) -> Option<Why> {
    let mut proposal = proposal(&[group(units)]);
    assert_eq!(proposal.plan.steps.len() + proposal.refused.len(), 1, "one unit is asked for");
    proposal.refused.pop().map(|refused| refused.why)
}

#[test]
fn what_a_person_set_aside_is_a_step_with_the_kept_one_as_survivor() {
    let proposal = proposal(&[group(vec![kept("a.jpg", 1), moved("b.jpg", 1), unit(part("c.jpg", 1, None))])]);
    let [step] = &proposal.plan.steps[..] else { panic!("{:?}", proposal.plan.steps) };
    let Act::SetAside(unit) = &step.act else { panic!("{:?}", step.act) };
    assert_eq!(unit.main.asset.as_str(), "a-b.jpg");
    assert_eq!(unit.survivors.len(), 1);
    assert_eq!((unit.survivors[0].subject.asset.as_str(), unit.survivors[0].likeness), ("a-a.jpg", Likeness::Bytes));
    assert!(proposal.refused.is_empty());
}

#[test]
fn what_may_not_be_set_aside_is_refused_with_its_reason() {
    let with = |change: fn(&mut AskedUnit)| {
        let mut unit = moved("b.jpg", 1);
        change(&mut unit);
        vec![kept("a.jpg", 1), unit]
    };
    let kept_with = |change: fn(&mut AskedUnit)| {
        let mut unit = kept("a.jpg", 1);
        change(&mut unit);
        vec![unit, moved("b.jpg", 1)]
    };
    let b = || AssetId::new("a-b.jpg");
    let table = [
        (with(|_| {}), None),
        (vec![moved("b.jpg", 1), unit(part("c.jpg", 1, None))], Some(Why::NothingKept)),
        (kept_with(|unit| unit.main.condition = Condition::Gone), Some(Why::NothingKept)),
        (kept_with(|unit| unit.main.condition = Condition::SetAside), Some(Why::NothingKept)),
        (kept_with(|unit| unit.main.condition = Condition::Trashed), Some(Why::NothingKept)),
        (kept_with(|unit| unit.main.condition = Condition::Offline), Some(Why::NothingKept)),
        (kept_with(|unit| unit.main.condition = Condition::Unreadable), Some(Why::NothingKept)),
        (kept_with(|unit| unit.main.sha1 = None), Some(Why::NothingKept)),
        (kept_with(|unit| unit.main.condition = Condition::Damaged), Some(Why::KeptIsDamaged)),
        (with(|unit| unit.main.condition = Condition::Gone), Some(Why::NotThere(b(), "not there any more"))),
        (with(|unit| unit.main.condition = Condition::Unreadable), Some(Why::NotThere(b(), "not readable"))),
        (with(|unit| unit.main.hindrance = Some("a partner's".to_owned())), Some(Why::Hindered("a partner's".to_owned()))),
        (with(|unit| unit.main.kept_since = Some("Bob".to_owned())), Some(Why::KeptSince("Bob".to_owned(), b()))),
        (with(|unit| unit.main.sha1 = None), Some(Why::BytesUnknown(b()))),
        (with(|unit| unit.companions.push(part("b.dng", 7, None))), Some(Why::PartAlone(AssetId::new("a-b.dng")))),
        (with(|unit| unit.companions.push(part("b.dng", 7, Some(Verb::Quarantine)))), None),
    ];
    for (units, expected) in table {
        assert_eq!(why(units.clone()), expected, "{units:?}");
    }
}

#[test]
fn a_damaged_copy_may_go_for_a_damaged_one() {
    let damaged = |mut unit: AskedUnit| {
        unit.main.condition = Condition::Damaged;
        unit
    };
    assert_eq!(why(vec![damaged(kept("a.jpg", 1)), damaged(moved("b.jpg", 2))]), None);
    assert_eq!(why(vec![kept("a.jpg", 1), damaged(moved("b.jpg", 2))]), None);
}

#[test]
fn a_part_goes_where_its_equal_is_kept_and_the_equal_must_stay() {
    let mut stays = kept("a.jpg", 1);
    stays.companions.push(part("a.dng", 7, None));
    let mut goes = moved("b.jpg", 2);
    goes.companions.push(part("b.dng", 7, None));
    let proposal = proposal(&[group(vec![stays, goes])]);
    let Act::SetAside(unit) = &proposal.plan.steps[0].act else { panic!() };
    assert_eq!(unit.parts().count(), 2);
    let stands: Vec<_> = unit.survivors.iter().map(|s| (s.subject.asset.as_str(), s.stands_for.as_str(), s.likeness)).collect();
    assert_eq!(stands, [("a-a.dng", "a-b.dng", Likeness::Bytes), ("a-a.jpg", "a-b.jpg", Likeness::Image)]);
}

#[test]
fn parts_in_two_places_do_not_move() {
    let mut goes = moved("b.jpg", 1);
    let mut elsewhere = part("b.xmp", 7, Some(Verb::Quarantine));
    elsewhere.subject.place.source = SourceId::new("s2");
    goes.companions.push(elsewhere);
    assert_eq!(why(vec![kept("a.jpg", 1), goes]), Some(Why::Scattered));
}

#[test]
fn a_motion_video_inside_goes_only_with_an_equal_or_by_name() {
    let motion = |image: Option<u8>, content| {
        let mut unit = moved("b.jpg", content);
        unit.main.inside = Some("a motion video".to_owned());
        unit.main.image = image.map(|n| ImageDigest([n; 16]));
        unit
    };
    let mut still = kept("a.jpg", 1);
    still.main.image = Some(ImageDigest([5; 16]));
    let alone = Some(Why::InsideAlone(AssetId::new("a-b.jpg"), "a motion video".to_owned()));
    assert_eq!(why(vec![still.clone(), motion(Some(6), 2)]), alone);
    assert_eq!(why(vec![still.clone(), motion(None, 2)]), alone);
    assert_eq!(why(vec![still.clone(), motion(Some(5), 2)]), None, "the same image with all that is inside");
    assert_eq!(why(vec![still.clone(), motion(None, 1)]), None, "the same bytes");
    let named = Wish { let_go: BTreeSet::from([AssetId::new("a-b.jpg")]), ..Wish::default() };
    let proposal = propose(&[group(vec![still, motion(None, 2)])], &[], &thousand(), &named).unwrap();
    assert_eq!((proposal.plan.steps.len(), proposal.plan.let_go), (1, named.let_go));
}

#[test]
fn an_owners_last_copy_stays_unless_the_owner_is_named() {
    let mut bobs = moved("b.jpg", 1);
    bobs.main.subject.place.owner = "Bob".to_owned();
    let units = vec![kept("a.jpg", 1), bobs];
    assert_eq!(why(units.clone()), Some(Why::LastCopy("Bob".to_owned())));
    let named = Wish { last_copies_of: BTreeSet::from(["Bob".to_owned()]), ..Wish::default() };
    let proposal = propose(&[group(units.clone())], &[], &thousand(), &named).unwrap();
    assert_eq!(proposal.plan.steps.len(), 1);
    assert_eq!(proposal.plan.last_copies_of, named.last_copies_of, "it is part of what is approved");
    // One that nobody decided on is a copy, too.
    let mut undecided = unit(part("c.jpg", 1, None));
    undecided.main.subject.place.owner = "Bob".to_owned();
    assert_eq!(why([units, vec![undecided]].concat()), None);
}

#[test]
fn what_one_group_keeps_no_other_group_moves() {
    let groups = [group(vec![kept("a.jpg", 1), moved("b.jpg", 1)]), group(vec![kept("b.jpg", 1), moved("c.jpg", 1)])];
    let proposal = proposal(&groups);
    let moving: Vec<_> = proposal.plan.steps.iter().map(|step| step.act.subject().asset.as_str()).collect();
    assert_eq!(moving, ["a-c.jpg"]);
    assert_eq!(proposal.refused[0].why, Why::KeptElsewhere(AssetId::new("a-b.jpg")));
}

#[test]
fn a_decision_that_does_not_stand_moves_nothing_and_still_keeps() {
    let changed = Stands::Changed(vec!["b.jpg has other bytes".to_owned()]);
    let open = Stands::OpenClock(AssetId::new("a-b.jpg"), "known-camera".to_owned());
    for stands in [changed, open] {
        let stale = AskedGroup { stands: stands.clone(), ..group(vec![kept("a.jpg", 1), moved("b.jpg", 1)]) };
        let other = group(vec![kept("z.jpg", 1), moved("a.jpg", 1)]);
        let proposal = proposal(&[stale, other]);
        assert!(proposal.plan.steps.is_empty(), "{stands:?}");
        assert_eq!(proposal.refused.len(), 2, "{stands:?}");
    }
}

#[test]
fn what_was_set_aside_before_is_no_step_and_no_refusal() {
    let mut before = moved("b.jpg", 1);
    before.main.condition = Condition::SetAside;
    let proposal = proposal(&[group(vec![kept("a.jpg", 1), before])]);
    assert_eq!((proposal.plan.steps.len(), proposal.refused.len(), proposal.done_before), (0, 0, 1));
}

#[test]
fn limits_refuse_the_plan_and_overriding_one_changes_its_digest() {
    let groups = [group(vec![kept("a.jpg", 1), moved("b.jpg", 1)])];
    let nine = BTreeMap::from([(SourceId::new("s1"), 9)]);
    let refused = propose(&groups, &[], &nine, &Wish::default()).unwrap_err();
    assert_eq!(refused, NotPlanned::TooLarge { library: SourceId::new("s1"), assets: 1, of: 9, limit: 10 });
    let ten = BTreeMap::from([(SourceId::new("s1"), 10)]);
    let within = propose(&groups, &[], &ten, &Wish::default()).unwrap();
    let wider = Wish { limits: Limits { share: 50, ..Limits::default() }, ..Wish::default() };
    let widened = propose(&groups, &[], &ten, &wider).unwrap();
    assert_ne!(within.plan.digest(), widened.plan.digest());
    let none = Wish { limits: Limits { assets: 0, share: 100 }, ..Wish::default() };
    assert_eq!(propose(&groups, &[], &ten, &none).unwrap_err(), NotPlanned::TooMany { assets: 1, limit: 0 });
}

#[test]
fn a_kept_asset_inherits_once_and_before_the_others_go() {
    let album = || ("album-1".to_owned(), "Holiday".to_owned());
    let with_album = |mut unit: AskedUnit| {
        unit.albums.push(album());
        unit.favourite = true;
        on_server(unit)
    };
    let units = vec![on_server(kept("a.jpg", 1)), with_album(moved("b.jpg", 1)), with_album(moved("c.jpg", 1))];
    let wish = Wish { inherit_albums: true, inherit_favourites: true, ..Wish::default() };
    let plan = propose(&[group(units.clone())], &[], &thousand(), &wish).unwrap().plan;
    let acts: Vec<_> = plan.steps.iter().map(|step| (step.number, step.act.word(), step.needs.clone())).collect();
    let expected =
        [(1, "join-album", vec![]), (2, "favourite", vec![]), (3, "quarantine", vec![1, 2]), (4, "quarantine", vec![1, 2])];
    assert_eq!(acts, expected);
    let without = propose(&[group(units)], &[], &thousand(), &Wish::default()).unwrap().plan;
    assert_eq!(without.steps.len(), 2, "inheriting is a wish");
}

fn at(text: &str) -> WallClock {
    text.parse().unwrap()
}

fn fix(name: &str, becomes: &str) -> AskedFix {
    AskedFix {
        reviewer: "Ann".to_owned(),
        seen: Seen::new(format!("v1-{becomes}")),
        stands: Stands::Holds,
        part: part(name, 1, None),
        was: Some(at("2005-01-01T00:00:00")),
        becomes: at(becomes),
        sidecar: None,
        shows: None,
        zone: None,
    }
}

#[test]
fn a_decided_date_is_a_step_after_all_that_moves_and_one_for_each_asset() {
    let groups = [group(vec![kept("a.jpg", 1), moved("z.jpg", 1)])];
    let june = "2009-06-01T12:00:00";
    let fixes = [fix("b.jpg", june), fix("a.jpg", june), fix("a.jpg", june)];
    let proposal = propose(&groups, &fixes, &thousand(), &Wish::default()).unwrap();
    let steps: Vec<_> = proposal.plan.steps.iter().map(|s| (s.number, s.act.word(), s.act.subject().asset.as_str())).collect();
    assert_eq!(steps, [(1, "quarantine", "a-z.jpg"), (2, "fix-date", "a-a.jpg"), (3, "fix-date", "a-b.jpg")]);
    assert!(proposal.refused.is_empty());
}

#[test]
fn a_date_that_may_not_be_written_is_refused_with_its_reason() {
    let (june, july) = ("2009-06-01T12:00:00", "2009-07-01T12:00:00");
    let with = |change: fn(&mut AskedFix)| {
        let mut fix = fix("a.jpg", "2009-06-01T12:00:00");
        change(&mut fix);
        vec![fix]
    };
    let table = [
        (with(|f| f.stands = Stands::Changed(vec!["other bytes".into()])), vec![Why::Changed(vec!["other bytes".into()])]),
        (with(|f| f.part.hindrance = Some("kept by Immich".into())), vec![Why::Hindered("kept by Immich".into())]),
        (with(|f| f.was = Some(f.becomes)), vec![Why::DatedAlready(at(june))]),
        (with(|f| f.part.condition = Condition::SetAside), vec![Why::NotThere(AssetId::new("a-a.jpg"), "set aside already")]),
        (vec![fix("a.jpg", june), fix("a.jpg", july)], vec![Why::TwoDates(at(june), at(july)); 2]),
        (vec![fix("z.jpg", june)], vec![Why::SetAsideByThisPlan]),
    ];
    for (fixes, expected) in table {
        let groups = [group(vec![kept("y.jpg", 1), moved("z.jpg", 1)])];
        let proposal = propose(&groups, &fixes, &thousand(), &Wish::default()).unwrap();
        assert_eq!(proposal.refused.into_iter().map(|refused| refused.why).collect::<Vec<_>>(), expected, "{fixes:?}");
        assert_eq!(proposal.plan.steps.len(), 1, "the unit moves all the same");
    }
}

#[test]
fn every_act_has_a_way_back_and_back_again() {
    let subject = || part("a.jpg", 1, None).subject;
    let unit = Unit { main: subject(), companions: Vec::new(), survivors: Vec::new() };
    let membership = Membership { subject: subject(), album: "x".to_owned(), name: "X".to_owned() };
    let fix =
        Fix { subject: subject(), was: None, becomes: crate::moment::WallClock::ZERO, sidecar: None, shows: None, zone: None };
    for act in [Act::SetAside(unit), Act::JoinAlbum(membership), Act::Favour(subject()), Act::FixDate(fix)] {
        let back = act.clone().inverse();
        assert_ne!(back.word(), act.word());
        assert_eq!(back.inverse(), act);
    }
}

#[test]
fn the_canonical_form_is_json_of_this_shape() {
    let mut odd = moved("b\"\u{1}.jpg", 2);
    odd.main.subject.place.path = vec![b'b', 0xff];
    let plan = proposal(&[group(vec![kept("a.jpg", 1), odd])]).plan;
    insta::assert_snapshot!(plan.canonical());
    assert_eq!(plan.digest().as_str().len(), 64);
    assert_eq!(PlanDigest::new(plan.digest().as_str()), Some(plan.digest()));
    assert_eq!(PlanDigest::new("AB"), None);
}

prop_compose! {
    /// A unit among twelve assets, so that groups overlap, of three owners in two sources.
    fn any_unit()(name in 0u8..12, content in 0u8..4, verb in 0u8..5, owner in 0u8..3, source in 0u8..2, state in 0u8..7, inside in any::<bool>(),
                  companion in proptest::option::of((0u8..4, any::<bool>()))) -> AskedUnit {
        let verbs = [None, Some(Verb::Keep), Some(Verb::Quarantine), Some(Verb::Quarantine), Some(Verb::Later)];
        let states = [Condition::Sound, Condition::Sound, Condition::Sound, Condition::Damaged, Condition::Gone, Condition::SetAside, Condition::Trashed];
        let mut main = part(&format!("{name}.jpg"), content, verbs[usize::from(verb)]);
        let place = |part: &mut AskedPart| {
            part.subject.place.owner = format!("owner {owner}");
            part.subject.place.source = SourceId::new(format!("s{}", source + 1));
        };
        place(&mut main);
        main.condition = states[usize::from(state)];
        main.inside = inside.then(|| "a motion video".to_owned());
        let companions = companion.map(|(content, named)| {
            let mut part = part(&format!("{name}.dng"), 10 + content, named.then_some(Verb::Quarantine));
            place(&mut part);
            part
        });
        AskedUnit { companions: companions.into_iter().collect(), ..unit(main) }
    }
}

proptest! {
    #[test]
    fn a_plan_keeps_what_is_kept_and_leaves_something_sound_of_everything(
        groups in proptest::collection::vec(proptest::collection::vec(any_unit(), 2..6), 1..5),
    ) {
        let groups: Vec<AskedGroup> = groups.into_iter().map(group).collect();
        let all = Wish { limits: Limits { assets: 1_000, share: 100 }, ..Wish::default() };
        let proposal = propose(&groups, &[], &thousand(), &all).unwrap();
        let moving: BTreeSet<&AssetId> = proposal.plan.steps.iter().filter_map(|step| match &step.act {
            Act::SetAside(unit) => Some(unit.parts().map(|part| &part.asset)),
            _ => None,
        }).flatten().collect();
        for step in &proposal.plan.steps {
            let Act::SetAside(unit) = &step.act else { continue };
            // Every part that is not named has something that stands for it, and whatever stands for anything stays.
            prop_assert!(unit.survivors.iter().any(|survivor| survivor.stands_for == unit.main.asset));
            for survivor in &unit.survivors {
                prop_assert!(!moving.contains(&survivor.subject.asset));
            }
        }
        for unit in groups.iter().flat_map(|group| &group.units) {
            if unit.main.verb == Some(Verb::Keep) {
                prop_assert!(!moving.contains(&unit.main.subject.asset));
            }
        }
        // Every word is answered: a step, a refusal, or done before. An asset that two groups move is one step.
        let asked = groups.iter().flat_map(|g| &g.units).filter(|u| u.main.verb == Some(Verb::Quarantine)).count();
        let answered = proposal.plan.steps.len() + proposal.refused.len() + proposal.done_before as usize;
        prop_assert!(answered <= asked);
    }

    #[test]
    fn the_order_of_what_was_decided_makes_no_difference(
        groups in proptest::collection::vec(proptest::collection::vec(any_unit(), 2..6), 1..5),
    ) {
        // No asset in two groups here: which of two equal words counts is nobody's business.
        let mut groups: Vec<AskedGroup> = groups.into_iter().map(group).collect();
        let mut met = BTreeSet::new();
        for group in &mut groups {
            group.units.retain(|unit| met.insert(unit.main.subject.asset.clone()));
        }
        let all = Wish { limits: Limits { assets: 1_000, share: 100 }, ..Wish::default() };
        let first = propose(&groups, &[], &thousand(), &all).unwrap();
        groups.reverse();
        groups.iter_mut().for_each(|group| group.units.reverse());
        let second = propose(&groups, &[], &thousand(), &all).unwrap();
        prop_assert_eq!(first.plan.digest(), second.plan.digest());
        prop_assert_eq!(first, second);
    }
}
