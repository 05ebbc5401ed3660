use lightproof_model::{
    asset::{AssetId, SourceId},
    digest::Sha1,
    plan::{Act, Fix, Ground, Hold, Library, Likeness, Limits, Membership, Step, Subject, Survivor, Unit},
    seen::{Place, Seen},
};

use super::*;

fn subject(name: &[u8]) -> Subject {
    Subject {
        asset: AssetId::new("a1"),
        place: Place { source: SourceId::new("s1"), path: name.to_vec(), owner: "ann \"the\" owner".to_owned() },
        hold: Hold::Folder { sha1: Sha1([7; 20]), bytes: u64::MAX },
    }
}

fn on_server() -> Subject {
    let hold = Hold::Server { id: "i1".to_owned(), checksum: Sha1([8; 20]), visibility: "timeline".to_owned() };
    Subject { hold, ..subject(b"upload/a.jpg") }
}

/// A plan with one step of each kind, and with names that are awkward to write.
fn plan() -> Plan {
    let unit = Unit {
        main: subject(b"2019/\xff\n.jpg"),
        companions: vec![subject(b"{\"hex\":\"00\"}")],
        survivors: vec![
            Survivor { subject: subject(b"b\\.jpg"), stands_for: AssetId::new("a1"), likeness: Likeness::Bytes },
            Survivor { subject: on_server(), stands_for: AssetId::new("a1"), likeness: Likeness::Image },
        ],
    };
    let membership = Membership { subject: on_server(), album: "m".to_owned(), name: "Été 🙂".to_owned() };
    let at = "2019-07-06T12:30:00".parse().unwrap();
    let fix = Fix {
        subject: subject(b"c.jpg"),
        was: None,
        becomes: at,
        sidecar: Some(Sha1([9; 20])),
        shows: Some(at),
        zone: Some("UTC+2".to_owned()),
    };
    let forward = [Act::SetAside(unit), Act::JoinAlbum(membership), Act::Favour(on_server()), Act::FixDate(fix.clone())]
        .map(|act| [act.clone(), act.inverse()]);
    let steps = forward.into_iter().flatten().zip(1..).map(|(act, number)| Step {
        number,
        ground: Ground { reviewer: "Ann".to_owned(), seen: Seen::new("v1-00") },
        needs: (1..number).collect(),
        act,
    });
    Plan {
        limits: Limits { assets: 12, share: 100 },
        last_copies_of: ["bob".to_owned(), String::new()].into(),
        let_go: [AssetId::new("a2")].into(),
        libraries: vec![Library { source: SourceId::new("s1"), assets: 40 }],
        steps: steps.collect(),
    }
}

#[test]
fn a_plan_is_read_back_as_it_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    let plan = plan();
    let digest = ledger.keep_plan(&plan, 5, "0.1.0").unwrap();
    assert_eq!(ledger.keep_plan(&plan, 6, "0.1.0").unwrap(), digest, "the same once more");
    assert_eq!(ledger.plan(&digest).unwrap(), Some(plan));
    assert_eq!(ledger.plans().unwrap(), [PlanRow { digest, at: 5, steps: 8 }]);
    assert_eq!(ledger.plan(&PlanDigest::new(&"00".repeat(32)).unwrap()).unwrap(), None);
}

#[test]
fn a_text_that_is_not_what_its_digest_was_taken_of_is_no_plan() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    let digest = ledger.keep_plan(&plan(), 5, "0.1.0").unwrap();
    ledger.record.execute_batch("DROP TRIGGER plan_stays").unwrap();
    for (from, to) in [
        ("\"share\":100", "\"share\":99"),
        ("\"quarantine\"", "\"release\""),
        ("{\"lightproof-plan\":1,", "{\"lightproof-plan\":1, "),
        ("{\"lightproof-plan\":1,", "{\"lightproof-plan\":2,"),
        ("\"let_go\":[\"a2\"]", "\"let_go\":[\"a2\",\"a2\"]"),
        ("\"steps\":[", "\"more\":1,\"steps\":["),
    ] {
        ledger.record.execute_batch("SAVEPOINT edit").unwrap();
        let edited = ledger.record.execute("UPDATE plan SET canonical = replace(canonical, ?1, ?2)", [from, to]).unwrap();
        assert_eq!(edited, 1);
        assert!(ledger.plan(&digest).unwrap_err().to_string().contains("plan"), "{from}");
        ledger.record.execute_batch("ROLLBACK TO edit; RELEASE edit").unwrap();
    }
    assert!(ledger.plan(&digest).unwrap().is_some());
}
