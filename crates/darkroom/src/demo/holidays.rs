//! Two holidays with a camera whose clock was wrong, each beside a camera that knew the time from GPS.

use super::{Album, CAMERA, SIZE};
use crate::{exif::Exif, photo::Photo, sidecar};

fn photo(seed: u64) -> Photo {
    Photo::drawn(seed).size(SIZE.0, SIZE.1)
}

fn d50(taken: &str) -> Exif {
    let exif = Exif::camera("NIKON CORPORATION", "NIKON D50").taken(taken).sub_sec("40");
    exif.exposure((1, 320), 80, 200, 350).orientation(1).fields(30)
}

fn p6000(taken: &str, utc: &str) -> Exif {
    let exif = Exif::camera("NIKON", "COOLPIX P6000").taken(taken).exposure((1, 200), 49, 64, 60);
    exif.gps(48.6361, -1.5115).gps_time(utc).orientation(1).fields(38)
}

fn x100(taken: &str) -> Exif {
    let exif = Exif::camera("FUJIFILM", "FinePix X100").taken(taken).exposure((1, 500), 56, 200, 230);
    exif.orientation(1).fields(34)
}

/// July 2009: the battery of the D50 ran empty in the night, and its clock began again on 2005-01-01.
pub(super) fn brittany(album: &mut Album) {
    let folder = "2009/2009-07 Brittany";
    for (number, taken) in [
        (409, "2009:07:17 18:20:10"),
        (410, "2009:07:17 18:53:41"),
        (411, "2009:07:17 19:12:05"),
        (412, "2005:01:01 00:01:15"),
        (413, "2005:01:01 00:30:52"),
        (414, "2005:01:01 03:56:20"),
        (415, "2005:01:01 08:52:33"),
        (416, "2005:01:01 10:40:18"),
        (417, "2005:01:01 12:06:47"),
        (418, "2005:01:01 23:11:09"),
        (419, "2005:01:02 01:02:55"),
    ] {
        let jpeg = photo(1000 + number).exif(d50(taken)).jpeg(CAMERA);
        album.add(format!("{folder}/DSC_{number:04}.JPG"), jpeg, "2009-07-20T19:30:00");
    }
    let rated = sidecar::xmp(4, "Low tide <at last>");
    album.add(format!("{folder}/DSC_0410.JPG.xmp"), rated, "2009-08-02T10:15:00");
    for (number, taken, utc) in [
        (310, "2009:07:17 18:22:02", "2009:07:17 16:22:02"),
        (311, "2009:07:18 10:15:02", "2009:07:18 08:15:02"),
        (312, "2009:07:18 15:32:02", "2009:07:18 13:32:02"),
        (313, "2009:07:18 19:17:02", "2009:07:18 17:17:02"),
    ] {
        let jpeg = photo(2000 + number).exif(p6000(taken, utc)).jpeg(CAMERA);
        album.add(format!("{folder}/DSCN{number:04}.JPG"), jpeg, "2009-07-20T19:40:00");
    }
}

/// May 2019: the X100 believed it was 2011. In August its clock had been set right.
pub(super) fn lisbon(album: &mut Album) {
    let folder = "2019/2019-05 Lisbon";
    for (number, taken) in [
        (2101, "2011:05:11 09:03:21"),
        (2102, "2011:05:11 12:53:44"),
        (2103, "2011:05:11 19:30:02"),
        (2104, "2011:05:12 09:26:57"),
        (2105, "2011:05:12 16:51:30"),
        (2106, "2011:05:12 22:15:13"),
    ] {
        let jpeg = photo(3000 + number).exif(x100(taken)).jpeg(CAMERA);
        album.add(format!("{folder}/DSCF{number}.JPG"), jpeg, "2019-05-14T20:05:00");
    }
    for (name, taken, utc, sub_sec) in [
        ("IMG_20190511_091000", "2019:05:11 09:10:00", "2019:05:11 08:10:00", "311"),
        ("IMG_20190511_132500", "2019:05:11 13:25:00", "2019:05:11 12:25:00", "874"),
        ("IMG_20190512_092700", "2019:05:12 09:27:00", "2019:05:12 08:27:00", "026"),
    ] {
        let exif = Exif::camera("Google", "Pixel 3").taken(taken).sub_sec(sub_sec).offset("+01:00").gps(38.7139, -9.1334);
        let exif = exif.gps_time(utc).exposure((1, 1200), 18, 56, 44).orientation(1).fields(40);
        let seed = 4000 + u64::from(taken.as_bytes()[12]) + u64::from(taken.as_bytes()[15]) * 64;
        album.add(format!("{folder}/{name}.jpg"), photo(seed).exif(exif).jpeg(CAMERA), "2019-05-14T20:10:00");
    }
    for (number, taken) in [(2300, "2019:08:02 11:00:08"), (2301, "2019:08:02 11:11:39")] {
        let jpeg = photo(3000 + number).exif(x100(taken)).jpeg(CAMERA);
        album.add(format!("2019/2019-08 Garden/DSCF{number}.JPG"), jpeg, "2019-08-02T18:00:00");
    }
}
