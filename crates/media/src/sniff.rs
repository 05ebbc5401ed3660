//! Sniffing: what the bytes are, by their first kilobytes; sidecars by name.
//!
//! The name otherwise serves only to tell apart raws that are TIFF files and whose bytes do not.
//! Absent on purpose: reading beyond the head, and any belief in an extension that the bytes contradict.

use lightproof_model::media_type::MediaType;

use crate::facts::tiff_marks::{Marks, marks};

/// Bytes of a head that suffice; fewer are no error.
pub const HEAD: usize = 4096;

/// The media type of an asset with this head and, where it has one, this name.
#[must_use]
pub fn sniff(head: &[u8], name: Option<&[u8]>) -> MediaType {
    let name = name.map(<[u8]>::to_ascii_lowercase).unwrap_or_default();
    let extension = name.rsplit(|&b| b == b'.').next().filter(|e| e.len() < name.len()).unwrap_or_default();
    sidecar(&name, extension, head).or_else(|| content(head, extension)).unwrap_or(MediaType::Other)
}

fn sidecar(name: &[u8], extension: &[u8], head: &[u8]) -> Option<MediaType> {
    match extension {
        b"xmp" => Some(MediaType::Xmp),
        b"aae" => Some(MediaType::Aae),
        b"thm" => Some(MediaType::Thm),
        b"lrv" => Some(MediaType::Lrv),
        b"json" if takeout(name, head) => Some(MediaType::TakeoutJson),
        _ => None,
    }
}

/// Takeout writes `photo.jpg.json`, later `photo.jpg.supplemental-metadata.json`, cut to 51 characters in all.
fn takeout(name: &[u8], head: &[u8]) -> bool {
    let stem = &name[..name.len().saturating_sub(5)];
    let beside = stem.split(|&b| b == b'.').skip(1).any(|part| {
        matches!(
            part,
            b"jpg"
                | b"jpeg"
                | b"png"
                | b"gif"
                | b"heic"
                | b"heif"
                | b"webp"
                | b"tif"
                | b"tiff"
                | b"bmp"
                | b"dng"
                | b"nef"
                | b"cr2"
                | b"arw"
                | b"mov"
                | b"mp4"
                | b"m4v"
                | b"3gp"
                | b"avi"
        )
    });
    let said = b"\"photoTakenTime\"";
    beside || head.windows(said.len()).any(|w| w == said)
}

fn content(head: &[u8], extension: &[u8]) -> Option<MediaType> {
    use MediaType::{Avi, Bmp, Crw, Gif, Jp2, Jpeg, Jxl, Mkv, Mpg, Mrw, Mts, Png, Raf, WebM, WebP, X3f};
    let at = |offset: usize, text: &[u8]| head.get(offset..offset + text.len()) == Some(text);
    Some(if at(0, b"\xFF\xD8\xFF") {
        Jpeg
    } else if at(0, b"\x89PNG\r\n\x1a\n") {
        Png
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Gif
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        WebP
    } else if at(0, b"RIFF") && at(8, b"AVI ") {
        Avi
    } else if at(0, b"FUJIFILM") {
        Raf
    } else if at(0, b"FOVb") {
        X3f
    } else if at(0, b"\0MRM") {
        Mrw
    } else if at(6, b"HEAPCCDR") {
        Crw
    } else if at(0, b"II") || at(0, b"MM") {
        return tiff(head, extension);
    } else if at(0, b"\0\0\0\x0CJXL \r\n\x87\n") || at(0, b"\xFF\x0A") {
        Jxl
    } else if at(0, b"\0\0\0\x0CjP  \r\n\x87\n") || at(0, b"\xFF\x4F\xFF\x51") {
        Jp2
    } else if at(4, b"ftyp") {
        return brands(head);
    } else if [b"moov", b"mdat", b"wide", b"pnot", b"skip", b"free"].iter().any(|kind| at(4, *kind)) {
        // QuickTime before it had brands.
        MediaType::Mov
    } else if at(0, b"\x1A\x45\xDF\xA3") {
        if head.windows(4).take(64).any(|w| w == b"webm") { WebM } else { Mkv }
    } else if at(0, b"\0\0\x01\xBA") || at(0, b"\0\0\x01\xB3") {
        Mpg
    } else if [(0, 188), (4, 192)].iter().any(|&(first, packet)| (0..4).all(|i| head.get(first + i * packet) == Some(&0x47))) {
        Mts
    } else if at(0, b"BM") && bitmap(head) {
        Bmp
    } else {
        return None;
    })
}

