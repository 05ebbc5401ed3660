//! Raws beside their JPEG: one unit where the moment agrees, one group where only the picture does.

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_model::media_type::MediaType;
use lightproof_testkit::spliced_raw::{SplicedRaw, TAKEN, TYPES};

use crate::{
    proofs::{by_path, survey, write},
    rules,
};

#[test]
fn a_raw_and_a_copy_of_its_picture_without_metadata_are_one_group() {
    let folder = tempfile::tempdir().unwrap();
    for (seed, (media_type, extension)) in TYPES.into_iter().enumerate() {
        let photo = Photo::drawn(60_000 + seed as u64).size(480, 320);
        write(&folder.path().join(format!("raws/{extension}.{extension}")), &SplicedRaw::of(media_type, &photo.jpeg(92)).bytes());
        write(&folder.path().join(format!("sent/{extension}-copy.jpg")), &photo.resized(360, 240).jpeg(70));
    }
    let proofs = survey(folder.path());
    rules::hold(&proofs);
    let manifest = by_path(&proofs.manifest);
    let groups = by_path(&proofs.groups);
    for (_, extension) in TYPES {
        let (raw, copy) = (format!("raws/{extension}.{extension}"), format!("sent/{extension}-copy.jpg"));
        assert_eq!(manifest[raw.as_str()]["integrity"], "intact", "{raw}: {}", manifest[raw.as_str()]["problems"]);
        let (raw, copy) = (groups.get(raw.as_str()), groups.get(copy.as_str()));
        let (raw, copy) = raw.zip(copy).unwrap_or_else(|| panic!("{extension} and its copy are in no group"));
        assert_eq!(raw["group"], copy["group"], "{extension}");
    }
}

#[test]
fn a_raw_goes_with_the_jpeg_of_its_shot() {
    let folder = tempfile::tempdir().unwrap();
    for (media_type, extension) in TYPES {
        let photo = Photo::drawn(61_000).size(480, 320);
        let preview = photo.jpeg(92);
        let raw = SplicedRaw::of(media_type, &preview);
        let (make, model) = raw.camera();
        write(&folder.path().join(format!("{extension}/DSC_0001.{extension}")), &raw.bytes());
        let exif = Exif::camera(make, model).taken(TAKEN);
        write(&folder.path().join(format!("{extension}/DSC_0001.JPG")), &photo.exif(exif).jpeg(92));
    }
    let proofs = survey(folder.path());
    let manifest = by_path(&proofs.manifest);
    for (_, extension) in TYPES {
        // The records of a CRW are no EXIF: its moment is not known.
        let jpeg = &manifest[format!("{extension}/DSC_0001.JPG").as_str()]["asset_id"];
        let raw = &manifest[format!("{extension}/DSC_0001.{extension}").as_str()]["companion_of"];
        assert_eq!(raw == jpeg, extension != "crw", "{extension}");
    }
}

#[test]
fn a_raw_too_large_to_be_held_shows_its_preview_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let preview = Photo::drawn(62_000).size(480, 320).jpeg(92);
    let path = folder.path().join("large.nef");
    write(&path, &SplicedRaw::of(MediaType::Nef, &preview).bytes());
    // Padding that takes no room on disk.
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(120_000_000).unwrap();
    write(&folder.path().join("small.jpg"), &preview);
    let proofs = survey(folder.path());
    let manifest = by_path(&proofs.manifest);
    let (large, small) = (manifest["large.nef"], manifest["small.jpg"]);
    assert_eq!((large["integrity"].as_str(), large["problems"].as_str()), ("intact", ""));
    assert_eq!(large["phash"], small["phash"]);
    assert_eq!(large["image_digest"], "");
}
