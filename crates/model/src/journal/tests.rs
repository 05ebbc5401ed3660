use proptest::prelude::*;

use super::*;

fn chained(bodies: &[String]) -> Vec<Text> {
    let mut link = Link::beginning();
    let mut entries = Vec::new();
    for (at, body) in bodies.iter().enumerate() {
        link = link.next(at as u64 + 1, at as i64, body);
        entries.push(Text { number: at as u64 + 1, at: at as i64, body: body.clone(), link: link.clone() });
    }
    entries
}

fn verified(entries: &[Text], heads: &[Head]) -> Result<u64, Broken> {
    verify(entries.iter().cloned().map(Ok::<Text, Broken>), heads)
}

fn head(entry: &Text) -> Head {
    Head { kept_at: "/photos/.lightproof".to_owned(), number: entry.number, link: entry.link.clone() }
}

#[test]
fn what_was_written_verifies_and_an_older_head_is_no_complaint() {
    let entries = chained(&["a".to_owned(), "b".to_owned(), "c".to_owned()]);
    assert_eq!(verified(&[], &[]), Ok(0));
    assert_eq!(verified(&entries, &[head(&entries[2])]), Ok(3));
    assert_eq!(verified(&entries, &[head(&entries[0])]), Ok(3));
}

#[test]
fn a_cut_end_shows_by_the_head_that_a_root_keeps() {
    let entries = chained(&["a".to_owned(), "b".to_owned(), "c".to_owned()]);
    assert_eq!(verified(&entries[..2], &[]), Ok(2), "the chain alone cannot tell");
    let cut = Broken::Cut { last: 2, number: 3, kept_at: "/photos/.lightproof".to_owned() };
    assert_eq!(verified(&entries[..2], &[head(&entries[2])]), Err(cut));
}

#[test]
fn a_journal_that_was_written_anew_shows_by_the_head_that_a_root_keeps() {
    let (ours, others) = (chained(&["a".to_owned(), "b".to_owned()]), chained(&["a".to_owned(), "x".to_owned()]));
    let another = Broken::Another { number: 2, kept_at: "/photos/.lightproof".to_owned() };
    assert_eq!(verified(&others, &[head(&ours[1])]), Err(another));
}

proptest! {
    #[test]
    fn no_edit_goes_unnoticed(bodies in proptest::collection::vec("[a-z]{0,4}", 2..8), at in any::<prop::sample::Index>(), how in 0..6) {
        let entries = chained(&bodies);
        let at = at.index(entries.len());
        let mut edited = entries.clone();
        match how {
            0 => edited[at].body.push('x'),
            1 => edited[at].at += 1,
            2 => edited[at].link = Link::beginning(),
            3 => drop(edited.remove(at)),
            4 => edited.insert(at, entries[at].clone()),
            _ => edited.swap(at, (at + 1) % entries.len()),
        }
        // The end may be missing without the chain showing it; the head tells.
        let heads = [head(entries.last().unwrap())];
        prop_assert!(verified(&edited, &heads).is_err());
    }
}

fn step(number: u32) -> StepOf {
    StepOf { plan: PlanDigest::new(&"ab".repeat(32)).unwrap(), number }
}

fn intended(number: u32, way: Way) -> Event {
    Event::Intended { step: step(number), way }
}

fn closed(number: u32, way: Way, outcome: Outcome) -> Event {
    Event::Closed { step: step(number), way, outcome }
}

fn after(events: impl IntoIterator<Item = Event>) -> Progress {
    let mut progress = Progress::default();
    events.into_iter().for_each(|event| progress.take(event));
    progress
}

#[test]
fn a_step_goes_from_intent_to_outcome_and_back() {
    let trace = || Trace::Joined(true);
    let there = [intended(1, Way::Forward), closed(1, Way::Forward, Outcome::Done(trace()))];
    let back = |outcome| [intended(1, Way::Back), closed(1, Way::Back, outcome)];
    let table: Vec<(Vec<Event>, Option<State>)> = vec![
        (vec![], None),
        (vec![intended(1, Way::Forward)], Some(State::Open(Way::Forward))),
        (there.to_vec(), Some(State::Done(trace()))),
        (
            vec![intended(1, Way::Forward), closed(1, Way::Forward, Outcome::Skipped("moved".into()))],
            Some(State::Skipped("moved".into())),
        ),
        (
            vec![intended(1, Way::Forward), closed(1, Way::Forward, Outcome::Unknown("no answer".into()))],
            Some(State::Open(Way::Forward)),
        ),
        ([&there[..], &[intended(1, Way::Back)]].concat(), Some(State::Open(Way::Back))),
        ([&there[..], &back(Outcome::Done(trace()))].concat(), Some(State::TakenBack)),
        ([&there[..], &back(Outcome::Skipped("in the way".into()))].concat(), Some(State::Stays(trace(), "in the way".into()))),
        ([&there[..], &back(Outcome::Done(trace())), &there[..]].concat(), Some(State::Done(trace()))),
    ];
    for (events, expected) in table {
        assert_eq!(after(events.clone()).of(&step(1)), expected.as_ref(), "{events:?}");
    }
}

#[test]
fn a_way_back_that_was_cut_short_still_knows_what_it_started_from() {
    let progress = after([
        intended(1, Way::Forward),
        closed(1, Way::Forward, Outcome::Done(Trace::Favoured(true))),
        intended(1, Way::Back),
        closed(1, Way::Back, Outcome::Unknown("no answer".to_owned())),
    ]);
    assert_eq!(progress.open().collect::<Vec<_>>(), [(&step(1), Way::Back)]);
    assert_eq!(progress.trace(&step(1)), Some(&Trace::Favoured(true)));
}

#[test]
fn an_approval_is_used_up_by_the_run_that_begins_with_it() {
    let plan = step(1).plan;
    let begun = Event::Begun { plan: plan.clone(), way: Way::Forward, nonce: Some("n1".to_owned()) };
    let progress = after([begun.clone()]);
    assert_eq!(progress.used("n1"), Some(&plan));
    assert_eq!(progress.running().collect::<Vec<_>>(), [(&plan, Way::Forward, Some("n1"))]);
    let ended = after([begun, Event::Ended { plan: plan.clone(), way: Way::Forward }]);
    assert_eq!((ended.used("n1"), ended.running().count()), (Some(&plan), 0));
}
