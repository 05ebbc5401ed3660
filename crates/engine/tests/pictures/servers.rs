//! Assets on servers.

use std::num::NonZeroUsize;

use lightproof_darkroom::{canvas::Canvas, photo::Photo};
use lightproof_engine::{
    Depth,
    pictures::{Pictures, Size, Subject},
    servers::ServerRequest,
};
use lightproof_sources::immich::{
    key::ApiKey,
    server::{Server, ServerUrl},
};
use lightproof_testkit::immich::{FakeImmich, Id, Misbehaviour, NewAsset, NewUser, When, thumbnail};

use crate::{House, size};

const SURVEY: &[&str] = &["asset.read", "asset.download", "asset.view", "asset.statistics", "user.read", "album.read"];

struct Served {
    fake: FakeImmich,
    house: House,
    alice: Id,
    secret: String,
}

impl Served {
    fn new() -> Served {
        let fake = FakeImmich::new();
        let alice = fake.user(NewUser::named("Alice").admin());
        let secret = fake.key(alice, SURVEY);
        Served { fake, house: House::new(), alice, secret }
    }

    fn request(&self) -> ServerRequest {
        let mut server = Server::new("home", ServerUrl::parse(&self.fake.url()).unwrap());
        server.concurrency = NonZeroUsize::new(2).unwrap();
        let keys = vec![("alice".to_owned(), ApiKey::new(&self.secret).unwrap())];
        ServerRequest { server, keys, prefix_map: Vec::new() }
    }

    fn survey(&self) {
        self.house.survey(&[], &[self.request()], Depth::Whole);
    }

    fn subject(&self, id: Id) -> Subject {
        self.house.subject(&id.to_string())
    }

    fn pictures(&self) -> Pictures {
        Pictures::new(&[self.request()], None)
    }
}

fn small(canvas: &Canvas) -> Vec<u8> {
    thumbnail::of_canvas(canvas)
}

fn large(canvas: &Canvas) -> Vec<u8> {
    thumbnail::preview(canvas.rgb(), canvas.width(), canvas.height(), 1)
}

#[test]
fn a_servers_thumbnail_and_preview_are_handed_on_and_its_original_is_read_by_parts() {
    let served = Served::new();
    let photo = Photo::drawn(5).size(900, 600).exif_fields(12);
    let (bytes, canvas) = (photo.jpeg(90), photo.canvas());
    let asset = NewAsset::of(served.alice, bytes.clone()).thumbnail(small(&canvas)).preview(large(&canvas));
    let id = served.fake.add(asset);
    served.fake.album(served.alice, "Beach", &[id]);
    served.fake.album(served.alice, "All", &[id]);
    served.fake.album(served.alice, "Other", &[]);
    served.survey();
    let (pictures, subject) = (served.pictures(), served.subject(id));
    let (thumbnail, preview) =
        (pictures.picture(&subject, Size::Thumbnail).unwrap(), pictures.picture(&subject, Size::Large).unwrap());
    assert_eq!((thumbnail.mime, thumbnail.bytes), ("image/jpeg", small(&canvas)));
    assert_eq!(preview.bytes, large(&canvas));
    let full = pictures.picture(&subject, Size::Full).unwrap();
    assert_eq!(size(&full.bytes), (900, 600), "every pixel of the original, decoded here");
    let original = pictures.original(&subject).unwrap();
    assert_eq!((original.mime, original.bytes), ("image/jpeg", bytes.len() as u64));
    assert_eq!(pictures.part(&subject, 10, 100).unwrap(), bytes[10..110]);
    assert_eq!(pictures.part(&subject, 0, u64::MAX).unwrap(), bytes);
    assert_eq!(pictures.albums_of(&subject).unwrap(), ["All", "Beach"]);
    assert_eq!(served.fake.violations(), [] as [String; 0]);
}

#[test]
fn without_the_owners_key_there_is_no_picture_and_no_error_tells_a_key() {
    let served = Served::new();
    let photo = Photo::drawn(5).size(300, 200);
    let id = served.fake.add(NewAsset::of(served.alice, photo.jpeg(90)).thumbnail(small(&photo.canvas())));
    served.survey();
    let subject = served.subject(id);
    let nobody = Pictures::new(&[ServerRequest { keys: Vec::new(), ..served.request() }], None);
    let why = nobody.picture(&subject, Size::Thumbnail).unwrap_err().to_string();
    assert_eq!(why, "no key of alice at immich:home is known here");
    assert_eq!(nobody.albums_of(&subject).unwrap_err().to_string(), why);
    served.fake.revoke(&served.secret);
    let pictures = served.pictures();
    for told in [
        pictures.picture(&subject, Size::Thumbnail).unwrap_err().to_string(),
        pictures.picture(&subject, Size::Full).unwrap_err().to_string(),
        pictures.original(&subject).unwrap_err().to_string(),
        pictures.part(&subject, 0, 9).unwrap_err().to_string(),
        pictures.albums_of(&subject).unwrap_err().to_string(),
        format!("{pictures:?}"),
    ] {
        assert!(!told.contains(&served.secret), "{told}");
    }
}

#[test]
fn what_a_server_shows_that_is_no_picture_is_not_handed_on() {
    let served = Served::new();
    let photo = Photo::drawn(5).size(300, 200);
    let id = served.fake.add(NewAsset::of(served.alice, photo.jpeg(90)).thumbnail(small(&photo.canvas())));
    let without = served.fake.add(NewAsset::of(served.alice, Photo::drawn(6).size(300, 200).jpeg(90)));
    served.survey();
    let (pictures, subject) = (served.pictures(), served.subject(id));
    served.fake.set_thumbnail(id, Some(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec()));
    assert!(pictures.picture(&subject, Size::Thumbnail).unwrap_err().to_string().contains("is no picture"));
    let without = served.subject(without);
    assert!(pictures.picture(&without, Size::Thumbnail).unwrap_err().to_string().contains("its server has no picture of it"));
    // Looked at large, the original stands in.
    assert_eq!(size(&pictures.picture(&without, Size::Large).unwrap().bytes), (300, 200));
}

#[test]
fn a_server_that_fails_is_told_in_a_sentence() {
    let served = Served::new();
    let photo = Photo::drawn(5).size(300, 200);
    let id = served.fake.add(NewAsset::of(served.alice, photo.jpeg(90)).thumbnail(small(&photo.canvas())));
    served.survey();
    let subject = served.subject(id);
    for fault in [Misbehaviour::EchoesKey, Misbehaviour::Fails(403), Misbehaviour::WebPage, Misbehaviour::SendsToTrap] {
        served.fake.behave();
        served.fake.misbehave("/api/assets/*/thumbnail", When::Always, fault);
        let told = served.pictures().picture(&subject, Size::Thumbnail).unwrap_err().to_string();
        assert!(told.starts_with("its server does not show it: ") && !told.contains(&served.secret), "{told}");
    }
}
