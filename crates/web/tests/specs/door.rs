//! Coming in: the link once, the password slowly, and nobody else.

use std::net::SocketAddr;

use lightproof_engine::pictures::Pictures;
use lightproof_web::{Serving, WebError, serve};

use crate::{
    desk::Desk,
    raw::{Served, path_of},
};

#[test]
fn a_link_opens_the_pages_once_and_leaves_the_address_bar() {
    let served = Served::new();
    let first = served.ask(&format!("GET {}", path_of(&served.link)), "");
    assert_eq!(first.status, 303);
    assert_eq!(first.header("location"), Some("/"));
    let cookie = first.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.split("; ").any(|p| p == part), "{cookie}");
    }
    assert!(cookie.starts_with(&format!("lightproof-{}=", served.at.port())), "{cookie}");
    assert!(!cookie.contains("Secure"), "a cookie for https alone would not come back over http: {cookie}");
    let token = path_of(&served.link).split('=').nth(1).unwrap();
    assert_eq!(token.len(), 64);
    assert!(!cookie.contains(token), "the link is not the key: {cookie}");

    let second = served.ask(&format!("GET {}", path_of(&served.link)), "");
    assert_eq!(second.status, 401);
    assert_eq!(second.header("set-cookie"), None);
    assert!(second.body.contains("Press Enter"), "{}", second.body);
    assert_eq!(served.ask("GET /", &first.cookie()).status, 200);
}

#[test]
fn who_is_in_already_may_open_a_used_link_again() {
    let served = Served::new();
    let cookie = served.come_in();
    assert_eq!(served.ask(&format!("GET {}", path_of(&served.link)), &cookie).status, 303);
}

#[test]
fn what_only_looks_ahead_does_not_use_the_link_up() {
    let served = Served::new();
    let get = format!("GET {}", path_of(&served.link));
    for (request, headers) in [
        (get.replace("GET", "HEAD"), ""),
        (get.clone(), "Sec-Purpose: prefetch\r\n"),
        (get.clone(), "Sec-Purpose: prefetch;prerender\r\n"),
        (get.clone(), "Purpose: prefetch\r\n"),
        (get.clone(), "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n"),
    ] {
        assert_eq!(served.ask(&request, headers).header("set-cookie"), None, "{request} {headers}");
    }
    assert_eq!(served.ask(&get, "").status, 303);
}

#[test]
fn a_further_link_opens_the_pages_and_voids_the_one_before() {
    let served = Served::new();
    let further = served.links.another();
    assert_eq!(served.ask(&format!("GET {}", path_of(&served.link)), "").status, 401);
    assert_eq!(served.ask(&format!("GET {}", path_of(&further)), "").status, 303);
}

#[test]
fn the_link_for_a_browser_on_this_machine_opens_the_pages_for_the_same_user_once_and_voids_the_printed_one() {
    let served = Served::new();
    let Some(own) = served.links.for_this_user() else { return println!("this system does not tell users apart") };
    assert_eq!(served.ask(&format!("GET {}", path_of(&own)), "").status, 303);
    assert_eq!(served.ask(&format!("GET {}", path_of(&own)), "").status, 401);
    assert_eq!(served.ask(&format!("GET {}", path_of(&served.link)), "").status, 401);
}

#[test]
fn a_guessed_token_opens_nothing_and_leaves_the_link() {
    let served = Served::new();
    for token in ["", "x", &"0".repeat(64), &"é".repeat(32), "%00", "..%2f..%2fetc%2fpasswd"] {
        assert_eq!(served.ask(&format!("GET /enter?token={token}"), "").header("set-cookie"), None, "{token}");
    }
    served.come_in();
}

#[test]
fn behind_https_the_cookie_is_for_https_alone() {
    let served = Served::new();
    let answer = served.ask(&format!("GET {}", path_of(&served.link)), "X-Forwarded-Proto: https\r\n");
    assert!(answer.header("set-cookie").unwrap().contains("; Secure"));
}

#[test]
fn a_cookie_of_another_start_opens_nothing() {
    let cookie = Served::new().come_in();
    let served = Served::new();
    let value = cookie.trim().split('=').nth(1).unwrap();
    assert_eq!(served.ask("GET /", &cookie).status, 401);
    assert_eq!(served.ask("GET /", &format!("Cookie: lightproof-{}={value}\r\n", served.at.port())).status, 401);
}

#[test]
fn who_signs_out_is_out() {
    let served = Served::new();
    let cookie = served.come_in();
    let csrf = served.csrf(&cookie);
    assert_eq!(served.post("/leave", &format!("{cookie}{}", served.origin()), &format!("csrf={csrf}")).status, 200);
    assert_eq!(served.ask("GET /", &cookie).status, 401);
}

#[test]
fn a_password_comes_in_and_wrong_ones_slow_all_attempts_down() {
    let served = Served::with_password("correct horse");
    let form = served.ask("GET /enter", "");
    assert_eq!(form.status, 200);
    assert!(form.body.contains("type=\"password\""));
    let attempt = |password: &str| served.post("/enter", &served.origin(), &format!("password={password}"));
    let right = attempt("correct+horse");
    assert_eq!(right.status, 303);
    assert_eq!(served.ask("GET /", &right.cookie()).status, 200);

    let answers: Vec<u16> = (0..6).map(|_| attempt("wrong+horse").status).collect();
    assert_eq!(answers[0], 403);
    assert_eq!(answers[5], 429, "{answers:?}");
    let slowed = attempt("correct+horse");
    assert_eq!(slowed.status, 429);
    assert!(slowed.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(slowed.header("set-cookie"), None);
    served.come_in();
}

#[test]
fn a_password_is_not_taken_from_another_site() {
    let served = Served::with_password("correct horse");
    for headers in ["", "Origin: http://evil.example\r\n", "Origin: null\r\n"] {
        assert_eq!(served.post("/enter", headers, "password=correct+horse").status, 403, "{headers}");
    }
}

#[test]
fn nothing_but_this_machine_is_listened_to_without_a_password() {
    for at in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "[::ffff:192.0.2.1]:80"] {
        let listen = Some(at.parse::<SocketAddr>().unwrap());
        let (review, pictures) = (Desk::shared().review("Ann"), Pictures::new(&[], None));
        let refused = serve(Serving { listen, ..Serving::default() }, review, pictures, || true, |_| ()).unwrap_err();
        assert!(matches!(refused, WebError::NoPassword { .. }), "{refused}");
    }
    assert!(Served::new().at.ip().is_loopback());
}
