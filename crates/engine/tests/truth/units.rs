//! Companions of `formats/`: live photos by content identifier, sidecars by name.

use std::{fs, path::Path};

use lightproof_testkit::corpus::shared_corpus;

use crate::{
    proofs::{by_path, copy, of_corpus, survey, truth, write},
    rules,
};

#[test]
fn the_halves_of_a_live_photo_are_one_unit() {
    let (Some(proofs), Some(pairs)) = (of_corpus("formats"), truth("formats/pairs.csv")) else { return };
    let manifest = by_path(&proofs.manifest);
    for pair in pairs.iter().filter(|p| p["kind"] == "live-photo") {
        let (still, video) = (manifest[pair["still"].as_str()], manifest[pair["video"].as_str()]);
        assert_eq!(video["companion_of"], still["asset_id"], "{}", pair["video"]);
        assert_eq!(still["companion_of"], "", "{}", pair["still"]);
    }
    for pair in pairs.iter().filter(|p| p["kind"] == "motion-photo") {
        assert_eq!(manifest[pair["still"].as_str()]["companion_of"], "", "its video is within it");
    }
}

#[test]
fn sidecars_go_with_their_asset_and_are_alone_without_one() {
    let (Some(formats), Some(corpus)) = (of_corpus("formats"), shared_corpus()) else { return };
    let alone = by_path(&formats.manifest);
    for name in ["sidecar/IMG_1994.AAE", "sidecar/XMP.xmp", "sidecar/2020.xmp"] {
        let row = alone[name];
        assert_eq!((row["companion_of"].as_str(), row["fate"].as_str()), ("", "read"), "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    let (photo, aae, xmp) = (
        corpus.join("cameras/clock/newyear-control/IMG_0701.JPG"),
        corpus.join("formats/sidecar/IMG_1994.AAE"),
        corpus.join("formats/sidecar/2020.xmp"),
    );
    let at = |name: &str| folder.path().join(name);
    copy(&photo, &at("a/IMG_0001.JPG"));
    copy(&aae, &at("a/IMG_0001.AAE"));
    copy(&xmp, &at("a/IMG_0001.JPG.xmp"));
    copy(&photo, &at("b/IMG_0001.JPG"));
    copy(&xmp, &at("b/IMG_0002.xmp"));
    let proofs = survey(folder.path());
    rules::hold(&proofs);
    let manifest = by_path(&proofs.manifest);
    let main = &manifest["a/IMG_0001.JPG"]["asset_id"];
    for sidecar in ["a/IMG_0001.AAE", "a/IMG_0001.JPG.xmp"] {
        assert_eq!(&manifest[sidecar]["companion_of"], main, "{sidecar}");
    }
    assert_eq!(manifest["b/IMG_0002.xmp"]["companion_of"], "", "another name is another asset's");
    // A group lists every part of its units.
    let listed: Vec<&str> = proofs.groups.iter().map(|r| r["path"].as_str()).collect();
    for part in ["a/IMG_0001.JPG", "a/IMG_0001.AAE", "a/IMG_0001.JPG.xmp", "b/IMG_0001.JPG"] {
        assert!(listed.contains(&part), "{part} is not listed: {listed:?}");
    }
}

#[test]
fn a_sidecars_date_becomes_the_corrected_date_and_ranks() {
    let Some(corpus) = shared_corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let photo = fs::read(corpus.join("cameras/clock/newyear-control/IMG_0702.JPG")).unwrap();
    let xmp = br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:DateTimeOriginal="2004-05-06T07:08:09"/></rdf:RDF></x:xmpmeta>"#;
    let at = |name: &str| -> std::path::PathBuf { Path::new(folder.path()).join(name) };
    write(&at("a/x.jpg"), &photo);
    write(&at("a/x.jpg.xmp"), xmp);
    write(&at("b/x.jpg"), &photo);
    let proofs = survey(folder.path());
    rules::hold(&proofs);
    let manifest = by_path(&proofs.manifest);
    assert_eq!(manifest["a/x.jpg"]["date_corrected"], "2004-05-06T07:08:09");
    assert_eq!(manifest["a/x.jpg"]["date_time_original"], "2005-01-01T00:07:10", "what the original says stays");
    assert_eq!(manifest["b/x.jpg"]["date_corrected"], "");
    let rank = |path: &str| proofs.groups.iter().find(|r| r["path"] == path).unwrap()["rank"].clone();
    assert_eq!((rank("a/x.jpg").as_str(), rank("b/x.jpg").as_str()), ("1", "2"));
}
