//! How a line to a server behaves: what it asks, what it believes, how long it waits, and what it never says.

#![allow(clippy::unwrap_used)] // helpers of tests, which clippy.toml's exception does not reach

mod scripted;

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use lightproof_sources::immich::{
    api::Api,
    error::ImmichError,
    http::Line,
    key::ApiKey,
    listed::RemoteId,
    server::{Server, ServerUrl},
    wire::Search,
};
use scripted::{Answer, CANARY, Scripted, Then, quick};

const ID: RemoteId = RemoteId(0x693903e6_4b44_4597_9c3d_42155688c3af);
const VERSION: &str = r#"{"major":2,"minor":4,"patch":1}"#;

fn version() -> Answer {
    Answer::json(200, VERSION)
}

fn immich_error(status: u16, message: &str) -> Answer {
    Answer::json(status, &format!(r#"{{"message":{message},"error":"Word","statusCode":{status},"correlationId":"x"}}"#))
}

/// A server that holds these bytes and answers ranges as Immich does.
fn original(bytes: Vec<u8>) -> Scripted {
    Scripted::by(move |request, _| {
        let range = request.lines().find_map(|line| line.strip_prefix("range: bytes=")).unwrap();
        let (first, last) = range.split_once('-').unwrap();
        let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
        if first >= bytes.len() {
            let past = format!("bytes */{}", bytes.len());
            return Answer::new(500, &[("Content-Type", "image/jpeg; charset=utf-8"), ("Content-Range", &past)], "{}");
        }
        let last = last.min(bytes.len() - 1);
        let part = format!("bytes {first}-{last}/{}", bytes.len());
        Answer::new(206, &[("Content-Type", "image/jpeg"), ("Content-Range", &part)], &bytes[first..=last])
    })
}

#[test]
fn a_request_carries_the_key_in_one_header_and_asks_for_json() {
    let server = Scripted::saying([version()]);
    server.api().version().unwrap();
    server.api().me().unwrap_err();
    let heard = server.heard();
    assert!(heard[0].starts_with("GET /api/server/version HTTP/1.1\n"), "{}", heard[0]);
    assert!(!heard[0].contains(CANARY), "the version is asked for without a key");
    assert!(heard[0].contains("accept: application/json"));
    assert!(heard[0].contains("accept-encoding: gzip"));
    assert!(heard[0].contains(concat!("user-agent: lightproof/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(heard[1].matches(CANARY).count(), 1);
    assert!(heard[1].contains(&format!("x-api-key: {CANARY}")));
    assert!(!heard[1].contains("cookie"));
}

#[test]
fn connections_are_used_again() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let server = Scripted::over(
        move |stream| {
            counted.fetch_add(1, Ordering::SeqCst);
            Some(stream)
        },
        |_, _| version(),
    );
    let api = server.api();
    for _ in 0..20 {
        api.version().unwrap();
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn no_more_requests_are_under_way_than_the_server_is_said_to_bear() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now_there, most_there) = (Arc::clone(&now), Arc::clone(&most));
    let server = Scripted::by(move |_, _| {
        most_there.fetch_max(now_there.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(5));
        now_there.fetch_sub(1, Ordering::SeqCst);
        version()
    });
    let mut home = server.server();
    home.concurrency = 3.try_into().unwrap();
    let api = Api::open(Arc::new(Line::to(home)));
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| (0..4).for_each(|_| assert!(api.version().is_ok())));
        }
    });
    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(server.heard().len(), 48);
}

