use crate::picture::{Look, jpeg::look};

/// A whole small JPEG.
fn jpeg() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/small.jpg")).unwrap()
}

/// The JPEG with a further segment behind its first marker.
fn with_segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u16 + 2).to_be_bytes();
    let jpeg = jpeg();
    [&jpeg[..2], &[0xff, marker], &length, payload, &jpeg[2..]].concat()
}

fn with_xmp(xmp: &str) -> Vec<u8> {
    with_segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", xmp.as_bytes()].concat())
}

fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    [&(payload.len() as u32 + 8).to_be_bytes(), &kind[..], payload].concat()
}

fn video() -> Vec<u8> {
    [boxed(b"ftyp", b"mp42\0\0\0\0isom"), boxed(b"mdat", &[7; 900]), boxed(b"moov", &[1; 300])].concat()
}

/// Samsung's trailer around blocks of a kind, a name and data.
fn samsung(blocks: &[(u16, &str, &[u8])]) -> Vec<u8> {
    let mut trailer = Vec::new();
    let mut places = Vec::new();
    for (kind, name, data) in blocks {
        let from = trailer.len();
        trailer.extend([0, 0]);
        trailer.extend(kind.to_le_bytes());
        trailer.extend((name.len() as u32).to_le_bytes());
        trailer.extend(name.as_bytes());
        trailer.extend(*data);
        places.push((*kind, from, trailer.len() - from));
    }
    let header = trailer.len();
    trailer.extend(b"SEFH");
    trailer.extend(101u32.to_le_bytes());
    trailer.extend((places.len() as u32).to_le_bytes());
    for (kind, from, length) in places {
        trailer.extend([0, 0]);
        trailer.extend(kind.to_le_bytes());
        trailer.extend(((header - from) as u32).to_le_bytes());
        trailer.extend((length as u32).to_le_bytes());
    }
    let directory = (trailer.len() - header) as u32;
    trailer.extend(directory.to_le_bytes());
    trailer.extend(b"SEFT");
    trailer
}

/// An MPF index of two pictures, the second of this length.
fn mpf(length: u32) -> Vec<u8> {
    let mut index = b"MPF\0II*\0\x08\0\0\0\x01\0\x02\xb0\x07\0\x20\0\0\0\x1a\0\0\0\0\0\0\0".to_vec();
    index.extend([0; 20]);
    index.extend(length.to_le_bytes());
    index.extend([0; 8]);
    index
}

fn is_whole(look: &Look) -> bool {
    look.faults.is_empty() && look.notes.is_empty()
}

/// What each camera leaves behind the end, whole.
fn known() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let second = jpeg();
    let micro = format!("<x GCamera:MicroVideo=\"1\" GCamera:MicroVideoOffset=\"{}\"/>", video().len());
    let item = |mime: &str, semantic: &str, length: usize| {
        format!("<Container:Item Item:Mime=\"{mime}\" Item:Semantic=\"{semantic}\" Item:Length=\"{length}\"/>")
    };
    let directory = |items: &str| format!("<Container:Directory><rdf:Seq>{items}</rdf:Seq></Container:Directory>");
    let motion = directory(&(item("image/jpeg", "Primary", 0) + &item("video/mp4", "MotionPhoto", video().len())));
    let gain_map = directory(&(item("image/jpeg", "Primary", 0) + &item("image/jpeg", "GainMap", second.len())));
    let utc = (0x0a01, "Image_UTC_Data", &b"1600000000000"[..]);
    vec![
        ("an MPF picture", with_segment(0xe2, &mpf(second.len() as u32)), second.clone()),
        ("an MPF picture behind padding", with_segment(0xe2, &mpf(second.len() as u32)), [&[0; 21][..], &second].concat()),
        ("a micro video", with_xmp(&micro), video()),
        ("a motion photo", with_xmp(&motion), video()),
        ("a gain map", with_xmp(&gain_map), second.clone()),
        (
            "a gain map in both indexes",
            {
                let both = with_segment(0xe2, &mpf(second.len() as u32));
                let xmp = with_xmp(&gain_map);
                [&both[..2], &xmp[2..xmp.len() - jpeg().len() + 2], &both[2..]].concat()
            },
            second,
        ),
        ("a Samsung note", jpeg(), samsung(&[utc])),
        ("a Samsung motion photo", jpeg(), samsung(&[utc, (0x0a30, "MotionPhoto_Data", &video())])),
        (
            "a Huawei live photo",
            jpeg(),
            [video(), b"v2_f30              0:0                 LIVE_1234567        ".to_vec()].concat(),
        ),
    ]
}

