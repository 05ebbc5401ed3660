//! Dates in doubt on the pages, problems, and the overview: looked at, decided, and led to and from groups.

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_testkit::library::{Library, name, photo, photo_of};

use crate::{
    desk::{Desk, pair, pair_of_a_d50},
    raw::{Answer, Served},
};

/// A person in a browser without scripts.
struct Person<'a> {
    served: &'a Served,
    cookie: String,
    csrf: String,
}

impl<'a> Person<'a> {
    fn at(served: &'a Served) -> Person<'a> {
        let cookie = served.come_in();
        let csrf = served.csrf(&cookie);
        Person { served, cookie, csrf }
    }

    fn get(&self, path: &str) -> Answer {
        self.served.page(path, &self.cookie)
    }

    /// A page that must be there.
    fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        let headers = format!("{}{}", self.cookie, self.served.origin());
        self.served.post(path, &headers, &format!("csrf={}&{form}", self.csrf))
    }

    fn next(&self) -> String {
        self.get("/anomalies/next").header("location").unwrap().to_owned()
    }

    /// Sends the form of a date: what it carries by itself, and what the person says.
    fn say(&self, page: &str, said: &str) -> Answer {
        let body = self.page(page);
        let form: String = ["about", "shown"]
            .iter()
            .flat_map(|field| fields(&body, field).into_iter().map(move |v| format!("{field}={}&", v.replace(' ', "+"))))
            .collect();
        let action = body.split("id=\"decide\"").nth(1).unwrap().split("action=\"").nth(1).unwrap().split('"').next().unwrap();
        self.post(action, &format!("{form}{said}"))
    }
}

