//! A quick survey against a full one: the groups it finds, and what it reads for them.

use std::collections::{BTreeMap, BTreeSet};

use lightproof_engine::Depth;
use lightproof_testkit::corpus::shared_corpus;

use crate::proofs::{House, Proofs, by_path, of_corpus, weakest};

/// Most files of the corpus are smaller than what is usually read quickly: a quarter of it lets previews speak.
const LITTLE: u64 = 64 << 10;

/// Groups by basis and the paths in them, so that surveys of one folder can be compared.
fn by_paths(proofs: &Proofs) -> BTreeMap<BTreeSet<&str>, &str> {
    proofs.by_group().values().map(|rows| (rows.iter().map(|row| row["path"].as_str()).collect(), weakest(rows))).collect()
}

#[test]
fn a_quick_survey_finds_the_groups_of_a_full_one() {
    for part in ["near-dup", "cameras", "formats"] {
        let (Some(full), Some(corpus)) = (of_corpus(part), shared_corpus()) else { return };
        let house = House::new();
        let folder = corpus.join(part);
        let quick = house.survey_so_deep(&[(&folder, "")], Depth::Quick, LITTLE);
        crate::rules::hold(&quick);
        let (all, found) = (by_paths(full), by_paths(&quick));
        let missing: Vec<_> = all.iter().filter(|(paths, _)| !found.contains_key(*paths)).collect();
        let further: Vec<_> = found.iter().filter(|(paths, _)| !all.contains_key(*paths)).collect();
        println!(
            "{part}: {} groups, {} quickly; {} of {} bytes; {} in part, {} confirmed\nmissing: {missing:#?}\nfurther: {further:#?}",
            all.len(),
            found.len(),
            quick.bytes_read,
            full.bytes_read,
            quick.read_in_part,
            quick.confirmed
        );
        assert_eq!(found, all, "{part}");
        assert_eq!(quick.manifest.len(), full.manifest.len());
        for row in quick.manifest.iter().filter(|row| row["sha1"].is_empty()) {
            assert!(row["phash"].is_empty() && row["image_digest"].is_empty(), "{row:#?}");
            assert!(["not-checked", "unreadable"].contains(&row["integrity"].as_str()), "{row:#?}");
        }
        // What was read in part tells the same metadata.
        let whole = by_path(&full.manifest);
        for row in &quick.manifest {
            for column in ["media_type", "exif_field_count", "date_time_original", "make", "model", "serial", "latitude"] {
                assert_eq!(row[column], whole[row["path"].as_str()][column], "{column} of {}", row["path"]);
            }
        }
        // Nothing more is read by a second quick survey, and a full one afterwards knows all that a full one knows.
        let again = house.survey_so_deep(&[(&folder, "")], Depth::Quick, LITTLE);
        assert_eq!((again.opened, again.confirmed, again.bytes_read), (0, 0, 0), "{part}");
        assert_eq!(by_paths(&again), found);
        let then = house.survey(&[(&folder, "")]);
        assert_eq!((then.opened, then.read_in_part), (quick.read_in_part, 0));
        assert_eq!(then.by_content(), full.by_content());
        let after = house.survey_so_deep(&[(&folder, "")], Depth::Quick, LITTLE);
        assert_eq!((after.opened, after.read_in_part), (0, 0), "what is known is kept");
    }
}
