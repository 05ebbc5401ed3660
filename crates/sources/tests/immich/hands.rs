//! Hands on a server: what is changed, that it is looked at afterwards, and that nothing else is ever asked for.

use lightproof_sources::immich::{
    api::QUARANTINE_ALBUM,
    hands::{Changed, Looked, ServerHands, Show},
    listed::RemoteId,
};
use lightproof_testkit::immich::{Misbehaviour, NewAsset, Visibility, When};

use crate::remote::{Remote, remote};

/// What a key needs for carrying out: no deletion is among it.
const MAY: [&str; 7] =
    ["asset.read", "asset.update", "album.read", "album.create", "albumAsset.create", "albumAsset.delete", "user.read"];

fn hands(server: &Remote) -> ServerHands {
    ServerHands::of(server.api(), server.user())
}

fn shows(server: &Remote, id: lightproof_testkit::immich::Id) -> Visibility {
    server.fake.state(id).expect("it is there").0
}

#[test]
fn an_asset_is_archived_and_comes_back_and_nothing_else_is_touched() {
    let server = Remote::with(&MAY);
    let ids: Vec<_> = (0..3).map(|n| server.fake.add(NewAsset::of(server.alice, vec![n; 100]))).collect();
    let hands = hands(&server);
    let of = [remote(ids[0]), remote(ids[1])];
    assert!(hands.show(&of, Show::Archive).values().all(|changed| *changed == Changed::Done));
    assert_eq!(
        ids.iter().map(|id| shows(&server, *id)).collect::<Vec<_>>(),
        [Visibility::Archive, Visibility::Archive, Visibility::Timeline]
    );
    assert!(hands.show(&of, Show::Timeline).values().all(|changed| *changed == Changed::Done));
    assert!(ids.iter().all(|id| server.fake.state(*id) == Some((Visibility::Timeline, false, false))));
    assert_eq!(server.fake.violations(), Vec::<String>::new());
}

#[test]
fn one_that_may_not_be_changed_does_not_hold_up_a_thousand_others() {
    let server = Remote::with(&MAY);
    let bob = server.fake.user("Bob");
    let mut ids: Vec<_> = (0..1_200_u32).map(|n| server.fake.add(NewAsset::of(server.alice, n.to_be_bytes().to_vec()))).collect();
    let (bobs, gone) = (server.fake.add(NewAsset::of(bob, vec![1; 9])), server.fake.add(NewAsset::of(server.alice, vec![2; 9])));
    server.fake.remove(gone);
    ids.insert(700, bobs);
    ids.insert(20, gone);
    let hands = hands(&server);
    let of: Vec<RemoteId> = ids.iter().map(|id| remote(*id)).collect();
    server.fake.forget_requests();
    let changed = hands.show(&of, Show::Archive);
    let refused: Vec<_> = changed.iter().filter(|(_, changed)| **changed != Changed::Done).map(|(id, _)| *id).collect();
    let mut expected = [remote(bobs), remote(gone)];
    expected.sort();
    assert_eq!(refused, expected);
    assert!(changed.values().all(|changed| !matches!(changed, Changed::Unknown(_))));
    assert_eq!(shows(&server, bobs), Visibility::Timeline);
    let sent = server.fake.requests().iter().filter(|request| request.method == "PUT").count();
    assert!(sent <= 3 + 2 * 2 * 10, "halving costs {sent} calls");
}

#[test]
fn whether_a_change_was_made_is_told_by_looking_and_never_by_the_answer() {
    // The answer is lost after the server did it; before it did it; and it never comes.
    let struck =
        [Misbehaviour::ResetBefore, Misbehaviour::ResetAfterHeaders, Misbehaviour::Fails(500), Misbehaviour::FailsWithPage(502)];
    for what in struck {
        let server = Remote::with(&MAY);
        let id = server.fake.add(NewAsset::of(server.alice, vec![1; 100]));
        let hands = hands(&server);
        server.fake.misbehave("PUT /api/assets", When::Always, what.clone());
        let changed = hands.show(&[remote(id)], Show::Archive).remove(&remote(id)).unwrap();
        match shows(&server, id) {
            Visibility::Archive => assert_eq!(changed, Changed::Done, "{what:?}"),
            // It may still come.
            _ => assert!(matches!(changed, Changed::Unknown(_)), "{what:?}: {changed:?}"),
        }
        let sent = server.fake.requests().iter().filter(|request| request.method == "PUT").count();
        assert_eq!(sent, 1, "a change is sent once: {what:?}");
    }
}

