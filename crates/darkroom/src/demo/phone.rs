//! A telephone's photographs, and the copies and oddities that gather around them over the years.

use super::{Album, CAMERA, SIZE};
use crate::{
    exif::{Exif, Value},
    jpeg::cut_short,
    photo::Photo,
};
use lightproof_model::exif::Directory;

/// One photograph of the camera roll.
pub(super) struct Taken {
    name: String,
    photo: Photo,
    exif: Exif,
    jpeg: Vec<u8>,
}

fn pixel(taken: &str, sub_sec: &str) -> Exif {
    let exif = Exif::camera("Google", "Pixel 5").taken(taken).sub_sec(sub_sec).offset("+02:00");
    exif.exposure((1, 640), 17, 50, 44).orientation(1)
}

fn located(exif: Exif, utc: &str) -> Exif {
    exif.gps(52.5163, 13.3777).gps_time(utc).fields(42)
}

/// June 2021: nine photographs, and a burst of four frames within half a second.
pub(super) fn camera_roll(album: &mut Album) -> Vec<Taken> {
    let single = [
        ("PXL_20210612_093012115", "2021:06:12 11:30:12", "115", "2021:06:12 09:30:12"),
        ("PXL_20210612_101755830", "2021:06:12 12:17:55", "830", "2021:06:12 10:17:55"),
        ("PXL_20210612_140203477", "2021:06:12 16:02:03", "477", "2021:06:12 14:02:03"),
        ("PXL_20210613_070921006", "2021:06:13 09:09:21", "006", "2021:06:13 07:09:21"),
        ("PXL_20210613_121444259", "2021:06:13 14:14:44", "259", "2021:06:13 12:14:44"),
        ("PXL_20210615_183110940", "2021:06:15 20:31:10", "940", "2021:06:15 18:31:10"),
        ("PXL_20210619_160002381", "2021:06:19 18:00:02", "381", "2021:06:19 16:00:02"),
        ("PXL_20210619_171040512", "2021:06:19 19:10:40", "512", "2021:06:19 17:10:40"),
        ("PXL_20210620_085733604", "2021:06:20 10:57:33", "604", "2021:06:20 08:57:33"),
    ];
    let mut roll: Vec<Taken> = Vec::new();
    for (index, (name, taken, sub_sec, utc)) in (5000..).zip(single) {
        roll.push(Taken::new(name, Photo::drawn(index).size(SIZE.0, SIZE.1), located(pixel(taken, sub_sec), utc)));
    }
    for (frame, sub_sec) in (0..).zip(["080", "213", "347", "480"]) {
        let name = format!("PXL_20210620_123005{sub_sec}_BURST{frame}");
        let exif = located(pixel("2021:06:20 14:30:05", sub_sec), "2021:06:20 12:30:05");
        roll.push(Taken::new(&name, Photo::drawn(5100).size(SIZE.0, SIZE.1).frame(frame), exif));
    }
    // The third was taken with the telephone upright: stored lying, to be turned clockwise by a quarter.
    let lying = roll[2].photo.clone().size(SIZE.1, SIZE.0).turned().turned().turned();
    roll[2] = Taken::new(&roll[2].name, lying, roll[2].exif.clone().orientation(6));
    // The transfer of the eighth broke off.
    roll[7].jpeg = cut_short(&roll[7].jpeg, 0.55);
    for taken in &roll {
        album.add(format!("2021/Phone/{}.jpg", taken.name), taken.jpeg.clone(), "2021-06-21T19:00:00");
    }
    roll
}

impl Taken {
    fn new(name: &str, photo: Photo, exif: Exif) -> Self {
        let jpeg = photo.clone().exif(exif.clone()).jpeg(CAMERA);
        Self { name: name.to_owned(), photo, exif, jpeg }
    }
}

/// Copies of every kind: exact, without metadata, sent by a messenger, edited, turned.
pub(super) fn copies(album: &mut Album, roll: &[Taken]) {
    for taken in &roll[..3] {
        album.add(format!("Backup of phone/DCIM/{}.jpg", taken.name), taken.jpeg.clone(), "2022-01-03T21:12:00");
    }
    let print = roll[3].photo.clone().stripped().jpeg(CAMERA);
    album.add("For printing/01.jpg", print, "2021-07-01T08:00:00");
    for (number, taken) in [(3, &roll[0]), (7, &roll[4])] {
        let sent = taken.photo.clone().resized(480, 360).jpeg(62);
        album.add(format!("WhatsApp Images/IMG-20210613-WA{number:04}.jpg"), sent, "2021-06-13T20:44:00");
    }
    let exif = roll[5].exif.clone();
    let exif = [0x9201, 0x9202, 0x9203, 0xA217, 0xA301].into_iter().fold(exif, |e, tag| e.without(Directory::Exif, tag));
    let edited = roll[5].photo.clone().lightened(12).exif(exif).jpeg(80);
    album.add(format!("2021/Edited/{}-edited.jpg", roll[5].name), edited, "2021-06-30T17:20:00");
    // Upright pixels and no orientation: what a program makes of the one that was stored lying.
    let upright = roll[2].photo.clone().turned().stripped().jpeg(80);
    album.add("For printing/02.jpg", upright, "2021-07-01T08:01:00");
}

/// Dates that are zero, missing or contradicted, a scan, a screenshot, and a note.
pub(super) fn oddities(album: &mut Album, roll: &[Taken]) {
    let photo = |seed: u64| Photo::drawn(seed).size(SIZE.0, SIZE.1);
    let compact = || Exif::camera("CASIO COMPUTER CO.,LTD", "EX-Z750").exposure((1, 125), 28, 100, 79);
    let zero = compact().taken("0000:00:00 00:00:00").fields(22);
    album.add("2006/CIMG0007.JPG", photo(6000).exif(zero).jpeg(CAMERA), "2006-05-06T16:00:00");
    for (number, taken) in [(8, "2006:05:06 14:02:11"), (9, "2006:05:06 14:40:37")] {
        let exif = compact().taken(taken).fields(22);
        album.add(format!("2006/CIMG{number:04}.JPG"), photo(6000 + number).exif(exif).jpeg(CAMERA), "2006-05-06T16:00:00");
    }
    let impossible = compact().taken("2006:13:06 25:10:00").fields(22);
    album.add("2006/CIMG0010.JPG", photo(6010).exif(impossible).jpeg(CAMERA), "2006-05-06T16:00:00");
    for number in 1..=2 {
        let scanner = Exif::camera("EPSON", "Perfection V600").set(Directory::Ifd0, 0x0131, Value::Text("EPSON Scan".into()));
        let jpeg = photo(6100 + number).lightened(-10).exif(scanner).jpeg(85);
        album.add(format!("Scans/Grandmother {number:03}.jpg"), jpeg, "2014-11-23T15:00:00");
    }
    let contradicted = located(pixel("2021:01:19 18:05:30", "702"), "2021:06:19 16:05:30");
    let jpeg = photo(6200).exif(contradicted).jpeg(CAMERA);
    album.add("2021/Phone/PXL_20210119_160530702.jpg", jpeg, "2021-06-21T19:00:00");
    let screenshot = Photo::drawn(6300).size(270, 480).png();
    album.add("2021/Phone/Screenshot_20210620-101500.png", screenshot, "2021-06-20T08:15:00");
    let note = format!("Photographs of the summer of 2021.\nThe last of the burst is {}.\n", roll[12].name);
    album.add("2021/read me.txt", note.into_bytes(), "2021-06-22T06:00:00");
}