/// The values of the hidden fields of a name.
fn fields(body: &str, name: &str) -> Vec<String> {
    let mark = format!("name=\"{name}\" value=\"");
    body.split(&mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn x100s() -> Library {
    let mut library = Library::empty();
    for (number, taken) in [(2101, "2011:05:11 09:03:21"), (2102, "2011:05:11 12:53:44"), (2103, "2011:05:11 19:30:02")] {
        let exif = Exif::camera("FUJIFILM", "FinePix X100").taken(taken).fields(20);
        library = library.and(format!("DSCF{number}.JPG"), Photo::drawn(number).size(320, 240).exif(exif));
        library.set_changed(format!("DSCF{number}.JPG"), 1_557_862_000);
    }
    library
}

/// The first link on a page that begins like this.
fn link(body: &str, begin: &str) -> String {
    let at = body.find(&format!("href=\"{begin}")).unwrap_or_else(|| panic!("no link to {begin} in {body}"));
    body[at + 6..].split('"').next().unwrap().to_owned()
}

#[test]
fn a_blocked_group_leads_to_its_dates_and_they_lead_back_to_a_group_that_can_be_decided() {
    let desk = Desk::with(pair_of_a_d50());
    let served = Served::of(&desk);
    let ann = Person::at(&served);
    let group = link(&ann.page("/groups"), "/groups/");
    let blocked = ann.page(&group);
    assert!(!blocked.contains("id=\"decide\""), "{blocked}");
    let anomaly = link(&blocked, "/anomalies/");
    assert!(anomaly.ends_with("#known-camera"), "{anomaly}");
    let dated = ann.page(anomaly.split('#').next().unwrap());
    assert_eq!(link(&dated, "/groups/"), group.split('?').next().unwrap());
    assert!(dated.contains("id=\"known-camera\""));
    assert!(!dated.contains("checked"), "nothing is marked before a person marks it");
    // What is said of a date is said of these bytes: a copy of equal bytes needs no word of its own.
    let mut open = ann.next();
    for _ in 0..2 {
        if open.starts_with("/anomalies?done") {
            break;
        }
        let answer = ann.say(&open, "say=leave");
        assert_eq!(answer.status, 303, "{}", answer.body);
        open = ann.next();
    }
    let done = ann.get("/anomalies/next");
    assert_eq!(done.header("location"), Some("/anomalies?done=all"));
    assert!(ann.page("/anomalies?done=all").contains("No other anomaly is open."));
    assert!(ann.page(&group).contains("id=\"decide\""), "the group can be decided now");
}

#[test]
fn a_date_is_fixed_shifted_put_off_and_taken_back() {
    let desk = Desk::with(x100s());
    let served = Served::of(&desk);
    let ann = Person::at(&served);
    let asset = ann.next();
    for (said, told) in [
        ("say=later", "later"),
        ("say=fix&at=2019-05-11T09%3A03", "decided: fix 2019-05-11T09:03:00"),
        ("say=shift&by=%2B2922+days+0%3A00%3A00", "decided: shift +252460800"),
        ("say=leave", "decided: leave"),
    ] {
        let answer = ann.say(&asset, said);
        assert_eq!(answer.status, 303, "{said}: {}", answer.body);
        let body = ann.page(&asset);
        assert!(body.contains(told), "{said}: {body}");
    }
    let body = ann.page(&asset);
    assert!(body.contains("decided by") && body.contains("2026-11-23"), "{body}");
    let keys: String = fields(&body, "key").iter().map(|key| format!("key={key}&")).collect();
    assert_eq!(ann.post(&format!("{asset}/take-back"), &keys).status, 303);
    assert!(ann.page(&asset).contains("decided: shift +252460800"), "what held before holds again");
    assert_eq!(ann.post(&format!("{asset}/take-back"), &keys).status, 422, "once");
}

#[test]
fn what_cannot_be_said_of_a_date_is_refused_with_what_was_typed() {
    let desk = Desk::with(x100s());
    let served = Served::of(&desk);
    let ann = Person::at(&served);
    let asset = ann.next();
    for said in
        ["", "say=fix", "say=fix&at=2019-02-31T00%3A00", "say=shift&by=tomorrow", "say=shift&by=0", "say=as+burn", "say=<b>"]
    {
        let answer = ann.say(&asset, said);
        assert_eq!(answer.status, 422, "{said}: {}", answer.body);
        assert!(answer.body.contains("Nothing was recorded."), "{said}");
    }
    let answer = ann.say(&asset, "say=shift&by=tomor%22%3Erow");
    assert!(answer.body.contains("tomor&quot;&gt;row"), "{}", answer.body);
    assert_eq!(ann.next(), asset, "nothing was decided");
    let outside = served.post(&format!("{asset}/decide"), &format!("{}{}", ann.cookie, served.origin()), "say=leave");
    assert_eq!(outside.status, 403, "without the token of the session");
}

#[test]
fn a_run_is_shown_whole_and_decided_with_one_form_and_taken_back() {
    let desk = Desk::with(x100s());
    let served = Served::of(&desk);
    let ann = Person::at(&served);
    let body = ann.page(&link(&ann.page("/anomalies"), "/bodies/"));
    assert!(body.contains("<svg"), "{body}");
    let run = link(&body, "/runs/");
    let shown = ann.page(&run);
    for number in [2101, 2102, 2103] {
        assert!(shown.contains(&format!("DSCF{number}.JPG")), "{number}");
    }
    assert!(!shown.contains("checked"), "what is suggested is not marked");
    let refused = ann.say(&run, "say=fix&at=2011-05-11T09%3A03%3A21");
    assert_eq!(refused.status, 422, "the recorded date is no fix: {}", refused.body);
    let decided = ann.say(&run, "say=fix&at=2019-05-11T09%3A03%3A21");
    assert_eq!(decided.status, 303, "{}", decided.body);
    let after = ann.page(decided.header("location").unwrap());
    assert_eq!(after.matches("decided: shift +252460800").count(), fields(&shown, "shown").len() * 3, "{after}");
    let key = &fields(&after, "first")[0];
    assert_eq!(ann.post(&format!("{run}/take-back"), "first=99999").status, 422, "no decision of this run");
    let back = ann.post(&format!("{run}/take-back"), &format!("first={key}"));
    assert_eq!(back.status, 303);
    assert!(ann.page(&run).contains("all 3 open photographs"));
}

#[test]
fn a_run_that_somebody_else_touched_is_not_decided() {
    let desk = Desk::with(x100s());
    let served = Served::of(&desk);
    let ann = Person::at(&served);
    let run = link(&ann.page(&link(&ann.page("/anomalies"), "/bodies/")), "/runs/");
    let shown = fields(&ann.page(&run), "shown").remove(0);
    assert_eq!(ann.say(&ann.next(), "say=leave").status, 303);
    let stale = ann.post(&format!("{run}/decide"), &format!("shown={shown}&say=shift&by=5"));
    assert_eq!(stale.status, 409, "{}", stale.body);
    assert!(ann.page(&run).contains("all 2 open photographs"));
}

#[test]
fn hostile_names_and_fields_are_text_on_every_page() {
    let hostile = "<script>alert(1)</script>\"'\u{202e}gpj";
    let exif = Exif::camera(hostile, "FinePix X100<img src=x>").serial("<b>1</b>").taken("2030:01:01 00:00:00").fields(20);
    let cut = photo_of(5).jpeg(85);
    let library = Library::with(name(b"<script>alert(2)<\xff\n.jpg"), photo_of(4).exif(exif))
        .and("a/<svg onload=alert(3)>.jpg", cut[..cut.len() / 2].to_vec());
    let desk = Desk::with(library);
    let served = Served::of(&desk);
    let ann = Person::at(&served);
    let (list, anomaly) = (ann.page("/anomalies"), ann.next());
    let body = link(&list, "/bodies/");
    let id = anomaly.rsplit('/').next().unwrap();
    for path in [
        "/",
        "/anomalies",
        "/problems",
        "/assets",
        &anomaly,
        &body,
        &format!("/assets/{id}"),
        "/anomalies?camera=%3Cscript%3E%22&text=%22%3E%3Cscript%3E&dated=%3Cb%3E",
        "/assets?dated=%3Cscript%3E",
        "/problems?text=%22%3E%3Cscript%3E",
    ] {
        let page = ann.page(path);
        for raw in ["<script>", "<b>", "<img src=x", "<svg onload", "\u{202e}", " style="] {
            assert!(!page.contains(raw), "{path}: {raw:?} in {page}");
        }
    }
    assert!(ann.page(&anomaly).contains("&lt;script&gt;alert(2)&lt;\u{fffd}\\n.jpg"));
}

#[test]
fn pages_without_findings_say_so() {
    let desk = Desk::with(Library::with("a.jpg", photo()));
    let served = Served::of(&desk);
    let ann = Person::at(&served);
    let overview = ann.page("/");
    for words in ["No asset has a problem.", "The survey found no duplicates.", "The sums match."] {
        assert!(overview.contains(words), "{words}: {overview}");
    }
    assert!(ann.page("/problems").contains("No asset has a problem"));
    for gone in ["/anomalies/a0", "/bodies/body-0", "/runs/run-0", "/assets/a0", "/assets/..%2fa.jpg"] {
        assert_eq!(ann.get(gone).status, 404, "{gone}");
    }
}

#[test]
fn the_numbers_of_the_overview_lead_to_lists_that_open() {
    let desk = Desk::with(
        pair()
            .and("cut.jpg", photo_of(5).jpeg(85)[..900].to_vec())
            .and("copy/n.txt", "x")
            .and("d.jpg", photo_of(6).exif_fields(0)),
    );
    let served = Served::of(&desk);
    let ann = Person::at(&served);
    let overview = ann.page("/");
    let links: Vec<String> = overview
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"))
        .filter(|to| ["/assets", "/groups", "/problems", "/anomalies"].iter().any(|begin| to.starts_with(begin)))
        .collect();
    assert!(links.iter().any(|to| to.starts_with("/problems?kind=")), "{links:?}");
    for to in links.iter().filter(|to| !to.ends_with("/next")) {
        let page = ann.page(to);
        assert!(!page.contains("like that."), "{to} leads to an empty list: {page}");
    }
}

#[test]
fn of_a_run_only_what_its_form_recorded_is_taken_back() {
    let desk = Desk::with(x100s());
    let served = Served::of(&desk);
    let ann = Person::at(&served);
    let run = link(&ann.page(&link(&ann.page("/anomalies"), "/bodies/")), "/runs/");
    // Put off alone, before; it is still open, and the run says the same of it.
    let first = ann.next();
    assert_eq!(ann.say(&first, "say=later").status, 303);
    let decided = ann.say(&run, "say=later");
    assert_eq!(decided.status, 303, "{}", decided.body);
    let after = ann.page(decided.header("location").unwrap());
    let key = &fields(&after, "first")[0];
    assert_eq!(ann.post(&format!("{run}/take-back"), &format!("first={key}")).status, 303);
    let shown = ann.page(&run);
    assert_eq!(shown.matches("by <bdi>Ann</bdi>").count(), decisions_on(&ann.page(&first)), "{shown}");
    // Whoever names the first word by hand takes back that, and not what was recorded with another.
    let alone = &fields(&ann.page(&first), "key")[0];
    let again = ann.say(&run, "say=later");
    assert_eq!(again.status, 303, "{}", again.body);
    let answer = ann.post(&format!("{run}/take-back"), &format!("first={alone}"));
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(ann.page(&run).contains("by <bdi>Ann</bdi>"), "what the run recorded stays");
}

/// How many decisions a photograph's page can take back.
fn decisions_on(body: &str) -> usize {
    fields(body, "key").len()
}
