//! Whatever a server says, the client answers with data or with an error.

#![allow(clippy::unwrap_used)] // helpers of tests, which clippy.toml's exception does not reach

mod scripted;

use std::{sync::Arc, time::Duration};

use lightproof_sources::immich::{
    api::Api,
    http::Line,
    key::ApiKey,
    listed::RemoteId,
    wire::{
        About, Album, AssetCounts, KeyInfo, Library, Ping, Queue, Search, SearchAnswer, ServerConfig, ServerStatistics,
        ServerVersion, Storage, User, UserName, VersionRow,
    },
};
use proptest::prelude::*;
use scripted::{Answer, CANARY, Scripted, Then};
use serde_json::{Map, Value};

/// Names that the client reads, so that what is made up gets to where it is read.
#[rustfmt::skip]
const NAMES: [&str; 40] = [
    "id", "ownerId", "name", "type", "originalPath", "originalFileName", "fileCreatedAt", "fileModifiedAt", "createdAt", "updatedAt",
    "checksum", "visibility", "isTrashed", "isOffline", "isFavorite", "libraryId", "livePhotoVideoId", "exifInfo", "fileSizeInByte",
    "assets", "items", "nextPage", "albumName", "albumUsers", "user", "role", "photos", "videos", "usage", "usageByUser", "userId",
    "images", "total", "major", "minor", "patch", "statistics", "permissions", "maintenanceMode", "quotaUsageInBytes",
];

fn words() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), (0..NAMES.len()).prop_map(|at| NAMES[at].to_owned())]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((words(), inner), 0..12)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<String, Value>>())),
        ]
    })
}

/// Reads by every shape; how many could be read.
fn read_by_all(text: &[u8]) -> usize {
    fn reads<T: serde::de::DeserializeOwned>(text: &[u8]) -> usize {
        usize::from(serde_json::from_slice::<T>(text).is_ok())
    }
    reads::<SearchAnswer>(text)
        + reads::<Vec<Album>>(text)
        + reads::<AssetCounts>(text)
        + reads::<KeyInfo>(text)
        + reads::<Vec<Library>>(text)
        + reads::<Ping>(text)
        + reads::<Vec<Queue>>(text)
        + reads::<ServerConfig>(text)
        + reads::<ServerStatistics>(text)
        + reads::<ServerVersion>(text)
        + reads::<Storage>(text)
        + reads::<User>(text)
        + reads::<Vec<UserName>>(text)
        + reads::<Vec<VersionRow>>(text)
        + reads::<About>(text)
}

fn impatient(server: &Scripted) -> Api {
    let mut home = server.server();
    home.patience.attempts = 1;
    home.patience.request = Duration::from_millis(500);
    Api::with_key(Arc::new(Line::to(home)), ApiKey::new(CANARY).unwrap())
}

/// Hears one answer by calls of each kind; what was said of it.
fn heard(answer: Answer) -> String {
    let server = Scripted::saying([answer]);
    let api = impatient(&server);
    let (me, page) = (api.me(), api.search(&Search::default()));
    let (piece, picture) = (api.original(RemoteId(1), 3, 40), api.thumbnail(RemoteId(1)));
    if let Ok(piece) = &piece {
        assert!(piece.bytes.len() <= 40 && piece.bytes.len() as u64 <= piece.of.saturating_sub(3));
    }
    let errors = [me.err(), page.err(), piece.err(), picture.err()];
    errors.into_iter().flatten().map(|error| format!("{error} {error:?}\n")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_json_is_read_or_refused(value in json()) {
        read_by_all(value.to_string().as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_answer_is_heard_or_refused(
        status in 200_u16..600,
        kind in prop_oneof!["application/json", "text/html", "image/jpeg", "[ -~]{0,20}"],
        range in prop_oneof![Just("bytes 3-42/100".to_owned()), Just("bytes */9".to_owned()), "bytes [0-9]{1,21}-[0-9]{1,21}/[0-9*]{1,21}", "[ -~]{0,30}"],
        length in prop_oneof![Just(None), (0_u64..100).prop_map(Some), any::<u64>().prop_map(Some)],
        body in prop_oneof![prop::collection::vec(any::<u8>(), 0..100), json().prop_map(|value| value.to_string().into_bytes())],
    ) {
        let length = length.unwrap_or(body.len() as u64).to_string();
        let headers = [("Content-Type", kind.as_str()), ("Content-Range", &range), ("Content-Length", &length)];
        let said = heard(Answer::new(status, &headers, &body).then(Then::Close));
        prop_assert!(!said.contains(CANARY));
    }

    #[test]
    fn any_bytes_are_heard_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), head in any::<bool>()) {
        let begin: &[u8] = if head { b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" } else { b"" };
        heard(Answer::raw([begin, &bytes].concat(), Then::Close));
    }
}

#[test]
fn json_that_is_nested_without_end_does_not_exhaust_the_stack() {
    let deep = format!("{}{}", r#"{"assets":["#.repeat(100_000), "]}".repeat(100_000));
    assert_eq!(read_by_all(deep.as_bytes()), 3, "only shapes that need nothing are read, and the nest is passed over");
    assert!(serde_json::from_str::<SearchAnswer>(&deep).is_err());
    assert!(heard(Answer::json(200, &deep)).contains("cannot be understood"));
}
