//! Pictures go out by asset id, as images and nothing else.

use crate::{desk::Desk, raw::Served};

#[test]
fn a_picture_is_an_image_for_who_is_in() {
    let served = Served::of(Desk::shared());
    let cookie = served.come_in();
    let list = served.page("/groups", &cookie);
    let thumbnail = list.body.split("src=\"/pictures/").nth(1).unwrap().split('"').next().unwrap();
    let asset = thumbnail.split('/').next().unwrap();
    for size in ["thumbnail", "large", "full"] {
        let path = format!("/pictures/{asset}/{size}");
        let picture = served.page(&path, &cookie);
        assert_eq!(picture.status, 200, "{path}");
        assert_eq!(picture.header("content-type"), Some("image/jpeg"), "{path}");
        assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
        assert!(picture.header("cache-control").unwrap().starts_with("private"));
        assert!(picture.header("content-security-policy").is_some());
        assert_eq!(served.page(&path, "").status, 401, "{path}");
        let embedded = format!("{cookie}Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n");
        assert_eq!(served.page(&path, &embedded).status, 403, "a page of another port");
    }
}

#[test]
fn an_original_comes_whole_or_in_the_part_that_was_asked_for() {
    let desk = Desk::shared();
    let served = Served::of(desk);
    let cookie = served.come_in();
    let list = served.page("/groups", &cookie);
    let asset = list.body.split("src=\"/pictures/").nth(1).unwrap().split('/').next().unwrap();
    let path = format!("/pictures/{asset}/full");
    let bytes = desk.library.read("a.jpg").len();
    let whole = served.page(&path, &cookie);
    assert_eq!(whole.header("content-length"), Some(bytes.to_string().as_str()));
    let part = served.page(&path, &format!("{cookie}Range: bytes=10-19\r\n"));
    assert_eq!(part.status, 206);
    assert_eq!(part.header("content-range"), Some(format!("bytes 10-19/{bytes}").as_str()));
    assert_eq!(part.header("content-length"), Some("10"));
    assert_eq!(served.page(&path, &format!("{cookie}Range: bytes={bytes}-\r\n")).status, 416);
}

#[test]
fn an_original_that_changed_since_the_survey_is_not_shown() {
    let desk = Desk::with(crate::desk::pair());
    let served = Served::of(&desk);
    let cookie = served.come_in();
    let list = served.page("/groups", &cookie);
    let assets: Vec<&str> = list.body.split("src=\"/pictures/").skip(1).map(|p| p.split('/').next().unwrap()).collect();
    desk.library.edit("a.jpg");
    let answers: Vec<u16> = assets.iter().map(|a| served.page(&format!("/pictures/{a}/full"), &cookie).status).collect();
    assert!(answers.contains(&404) && answers.contains(&200), "{answers:?}");
}