#[test]
fn where_nobody_can_be_asked_nothing_is_known() {
    let server = Remote::with(&MAY);
    let id = server.fake.add(NewAsset::of(server.alice, vec![1; 100]));
    let hands = hands(&server);
    server.fake.misbehave("*", When::Always, Misbehaviour::ResetBefore);
    assert!(matches!(&hands.show(&[remote(id)], Show::Archive)[&remote(id)], Changed::Unknown(_)));
    assert!(hands.look(remote(id)).is_err());
}

#[test]
fn the_album_of_what_is_set_aside_is_made_once_and_is_the_owners() {
    let server = Remote::with(&MAY);
    let bob = server.fake.user("Bob");
    // Another's album of that name, shared: it is not the owner's.
    let bobs = server.fake.album(bob, QUARANTINE_ALBUM, &[]);
    server.fake.share_album(bobs, server.alice, true);
    let hands = hands(&server);
    assert_eq!(hands.quarantine_album().unwrap(), None);
    // The answer is lost: the next look finds it.
    server.fake.misbehave("POST /api/albums", When::First(1), Misbehaviour::ResetAfterHeaders);
    let album = hands.make_quarantine_album().unwrap();
    assert_ne!(album, bobs.to_string());
    assert_eq!(hands.make_quarantine_album().unwrap(), album);
    assert_eq!(server.fake.requests().iter().filter(|r| r.method == "POST" && r.path == "/api/albums").count(), 1);
}

#[test]
fn a_membership_is_added_and_taken_back_and_one_that_was_there_is_told() {
    let server = Remote::with(&MAY);
    let id = server.fake.add(NewAsset::of(server.alice, vec![1; 100]));
    let album = server.fake.album(server.alice, "Holiday", &[]);
    let hands = hands(&server);
    let (id, album) = (remote(id), album.to_string());
    assert_eq!(hands.join(&album, id), Ok(true));
    assert_eq!(hands.join(&album, id), Ok(false), "it was in it before");
    assert_eq!(hands.albums_with(id).unwrap(), [(album.clone(), "Holiday".to_owned())]);
    assert_eq!(hands.leave(&album, id), Ok(true));
    assert_eq!(hands.leave(&album, id), Ok(false));
    for no_id in ["", "../users", "x"] {
        assert!(matches!(hands.join(no_id, id), Err(Changed::Refused(_))), "{no_id}");
    }
    assert_eq!(server.fake.violations(), Vec::<String>::new());
}

#[test]
fn a_favourite_is_set_and_taken_back() {
    let server = Remote::with(&MAY);
    let id = server.fake.add(NewAsset::of(server.alice, vec![1; 100]));
    let hands = hands(&server);
    for favourite in [true, false] {
        assert_eq!(hands.favour(remote(id), favourite), Changed::Done);
        assert_eq!(server.fake.state(id), Some((Visibility::Timeline, false, favourite)));
    }
}

#[test]
fn a_look_tells_what_a_step_wants_to_know() {
    let server = Remote::with(&MAY);
    let bob = server.fake.user("Bob");
    let id = server.fake.add(NewAsset::of(server.alice, vec![1; 100]));
    let bobs = server.fake.add(NewAsset::of(bob, vec![2; 100]));
    server.fake.share(bob, server.alice, true);
    let hands = hands(&server);
    let Looked::Own(own) = hands.look(remote(id)).unwrap() else { panic!("it is the owner's") };
    assert_eq!((own.trashed, own.offline, own.favourite, own.external), (false, false, false, false));
    assert_eq!(hands.look(remote(bobs)).unwrap(), Looked::Anothers);
    server.fake.trash(id);
    let Looked::Own(own) = hands.look(remote(id)).unwrap() else { panic!("it is in the trash") };
    assert!(own.trashed);
    server.fake.remove(id);
    assert_eq!(hands.look(remote(id)).unwrap(), Looked::None);
}