#[test]
fn what_cameras_leave_behind_the_end_is_no_damage_and_nothing_to_tell() {
    for (name, still, tail) in known() {
        let look = look(&[still, tail].concat());
        assert!(is_whole(&look), "{name}: {:?} {:?}", look.faults, look.notes);
    }
    for tail in [&[0u8; 700][..], &[0xff; 3], b"\0\0\0\xff\xff"] {
        assert!(is_whole(&look(&[&jpeg(), tail].concat())), "{tail:?}");
    }
}

#[test]
fn what_is_declared_and_cut_short_is_damage() {
    for (name, still, tail) in known().into_iter().filter(|(name, ..)| *name != "a Samsung note") {
        for percent in [5, 30, 50, 70, 90, 99] {
            let cut = tail.len() * percent / 100;
            let look = look(&[&still[..], &tail[..cut]].concat());
            assert!(!look.faults.is_empty(), "{name} cut at {percent} % of what is behind the end: {:?}", look.notes);
        }
    }
}

#[test]
fn what_is_declared_and_was_left_out_altogether_is_told_and_no_damage() {
    for (name, still, _) in known().into_iter().filter(|(_, still, _)| *still != jpeg()) {
        let look = look(&still);
        assert!(look.faults.is_empty(), "{name}: {:?}", look.faults);
        assert!(look.notes[0].starts_with("declared behind the end and not there"), "{name}: {:?}", look.notes);
    }
}

#[test]
fn trailers_of_programs_are_known_by_their_last_bytes() {
    let photo_mechanic = [&[5; 40][..], &40u32.to_be_bytes(), b"cbipcbbl"].concat();
    let foto_station = [&[5; 40][..], &[0, 1], &50u32.to_be_bytes(), &[0xa1, 0xb2, 0xc3, 0xd4]].concat();
    let afcp = [&b"AXS!\0\x01\0\x01\0\0\0\0"[..], &[5; 40], b"AXS!\0\0\0\0\0\0\0\0"].concat();
    let canon = [&b"CANON OPTIONAL DATA\0"[..], &[5; 40], b"CANON OPTIONAL DATA\0", &[5; 44]].concat();
    for trailers in [
        vec![&photo_mechanic],
        vec![&foto_station],
        vec![&afcp],
        vec![&canon],
        vec![&canon, &photo_mechanic],
        vec![&samsung(&[(1, "Name", b"data")]), &afcp],
    ] {
        let tail: Vec<u8> = trailers.iter().flat_map(|t| t.iter().copied()).collect();
        let look = look(&[jpeg(), tail].concat());
        assert!(is_whole(&look), "{:?} {:?}", look.faults, look.notes);
    }
}

#[test]
fn bytes_of_no_known_kind_are_counted_and_harm_no_picture() {
    let look = look(&[jpeg(), vec![b'x'; 12_345]].concat());
    assert!(look.faults.is_empty());
    assert_eq!(look.notes, ["12,345 bytes of an unknown kind behind the end"]);
}

#[test]
fn a_motion_video_without_its_directory_is_damaged() {
    let headless = [boxed(b"ftyp", b"mp42\0\0\0\0isom"), boxed(b"mdat", &[7; 900])].concat();
    let look = look(&[jpeg(), headless].concat());
    assert_eq!(look.faults, ["truncated: the motion video has no moov box"]);
}
