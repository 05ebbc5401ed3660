//! What is written is read back by an independent reader, and counted alike by ExifTool where it is installed.

use std::process::Command;

use exif::{In, Reader, Tag};

use super::*;
use crate::photo::Photo;

fn read(exif: &Exif) -> exif::Exif {
    Reader::new().read_raw(exif.tiff()).unwrap()
}

fn full() -> Exif {
    Exif::camera("NIKON CORPORATION", "NIKON D50")
        .taken("2005:01:01 00:01:15")
        .sub_sec("07")
        .offset("+02:00")
        .serial("6012345")
        .lens("18-55mm f/3.5-5.6")
        .exposure((1, 320), 80, 200, 350)
        .gps(-33.8568, 151.2153)
        .gps_time("2005:01:01 08:15:02")
        .orientation(6)
        .fields(45)
        .thumbnail(vec![0xFF, 0xD8, 0xFF, 0xD9])
}

#[test]
fn every_field_is_read_back_in_both_byte_orders() {
    for order in [ByteOrder::Intel, ByteOrder::Motorola] {
        let read = read(&full().byte_order(order));
        for (tag, shown) in [
            (Tag::Make, "\"NIKON CORPORATION\""),
            (Tag::Model, "\"NIKON D50\""),
            (Tag::DateTimeOriginal, "2005-01-01 00:01:15"),
            (Tag::SubSecTimeOriginal, "\"07\""),
            (Tag::OffsetTimeOriginal, "\"+02:00\""),
            (Tag::BodySerialNumber, "\"6012345\""),
            (Tag::LensModel, "\"18-55mm f/3.5-5.6\""),
            (Tag::ExposureTime, "1/320"),
            (Tag::FNumber, "8"),
            (Tag::FocalLength, "35"),
            (Tag::Orientation, "row 0 at right and column 0 at top"),
            (Tag::GPSLatitude, "33 deg 51 min 24.48 sec"),
            (Tag::GPSLatitudeRef, "S"),
            (Tag::GPSLongitude, "151 deg 12 min 55.08 sec"),
            (Tag::GPSDateStamp, "2005-01-01"),
            (Tag::GPSTimeStamp, "08:15:02"),
        ] {
            assert_eq!(read.get_field(tag, In::PRIMARY).unwrap().display_value().to_string(), shown, "{tag} {order:?}");
        }
        assert!(read.get_field(Tag::JPEGInterchangeFormat, In::THUMBNAIL).is_some());
    }
}

#[test]
fn as_many_fields_as_were_asked_for_are_there() {
    assert!(Exif::of_count(0).is_empty());
    for count in 1..=Exif::MOST_FIELDS {
        let exif = Exif::of_count(count);
        assert_eq!(exif.field_count(), count);
        assert_eq!(read(&exif).fields().count() as u32, count);
    }
    assert_eq!(Exif::of_count(1000).field_count(), Exif::MOST_FIELDS);
}

#[test]
fn empty_values_zero_dates_layout_and_maker_notes_do_not_count() {
    let bare = Exif::camera("A", "B");
    assert_eq!(bare.field_count(), 2);
    for (directory, tag, value) in [
        (Directory::Exif, 0x9003, Value::Text("0000:00:00 00:00:00".into())),
        (Directory::Exif, 0x9004, Value::Text("    :  :     :  :  ".into())),
        (Directory::Ifd0, 0x010E, Value::Text("   ".into())),
        (Directory::Ifd0, 0x0100, Value::Long(64)),
        (Directory::Exif, 0x927C, Value::Undefined(vec![1, 2, 3, 4])),
    ] {
        assert_eq!(bare.clone().set(directory, tag, value).field_count(), 2, "{tag:#06x}");
    }
}

#[test]
fn exiftool_counts_the_same_fields() {
    if Command::new("exiftool").arg("-ver").output().is_err() {
        println!("exiftool is not installed: counts are not compared with it");
        return;
    }
    let folder = std::env::temp_dir().join(format!("lightproof-darkroom-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, exif) in [("full.jpg", full()), ("most.jpg", Exif::of_count(Exif::MOST_FIELDS)), ("few.jpg", Exif::of_count(7))] {
        let path = folder.join(name);
        #[allow(clippy::disallowed_methods)] // a folder of the test's own
        std::fs::write(&path, Photo::drawn(1).size(64, 48).exif(exif.clone()).jpeg(60)).unwrap();
        let told = Command::new("exiftool")
            .args(["-a", "-D", "-n", "-s", "-warning", "-IFD0:all", "-ExifIFD:all", "-GPS:all", "-InteropIFD:all"])
            .arg(&path)
            .output()
            .unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(!told.contains("Warning"), "{told}");
        assert_eq!(told.lines().count() as u32, exif.field_count(), "{told}");
    }
    #[allow(clippy::disallowed_methods)] // a folder of the test's own
    std::fs::remove_dir_all(folder).unwrap();
}
