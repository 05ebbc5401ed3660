//! The plans: looked at, and approved of by a person who types the passphrase into the form.

use lightproof_engine::{
    Ledger,
    approving::{Typed, set_passphrase},
    planning::{Wishes, plan},
    review::Looking,
};
use lightproof_model::plan::{Limits, PlanDigest, Wish};

use crate::{
    desk::{Desk, two_pairs},
    person::{Browser, holds, values},
    raw::Served,
};

const PASSPHRASE: &str = "canary horse battery";
const NOW: i64 = 1_795_435_200_000;

/// Decides, plans, and sets a passphrase.
fn planned(desk: &Desk, ann: &Browser) -> PlanDigest {
    for _ in 0..2 {
        let page = ann.get(&ann.next());
        let members = values(&page.body, "member");
        let said = format!("do=record&word%3A{}=keep&word%3A{}=quarantine", members[0], members[1]);
        assert_eq!(ann.decide(&page, &said).status, 303);
    }
    let wish = Wish { limits: Limits { assets: 100, share: 100 }, ..Wish::default() };
    let looking = Looking::open(&desk.ledger()).unwrap();
    let made = plan(&looking, &Wishes { wish, ..Wishes::default() }, &[], NOW).unwrap();
    assert_eq!(made.proposal.plan.steps.len(), 2, "{made:?}");
    made.digest
}

#[test]
fn a_plan_is_looked_at_and_approved_of_with_the_passphrase_alone() {
    let desk = Desk::with(two_pairs());
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    holds(&ann.get("/plans"), "No plan was made yet.");
    let digest = planned(&desk, &ann);
    let (page, form) = (format!("/plans/{digest}"), format!("/plans/{digest}/approve"));
    holds(&ann.get("/plans"), "2 to do");
    holds(&ann.get(&page), "No approval passphrase is set");
    assert_eq!(ann.post(&form, &format!("steps=all&hours=24&passphrase={PASSPHRASE}")).status, 422, "none is set");
    let ledger = Ledger::open_shared(&desk.ledger()).unwrap();
    set_passphrase(&ledger, None, &Typed::by_a_person(PASSPHRASE.to_owned()), NOW).unwrap();

    let shown = ann.get(&page);
    for words in [
        "2 assets in 2 units set aside",
        "copy/a.jpg",
        "the same bytes",
        "/thumbnail",
        "not the usual 10",
        "type=\"password\"",
        "Approve as",
    ] {
        holds(&shown, words);
    }
    let approved = || ledger.approvals_of(&digest).unwrap().len();
    let mut answers = vec![shown];
    for (path, body, status) in [
        (&form, "steps=all&hours=24&passphrase=some+other+words", 422),
        (&form, "steps=all&hours=24", 422),
        (&form, "steps=9&hours=24&passphrase=canary+horse+battery", 422),
        (&form, "steps=every&hours=24&passphrase=canary+horse+battery", 422),
        (&form, "steps=all&hours=0&passphrase=canary+horse+battery", 422),
        (&format!("/plans/{}/approve", "0".repeat(64)), "steps=all&hours=24&passphrase=canary+horse+battery", 404),
    ] {
        let answer = ann.post(path, body);
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        answers.push(answer);
    }
    // An address approves of nothing.
    answers.push(ann.get(&format!("{page}?passphrase=canary+horse+battery&steps=all&hours=24")));
    answers.push(ann.get(&format!("{form}?passphrase=canary+horse+battery&steps=all&hours=24")));
    assert_eq!(approved(), 0);
    let given = ann.post(&form, "steps=1&hours=2&passphrase=canary+horse+battery");
    assert_eq!((given.status, given.header("location")), (303, Some(page.as_str())));
    assert_eq!(approved(), 1);
    let told = ann.get(&page);
    holds(&told, "approved of steps 1, until");
    answers.extend([given, told]);
    for answer in answers {
        for canary in [PASSPHRASE, "canary+horse", "canary%20horse"] {
            assert!(!answer.body.contains(canary) && !format!("{answer:?}").contains(canary), "{answer:?}");
        }
    }
}

#[test]
fn a_form_of_another_site_approves_of_nothing() {
    let desk = Desk::with(two_pairs());
    let served = Served::of(&desk);
    let ann = Browser::at(&served);
    let digest = planned(&desk, &ann);
    let ledger = Ledger::open_shared(&desk.ledger()).unwrap();
    set_passphrase(&ledger, None, &Typed::by_a_person(PASSPHRASE.to_owned()), NOW).unwrap();
    let (path, body) = (format!("/plans/{digest}/approve"), "steps=all&hours=24&passphrase=canary+horse+battery");
    let elsewhere = format!("{}Origin: http://elsewhere.example\r\n", ann.cookie);
    for (headers, body) in [
        (elsewhere, format!("csrf={}&{body}", ann.csrf)),
        (format!("{}{}", ann.cookie, served.origin()), body.to_owned()),
        (served.origin(), body.to_owned()),
    ] {
        let answer = served.post(&path, &headers, &body);
        assert!(matches!(answer.status, 401 | 403), "{answer:?}");
    }
    assert!(ledger.approvals_of(&digest).unwrap().is_empty());
}
