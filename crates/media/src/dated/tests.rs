use jiff::civil::date;
use lightproof_model::{media_type::MediaType, problem::Integrity};
use proptest::prelude::*;

use super::*;
use crate::picture::{Limits, look};

fn at() -> WallClock {
    date(2019, 7, 6).at(12, 30, 0, 0)
}

const SAID: &str = "2019-07-06T12:30:00";
const RDF_OPEN: &str = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">"#;
const RDF_CLOSE: &str = "</rdf:RDF></x:xmpmeta>";
const EXIF_AS_E: &str = r#"xmlns:e="http://ns.adobe.com/exif/1.0/""#;
const PHOTOSHOP_AS_P: &str = r#"xmlns:p="http://ns.adobe.com/photoshop/1.0/""#;

/// A sidecar with these descriptions, prefixes `e` and `p` declared around them.
fn sidecar(descriptions: &str) -> String {
    let open = RDF_OPEN.replace("<rdf:RDF", &format!("<rdf:RDF {EXIF_AS_E} {PHOTOSHOP_AS_P}"));
    format!("{open}{descriptions}{RDF_CLOSE}")
}

fn dated(existing: &str) -> String {
    String::from_utf8(with_date(Some(existing.as_bytes()), at()).unwrap_or_else(|e| panic!("{existing}: {e}"))).unwrap()
}

fn whole(sidecar: &[u8]) -> Integrity {
    look(sidecar, MediaType::Xmp, None, &Limits::default()).integrity
}

fn refused(existing: &[u8]) -> NotWritable {
    with_date(Some(existing), at()).unwrap_err()
}

#[test]
fn a_fresh_sidecar_is_whole_and_says_the_date() {
    let fresh = with_date(None, at()).unwrap();
    assert_eq!(sidecar_date(&fresh), Some(at()));
    assert_eq!(whole(&fresh), Integrity::Intact);
    assert_eq!(with_date(Some(&fresh), at()).unwrap(), fresh);
    let moved = with_date(Some(&fresh), date(2001, 1, 1).at(0, 0, 0, 0)).unwrap();
    assert_eq!(with_date(Some(&moved), at()).unwrap(), fresh, "and back");
}

