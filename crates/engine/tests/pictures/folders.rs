//! Assets in folders.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use lightproof_engine::{
    Depth, EngineError,
    pictures::{NoPicture, Pictures, Size, Stamp, Subject},
};
use lightproof_testkit::library::{Library, photo_of};

use crate::{House, size};

fn without_cache() -> Pictures {
    Pictures::new(&[], None)
}

fn why(told: Result<impl std::fmt::Debug, NoPicture>) -> String {
    told.unwrap_err().to_string()
}

fn kept(cache: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in fs::read_dir(cache).unwrap() {
        found.extend(fs::read_dir(folder.unwrap().path()).unwrap().map(|entry| entry.unwrap().path()));
    }
    found.sort();
    found
}

#[test]
fn a_photograph_is_shown_in_three_sizes_and_as_it_is() {
    let library = Library::with("a.jpg", photo_of(3).size(900, 600));
    let house = House::new();
    house.survey(&[library.path()], &[], Depth::Whole);
    let (pictures, subject) = (without_cache(), house.subject("a.jpg"));
    for (wanted, expected) in [(Size::Thumbnail, (480, 320)), (Size::Large, (900, 600)), (Size::Full, (900, 600))] {
        let picture = pictures.picture(&subject, wanted).unwrap();
        assert_eq!((picture.mime, size(&picture.bytes)), ("image/jpeg", expected));
    }
    let original = pictures.original(&subject).unwrap();
    let bytes = library.read("a.jpg");
    assert_eq!((original.mime, original.bytes), ("image/jpeg", bytes.len() as u64));
    assert_eq!(pictures.part(&subject, 0, u64::MAX).unwrap(), bytes);
    assert_eq!(pictures.part(&subject, 100, 50).unwrap(), bytes[100..150]);
    assert_eq!(pictures.part(&subject, bytes.len() as u64 - 5, 50).unwrap(), bytes[bytes.len() - 5..]);
    assert!(pictures.part(&subject, u64::MAX, 50).unwrap().is_empty());
    assert_eq!(pictures.albums_of(&subject).unwrap(), [] as [String; 0]);
}

#[test]
fn copies_share_one_kept_thumbnail_which_only_its_owner_can_read() {
    let library = Library::with("a.jpg", photo_of(3)).and("copy/b.jpg", photo_of(3)).and("c.jpg", photo_of(4));
    let house = House::new();
    house.survey(&[library.path()], &[], Depth::Whole);
    let before = library.snapshot();
    let cache = tempfile::tempdir().unwrap();
    let folder = cache.path().join("deep/pictures");
    let pictures = without_cache().kept_in(&folder, &house.ledger()).unwrap();
    let drawn: Vec<_> =
        ["a.jpg", "copy/b.jpg", "c.jpg"].map(|path| pictures.picture(&house.subject(path), Size::Thumbnail).unwrap()).into();
    assert_eq!(drawn[0], drawn[1]);
    assert_ne!(drawn[0], drawn[2]);
    let files = kept(&folder);
    assert_eq!(files.len(), 2);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(files.iter().all(|file| fs::metadata(file).unwrap().permissions().mode() & 0o077 == 0));
    // Large ones are not kept.
    pictures.picture(&house.subject("a.jpg"), Size::Large).unwrap();
    assert_eq!(kept(&folder), files);
    assert_eq!(library.snapshot(), before);
    // The kept one is what is handed out.
    let marked = [&drawn[0].bytes[..2], &[0xff, 0xfe, 0, 4, b'o', b'k'], &drawn[0].bytes[2..]].concat();
    let of_a = files.iter().find(|file| fs::read(file).unwrap() == drawn[0].bytes).unwrap();
    fs::write(of_a, &marked).unwrap();
    assert_eq!(pictures.picture(&house.subject("a.jpg"), Size::Thumbnail).unwrap().bytes, marked);
}

#[test]
fn a_broken_kept_file_is_made_again_and_an_unusable_cache_is_no_harm() {
    let library = Library::with("a.jpg", photo_of(3));
    let house = House::new();
    house.survey(&[library.path()], &[], Depth::Whole);
    let (cache, subject) = (tempfile::tempdir().unwrap(), house.subject("a.jpg"));
    let pictures = without_cache().kept_in(cache.path(), &house.ledger()).unwrap();
    let drawn = pictures.picture(&subject, Size::Thumbnail).unwrap();
    let file = kept(cache.path()).remove(0);
    for broken in [&drawn.bytes[..drawn.bytes.len() / 2], b"", b"<script>"] {
        fs::write(&file, broken).unwrap();
        assert_eq!(pictures.picture(&subject, Size::Thumbnail).unwrap(), drawn);
        assert_eq!(fs::read(&file).unwrap(), drawn.bytes);
    }
    // A file where the folder should be.
    let taken = cache.path().join("taken");
    fs::write(&taken, "").unwrap();
    let pictures = without_cache().kept_in(&taken, &house.ledger()).unwrap();
    assert_eq!(pictures.picture(&subject, Size::Thumbnail).unwrap(), drawn);
}