/// A bitmap's second header has one of a few lengths: "BM" alone is two letters of anything.
fn bitmap(head: &[u8]) -> bool {
    let length = head.get(14..18).map(|n| u32::from_le_bytes([n[0], n[1], n[2], n[3]]));
    matches!(length, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// The type that a `ftyp` box names, its major brand first.
fn brands(head: &[u8]) -> Option<MediaType> {
    let end = head.get(..4).map(|n| u32::from_be_bytes([n[0], n[1], n[2], n[3]]) as usize)?;
    let list = head.get(8..end.clamp(12, head.len().max(12)).min(head.len()))?;
    let mut brands = list.chunks_exact(4).enumerate().filter(|(i, _)| *i != 1).map(|(_, b)| b);
    let major = brands.next()?;
    let rest: Vec<&[u8]> = brands.collect();
    let compatible = |names: &[&[u8; 4]]| names.iter().any(|n| major == *n || rest.contains(&n.as_slice()));
    Some(match major {
        b"crx " => MediaType::Cr3,
        b"avif" | b"avis" => MediaType::Avif,
        b"mif1" | b"msf1" | b"miaf" if compatible(&[b"avif", b"avis"]) => MediaType::Avif,
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"hevm" | b"hevs" | b"mif1" | b"msf1" => MediaType::Heic,
        b"jxl " => MediaType::Jxl,
        b"jp2 " | b"jpx " | b"jpm " => MediaType::Jp2,
        b"qt  " => MediaType::Mov,
        b"M4V " | b"M4VH" | b"M4VP" => MediaType::M4v,
        b"M4A " | b"M4B " | b"M4P " => return None,
        brand if brand.starts_with(b"3g") => MediaType::ThreeGp,
        _ if compatible(&[b"heic", b"heix", b"mif1"]) => MediaType::Heic,
        _ => MediaType::Mp4,
    })
}

/// A TIFF file, or the raw that it is.
fn tiff(head: &[u8], extension: &[u8]) -> Option<MediaType> {
    use MediaType::{Arw, Cr2, Dng, Iiq, Kdc, Nef, Orf, Pef, Rw2, Srw, Tiff};
    let magic = head.get(..4)?;
    match magic {
        b"IIRO" | b"IIRS" | b"MMOR" => return Some(Orf),
        b"IIU\0" => return Some(Rw2),
        b"II*\0" | b"MM\0*" => {}
        b"II+\0" | b"MM\0+" => return Some(Tiff),
        _ => return None,
    }
    if head.get(8..10) == Some(b"CR") && head.get(10) == Some(&2) {
        return Some(Cr2);
    }
    if matches!(head.get(8..12), Some(b"IIII" | b"MMMM")) {
        return Some(Iiq);
    }
    let Marks { make, dng, raw } = marks(head);
    if dng {
        return Some(Dng);
    }
    // What the bytes leave open, the extension tells: a raw whose first directory lies behind the head.
    let named = match extension {
        b"nef" | b"nrw" => Some(Nef),
        b"arw" | b"sr2" | b"srf" => Some(Arw),
        b"pef" => Some(Pef),
        b"srw" => Some(Srw),
        b"kdc" => Some(Kdc),
        b"iiq" => Some(Iiq),
        _ => None,
    };
    let by_make = [(&b"NIKON"[..], Nef), (b"SONY", Arw), (b"PENTAX", Pef), (b"RICOH", Pef), (b"SAMSUNG", Srw)];
    let told = by_make.iter().find(|(name, _)| raw && make.to_ascii_uppercase().starts_with(name)).map(|m| m.1);
    Some(told.or(named).unwrap_or(Tiff))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_and_names_only_tell_sidecars() {
        use MediaType::*;
        let jpeg = b"\xFF\xD8\xFF\xE0";
        for (head, name, told) in [
            (&jpeg[..], "a.jpg", Jpeg),
            (jpeg, "a.png", Jpeg),
            (jpeg, "MVI_0001.THM", Thm),
            (b"<?xpacket", "a.xmp", Xmp),
            (b"{}", "IMG_1.jpg.supplemental-metadata.json", TakeoutJson),
            (b"{}", "package.json", Other),
            (b"{ \"photoTakenTime\": {", "IMG_1.json", TakeoutJson),
            (b"RIFF\0\0\0\0WEBPVP8 ", "a", WebP),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "a.heic", Avif),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.jpg", Heic),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a.mov", Mov),
            (b"\0\0\0\x08wide\0\0\0\0mdat", "a.mov", Mov),
            (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", "a.cr3", Cr3),
            (b"II*\0\x10\0\0\0CR\x02\0", "a.tif", Cr2),
            (b"II*\0\xFF\0\0\0", "a.nef", Nef),
            (b"II*\0\xFF\0\0\0", "a.tif", Tiff),
            (b"IIU\0\x18\0\0\0", "a.rw2", Rw2),
            (b"BMW is a car maker", "a.bmp", Other),
            (b"", "a.jpg", Other),
        ] {
            assert_eq!(sniff(head, Some(name.as_bytes())), told, "{name}");
        }
        assert_eq!(sniff(jpeg, None), Jpeg);
    }
}