#[test]
fn a_date_is_replaced_where_it_stands_in_whatever_form() {
    let other = r#"e:ColorSpace="1" "#;
    let rows = [
        (r#"<rdf:Description e:DateTimeOriginal="OLD" p:DateCreated='OLD'/>"#, "2001-02-03T04:05:06+02:00"),
        (
            "<rdf:Description><e:DateTimeOriginal>OLD</e:DateTimeOriginal><p:DateCreated>OLD</p:DateCreated></rdf:Description>",
            "2001",
        ),
        (
            "<rdf:Description e:DateTimeOriginal='OLD'/>\n<rdf:Description><p:DateCreated >OLD</p:DateCreated\n></rdf:Description>",
            " ",
        ),
        // In each of several places, the innermost declaration counting.
        (
            "<rdf:Description e:DateTimeOriginal='OLD'><e:DateTimeOriginal>OLD</e:DateTimeOriginal></rdf:Description>\
             <rdf:Description p:DateCreated = \"OLD\"><e:DateTimeOriginal xml:lang='x'>OLD</e:DateTimeOriginal></rdf:Description>",
            "2001-02-03T04:05",
        ),
    ];
    for (descriptions, old) in rows {
        let descriptions = descriptions.replacen("<rdf:Description ", &format!("<rdf:Description {other}"), 1);
        let existing = sidecar(&descriptions.replace("OLD", old));
        assert_eq!(dated(&existing), sidecar(&descriptions.replace("OLD", SAID)), "nothing else changes");
    }
    let empty = sidecar("<rdf:Description p:DateCreated=''><e:DateTimeOriginal/></rdf:Description>");
    let filled =
        format!("<rdf:Description p:DateCreated='{SAID}'><e:DateTimeOriginal>{SAID}</e:DateTimeOriginal></rdf:Description>");
    assert_eq!(dated(&empty), sidecar(&filled));
}

#[test]
fn dates_of_other_meaning_and_other_namespaces_stay() {
    let others = r#"<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:q="urn:q" e:DateTimeDigitized="2001-01-01T00:00:00"
        xmp:CreateDate="2001-01-01T00:00:00" q:DateTimeOriginal="2001-01-01T00:00:00"><q:In rdf:parseType="Resource"><q:DateCreated>2002</q:DateCreated></q:In></rdf:Description>"#;
    let written = dated(&sidecar(others));
    assert!(written.starts_with(sidecar(others).strip_suffix(RDF_CLOSE).unwrap()), "{written}");
    assert!(written.ends_with(RDF_CLOSE), "{written}");
}

#[test]
fn what_is_missing_comes_behind_the_last_description_set_in_as_that_one() {
    let existing = format!("{RDF_OPEN}\r\n\t<rdf:Description rdf:about='uuid:1'/>\r\n{RDF_CLOSE}");
    let added = format!(
        "\r\n\t<rdf:Description rdf:about='uuid:1' xmlns:exif=\"{EXIF}\" xmlns:photoshop=\"{PHOTOSHOP}\">\
         \r\n\t <exif:DateTimeOriginal>{SAID}</exif:DateTimeOriginal>\
         \r\n\t <photoshop:DateCreated>{SAID}</photoshop:DateCreated>\r\n\t</rdf:Description>"
    );
    assert_eq!(dated(&existing), existing.replace("'uuid:1'/>", &format!("'uuid:1'/>{added}")));
    // Only what is missing.
    let half = dated(&sidecar("<rdf:Description e:DateTimeOriginal='2001'/>"));
    assert!(half.contains(&format!("e:DateTimeOriginal='{SAID}'")) && half.matches("DateTimeOriginal").count() == 1, "{half}");
    assert_eq!(half.matches("photoshop:DateCreated>").count(), 2, "{half}");
}

#[test]
fn any_shape_of_rdf_and_any_prefixes_are_extended() {
    let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    for existing in [
        format!("{RDF_OPEN}{RDF_CLOSE}"),
        format!("<r:RDF xmlns:r='{rdf}'/>"),
        format!("<RDF xmlns='{rdf}'><Description xmlns:rdf='urn:x' rdf:y='1'/></RDF>"),
        format!("<rdf:RDF xmlns:rdf='{rdf}'><rdf:Description xmlns:exif='urn:x' exif:a='1' xmlns:exif2='urn:y'/></rdf:RDF>"),
        format!(
            "\u{feff}<?xml version=\"1.0\" encoding='UTF-8'?>\n<!-- x > --><rdf:RDF xmlns:rdf='{rdf}' > <?x y?> </rdf:RDF>\n\n"
        ),
        format!(
            "<?xpacket begin='\u{feff}' id='x'?><rdf:RDF xmlns:rdf='{rdf}'></rdf:RDF>{}<?xpacket end='w'?>",
            " \n".repeat(999)
        ),
    ] {
        let written = dated(&existing);
        assert_eq!(sidecar_date(written.as_bytes()), Some(at()));
        assert_eq!(whole(written.as_bytes()), Integrity::Intact, "{written}");
        assert_eq!(dated(&written), written, "twice is once");
    }
}

#[test]
fn what_is_not_plainly_xmp_is_refused_with_the_reason() {
    let rdf = |inside: &str| format!("{RDF_OPEN}{inside}{RDF_CLOSE}");
    let wide: Vec<u8> = rdf("").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xfe\xff".as_slice(), &rdf("").encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>()].concat();
    for not_utf8 in
        [wide, marked, rdf("\u{e9}").chars().map(|c| c as u8).collect(), b"<?xml version='1.0' encoding='latin1'?>".to_vec()]
    {
        assert!(matches!(refused(&not_utf8), NotWritable::NotUtf8(_)));
    }
    for not_whole in [
        rdf("").replace("</rdf:RDF>", ""),
        rdf("<a>"),
        rdf("<a></b>"),
        rdf("<q:a/>"),
        rdf("&nbsp;"),
        rdf("&#0;"),
        rdf("a & b"),
        rdf("\u{1}"),
        rdf("<a b='1' b='1'/>"),
        rdf("<a b='<'/>"),
        rdf("<a b=1/>"),
        rdf("<!-- -- -->"),
        rdf("<![CDATA["),
        format!("<!DOCTYPE x [<!ENTITY e 'x'>]>{}", rdf("")),
        format!("{}{}", rdf(""), rdf("")),
        format!("{} text", rdf("")),
        format!("<?xpacket begin=''?>{}", rdf("")),
        "<a>".repeat(300),
    ] {
        assert!(
            matches!(refused(not_whole.as_bytes()), NotWritable::NotWhole(_)),
            "{not_whole}: {}",
            refused(not_whole.as_bytes())
        );
    }
    for not_xmp in ["", " \n", "<html/>", "<rdf:RDF xmlns:rdf='urn:other'/>"] {
        assert!(matches!(refused(not_xmp.as_bytes()), NotWritable::NotXmp(_)), "{not_xmp}");
    }
    assert!(matches!(refused(rdf(RDF_OPEN).as_bytes()), NotWritable::NotWhole(_) | NotWritable::NotXmp(_)));
    for more in [
        "<e:DateTimeOriginal><rdf:Alt/></e:DateTimeOriginal>",
        "<e:DateTimeOriginal rdf:resource='x'/>",
        "<p:DateCreated>2001<!-- about --></p:DateCreated>",
        "<p:DateCreated><![CDATA[2001]]></p:DateCreated>",
    ] {
        let existing = sidecar(&format!("<rdf:Description>{more}</rdf:Description>"));
        assert!(matches!(refused(existing.as_bytes()), NotWritable::NotPlain(_)), "{more}");
    }
    let nested = "<rdf:Description><p:History rdf:parseType='Resource'><e:DateTimeOriginal>2001-02-03T04:05:06</e:DateTimeOriginal></p:History></rdf:Description>";
    assert!(matches!(refused(sidecar(nested).as_bytes()), NotWritable::OtherwiseRead(_)));
    assert!(matches!(refused(rdf(&" ".repeat(MAX)).as_bytes()), NotWritable::TooLarge(_)));
    assert!(matches!(refused(rdf(&" ".repeat(MAX - 200)).as_bytes()), NotWritable::TooLarge(_)));
    assert!(matches!(with_date(None, date(0, 1, 1).at(0, 0, 0, 0)), Err(NotWritable::NoDate(_))));
}

/// What is taken for documents: pieces of XMP in any order, some broken.
fn documents() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<rdf:Description>",
        "</rdf:Description>",
        "<rdf:Description rdf:about=''",
        " e:DateTimeOriginal='2001-02-03T04:05:06'",
        " p:DateCreated=\"\"",
        ">",
        "/>",
        "<e:DateTimeOriginal>",
        "</e:DateTimeOriginal>",
        "<p:DateCreated/>",
        "2001-02-03T04:05:06",
        " xmlns:e='urn:x'",
        " xmlns:exif='urn:y'",
        "<!-- -->",
        "\u{e9}&amp;",
        "\n  ",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| sidecar(&pieces.concat()))
}

