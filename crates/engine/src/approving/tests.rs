use std::collections::{BTreeMap, BTreeSet};

use lightproof_model::{
    approval::HOLDS_FOR,
    asset::{AssetId, SourceId},
    digest::Sha1,
    journal::{Event, Way},
    plan::{Act, Ground, Hold, Limits, Step, Subject},
    seen::{Place, Seen},
};

use super::*;

const NOW: i64 = 1_800_000_000_000;

fn typed(text: &str) -> Typed {
    Typed::by_a_person(text.to_owned())
}

fn plan(steps: u32) -> Plan {
    let subject = Subject {
        asset: AssetId::new("a1"),
        place: Place { source: SourceId::new("s1"), path: b"a.jpg".to_vec(), owner: String::new() },
        hold: Hold::Folder { sha1: Sha1([1; 20]), bytes: 1 },
    };
    let ground = Ground { reviewer: "Ann".to_owned(), seen: Seen::new("v1-00") };
    let step = |number| Step { number, ground: ground.clone(), needs: Vec::new(), act: Act::Favour(subject.clone()) };
    Plan {
        limits: Limits::default(),
        last_copies_of: BTreeSet::new(),
        let_go: BTreeSet::new(),
        libraries: Vec::new(),
        steps: (1..=steps).map(step).collect(),
    }
}

struct Desk {
    _dir: tempfile::TempDir,
    ledger: Ledger,
    plan: Plan,
}

fn desk() -> Desk {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    let plan = plan(3);
    ledger.keep_plan(&plan, NOW, "0.1.0").unwrap();
    Desk { _dir: dir, ledger, plan }
}

impl Desk {
    fn consent(&self, steps: &str) -> Consent {
        let (scope, reviewer) = (Scope::parse(steps).unwrap(), Reviewer::new("Ann").unwrap());
        Consent { plan: self.plan.digest(), scope, reviewer, holds_for: HOLDS_FOR }
    }

    fn approve(&self, passphrase: &str, now: i64) -> Result<StoredApproval, ApprovalError> {
        approve(&self.ledger, &self.plan, self.consent("all"), &typed(passphrase), now)
    }

    fn holding(&self, now: i64) -> Result<Approval, NotApproved> {
        holding(&self.ledger, &self.plan.digest(), &self.ledger.progress().unwrap(), None, now).unwrap()
    }
}

#[test]
fn a_plan_is_approved_by_the_passphrase_that_was_set_and_by_no_other() {
    let desk = desk();
    assert!(matches!(desk.approve("correct horse", NOW), Err(ApprovalError::NotSet)));
    assert_eq!(desk.holding(NOW), Err(NotApproved::Nobody));
    set_passphrase(&desk.ledger, None, &typed("correct horse"), NOW).unwrap();
    assert!(matches!(desk.approve("wrong horse!", NOW), Err(ApprovalError::Passphrase(NotThePassphrase::Wrong))));
    assert_eq!(desk.holding(NOW), Err(NotApproved::Nobody));
    let given = desk.approve("correct horse", NOW).unwrap();
    assert_eq!(desk.holding(NOW).as_ref(), Ok(&given.approval));
    assert_eq!(desk.holding(NOW + HOLDS_FOR), Err(NotApproved::Expired));
    assert_eq!(desk.holding(NOW - 120_000), Err(NotApproved::NotYet));
    let other = plan(2);
    assert_eq!(holding(&desk.ledger, &other.digest(), &Progress::default(), None, NOW).unwrap(), Err(NotApproved::Nobody));
}

#[test]
fn an_approval_is_for_one_run_and_a_run_that_did_not_end_keeps_it() {
    let desk = desk();
    set_passphrase(&desk.ledger, None, &typed("correct horse"), NOW).unwrap();
    let given = desk.approve("correct horse", NOW).unwrap();
    let nonce = to_hex(&given.approval.nonce);
    let begun = Event::Begun { plan: desk.plan.digest(), way: Way::Forward, nonce: Some(nonce.clone()) };
    desk.ledger.journal(&[begun], NOW).unwrap();
    assert_eq!(desk.holding(NOW), Err(NotApproved::Used));
    let progress = desk.ledger.progress().unwrap();
    let resumed = holding(&desk.ledger, &desk.plan.digest(), &progress, Some(&nonce), NOW).unwrap();
    assert_eq!(resumed, Ok(given.approval));
    assert_eq!(
        holding(&desk.ledger, &desk.plan.digest(), &progress, Some(&nonce), NOW + HOLDS_FOR).unwrap(),
        Err(NotApproved::Expired)
    );
}