#[test]
fn what_may_pass_is_asked_again_and_succeeds() {
    let too_many = Answer::new(429, &[("Content-Type", "text/plain"), ("Retry-After", "0")], "slow down");
    let cut =
        Answer::raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 31\r\n\r\n{\"major\":2", Then::Close);
    let long = Answer::new(200, &[("Content-Type", "application/json"), ("Content-Length", "10")], VERSION);
    let short = Answer::json(200, r#"{"major":2,"mi"#);
    let packed = Answer::new(200, &[("Content-Type", "application/json"), ("Content-Encoding", "gzip")], "no gzip");
    for (name, first) in [
        ("too many requests", too_many),
        ("a gateway's page", Answer::html(502)),
        ("no service", Answer::html(503)),
        ("a slow gateway", Answer::html(504)),
        ("a failure of Immich", immich_error(500, "\"Internal server error\"")),
        ("a failure with a web page", Answer::html(500)),
        ("a connection that ends without a word", Answer::raw("", Then::Close)),
        ("a head that breaks off", Answer::raw("HTTP/1.1 200 OK\r\nContent-Ty", Then::Close)),
        ("a body that is shorter than said", cut),
        ("a body that is longer than said", long),
        ("JSON that breaks off", short),
        ("a body that is packed wrongly", packed),
    ] {
        let server = Scripted::saying([first, version()]);
        let answer = server.api().version();
        assert_eq!(answer.map(|v| v.to_string()), Ok("2.4.1".to_owned()), "{name}");
        assert_eq!(server.heard().len(), 2, "{name}");
    }
}

#[test]
fn what_will_not_pass_is_asked_as_often_as_it_is_worth() {
    let not_maintenance = r#"{"maintenanceMode":false}"#;
    for (name, answer, kind, times) in [
        ("a gateway's page", Answer::html(502), "server-failed", 3),
        ("an original that is not there", immich_error(500, "\"Internal server error\""), "server-failed", 2),
        ("an asset of somebody else", immich_error(400, "\"Not found or no asset.read access\""), "not-there", 1),
        ("a list of reasons", immich_error(400, "[\"id must be a UUID\"]"), "not-there", 1),
        ("no thumbnail", immich_error(404, "\"Asset media not found\""), "not-there", 1),
        ("a bad key", immich_error(401, "\"Invalid API key\""), "bad-key", 1),
        ("what is locked", immich_error(401, "\"Elevated permission is required\""), "key-forbidden", 1),
        ("a missing permission", immich_error(403, "\"Missing required permission: asset.download\""), "key-forbidden", 1),
        ("a log-in page", Answer::html(200), "not-immich", 1),
        ("a log-in page that refuses", Answer::html(403), "not-immich", 1),
        ("another server's 404", Answer::html(404), "not-immich", 1),
        ("another server's JSON", Answer::json(200, "[1,2]"), "answer-garbled", 1),
        ("no JSON", Answer::json(200, "hello"), "answer-garbled", 3),
        ("nothing", Answer::raw("", Then::Close), "server-unreachable", 3),
        ("no HTTP", Answer::raw("SSH-2.0-OpenSSH_9.2\r\n\r\n", Then::Close), "not-immich", 2),
        ("an empty answer", Answer::new(204, &[], ""), "answer-garbled", 1),
    ] {
        let server =
            Scripted::by(
                move |request, _| {
                    if request.contains("/server/config") { Answer::json(200, not_maintenance) } else { answer.clone() }
                },
            );
        let error = server.api().me().unwrap_err();
        assert_eq!(error.kind(), kind, "{name}: {error}");
        let asked = server.heard().iter().filter(|request| request.contains("/users/me")).count();
        assert_eq!(asked, times, "{name}");
    }
}

#[test]
fn refusals_say_what_is_missing() {
    let permission = |message: &str| {
        let message = format!("\"{message}\"");
        Scripted::saying([immich_error(403, &message)]).api().me().unwrap_err().to_string()
    };
    assert_eq!(permission("Missing required permission: album.read"), "the key may not album.read");
    assert_eq!(permission("Forbidden"), "the key may not ask for /users/me");
    let server = Scripted::saying([immich_error(400, "[\"one\",\"two\"]")]);
    let error = server.api().original(ID, 0, 10).unwrap_err().to_string();
    assert!(error.ends_with("has no /assets/693903e6-4b44-4597-9c3d-42155688c3af/original for this key: one; two"), "{error}");
    let server = Scripted::saying([Answer::html(502)]);
    let error = server.api().version().unwrap_err().to_string();
    assert!(error.contains("502 text/html: <html> <head><title>Bad Gateway"), "{error}");
}

#[test]
fn a_server_that_goes_into_maintenance_is_said_to_be_there() {
    for failing in
        [Answer::html(503), immich_error(500, "\"x\""), immich_error(404, "\"Cannot GET /api/users/me\""), Answer::html(200)]
    {
        let server = Scripted::by(move |request, _| {
            if !request.contains("/server/config") {
                return failing.clone();
            }
            assert!(!request.contains(CANARY));
            Answer::json(200, r#"{"maintenanceMode":true,"isInitialized":true}"#)
        });
        let error = server.api().me().unwrap_err();
        assert_eq!(error.kind(), "server-in-maintenance", "{error}");
        assert!(error.is_of_the_server());
    }
}

#[test]
fn a_redirect_is_reported_and_never_followed() {
    let other = Scripted::saying([version()]);
    for status in [301, 302, 303, 307, 308] {
        let to = format!("http://me:secret@{}/api/users/me?apiKey={CANARY}#x", other.address);
        let server = Scripted::saying([Answer::new(status, &[("Location", &to)], "moved")]);
        let error = server.api().me().unwrap_err();
        let expected = format!("http://{}", other.address);
        assert!(matches!(&error, ImmichError::Redirected { to, .. } if *to == expected), "{error:?}");
        assert!(!format!("{error:?}").contains("secret"));
        assert_eq!(server.heard().len(), 1);
        let error = server.api().search(&Search::default()).unwrap_err();
        assert_eq!(error.kind(), "server-redirects");
    }
    assert!(other.heard().is_empty());
    for (location, to) in [
        ("/login?next=/api/users/me", "/login"),
        ("https://auth.example.org/sign-in/?rd=secret", "https://auth.example.org/sign-in/"),
        ("/api/users/me", "/api/users/me"),
        ("", "nowhere"),
    ] {
        let server = Scripted::saying([Answer::new(302, &[("Location", location)], "")]);
        let error = server.api().me().unwrap_err().to_string();
        assert!(error.ends_with(&format!(" sends on to {to}")), "{error}");
    }
}

#[test]
fn a_server_that_drips_is_too_slow_however_busy_it_looks() {
    let server = Scripted::saying([version().then(Then::Drip(Duration::from_millis(20)))]);
    let mut home = server.server();
    home.patience.request = Duration::from_millis(250);
    home.patience.attempts = 2;
    let began = Instant::now();
    let error = Api::open(Arc::new(Line::to(home))).version().unwrap_err();
    assert_eq!(error.kind(), "server-too-slow", "{error}");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(server.heard().len(), 2);
}

#[test]
fn a_server_that_falls_silent_in_the_middle_is_too_slow() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 31\r\n\r\n{\"major\":2";
    let server = Scripted::saying([Answer::raw(cut, Then::Hang), version()]);
    let mut home = server.server();
    home.patience.request = Duration::from_millis(200);
    assert!(Api::open(Arc::new(Line::to(home))).version().is_ok());
}

#[test]
fn nobody_at_the_address_is_unreachable() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let mut home = Server::new("home", ServerUrl::parse(&format!("http://127.0.0.1:{port}")).unwrap());
    home.patience = quick();
    let line = Arc::new(Line::to(home));
    let error = Api::open(Arc::clone(&line)).version().unwrap_err();
    assert_eq!(error.kind(), "server-unreachable", "{error}");
    assert_eq!(line.traffic().requests, 3);
}

#[test]
fn pauses_end_when_a_line_is_given_up() {
    let server = Scripted::saying([Answer::html(503)]);
    let mut home = server.server();
    home.patience.pause = Duration::from_secs(20);
    let line = Arc::new(Line::to(home));
    let api = Api::open(Arc::clone(&line));
    let began = Instant::now();
    thread::scope(|scope| {
        let asking = scope.spawn(|| api.version());
        while server.heard().is_empty() {
            thread::yield_now();
        }
        line.give_up();
        assert!(asking.join().unwrap().is_err());
    });
    assert_eq!(api.version().unwrap_err().kind(), "server-unreachable");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_part_of_an_original_is_what_was_asked_for() {
    let whole: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let server = original(whole.clone());
    let api = server.api();
    for (offset, length) in [
        (0, 16_384),
        (16_384, 16_384),
        (99_990, 100),
        (0, 100_000),
        (0, 200_000),
        (5, 1),
        (7, 0),
        (100_000, 1),
        (u64::MAX - 1, 9),
    ] {
        let piece = api.original(ID, offset, length).unwrap();
        let from = usize::try_from(offset).unwrap().min(whole.len());
        let to = usize::try_from(offset.saturating_add(length)).unwrap().min(whole.len());
        assert_eq!(piece.of, 100_000);
        assert!(piece.bytes == whole[from..to], "{offset}+{length}");
    }
    let heard = server.heard();
    assert!(heard[0].contains("range: bytes=0-16383"));
    assert!(heard[0].contains("accept-encoding: identity"));
    assert!(original(Vec::new()).api().original(ID, 0, 10).unwrap().bytes.is_empty());
}

#[test]
fn a_part_that_is_another_than_asked_for_is_not_believed() {
    for (range, length) in [
        ("bytes 1-10/100", 10),
        ("bytes 0-8/100", 9),
        ("bytes 0-10/100", 11),
        ("bytes 0-9/*", 10),
        ("bytes 0-9/5", 10),
        ("bytes 9-0/100", 10),
        ("pages 0-9/100", 10),
        ("bytes 0-9/100", 20),
        ("bytes 0-9/100", 5),
        ("", 10),
    ] {
        let server =
            Scripted::saying([Answer::new(206, &[("Content-Type", "image/jpeg"), ("Content-Range", range)], vec![7; length])]);
        let error = server.api().original(ID, 0, 10).unwrap_err();
        assert_eq!(error.kind(), "answer-garbled", "{range}: {error}");
    }
    let chunked = "HTTP/1.1 206 Word\r\nContent-Range: bytes 0-9/100\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n0\r\n\r\n";
    let server = Scripted::saying([Answer::raw(chunked, Then::Keep)]);
    assert_eq!(server.api().original(ID, 0, 10).unwrap_err().kind(), "answer-garbled");
    for (status, range) in [(416, "bytes */100"), (416, ""), (500, "bytes */100")] {
        let server = Scripted::saying([Answer::new(status, &[("Content-Type", "text/plain"), ("Content-Range", range)], "")]);
        assert!(server.api().original(ID, 0, 10).is_err(), "{status} {range}");
    }
}

#[test]
fn a_server_that_ignores_the_range_is_heard_no_further_than_the_part() {
    let whole: Vec<u8> = (0..8_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sent = whole.clone();
    let server = Scripted::by(move |request, _| {
        if request.contains("/original") { Answer::new(200, &[("Content-Type", "image/jpeg")], &sent) } else { version() }
    });
    let api = server.api();
    let piece = api.original(ID, 100, 16_384).unwrap();
    assert_eq!((piece.of, &piece.bytes[..]), (8_000_000, &whole[100..16_484]));
    assert!(api.line().traffic().received < 100_000, "{:?}", api.line().traffic());
    assert!(api.version().is_ok(), "the unread rest is not taken for the next answer");
    assert!(api.original(ID, 9_000_000, 10).unwrap().bytes.is_empty());
    let error = api.original(ID, 2_000_000, 10).unwrap_err();
    assert!(error.to_string().contains("ignores ranges"), "{error}");
}

#[test]
fn an_original_that_breaks_off_is_asked_for_again() {
    let cut = Answer::new(206, &[("Content-Range", "bytes 0-9/100"), ("Content-Length", "10")], "01234").then(Then::Close);
    let good = Answer::new(206, &[("Content-Range", "bytes 0-9/100")], "0123456789");
    let server = Scripted::saying([cut.clone(), good]);
    assert_eq!(server.api().original(ID, 0, 10).unwrap().bytes, b"0123456789");
    let server = Scripted::saying([cut]);
    assert_eq!(server.api().original(ID, 0, 10).unwrap_err().kind(), "answer-garbled");
    assert_eq!(server.heard().len(), 3);
}

#[test]
fn a_page_in_place_of_a_picture_is_no_picture() {
    for page in [Answer::html(200), Answer::json(200, "{}")] {
        let server = Scripted::saying([page]);
        assert_eq!(server.api().thumbnail(ID).unwrap_err().kind(), "not-immich");
        assert_eq!(server.api().original(ID, 0, 10).unwrap_err().kind(), "not-immich");
    }
    let server = Scripted::saying([immich_error(404, "\"Asset media not found\"")]);
    assert_eq!(server.api().thumbnail(ID).unwrap(), None);
    let server = Scripted::saying([Answer::new(200, &[("Content-Type", "image/webp")], [1, 2, 3])]);
    assert_eq!(server.api().thumbnail(ID).unwrap(), Some(vec![1, 2, 3]));
}

#[test]
fn bodies_without_end_are_not_read_to_the_end() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: image/webp\r\nContent-Length: 99000000000\r\n\r\n";
    let endless = [head.as_bytes(), &vec![0; 17 << 20]].concat();
    let server = Scripted::saying([Answer::raw(endless, Then::Hang)]);
    assert_eq!(server.api().thumbnail(ID).unwrap_err().kind(), "answer-garbled");
    let header = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(100_000));
    let server = Scripted::saying([Answer::raw(header, Then::Hang)]);
    assert!(server.api().version().is_err());
}

fn packed(bytes: &[u8]) -> Answer {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes).unwrap();
    let headers = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")];
    Answer::new(200, &headers, gzip.finish().unwrap())
}