#[test]
fn a_cache_below_a_surveyed_folder_is_refused() {
    let library = Library::with("a.jpg", photo_of(3));
    let house = House::new();
    house.survey(&[library.path()], &[], Depth::Whole);
    let before = library.snapshot();
    for place in [library.at("cache"), library.at("a/b/../cache")] {
        let told = without_cache().kept_in(&place, &house.ledger());
        assert!(matches!(told, Err(EngineError::CacheBelowRoot { .. })), "{told:?}");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(library.path(), elsewhere.path().join("link")).unwrap();
    assert!(without_cache().kept_in(&elsewhere.path().join("link/cache"), &house.ledger()).is_err());
    assert_eq!(library.snapshot(), before);
}

#[test]
fn what_is_not_the_surveyed_content_any_more_is_not_shown_even_from_the_cache() {
    let library =
        Library::with("a.jpg", photo_of(3)).and("b.jpg", photo_of(4)).and("c.jpg", photo_of(5)).and("d.jpg", photo_of(6));
    let house = House::new();
    house.survey(&[library.path()], &[], Depth::Whole);
    let cache = tempfile::tempdir().unwrap();
    let pictures = without_cache().kept_in(cache.path(), &house.ledger()).unwrap();
    let [a, b, c] = ["a.jpg", "b.jpg", "c.jpg"].map(|path| house.subject(path));
    for subject in [&a, &b, &c] {
        pictures.picture(subject, Size::Thumbnail).unwrap();
    }
    library.edit("a.jpg");
    library.take_away("b.jpg");
    library.take_away("c.jpg");
    let library = library.and_link("c.jpg", "d.jpg");
    for (subject, told) in [(&a, "it changed since"), (&b, "no longer there"), (&c, "something else has taken its place")] {
        for size in [Size::Thumbnail, Size::Full] {
            assert!(why(pictures.picture(subject, size)).contains(told), "{told}");
        }
        assert!(why(pictures.original(subject)).contains(told) && why(pictures.part(subject, 0, 9)).contains(told));
    }
    drop(library);
    for pictures in [pictures, without_cache()] {
        assert!(why(pictures.picture(&house.subject("d.jpg"), Size::Large)).contains("its folder is not there"));
    }
}

#[test]
fn another_file_put_in_its_place_at_the_same_time_and_size_is_not_shown() {
    let library = Library::with("a.jpg", photo_of(3));
    let house = House::new();
    house.survey(&[library.path()], &[], Depth::Whole);
    let subject = house.subject("a.jpg");
    let other = Subject { stamp: Stamp { ctime: subject.stamp.ctime + 1, ..subject.stamp }, ..subject.clone() };
    assert!(without_cache().picture(&subject, Size::Thumbnail).is_ok());
    assert!(why(without_cache().picture(&other, Size::Thumbnail)).contains("it changed since"));
}

#[test]
fn what_is_no_picture_is_damaged_or_was_not_read_says_so() {
    let library = Library::with("a.jpg", photo_of(3))
        .and("a.jpg.xmp", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
        .and("empty.jpg", "")
        .and("cut.jpg", photo_of(4).jpeg(80)[..30].to_vec())
        .and("notes.txt", "no picture");
    let house = House::new();
    house.survey(&[library.path()], &[], Depth::Whole);
    let pictures = without_cache();
    for (path, told) in [("a.jpg.xmp", "it is no picture"), ("empty.jpg", "could not be read"), ("cut.jpg", "it is damaged")] {
        let subject = house.subject(path);
        assert!(why(pictures.picture(&subject, Size::Thumbnail)).contains(told), "{path}");
    }
    assert!(why(pictures.original(&house.subject("a.jpg.xmp"))).contains("it is no picture"));
}

#[test]
fn of_a_quick_survey_thumbnails_are_kept_too() {
    let library = Library::with("a.jpg", photo_of(3).size(2400, 1600)).and("b.jpg", photo_of(4).size(2400, 1600));
    let house = House::new();
    house.survey(&[library.path()], &[], Depth::Head);
    let (cache, subject) = (tempfile::tempdir().unwrap(), house.subject("a.jpg"));
    assert_eq!(subject.sha1, None);
    let pictures = without_cache().kept_in(cache.path(), &house.ledger()).unwrap();
    let drawn = pictures.picture(&subject, Size::Thumbnail).unwrap();
    assert_ne!(pictures.picture(&house.subject("b.jpg"), Size::Thumbnail).unwrap(), drawn);
    assert_eq!(kept(cache.path()).len(), 2);
    assert_eq!(pictures.picture(&subject, Size::Thumbnail).unwrap(), drawn);
}

#[test]
fn many_threads_ask_at_once_and_all_get_the_same() {
    let library = Library::with("a.jpg", photo_of(3).size(1200, 800)).and("b.jpg", photo_of(4).size(1200, 800));
    let house = House::new();
    house.survey(&[library.path()], &[], Depth::Whole);
    let cache = tempfile::tempdir().unwrap();
    let pictures = without_cache().kept_in(cache.path(), &house.ledger()).unwrap();
    let subjects = ["a.jpg", "b.jpg"].map(|path| house.subject(path));
    let drawn: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..12)
            .map(|i| {
                let (pictures, subject) = (&pictures, &subjects[i % 2]);
                scope.spawn(move || pictures.picture(subject, Size::Thumbnail).unwrap().bytes)
            })
            .collect();
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(drawn.chunks_exact(2).all(|pair| pair == &drawn[..2]) && drawn[0] != drawn[1]);
    assert_eq!(kept(cache.path()).len(), 2, "nothing half-made stays behind");
}
