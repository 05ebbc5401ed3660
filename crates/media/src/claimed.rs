//! What a name claims: the media type of its extension, which the bytes may contradict.

use lightproof_model::media_type::MediaType;

/// The media type that a name's extension stands for; nothing for one that names no photograph, raw file or video.
#[must_use]
pub fn claimed(name: &[u8]) -> Option<MediaType> {
    use MediaType::{
        Arw, Avi, Avif, Bmp, Cr2, Cr3, Crw, Dng, Gif, Heic, Iiq, Jp2, Jpeg, Jxl, Kdc, M4v, Mkv, Mov, Mp4, Mpg, Mrw, Mts, Nef,
        Orf, Pef, Png, Raf, Rw2, Srw, ThreeGp, Tiff, WebM, WebP, X3f,
    };
    let dot = name.iter().rposition(|&b| b == b'.')?;
    Some(match name[dot + 1..].to_ascii_lowercase().as_slice() {
        b"jpg" | b"jpeg" | b"jpe" | b"jfif" | b"mpo" => Jpeg,
        b"png" | b"apng" => Png,
        b"gif" => Gif,
        b"bmp" | b"dib" => Bmp,
        b"tif" | b"tiff" => Tiff,
        b"webp" => WebP,
        b"heic" | b"heif" | b"hif" => Heic,
        b"avif" => Avif,
        b"jxl" => Jxl,
        b"jp2" | b"j2k" | b"jpx" => Jp2,
        b"dng" => Dng,
        b"nef" | b"nrw" => Nef,
        b"cr2" => Cr2,
        b"cr3" => Cr3,
        b"crw" => Crw,
        b"arw" | b"sr2" => Arw,
        b"raf" => Raf,
        b"orf" => Orf,
        b"rw2" | b"rwl" => Rw2,
        b"pef" => Pef,
        b"iiq" => Iiq,
        b"kdc" => Kdc,
        b"x3f" => X3f,
        b"mrw" => Mrw,
        b"srw" => Srw,
        b"mov" | b"qt" => Mov,
        b"mp4" => Mp4,
        b"m4v" => M4v,
        b"3gp" | b"3g2" => ThreeGp,
        b"mkv" => Mkv,
        b"webm" => WebM,
        b"avi" => Avi,
        b"mpg" | b"mpeg" => Mpg,
        b"mts" | b"m2ts" => Mts,
        _ => return None,
    })
}

/// Whether bytes of this type are what the claim stands for. Kinds that programs name alike count as one: the QuickTime
/// family, and TIFF for the raws that are TIFF files.
#[must_use]
pub fn agrees(claim: MediaType, bytes: MediaType) -> bool {
    use MediaType::{Arw, Dng, Iiq, Kdc, M4v, Mkv, Mov, Mp4, Nef, Pef, Srw, ThreeGp, Tiff, WebM};
    let family = |t: MediaType| match t {
        Mov | Mp4 | M4v | ThreeGp => Mov,
        Mkv | WebM => Mkv,
        Dng | Nef | Arw | Pef | Iiq | Kdc | Srw | Tiff => Tiff,
        other => other,
    };
    family(claim) == family(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_a_claim_and_the_bytes_decide() {
        assert_eq!(claimed(b"IMG_1.JPG"), Some(MediaType::Jpeg));
        assert_eq!(claimed(b"a.b.heif"), Some(MediaType::Heic));
        assert_eq!(claimed(b"notes.txt"), None);
        assert_eq!(claimed(b"jpg"), None);
        assert!(agrees(MediaType::Mp4, MediaType::Mov));
        assert!(agrees(MediaType::Tiff, MediaType::Dng));
        assert!(!agrees(MediaType::Jpeg, MediaType::Heic));
    }
}
