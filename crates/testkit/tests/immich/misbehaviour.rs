//! Each misbehaviour, as a client meets it on the line.

use std::{
    io::{ErrorKind, Read},
    sync::Arc,
    time::{Duration, Instant},
};

use lightproof_testkit::immich::{FakeImmich, Misbehaviour, NewAsset, When};

use crate::client::{Line, With};

const PING: &str = "/api/server/ping";

fn pings(fake: &FakeImmich) -> Line {
    let mut line = Line::to(fake);
    line.send("GET", PING, &[], "");
    line
}

/// Everything until the end of the line, or what broke it.
fn all(mut line: Line) -> (String, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let broke = line.stream.read_to_end(&mut bytes).err().map(|error| error.kind());
    (String::from_utf8(bytes).unwrap(), broke)
}

#[test]
fn refusals_and_pages_take_the_place_of_the_answer() {
    for (what, status, kind, text) in [
        (Misbehaviour::TooMany { retry_after: 7 }, 429, "application/json; charset=utf-8", "Too Many Requests"),
        (Misbehaviour::Fails(500), 500, "application/json; charset=utf-8", "Internal server error"),
        (Misbehaviour::Fails(502), 502, "application/json; charset=utf-8", "Bad Gateway"),
        (Misbehaviour::FailsWithPage(503), 503, "text/html", "<h1>Service Unavailable</h1>"),
        (Misbehaviour::WebPage, 200, "text/html", "<html>"),
        (Misbehaviour::ForgetsKey, 401, "application/json; charset=utf-8", "Invalid API key"),
    ] {
        let fake = FakeImmich::new();
        fake.misbehave(PING, When::First(1), what.clone());
        let mut line = pings(&fake);
        let reply = line.receive("GET").unwrap();
        assert_eq!((reply.status, reply.header("content-type")), (status, Some(kind)), "{what:?}");
        assert!(String::from_utf8_lossy(&reply.body).contains(text), "{what:?}");
        assert_eq!(reply.header("retry-after"), (status == 429).then_some("7"));
        assert_eq!(line.ask("GET", PING, &[], "").unwrap().body, br#"{"res":"pong"}"#, "the first request only");
    }
}

#[test]
fn connections_break_before_and_after_the_headers_and_in_the_body() {
    let met = |what: Misbehaviour| {
        let fake = FakeImmich::new();
        fake.misbehave("*", When::Always, what);
        all(pings(&fake))
    };
    assert_eq!(met(Misbehaviour::ResetBefore), (String::new(), Some(ErrorKind::ConnectionReset)));
    let (text, broke) = met(Misbehaviour::EndsAfter(4));
    assert!(text.contains("Content-Length: 14\r\n") && text.ends_with("\r\n\r\n{\"re") && broke.is_none(), "{text}");
    let (text, broke) = met(Misbehaviour::LengthTooLong(100));
    assert!(text.contains("Content-Length: 114\r\n") && text.ends_with("pong\"}") && broke.is_none(), "{text}");
    let fake = FakeImmich::new();
    fake.misbehave("*", When::Always, Misbehaviour::ResetAfterHeaders);
    let (text, broke) = all(pings(&fake));
    // Whether the headers arrive before the reset is the system's choice; a body never does.
    assert!(broke == Some(ErrorKind::ConnectionReset) && !text.contains("pong"), "{text} {broke:?}");
}

#[test]
fn lengths_lie() {
    let fake = FakeImmich::new();
    fake.misbehave(PING, When::Nth(1), Misbehaviour::HalfTheText);
    fake.misbehave(PING, When::Nth(2), Misbehaviour::LengthTooShort(4));
    let mut line = pings(&fake);
    assert_eq!(line.receive("GET").unwrap().body, b"{\"res\":", "half, and the line goes on");
    let short = line.ask("GET", PING, &[], "").unwrap();
    assert_eq!(short.body, b"{\"res\":\"po");
    let mut rest = [0; 4];
    line.stream.read_exact(&mut rest).unwrap();
    assert_eq!(&rest, b"ng\"}", "the rest lies before the next answer");
    assert_eq!(line.ask("GET", PING, &[], "").unwrap().status, 200);
}

#[test]
fn answers_drip_come_late_or_never() {
    let fake = FakeImmich::new();
    let since = Instant::now();
    fake.misbehave(PING, When::Nth(1), Misbehaviour::Drips(Duration::from_micros(100)));
    fake.misbehave(PING, When::Nth(2), Misbehaviour::Late(Duration::from_millis(30)));
    fake.misbehave(PING, When::Nth(3), Misbehaviour::Hangs);
    let mut line = pings(&fake);
    assert_eq!(line.receive("GET").unwrap().body.len(), 14);
    assert!(since.elapsed() > Duration::from_millis(20), "two hundred bytes with a pause after each");
    assert_eq!(line.ask("GET", PING, &[], "").unwrap().status, 200);
    line.stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let never = line.ask("GET", PING, &[], "").unwrap_err();
    assert!(matches!(never.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{never}");
    assert_eq!(fake.requests()[2].status, 0);
    drop(fake); // ends at once, though a request still hangs
}

#[test]
fn a_redirect_leads_to_a_trap_that_writes_down_what_comes() {
    let fake = FakeImmich::new();
    fake.misbehave("*", When::Always, Misbehaviour::SendsToTrap);
    let reply = pings(&fake).receive("GET").unwrap();
    assert_eq!((reply.status, reply.header("location")), (302, Some(format!("{}{PING}", fake.trap().url()).as_str())));
    assert!(fake.trap().caught().is_empty());
    let mut careless = Line { stream: std::net::TcpStream::connect(fake.trap().url().trim_start_matches("http://")).unwrap() };
    assert_eq!(careless.ask("GET", PING, &[("X-Api-Key", "secret")], "").unwrap().status, 200);
    assert!(fake.trap().caught_a_key() && fake.trap().caught()[0].contains("secret"));
    fake.behave();
    assert_eq!(pings(&fake).receive("GET").unwrap().status, 200);
}

#[test]
fn an_error_may_echo_the_key() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    fake.misbehave("/api/users/*", When::Every(2), Misbehaviour::EchoesKey);
    let with = With { fake: &fake, key: &key };
    let replies = [(); 4].map(|()| with.get("/api/users/me"));
    assert_eq!(replies.clone().map(|reply| reply.status), [200, 500, 200, 500]);
    assert!(replies[1].refusal().1.contains(&key));
}

#[test]
fn ranges_are_ignored_and_lied_about() {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let id = fake.add(NewAsset::of(alice, vec![1; 5000]));
    fake.misbehave("/api/assets/*/original", When::Nth(1), Misbehaviour::IgnoresRange);
    fake.misbehave("/api/assets/*/original", When::Nth(2), Misbehaviour::LiesAboutRange);
    fake.misbehave("/api/assets/*/original", When::Nth(3), Misbehaviour::LiesAboutLength);
    let told = [(); 4].map(|()| {
        let reply = With { fake: &fake, key: &key }.get_with(&format!("/api/assets/{id}/original"), &[("Range", "bytes=0-99")]);
        (reply.status, reply.header("content-range").map(str::to_owned), reply.body.len())
    });
    let part = |range: &str| (206, Some(range.to_owned()), 100);
    assert_eq!(told, [(200, None, 5000), part("bytes 512-611/5000"), part("bytes 0-99/2500"), part("bytes 0-99/5000")]);
}

#[test]
fn the_most_requests_at_the_same_time_are_counted() {
    let fake = FakeImmich::new();
    fake.misbehave("*", When::Always, Misbehaviour::Late(Duration::from_millis(100)));
    let lines = [(); 3].map(|()| pings(&fake));
    for mut line in lines {
        line.receive("GET").unwrap();
    }
    assert_eq!(fake.max_in_flight(), 3);
    fake.forget_requests();
    fake.behave();
    pings(&fake).receive("GET").unwrap();
    assert_eq!(fake.max_in_flight(), 1);
}

#[test]
fn idle_connections_are_ended() {
    let fake = FakeImmich::new();
    fake.end_idle_after(Duration::from_millis(20));
    let mut line = pings(&fake);
    line.receive("GET").unwrap();
    assert_eq!(all(line), (String::new(), None));
}

#[test]
fn the_certificate_is_its_own_and_marked_as_that_of_an_authority() {
    use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::CertificateDer};
    use sha2::{Digest, Sha256};
    let fake = FakeImmich::over_tls();
    let der = fake.certificate_der().unwrap();
    let hex: Vec<String> = Sha256::digest(&der).iter().map(|b| format!("{b:02X}")).collect();
    assert_eq!(fake.certificate_sha256(), Some(hex.join(":")));
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(der)).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = std::net::TcpStream::connect(fake.url().strip_prefix("https://").unwrap()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let error = StreamOwned::new(connection, stream).read(&mut [0]).unwrap_err();
    assert!(error.to_string().contains("CaUsedAsEndEntity"), "even trusted as a root it is no server's certificate: {error}");
}
