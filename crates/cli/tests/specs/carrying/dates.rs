//! Dates: what a person said of a date is written beside the photograph, or set on its server, and comes back as it was.

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_testkit::library::Library;

use super::{Well, counts};
use crate::deciding::Desk;

fn undated(seed: u64) -> Photo {
    Photo::drawn(seed).size(320, 240).exif(Exif::camera("Canon", "Canon EOS 80D"))
}

const RATED: &[u8] = b"<?xml version='1.0'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>\
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
<rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='5'/></rdf:RDF></x:xmpmeta>";

fn desk(library: Library, paths: &[&str]) -> Desk {
    let desk = Desk::over(library);
    let mut sheet = desk.review();
    for path in paths {
        sheet = sheet.say(path, "fix 2011-02-03T04:05:06");
    }
    desk.decide(&[&sheet], &[]).well();
    desk
}

#[test]
fn a_date_is_written_beside_the_photograph_ranks_from_then_on_and_comes_back() {
    let library = Library::with("new.jpg", undated(1)).and("rated.jpg", undated(2)).and("rated.jpg.xmp", RATED);
    let desk = desk(library, &["new.jpg", "rated.jpg"]);
    let before = desk.library.snapshot();
    let plan = desk.approved(&[]);
    assert_eq!(counts(&desk.execute(&plan)), (2, 0));
    let rated = String::from_utf8(desk.library.read("rated.jpg.xmp")).unwrap();
    assert!(rated.contains("xmp:Rating='5'") && rated.contains("2011-02-03T04:05:06"), "{rated}");
    desk.survey();
    let dated = |desk: &Desk| {
        let rows = desk.house.manifest().rows;
        let of = |path: &str| rows.iter().find(|row| row["path"] == *path).unwrap()["date_corrected"].to_owned();
        [of("new.jpg"), of("rated.jpg")]
    };
    assert_eq!(dated(&desk), ["2011-02-03T04:05:06", "2011-02-03T04:05:06"]);
    assert!(desk.decisions(&[]).iter().all(|word| word.ends_with(" holds")), "{:?}", desk.decisions(&[]));
    let again = desk.house.json(["plan"]);
    assert_eq!(again["step_count"], 0, "what is written is not planned again: {again}");
    assert_eq!(counts(&desk.undo(&plan)), (2, 0));
    before.assert_as_it_was(&desk.library.snapshot());
    desk.survey();
    assert_eq!(dated(&desk), ["", ""]);
    assert_eq!(desk.plan(&[]), plan, "and may be written once more");
    desk.approve(&plan, &[]).well();
    assert_eq!(counts(&desk.execute(&plan)), (2, 0));
}

#[test]
fn a_sidecar_that_somebody_changed_meanwhile_is_left_alone() {
    let library = Library::with("a.jpg", undated(1)).and("b.jpg", undated(2)).and("b.jpg.xmp", RATED);
    let desk = desk(library, &["a.jpg", "b.jpg"]);
    let plan = desk.approved(&[]);
    desk.library.put("b.jpg.xmp", [RATED, b"<!-- mine -->"].concat());
    let told = desk.execute(&plan);
    assert_eq!(counts(&told), (1, 1), "{told}");
    desk.library.put("a.jpg.xmp", RATED);
    let told = desk.undo(&plan);
    assert_eq!(counts(&told), (0, 1), "somebody wrote another since: {told}");
    assert_eq!(desk.library.read("a.jpg.xmp"), RATED);
}

#[test]
fn a_sidecar_that_two_photographs_share_is_not_guessed_at() {
    let library = Library::with("a.jpg", undated(1)).and("a.png", "another of that name").and("a.xmp", RATED);
    let desk = desk(library, &["a.jpg"]);
    let plan = desk.approved(&[]);
    let told = desk.execute(&plan);
    assert_eq!(counts(&told), (0, 1), "{told}");
    assert_eq!(desk.library.read("a.xmp"), RATED);
    assert!(!desk.library.at("a.jpg.xmp").exists());
}
