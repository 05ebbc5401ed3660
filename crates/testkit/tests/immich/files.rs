//! Originals and thumbnails over the line.

use lightproof_testkit::immich::{FakeImmich, Id, NewAsset, Original, Visibility};
use serde_json::json;

use crate::client::{Line, Reply, With};

struct Server {
    fake: FakeImmich,
    alice: Id,
    key: String,
}

impl Server {
    fn new() -> Server {
        let fake = FakeImmich::new();
        let alice = fake.user("Alice");
        let key = fake.key(alice, &["all"]);
        Server { fake, alice, key }
    }

    fn with(&self) -> With<'_> {
        With { fake: &self.fake, key: &self.key }
    }

    fn original(&self, id: Id, headers: &[(&str, &str)]) -> Reply {
        self.with().get_with(&format!("/api/assets/{id}/original"), headers)
    }
}

#[test]
fn an_original_comes_whole_or_in_the_part_that_was_asked_for() {
    let server = Server::new();
    let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let id = server.fake.add(NewAsset::of(server.alice, bytes.clone()).named("Düne 1.jpg").modified("2026-11-22T12:13:35Z"));
    let whole = server.original(id, &[]);
    assert_eq!((whole.status, &whole.body), (200, &bytes));
    for (header, value) in [
        ("Content-Type", "image/jpeg"),
        ("Accept-Ranges", "bytes"),
        ("Last-Modified", "Sun, 22 Nov 2026 12:13:35 GMT"),
        ("ETag", "W/\"3e8-1a2032d1198\""),
        ("Content-Disposition", "inline; filename*=UTF-8''D%C3%BCne%201.jpg"),
        ("Cache-Control", "private, max-age=86400, no-transform"),
    ] {
        assert_eq!(whole.header(header), Some(value), "{header}");
    }
    for (range, status, told, from, to) in [
        ("bytes=0-99", 206, Some("bytes 0-99/1000"), 0, 100),
        ("bytes=900-4000", 206, Some("bytes 900-999/1000"), 900, 1000),
        ("bytes=-10", 206, Some("bytes 990-999/1000"), 990, 1000),
        ("bytes=0-9,100-109", 200, None, 0, 1000),
        ("pages=1", 200, None, 0, 1000),
    ] {
        let part = server.original(id, &[("Range", range)]);
        assert_eq!((part.status, part.header("content-range")), (status, told), "{range}");
        assert_eq!(part.body, &bytes[from..to], "{range}");
    }
}

#[test]
fn a_range_outside_of_the_file_is_a_failure_of_the_server() {
    let server = Server::new();
    let id = server.fake.add(NewAsset::of(server.alice, vec![1; 1000]));
    let empty = server.fake.add(NewAsset::of(server.alice, vec![]).named("zero.jpg"));
    for (id, range, told) in
        [(id, "bytes=1000-", "bytes */1000"), (id, "bytes=-1001", "bytes */1000"), (empty, "bytes=0-16383", "bytes */0")]
    {
        let refused = server.original(id, &[("Range", range)]);
        assert_eq!((refused.status, refused.header("content-range")), (500, Some(told)), "{range}");
        assert_eq!(refused.header("content-type"), Some("image/jpeg; charset=utf-8"));
        assert_eq!((refused.body.len(), refused.json()["statusCode"].clone()), (79, json!(500)));
    }
    assert_eq!((server.original(empty, &[]).status, server.original(empty, &[]).body.len()), (200, 0));
}

#[test]
fn conditions_hold_as_long_as_the_file_is_that_one() {
    let server = Server::new();
    let id = server.fake.add(NewAsset::of(server.alice, vec![1; 1000]).modified("2026-11-22T12:13:35Z"));
    let etag = server.original(id, &[]).header("etag").unwrap().to_owned();
    let range = ("Range", "bytes=0-9");
    assert_eq!(server.original(id, &[("If-None-Match", &etag)]).status, 304);
    assert_eq!(server.original(id, &[range, ("If-Range", &etag)]).status, 206);
    assert_eq!(server.original(id, &[range, ("If-Range", "Sun, 22 Nov 2026 12:13:35 GMT")]).status, 206);
    server.fake.replace(id, vec![2; 1000]);
    assert_eq!(server.original(id, &[("If-None-Match", &etag)]).status, 200);
    assert_eq!(server.original(id, &[range, ("If-Range", &etag)]).body.len(), 1000);
    assert_eq!(server.original(id, &[range, ("If-Range", "Sun, 22 Nov 2026 12:13:35 GMT")]).status, 200);
}

