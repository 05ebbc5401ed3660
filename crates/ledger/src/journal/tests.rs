use lightproof_model::{
    digest::Sha1,
    journal::{Archived, Broken, Head, Outcome, Rename, Sidecar, StepOf, Trace, Way, verify},
    plan::PlanDigest,
};

use super::*;

fn ledger() -> (tempfile::TempDir, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    (dir, ledger)
}

/// One of each, with all that is awkward in them.
fn events() -> Vec<Event> {
    let plan = PlanDigest::new(&"ab".repeat(32)).unwrap();
    let step = StepOf { plan: plan.clone(), number: 7 };
    let raw = b"2019/\xff\n\"b.jpg".to_vec();
    let traces = [
        Trace::Moved(vec![Rename { from: raw.clone(), to: b".lightproof/x".to_vec(), inode: u64::MAX }]),
        Trace::Archived {
            assets: vec![Archived { id: "i".to_owned(), visibility: "timeline".to_owned(), joined: true }],
            album: "a".to_owned(),
        },
        Trace::Joined(true),
        Trace::Favoured(false),
        Trace::Dated(Sidecar { path: raw, wrote: Sha1([3; 20]), before: Some(b"{\"hex\":\"00\"}".to_vec()) }),
        Trace::Dated(Sidecar { path: b"a.xmp".to_vec(), wrote: Sha1([3; 20]), before: None }),
        Trace::DatedOnServer { before: String::new(), sent: "2019-01-01T00:00:00+01:00".to_owned() },
    ];
    let mut events = vec![
        Event::PassphraseSet { public: "00".repeat(32) },
        Event::Approved { plan: plan.clone(), nonce: "11".repeat(16) },
        Event::Begun { plan: plan.clone(), way: Way::Forward, nonce: Some("11".repeat(16)) },
        Event::Begun { plan: plan.clone(), way: Way::Back, nonce: None },
        Event::Intended { step: step.clone(), way: Way::Forward },
        Event::Closed { step: step.clone(), way: Way::Forward, outcome: Outcome::Skipped("line\nbreak".to_owned()) },
        Event::Closed { step: step.clone(), way: Way::Back, outcome: Outcome::Unknown("a timeout".to_owned()) },
        Event::Ended { plan, way: Way::Back },
    ];
    let done = |trace| Event::Closed { step: step.clone(), way: Way::Forward, outcome: Outcome::Done(trace) };
    events.extend(traces.map(done));
    events
}

#[test]
fn every_entry_is_read_back_as_it_was_written() {
    let (_dir, ledger) = ledger();
    let events = events();
    let (number, _) = ledger.journal(&events[..3], 5).unwrap();
    assert_eq!(number, 3);
    ledger.journal(&events[3..], 6).unwrap();
    let read = ledger.entries(0).unwrap();
    assert_eq!(read.iter().map(|entry| entry.event.clone()).collect::<Vec<_>>(), events);
    assert_eq!(read.iter().map(|entry| entry.number).collect::<Vec<_>>(), (1..=events.len() as u64).collect::<Vec<_>>());
    assert_eq!(ledger.entries(events.len() as u64 - 1).unwrap().len(), 1);
}

fn verified(ledger: &Ledger, heads: &[Head]) -> Result<u64, String> {
    let mut texts = Vec::new();
    ledger
        .for_each_text(0, |text| {
            texts.push(Ok::<Text, Broken>(text));
            Ok::<(), LedgerError>(())
        })
        .unwrap();
    verify(texts.into_iter(), heads).map_err(|broken| broken.to_string())
}

#[test]
fn the_chain_goes_on_over_several_writers_and_shows_every_edit() {
    let (dir, ledger) = ledger();
    drop(ledger);
    let (one, other) = (Ledger::open_shared(dir.path()).unwrap(), Ledger::open_shared(dir.path()).unwrap());
    for event in events() {
        one.journal(std::slice::from_ref(&event), 1).unwrap();
        other.journal(&[event.clone(), event], 2).unwrap();
    }
    let (number, link) = one.journal_end().unwrap();
    assert_eq!(verified(&one, &[]), Ok(number));
    let head = Head { kept_at: "the root".to_owned(), number, link };
    assert_eq!(verified(&one, std::slice::from_ref(&head)), Ok(number));
    // Whoever goes around the triggers is found out.
    one.record.execute_batch("DROP TRIGGER journal_stays; DROP TRIGGER journal_is_kept").unwrap();
    for edit in [
        "UPDATE journal SET body = replace(body, 'execute', 'undo') WHERE number = 7",
        "UPDATE journal SET at = at + 1 WHERE number = 9",
        "UPDATE journal SET link = 'nonsense' WHERE number = 9",
        "DELETE FROM journal WHERE number = 12",
        "UPDATE journal SET number = -number WHERE number = 1",
    ] {
        one.record.execute_batch("SAVEPOINT edit").unwrap();
        one.record.execute(edit, []).unwrap();
        assert!(verified(&one, &[]).is_err(), "{edit}");
        one.record.execute_batch("ROLLBACK TO edit; RELEASE edit").unwrap();
    }
    one.record.execute("DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)", []).unwrap();
    assert_eq!(verified(&one, &[]), Ok(number - 1), "a cut tail does not show by itself");
    assert!(verified(&one, &[head]).unwrap_err().contains("its end was cut off"));
}

#[test]
fn the_journal_is_never_changed_or_taken_away() {
    let (_dir, ledger) = ledger();
    ledger.journal(&events(), 1).unwrap();
    for sql in ["UPDATE journal SET body = ''", "DELETE FROM journal", "UPDATE plan SET at = 1", "DELETE FROM approval"] {
        // A trigger speaks for each row: tables without one have nothing to lose.
        let changed = ledger.record.execute(sql, []);
        assert!(changed.is_err() || changed == Ok(0) && !sql.contains("journal"), "{sql}");
    }
}

#[test]
fn an_entry_of_another_program_is_told_by_its_number() {
    let (_dir, ledger) = ledger();
    ledger.record.execute("INSERT INTO journal VALUES (1, 1, '{\"event\":\"dance\"}', '')", []).unwrap();
    assert!(ledger.entries(0).unwrap_err().to_string().contains("number 1"));
}