#[test]
fn rows_that_a_program_writes_approve_of_nothing() {
    let desk = desk();
    set_passphrase(&desk.ledger, None, &typed("correct horse"), NOW).unwrap();
    let given = desk.approve("correct horse", NOW).unwrap();
    type Forge = fn(&mut StoredApproval);
    let forgeries: [Forge; 5] = [
        |a| a.approval.expires += 1_000_000_000,
        |a| a.approval.scope = Scope::parse("1").unwrap(),
        |a| a.approval.given += 1,
        |a| a.signature = vec![0; 64],
        |a| a.approval.reviewer = Reviewer::new("Bob").unwrap(),
    ];
    // Beside the true one, which is used up.
    let begun = Event::Begun { plan: desk.plan.digest(), way: Way::Forward, nonce: Some(to_hex(&given.approval.nonce)) };
    desk.ledger.journal(&[begun], NOW).unwrap();
    for (at, forge) in forgeries.into_iter().enumerate() {
        let mut forged = given.clone();
        forge(&mut forged);
        forged.approval.nonce = [at as u8; 16];
        desk.ledger.approve(&forged).unwrap();
    }
    assert_eq!(desk.holding(NOW), Err(NotApproved::Used), "of the forged ones none counts");
    // The signature of one plan under another.
    let other = Plan { limits: Limits { assets: 1, share: 1 }, ..plan(3) };
    desk.ledger.keep_plan(&other, NOW, "0.1.0").unwrap();
    let mut replayed = given;
    replayed.approval.plan = other.digest();
    replayed.approval.nonce = [99; 16];
    desk.ledger.approve(&replayed).unwrap();
    let held = holding(&desk.ledger, &other.digest(), &desk.ledger.progress().unwrap(), None, NOW).unwrap();
    assert_eq!(held, Err(NotApproved::Forged));
}

#[test]
fn a_new_passphrase_needs_the_old_one_and_ends_what_was_approved() {
    let desk = desk();
    set_passphrase(&desk.ledger, None, &typed("correct horse"), NOW).unwrap();
    desk.approve("correct horse", NOW).unwrap();
    assert!(matches!(set_passphrase(&desk.ledger, None, &typed("battery staple"), NOW), Err(ApprovalError::SetAlready)));
    let wrong = set_passphrase(&desk.ledger, Some(&typed("wrong horse!")), &typed("battery staple"), NOW);
    assert!(matches!(wrong, Err(ApprovalError::Passphrase(NotThePassphrase::Wrong))));
    assert!(desk.holding(NOW).is_ok());
    set_passphrase(&desk.ledger, Some(&typed("correct horse")), &typed("battery staple"), NOW).unwrap();
    assert_eq!(desk.holding(NOW), Err(NotApproved::Forged));
    assert!(matches!(
        set_passphrase(&desk.ledger, Some(&typed("battery staple")), &typed("short"), NOW),
        Err(ApprovalError::Passphrase(NotThePassphrase::TooShort))
    ));
    desk.approve("battery staple", NOW).unwrap();
    assert!(desk.holding(NOW).is_ok());
}

#[test]
fn who_guesses_waits_longer_and_longer() {
    let desk = desk();
    set_passphrase(&desk.ledger, None, &typed("correct horse"), NOW).unwrap();
    let mut waits = BTreeMap::new();
    let mut now = NOW;
    for attempt in 1..=14 {
        loop {
            match desk.approve("wrong horse!", now) {
                Err(ApprovalError::TooSoon { seconds, .. }) => {
                    waits.insert(attempt, seconds);
                    assert!(
                        matches!(desk.approve("correct horse", now), Err(ApprovalError::TooSoon { .. })),
                        "not even the right one"
                    );
                    now += seconds as i64 * 1000;
                }
                Err(ApprovalError::Passphrase(NotThePassphrase::Wrong)) => break,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(waits.values().copied().collect::<Vec<_>>(), [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    assert_eq!(waits.first_key_value(), Some((&4, &2)));
    desk.approve("correct horse", now + 300_000).unwrap();
    assert!(matches!(desk.approve("wrong horse!", now + 300_000), Err(ApprovalError::Passphrase(_))), "counted anew");
}

#[test]
fn only_steps_that_are_there_are_approved_of() {
    let desk = desk();
    set_passphrase(&desk.ledger, None, &typed("correct horse"), NOW).unwrap();
    let approve = |plan: &Plan, steps| approve(&desk.ledger, plan, desk.consent(steps), &typed("correct horse"), NOW);
    assert!(matches!(approve(&desk.plan, "2-4"), Err(ApprovalError::NoSuchStep(4))));
    assert!(matches!(approve(&plan(0), "all"), Err(ApprovalError::NoSteps)));
    assert_eq!(approve(&desk.plan, "2-3").unwrap().approval.scope.text(), "2-3");
}