#[test]
fn a_head_request_has_the_headers_and_no_body() {
    let server = Server::new();
    let id = server.fake.add(NewAsset::of(server.alice, vec![1; 1000]));
    let mut line = Line::to(&server.fake);
    let path = format!("/api/assets/{id}/original");
    let head = line.ask("HEAD", &path, &[("x-api-key", &server.key)], "").unwrap();
    assert_eq!((head.status, head.header("content-length")), (200, Some("1000")));
    let after = line.ask("GET", &path, &[("x-api-key", &server.key)], "").unwrap();
    assert_eq!(after.body.len(), 1000, "nothing of a body lay on the line");
}

#[test]
fn a_large_original_is_a_head_and_zeros_and_costs_no_memory() {
    let server = Server::new();
    let ids: Vec<Id> = (0..10_000_u32)
        .map(|n| server.fake.add(NewAsset::of(server.alice, Original::filled(n.to_be_bytes(), 3_000_000))))
        .collect();
    let last = server.original(ids[9_999], &[("Range", "bytes=0-7")]);
    assert_eq!(
        (last.header("content-range"), last.body.as_slice()),
        (Some("bytes 0-7/3000000"), [0, 0, 39, 15, 0, 0, 0, 0].as_slice())
    );
    assert_eq!(server.original(ids[5], &[]).body.len(), 3_000_000);
    assert_eq!(server.original(ids[5], &[("Range", "bytes=-3")]).body, [0, 0, 0]);
}

#[test]
fn the_file_of_an_offline_asset_is_a_failure_of_the_server() {
    let server = Server::new();
    let id = server.fake.add(NewAsset::of(server.alice, vec![1; 1000]));
    server.fake.set_offline(id, true);
    let gone = server.original(id, &[]);
    assert_eq!((gone.status, gone.header("content-range"), gone.body.len()), (500, None, 79));
    server.fake.set_offline(id, false);
    assert_eq!(server.original(id, &[]).status, 200);
}

#[test]
fn a_thumbnail_is_there_where_the_picture_could_be_read() {
    let server = Server::new();
    let webp = b"RIFF\x04\0\0\0WEBP".to_vec();
    let (jpeg, preview) = (b"\xFF\xD8small".to_vec(), b"\xFF\xD8larger".to_vec());
    let new = |name: &str| NewAsset::of(server.alice, vec![1]).named(name);
    let a = server.fake.add(new("a.jpg").thumbnail(webp.clone()).preview(preview.clone()));
    let b = server.fake.add(new("b.heic").thumbnail(jpeg.clone()));
    let broken = server.fake.add(new("broken.jpg"));
    let moving = server.fake.add(new("b.mov").visibility(Visibility::Hidden));
    let get = |id: Id, query: &str| server.with().get(&format!("/api/assets/{id}/thumbnail{query}"));
    for (id, query, kind, bytes) in [
        (a, "", "image/webp", &webp),
        (a, "?size=thumbnail", "image/webp", &webp),
        (a, "?size=preview", "image/jpeg", &preview),
        (b, "?size=thumbnail", "image/jpeg", &jpeg),
    ] {
        let reply = get(id, query);
        assert_eq!((reply.status, reply.header("content-type"), &reply.body), (200, Some(kind), bytes), "{query}");
    }
    assert_eq!(get(a, "").header("content-disposition"), Some("inline; filename*=UTF-8''a_thumbnail.webp"));
    for id in [broken, moving] {
        assert_eq!(get(id, "?size=thumbnail").refusal(), (404, "Asset media not found".to_owned()));
    }
    let sizes = "size must be one of the following values: fullsize, preview, thumbnail";
    assert_eq!(get(a, "?size=huge").refusal(), (400, sizes.to_owned()));
    let sent_on =
        [a, b].map(|id| get(id, "?size=fullsize")).map(|reply| (reply.status, reply.header("location").map(str::to_owned)));
    assert_eq!(sent_on, [(302, Some("original?".to_owned())), (302, Some("thumbnail?size=preview".to_owned()))]);
}

#[test]
fn a_locked_asset_is_out_of_reach_of_its_owners_key_too() {
    let server = Server::new();
    let id = server.fake.add(NewAsset::of(server.alice, vec![1]));
    server.fake.lock(id);
    assert_eq!(server.original(id, &[]).refusal(), (400, "Not found or no asset.download access".to_owned()));
    assert_eq!(server.with().get(&format!("/api/assets/{id}")).status, 400);
}
