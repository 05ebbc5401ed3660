//! The guard: a table of requests that must not get through, and what every answer bears.

use lightproof_web::Serving;

use crate::raw::{Answer, Served};

const POLICY: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn bears_all_headers(answer: &Answer, of: &str) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{of}: {}", answer.head);
    }
    assert!(answer.header("cache-control").is_some_and(|c| c.contains("no-store") || c.starts_with("private")), "{of}");
}

/// Nothing that only who is in may know.
fn tells_nothing(answer: &Answer, of: &str) {
    for secret in ["csrf", "aria-label=\"Pages\"", "set-cookie"] {
        assert!(!answer.body.contains(secret) && !answer.head.contains(secret), "{of}: {answer:?}");
    }
}

#[test]
fn a_request_that_names_another_host_is_refused_whoever_sends_it() {
    let served = Served::new();
    let cookie = served.come_in();
    let port = served.at.port();
    for host in
        ["evil.example", &format!("evil.example:{port}"), "localhost.evil.example", "127.0.0.1.nip.io", "0.0.0.0", "", "a b"]
    {
        for path in ["/", "/enter", "/static/x/base.css", "/nowhere"] {
            let of = format!("{host} {path}");
            let answer = served.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{cookie}\r\n"));
            assert_eq!(answer.status, 403, "{of}");
            bears_all_headers(&answer, &of);
            tells_nothing(&answer, &of);
        }
    }
    for host in [format!("localhost:{port}"), "localhost:9000".to_owned(), format!("[::1]:{port}"), "127.0.0.1".to_owned()] {
        let answer = served.send(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{cookie}\r\n"));
        assert_eq!(answer.status, 200, "{host}");
    }
}

#[test]
fn a_request_names_one_host() {
    let served = Served::new();
    let cookie = served.come_in();
    let at = served.at;
    for request in [
        format!("GET / HTTP/1.1\r\nConnection: close\r\n{cookie}\r\n"),
        format!("GET / HTTP/1.0\r\n{cookie}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {at}\r\nHost: evil.example\r\nConnection: close\r\n{cookie}\r\n"),
        format!("GET http://evil.example/ HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n{cookie}\r\n"),
        format!("GET http://{at}/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n{cookie}\r\n"),
    ] {
        let answer = served.send(&request);
        assert!([400, 403].contains(&answer.status), "{request}: {answer:?}");
        tells_nothing(&answer, &request);
    }
}

#[test]
fn a_name_that_the_person_gave_is_answered() {
    let served = Served::as_told(Serving { names: vec!["photos.tail1.ts.net".to_owned()], ..Serving::default() });
    let cookie = served.come_in();
    let get = |host: &str| served.send(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{cookie}\r\n")).status;
    assert_eq!(get("photos.tail1.ts.net"), 200);
    assert_eq!(get("other.tail1.ts.net"), 403);
}

#[test]
fn without_a_session_nothing_is_shown() {
    let served = Served::new();
    let paths = ["/", "/leave", "/nowhere", "/groups", "/pictures/x/thumbnail", "//", "/%2e%2e/", "/?token=x"];
    for path in paths {
        for method in ["GET", "HEAD"] {
            for cookie in ["", "Cookie: x=y\r\n", &format!("Cookie: lightproof-{}={}\r\n", served.at.port(), "0".repeat(64))] {
                let of = format!("{method} {path} {cookie}");
                let answer = served.ask(&format!("{method} {path}"), cookie);
                assert_eq!(answer.status, 401, "{of}");
                bears_all_headers(&answer, &of);
                tells_nothing(&answer, &of);
            }
        }
    }
}

#[test]
fn a_link_on_another_site_leads_on_once_the_cookie_comes_along() {
    let served = Served::new();
    let from_elsewhere = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    assert!(served.ask("GET /", from_elsewhere).body.contains("http-equiv=\"refresh\""));
    assert!(!served.ask("GET /", "Sec-Fetch-Site: same-origin\r\n").body.contains("http-equiv=\"refresh\""));
}

#[test]
fn only_reads_and_forms_are_taken() {
    let served = Served::new();
    let cookie = served.come_in();
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "CONNECT"] {
        let answer = served.ask(&format!("{method} /"), &cookie);
        assert!([400, 405].contains(&answer.status), "{method}: {answer:?}");
        if answer.status == 405 {
            bears_all_headers(&answer, method);
            assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
        }
    }
}

#[test]
fn a_write_comes_from_our_own_pages_with_the_token_of_its_session() {
    let served = Served::new();
    let cookie = served.come_in();
    let csrf = served.csrf(&cookie);
    let other = {
        let link = served.links.another();
        let cookie = served.ask(&format!("GET {}", crate::raw::path_of(&link)), "").cookie();
        served.csrf(&cookie)
    };
    let origin = served.origin();
    let near = format!("Origin: http://127.0.0.1:{}\r\n", served.at.port().wrapping_add(1));
    for (headers, form, status) in [
        (cookie.clone(), format!("csrf={csrf}"), 403),
        (format!("{cookie}Origin: http://evil.example\r\n"), format!("csrf={csrf}"), 403),
        (format!("{cookie}Origin: null\r\n"), format!("csrf={csrf}"), 403),
        (format!("{cookie}{near}"), format!("csrf={csrf}"), 403),
        (format!("{cookie}{near}Sec-Fetch-Site: same-site\r\n"), format!("csrf={csrf}"), 403),
        (format!("{cookie}{origin}Sec-Fetch-Site: cross-site\r\n"), format!("csrf={csrf}"), 403),
        (format!("{cookie}{origin}"), String::new(), 403),
        (format!("{cookie}{origin}"), "csrf=".to_owned(), 403),
        (format!("{cookie}{origin}"), format!("csrf={}", "0".repeat(64)), 403),
        (format!("{cookie}{origin}"), format!("csrf={other}"), 403),
        (format!("{cookie}{origin}"), format!("csrf=wrong&csrf={csrf}"), 403),
        (format!("{cookie}{origin}X-Csrf: wrong\r\n"), format!("csrf={csrf}"), 403),
        (origin.clone(), format!("csrf={csrf}"), 401),
        (format!("{cookie}Sec-Fetch-Site: same-origin\r\nX-Csrf: {csrf}\r\n"), String::new(), 200),
    ] {
        let answer = served.post("/leave", &headers, &form);
        assert_eq!(answer.status, status, "{headers} {form}");
        bears_all_headers(&answer, &headers);
    }
}

#[test]
fn a_write_is_a_form_of_modest_size() {
    let served = Served::new();
    let cookie = served.come_in();
    let csrf = served.csrf(&cookie);
    let origin = served.origin();
    let large = served.post("/leave", &format!("{cookie}{origin}"), &format!("csrf={csrf}&note={}", "x".repeat(5_000_000)));
    assert_eq!(large.status, 413);
    bears_all_headers(&large, "too large");
    let json = served.ask("POST /leave", &format!("{cookie}{origin}Content-Type: application/json\r\nContent-Length: 0\r\n"));
    assert_eq!(json.status, 415);
    let plain = served.ask("POST /leave", &format!("{cookie}{origin}Content-Type: text/plain\r\nContent-Length: 0\r\n"));
    assert_eq!(plain.status, 415);
    assert_eq!(served.ask("GET /", &cookie).status, 200, "still in");
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let served = Served::new();
    let answer = served.ask("GET /", &format!("X-Long: {}\r\n", "x".repeat(400_000)));
    assert_eq!(answer.status, 431);
}

#[test]
fn no_address_leads_to_a_file() {
    let served = Served::new();
    let cookie = served.come_in();
    for path in [
        "/static/x/../../Cargo.toml",
        "/static/x/..%2f..%2fCargo.toml",
        "/static/x/%2e%2e%2fCargo.toml",
        "/static/x//etc/passwd",
        "/static/x/%2fetc%2fpasswd",
        "/static/x/base.css%00",
        "/static/x/BASE.CSS",
        "/pictures/..%2f..%2fetc%2fpasswd/thumbnail",
        "/pictures//etc/passwd",
        "/etc/passwd",
        "/..",
        "/%ff%fe",
    ] {
        let answer = served.ask(&format!("GET {path}"), &cookie);
        assert!([400, 404].contains(&answer.status), "{path}: {answer:?}");
        bears_all_headers(&answer, path);
    }
}

#[test]
fn pages_hold_no_script_or_style_of_their_own_and_lead_nowhere_else() {
    let served = Served::new();
    let cookie = served.come_in();
    let page = served.ask("GET /", &cookie);
    bears_all_headers(&page, "/");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    for forbidden in ["<style", " style=", " onclick=", " onload=", "javascript:", "http://", "https://", "//"] {
        assert!(!page.body.contains(forbidden), "{forbidden} in {}", page.body);
    }
    for script in page.body.split("<script").skip(1) {
        assert!(script.starts_with(" src=\"/static/") && script.contains("defer></script>"), "{script}");
    }
    let style = page.body.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = served.ask(&format!("GET {style}"), "");
    assert_eq!(style.status, 200);
    bears_all_headers(&style, "style");
}