#[test]
fn json_may_come_packed_but_not_unfold_without_end() {
    let server = Scripted::saying([packed(VERSION.as_bytes())]);
    assert!(server.api().version().is_ok());
    let server = Scripted::saying([packed(&vec![b' '; 65 << 20])]);
    let error = server.api().version().unwrap_err();
    assert!(error.to_string().contains("longer than 67108864 bytes"), "{error}");
}

#[test]
fn a_server_that_asks_to_wait_is_given_the_time() {
    let busy = Answer::new(429, &[("Content-Type", "text/plain"), ("Retry-After", "1")], "slow down");
    let server = Scripted::saying([busy, version()]);
    let began = Instant::now();
    assert!(server.api().version().is_ok());
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[test]
fn a_server_is_checked_before_it_is_surveyed() {
    let with = |version: &'static str, config: Answer| {
        let server = Scripted::by(
            move |request, _| if request.contains("/version ") { Answer::json(200, version) } else { config.clone() },
        );
        server.api().check()
    };
    let awake = || Answer::json(200, r#"{"maintenanceMode":false}"#);
    assert!(with(VERSION, awake()).is_ok());
    assert!(with(r#"{"major":3,"minor":3,"patch":5,"prerelease":null}"#, awake()).is_ok());
    assert!(with(VERSION, immich_error(404, "\"Cannot GET /api/server/config\"")).is_ok());
    assert_eq!(with(r#"{"major":2,"minor":3,"patch":9}"#, awake()).unwrap_err().kind(), "server-too-old");
    assert_eq!(with(VERSION, Answer::json(200, r#"{"maintenanceMode":true}"#)).unwrap_err().kind(), "server-in-maintenance");
}

#[test]
fn queues_are_told_by_their_older_name_where_the_newer_is_not_known_or_not_allowed() {
    let jobs = r#"{"library":{"jobCounts":{"active":1,"failed":2},"queueStatus":{"isPaused":true,"isActive":true}},"new":{}}"#;
    let with = |newer: Answer, older: Answer| {
        let server = Scripted::by(move |request, _| match request {
            request if request.contains("/queues") => newer.clone(),
            request if request.contains("/jobs") => older.clone(),
            _ => Answer::json(200, "{}"),
        });
        server.api().queues()
    };
    for refused in
        [immich_error(404, "\"Cannot GET /api/queues\""), immich_error(403, "\"Missing required permission: queue.read\"")]
    {
        let queues = with(refused, Answer::json(200, jobs)).unwrap();
        assert_eq!((queues[0].name.as_str(), queues[0].is_paused), ("library", true));
        assert_eq!((queues[0].statistics.active, queues[0].statistics.failed, queues[0].statistics.waiting), (1, 2, 0));
        assert_eq!(queues[1].name, "new");
    }
    let forbidden = |permission| immich_error(403, &format!("\"Missing required permission: {permission}\""));
    let error = with(forbidden("queue.read"), forbidden("job.read")).unwrap_err();
    assert_eq!(error.to_string(), "the key may not queue.read");
}

#[test]
fn no_error_and_no_debug_text_holds_the_key() {
    let echo = |status: u16| {
        let body = format!(r#"{{"message":"you sent {CANARY} did you not","error":"{CANARY}","statusCode":{status}}}"#);
        Answer::json(status, &body)
    };
    let page = |status| Answer::new(status, &[("Content-Type", CANARY)], format!("<html>{CANARY}</html>"));
    let forbidden = Answer::json(403, &format!(r#"{{"message":"Missing required permission: {CANARY}","statusCode":403}}"#));
    let typed = Answer::json(200, &format!(r#"{{"id":{{}},"name":"{CANARY}","{CANARY}":"{CANARY}"}}"#));
    let wrong = Answer::json(200, &format!(r#"{{"id":"1","isAdmin":"{CANARY}"}}"#));
    let to = format!("https://{CANARY}/{CANARY}");
    let answers = [200, 400, 401, 403, 404, 405, 429, 500, 502].into_iter().flat_map(|status| [echo(status), page(status)]);
    for answer in
        answers.chain([forbidden, typed, wrong, Answer::new(302, &[("Location", &to)], CANARY), Answer::raw(CANARY, Then::Close)])
    {
        let server = Scripted::saying([answer]);
        let api = server.api();
        let errors = [
            api.me().map(drop),
            api.thumbnail(ID).map(drop),
            api.original(ID, 0, 9).map(drop),
            api.search(&Search::default()).map(drop),
        ];
        for error in errors.into_iter().filter_map(Result::err) {
            let shown = format!("{error} {error:?} {}", error.hint());
            let shown = shown.to_lowercase();
            assert!(!shown.contains("canary"), "{shown}");
            assert!(!shown.contains("9f3+"), "{shown}");
        }
        let shown = format!("{api:?} {:?} {:?}", api.line(), ApiKey::new(CANARY).unwrap());
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[test]
fn a_servers_words_cannot_steer_a_terminal() {
    let server = Scripted::saying([immich_error(400, "\"a\\u001b[2Jb\\u202ec\\nd\"")]);
    let error = server.api().me().unwrap_err().to_string();
    assert!(error.ends_with(": a [2Jb c d"), "{error:?}");
}

#[test]
fn traffic_and_the_servers_clock_are_known() {
    let dated = Answer::new(200, &[("Content-Type", "application/json"), ("Date", "Sun, 22 Nov 2026 12:16:26 GMT")], VERSION);
    let bytes = dated.bytes.len() as u64;
    let server = Scripted::saying([dated, Answer::html(502), version()]);
    let api = server.api();
    assert_eq!(api.line().server_time(), None);
    api.version().unwrap();
    assert_eq!(api.line().server_time().as_deref(), Some("2026-11-22T12:16:26.000Z"));
    let once = api.line().traffic();
    assert_eq!((once.requests, once.received), (1, bytes));
    assert!(once.sent > 100, "{once:?}");
    api.version().unwrap();
    let more = api.line().traffic();
    assert_eq!(more.requests, 3, "each attempt counts");
    assert_eq!(more.sent, 3 * once.sent);
    assert_eq!(api.line().server_time().as_deref(), Some("2026-11-22T12:16:26.000Z"));
}
