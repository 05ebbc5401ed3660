use super::*;

fn whole(text: &[u8], media_type: MediaType) -> bool {
    look(text, media_type).integrity == Integrity::Intact
}

#[test]
fn xml_is_whole_when_every_tag_closes() {
    for (text, is_whole) in [
        (&b"<?xpacket begin='' id='x'?><x:xmpmeta a=\"1 > 0\"><r/><!-- < --><b>t</b></x:xmpmeta>\n<?xpacket end='w'?>"[..], true),
        (b"\xef\xbb\xbf<a>\n</a>\n", true),
        (b"<!DOCTYPE plist PUBLIC \"a\"><plist><dict></dict></plist>", true),
        (b"<!DOCTYPE a [<!ENTITY b \"c\">]><a/>", true),
        (b"\xff\xfe<\0a\0/\0>\0", true),
        (b"<a><b></a>", false),
        (b"<a><b>", false),
        (b"<a b=\"", false),
        (b"<a></a><b></b>", false),
        (b"<a>\0\0\0\0</a>", false),
        (b"no tags", false),
        (b"", false),
    ] {
        assert_eq!(whole(text, MediaType::Xmp), is_whole, "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn json_is_whole_when_every_bracket_closes() {
    for (text, is_whole) in [
        (&b"{\"a\": [1, -2.5e3, true, null, \"\\\"}\"], \"b\": {}}\n"[..], true),
        (b"[]", true),
        (b"{\"a\": 1", false),
        (b"{\"a\" 1}", false),
        (b"{\"a\": 1}}", false),
        (b"{\"a\": tru", false),
        (b"", false),
    ] {
        assert_eq!(whole(text, MediaType::TakeoutJson), is_whole, "{}", String::from_utf8_lossy(text));
    }
    assert!(!whole(&[b'['; 100_000], MediaType::TakeoutJson), "nesting has an end");
}

#[test]
fn every_cut_of_a_sidecar_shows() {
    let xml = b"<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>a</key><data>YnBsaXN0</data></dict></plist>";
    let json = b"{\"title\": \"IMG_1.jpg\", \"photoTakenTime\": {\"timestamp\": \"1\"}}";
    for (text, media_type) in [(&xml[..], MediaType::Aae), (&json[..], MediaType::TakeoutJson)] {
        assert!(whole(text, media_type));
        assert!((0..text.len()).all(|cut| !whole(&text[..cut], media_type)));
    }
}

#[test]
fn a_binary_property_list_ends_with_its_table() {
    // One object, a true, at 8; the table at 9.
    let mut list = b"bplist00\x09\x08".to_vec();
    list.extend([0, 0, 0, 0, 0, 0, 1, 1]);
    for number in [1u64, 0, 9] {
        list.extend(number.to_be_bytes());
    }
    assert!(whole(&list, MediaType::Aae));
    assert!((6..list.len()).all(|cut| !whole(&list[..cut], MediaType::Aae)));
}
