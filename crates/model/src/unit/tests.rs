//! What is one unit, and what is not.

use super::*;
use crate::{moment::RecordedDate, same_shot::Word};

fn part(asset: u32, name: &'static str, media_type: MediaType) -> Part<'static> {
    Part {
        asset,
        source: 1,
        owner: 1,
        name: name.as_bytes(),
        media_type,
        moment: None,
        utc: None,
        duration_ms: None,
        content_identifier: None,
    }
}

fn taken(mut part: Part<'static>, second: u8, model: u32) -> Part<'static> {
    let at = RecordedDate::parse(&format!("2016:10:09 14:44:{second:02}")).at().unwrap();
    part.moment =
        Some(CaptureMoment { at, sub_sec: None, make: None, model: Word::new(model), serial: None, exposure: None, frame: None });
    part
}

fn live(mut part: Part<'static>, identifier: &'static str) -> Part<'static> {
    part.content_identifier = Some(identifier);
    part
}

fn units(folders: &[&[Part<'static>]]) -> Units {
    let mut units = UnitsInProgress::default();
    folders.iter().for_each(|folder| units.folder(folder));
    units.finish()
}

#[test]
fn raw_and_jpeg_are_one_unit_by_folder_stem_moment_and_body_together() {
    use MediaType::{Jpeg, Nef};
    let jpeg = taken(part(1, "DSC_1.JPG", Jpeg), 1, 1);
    for (raw, companion_of) in [
        (taken(part(2, "dsc_1.nef", Nef), 1, 1), Some(1)),
        (taken(part(2, "DSC_1.NEF", Nef), 2, 1), None),
        (taken(part(2, "DSC_1.NEF", Nef), 1, 2), None),
        (taken(part(2, "DSC_2.NEF", Nef), 1, 1), None),
        (part(2, "DSC_1.NEF", Nef), None),
    ] {
        let folder = [jpeg.clone(), raw.clone()];
        assert_eq!(units(&[&folder]).companion_of(2), companion_of, "{raw:?}");
        assert_eq!(units(&[&folder[..1], &folder[1..]]).companion_of(2), None, "another folder");
    }
}

#[test]
fn halves_of_a_live_photo_find_each_other_by_identifier_in_the_same_folder_first() {
    use MediaType::{Heic, Mov};
    let still = |asset, name| live(part(asset, name, Heic), "A");
    let video = live(part(9, "IMG_1.MOV", Mov), "A");
    assert_eq!(units(&[&[still(1, "IMG_1.HEIC"), video.clone()]]).companion_of(9), Some(1));
    assert_eq!(units(&[&[still(1, "x.heic")], &[still(2, "y.heic"), video.clone()]]).companion_of(9), Some(2));
    assert_eq!(units(&[&[still(1, "x.heic")], std::slice::from_ref(&video)]).companion_of(9), Some(1));
    let mut foreign = still(1, "IMG_1.HEIC");
    foreign.owner = 2;
    assert_eq!(units(&[&[foreign, video.clone()]]).companion_of(9), None);
    let two = units(&[&[still(1, "x.heic"), still(2, "y.heic"), video]]);
    assert_eq!(two.companion_of(9), None);
    assert!(two.stays_alone(9).is_some());
}

#[test]
fn a_video_without_identifier_needs_the_moment_as_well_as_the_name() {
    use MediaType::{Jpeg, Mp4};
    let jpeg = taken(part(1, "a.jpg", Jpeg), 1, 1);
    assert_eq!(units(&[&[jpeg.clone(), taken(part(2, "a.mp4", Mp4), 1, 1)]]).companion_of(2), Some(1));
    assert_eq!(units(&[&[jpeg.clone(), part(2, "a.mp4", Mp4)]]).companion_of(2), None);
    let other = live(taken(part(2, "a.mp4", Mp4), 1, 1), "B");
    assert_eq!(units(&[&[live(jpeg, "A"), other]]).companion_of(2), None, "two identifiers contradict");
}

#[test]
fn the_motion_video_of_a_phone_without_identifiers_agrees_by_utc_to_a_few_seconds() {
    use MediaType::{Jpeg, Mp4};
    let utc = |second: u8| RecordedDate::parse(&format!("2016:10:09 12:44:{second:02}")).at();
    let jpeg = Part { utc: utc(10), ..taken(part(1, "PXL_1.MP.jpg", Jpeg), 10, 1) };
    let tied = |jpeg: &Part<'static>, name, at| {
        units(&[&[jpeg.clone(), Part { utc: at, ..part(2, name, Mp4) }]]).companion_of(2).is_some()
    };
    assert!(tied(&jpeg, "PXL_1.MP", utc(12)), "named like the photograph's stem");
    assert!(tied(&Part { name: b"PXL_1.jpg", ..jpeg.clone() }, "PXL_1.mp4", utc(8)));
    let long = Part { utc: utc(12), duration_ms: Some(60_000), ..part(2, "PXL_1.MP", Mp4) };
    assert_eq!(units(&[&[jpeg.clone(), long]]).companion_of(2), None, "a minute is no motion video");
    assert!(!tied(&jpeg, "PXL_1.MP", utc(16)), "another moment");
    assert!(!tied(&jpeg, "PXL_1.MP", None), "a name alone makes no unit");
    assert!(!tied(&Part { utc: None, ..jpeg.clone() }, "PXL_1.MP", utc(10)), "the photograph tells no zone");
    assert!(!tied(&jpeg, "PXL_2.MP", utc(10)), "another name");
}

#[test]
fn sidecars_are_told_by_name() {
    use MediaType::{Aae, Jpeg, Lrv, Mp4, TakeoutJson, Thm, Xmp};
    for (photo, media_type, sidecar, kind, fits) in [
        ("a.jpg", Jpeg, "a.jpg.xmp", Xmp, true),
        ("A.JPG", Jpeg, "a.xmp", Xmp, true),
        ("a.jpg", Jpeg, "b.xmp", Xmp, false),
        ("IMG_1234.HEIC", MediaType::Heic, "IMG_1234.AAE", Aae, true),
        ("IMG_1234.HEIC", MediaType::Heic, "IMG_O1234.AAE", Aae, true),
        ("IMG_E1234.JPG", Jpeg, "IMG_1234.AAE", Aae, true),
        ("IMG_1234.HEIC", MediaType::Heic, "IMG_1235.AAE", Aae, false),
        ("a.jpg", Jpeg, "a.jpg.json", TakeoutJson, true),
        ("a.jpg", Jpeg, "a.jpg.supplemental-metadata.json", TakeoutJson, true),
        ("a.jpg", Jpeg, "a.jpg.suppl.json", TakeoutJson, true),
        ("a(1).jpg", Jpeg, "a.jpg(1).json", TakeoutJson, true),
        ("a(1).jpg", Jpeg, "a.jpg.supplemental-metadata(1).json", TakeoutJson, true),
        ("a.jpg", Jpeg, "a.jpg(1).json", TakeoutJson, false),
        ("a.jpg", Jpeg, "a.json", TakeoutJson, true),
        (
            "0123456789012345678901234567890123456789012345.jpg",
            Jpeg,
            "0123456789012345678901234567890123456789012345.json",
            TakeoutJson,
            true,
        ),
        (
            "01234567890123456789012345678901234567890123456789.jpg",
            Jpeg,
            "0123456789012345678901234567890123456789012345.json",
            TakeoutJson,
            true,
        ),
        ("0123456789.jpg", Jpeg, "012345678.json", TakeoutJson, false),
        (
            "01234567890123456789012345678901234567890123456789(1).jpg",
            Jpeg,
            "0123456789012345678901234567890123456789012345(1).json",
            TakeoutJson,
            true,
        ),
        (
            "01234567890123456789012345678901234567890123456789.jpg",
            Jpeg,
            "0123456789012345678901234567890123456789012345(1).json",
            TakeoutJson,
            false,
        ),
        // Cut right behind the dot, within the extension, and in another script.
        (
            "012345678901234567890123456789012345678901.jpg",
            Jpeg,
            "012345678901234567890123456789012345678901.jpg..json",
            TakeoutJson,
            true,
        ),
        (
            "01234567890123456789012345678901234567890123.jpg",
            Jpeg,
            "01234567890123456789012345678901234567890123.j.json",
            TakeoutJson,
            true,
        ),
        (
            "Снимок экрана от 2019-01-01 12-30-45 с телефона.png",
            Jpeg,
            "Снимок экрана от 2019-01-01 12-30-45 с телефо.json",
            TakeoutJson,
            true,
        ),
        ("MVI_1.MP4", Mp4, "MVI_1.THM", Thm, true),
        ("GX010001.MP4", Mp4, "GL010001.LRV", Lrv, true),
    ] {
        let found = units(&[&[part(1, photo, media_type), part(2, sidecar, kind)]]).companion_of(2);
        assert_eq!(found, fits.then_some(1), "{sidecar} beside {photo}");
    }
}

#[test]
fn a_sidecar_that_fits_two_parts_of_one_unit_belongs_to_it_and_one_that_fits_two_units_to_none() {
    use MediaType::{Jpeg, Raf, Xmp};
    let jpeg = taken(part(1, "a.jpg", Jpeg), 1, 1);
    let sidecar = part(3, "a.xmp", Xmp);
    let one = units(&[&[jpeg.clone(), taken(part(2, "a.raf", Raf), 1, 1), sidecar.clone()]]);
    assert_eq!((one.companion_of(2), one.companion_of(3)), (Some(1), Some(1)));
    let two = units(&[&[jpeg.clone(), taken(part(2, "a.raf", Raf), 2, 1), sidecar.clone()]]);
    assert_eq!((two.companion_of(2), two.companion_of(3)), (None, None));
    assert_eq!(two.stays_alone(3), Some("fits 2 assets that are not one unit"));
    let named = units(&[&[jpeg, taken(part(2, "a.raf", Raf), 2, 1), part(3, "a.raf.xmp", Xmp)]]);
    assert_eq!(named.companion_of(3), Some(2));
}

#[test]
fn two_photographs_of_one_name_and_moment_stay_two() {
    use MediaType::{Heic, Jpeg};
    let pair = [taken(part(1, "a.jpg", Jpeg), 1, 1), taken(part(2, "a.heic", Heic), 1, 1)];
    assert_eq!(units(&[&pair]).companions(), []);
}

#[test]
fn the_order_of_assets_and_folders_makes_no_difference() {
    use MediaType::{Heic, Jpeg, Mov, Nef, Xmp};
    let one = [
        taken(part(1, "a.jpg", Jpeg), 1, 1),
        taken(part(2, "a.nef", Nef), 1, 1),
        part(3, "a.xmp", Xmp),
        live(part(4, "b.heic", Heic), "B"),
    ];
    let two = [live(part(5, "c.mov", Mov), "B"), part(6, "c.mov.xmp", Xmp)];
    let expected = units(&[&one, &two]);
    assert_eq!(
        expected.companions().iter().map(|&(asset, main, _)| (asset, main)).collect::<Vec<_>>(),
        [(2, 1), (3, 1), (5, 4), (6, 4)]
    );
    let reversed: Vec<Part<'_>> = one.iter().rev().cloned().collect();
    assert_eq!(units(&[&two, &reversed]), expected);
}

#[test]
fn a_main_that_is_also_a_part_elsewhere_is_told() {
    let sha1 = |byte| Sha1([byte; 20]);
    let mains = [(1, sha1(1)), (2, sha1(2)), (3, sha1(3))];
    let parts = vec![(sha1(2), 1), (sha1(3), 3), (sha1(9), 1)];
    assert_eq!(shared_parts(mains.into_iter(), parts), [(2, 1)]);
}