/// Whatever came out is read back with the date, whole, and as it is when it is dated once more.
fn holds(existing: &[u8]) -> Result<(), TestCaseError> {
    let Ok(written) = with_date(Some(existing), at()) else { return Ok(()) };
    prop_assert_eq!(sidecar_date(&written), Some(at()));
    prop_assert_eq!(whole(&written), Integrity::Intact);
    let again = with_date(Some(&written), at());
    prop_assert_eq!(again.as_ref(), Ok(&written));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn whatever_is_written_is_read_back(document in documents()) {
        holds(document.as_bytes())?;
    }

    #[test]
    fn no_change_of_bytes_makes_it_panic_or_lie(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6), which in 0..3_usize) {
        let fresh = with_date(None, at()).unwrap();
        let both = sidecar("<rdf:Description e:DateTimeOriginal='2001'>\n<p:DateCreated>2001</p:DateCreated></rdf:Description>").into_bytes();
        let mut bytes = [fresh, both, sidecar("\n <rdf:Description rdf:about='x'/>\n").into_bytes()][which].clone();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, b"<>/'\"&:= "[usize::from(byte) % 9]),
                _ => drop(bytes.remove(at)),
            }
        }
        holds(&bytes)?;
    }

    #[test]
    fn every_date_of_the_calendar_is_read_back(year in 1..=9999_i16, month in 1..=12_i8, day in 1..=28_i8, second in 0..86_400_i32) {
        let at = date(year, month, day).at((second / 3600) as i8, (second / 60 % 60) as i8, (second % 60) as i8, 123);
        let written = with_date(None, at).unwrap();
        prop_assert_eq!(sidecar_date(&written), Some(at.with().subsec_nanosecond(0).build().unwrap()));
    }
}
