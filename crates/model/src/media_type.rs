//! Media types: what the bytes are, whatever the name says.
//!
//! Absent on purpose: how a type is recognised (`media`), and file names except for sidecars, which are
//! told by name alone.

/// What an asset is, as told by its first bytes (sidecars: by its name).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the variants are the formats' own names
pub enum MediaType {
    Jpeg,
    Png,
    Gif,
    Bmp,
    Tiff,
    WebP,
    Heic,
    Avif,
    Jxl,
    Jp2,
    Dng,
    Nef,
    Cr2,
    Cr3,
    Crw,
    Arw,
    Raf,
    Orf,
    Rw2,
    Pef,
    Iiq,
    Kdc,
    X3f,
    Mrw,
    Srw,
    Mov,
    Mp4,
    M4v,
    ThreeGp,
    Mkv,
    WebM,
    Avi,
    Mpg,
    Mts,
    Xmp,
    Aae,
    TakeoutJson,
    Thm,
    Lrv,
    /// Anything that is no photograph, video or sidecar, or whose bytes tell nothing.
    Other,
}

/// The part that a media type plays in a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A still picture that any program shows.
    Photo,
    /// A camera's raw file.
    Raw,
    /// Moving pictures.
    Video,
    /// Belongs to another asset and says something of it.
    Sidecar,
    /// None of these.
    Other,
}

impl MediaType {
    /// All media types.
    pub const ALL: [MediaType; 40] = {
        use MediaType::{
            Aae, Arw, Avi, Avif, Bmp, Cr2, Cr3, Crw, Dng, Gif, Heic, Iiq, Jp2, Jpeg, Jxl, Kdc, Lrv, M4v, Mkv, Mov, Mp4, Mpg, Mrw,
            Mts, Nef, Orf, Other, Pef, Png, Raf, Rw2, Srw, TakeoutJson, Thm, ThreeGp, Tiff, WebM, WebP, X3f, Xmp,
        };
        [
            Jpeg,
            Png,
            Gif,
            Bmp,
            Tiff,
            WebP,
            Heic,
            Avif,
            Jxl,
            Jp2,
            Dng,
            Nef,
            Cr2,
            Cr3,
            Crw,
            Arw,
            Raf,
            Orf,
            Rw2,
            Pef,
            Iiq,
            Kdc,
            X3f,
            Mrw,
            Srw,
            Mov,
            Mp4,
            M4v,
            ThreeGp,
            Mkv,
            WebM,
            Avi,
            Mpg,
            Mts,
            Xmp,
            Aae,
            TakeoutJson,
            Thm,
            Lrv,
            Other,
        ]
    };

    /// The MIME type in the `media_type` column of `manifest.csv` (IANA where registered, otherwise `x-`).
    #[must_use]
    pub fn mime(self) -> &'static str {
        use MediaType::{
            Aae, Arw, Avi, Avif, Bmp, Cr2, Cr3, Crw, Dng, Gif, Heic, Iiq, Jp2, Jpeg, Jxl, Kdc, Lrv, M4v, Mkv, Mov, Mp4, Mpg, Mrw,
            Mts, Nef, Orf, Other, Pef, Png, Raf, Rw2, Srw, TakeoutJson, Thm, ThreeGp, Tiff, WebM, WebP, X3f, Xmp,
        };
        match self {
            Jpeg => "image/jpeg",
            Png => "image/png",
            Gif => "image/gif",
            Bmp => "image/bmp",
            Tiff => "image/tiff",
            WebP => "image/webp",
            Heic => "image/heic",
            Avif => "image/avif",
            Jxl => "image/jxl",
            Jp2 => "image/jp2",
            Dng => "image/x-adobe-dng",
            Nef => "image/x-nikon-nef",
            Cr2 => "image/x-canon-cr2",
            Cr3 => "image/x-canon-cr3",
            Crw => "image/x-canon-crw",
            Arw => "image/x-sony-arw",
            Raf => "image/x-fuji-raf",
            Orf => "image/x-olympus-orf",
            Rw2 => "image/x-panasonic-rw2",
            Pef => "image/x-pentax-pef",
            Iiq => "image/x-phaseone-iiq",
            Kdc => "image/x-kodak-kdc",
            X3f => "image/x-sigma-x3f",
            Mrw => "image/x-minolta-mrw",
            Srw => "image/x-samsung-srw",
            Mov => "video/quicktime",
            Mp4 => "video/mp4",
            M4v => "video/x-m4v",
            ThreeGp => "video/3gpp",
            Mkv => "video/x-matroska",
            WebM => "video/webm",
            Avi => "video/x-msvideo",
            Mpg => "video/mpeg",
            Mts => "video/mp2t",
            Xmp => "application/rdf+xml",
            Aae => "application/x-apple-aae",
            TakeoutJson => "application/json",
            Thm => "image/x-thm",
            Lrv => "video/x-lrv",
            Other => "application/octet-stream",
        }
    }

    /// The media type of a MIME type as [`MediaType::mime`] writes it.
    #[must_use]
    pub fn from_mime(mime: &str) -> Option<MediaType> {
        MediaType::ALL.into_iter().find(|t| t.mime() == mime)
    }

    /// The part it plays.
    #[must_use]
    pub fn class(self) -> Class {
        use MediaType::{
            Aae, Arw, Avi, Avif, Bmp, Cr2, Cr3, Crw, Dng, Gif, Heic, Iiq, Jp2, Jpeg, Jxl, Kdc, Lrv, M4v, Mkv, Mov, Mp4, Mpg, Mrw,
            Mts, Nef, Orf, Other, Pef, Png, Raf, Rw2, Srw, TakeoutJson, Thm, ThreeGp, Tiff, WebM, WebP, X3f, Xmp,
        };
        match self {
            Jpeg | Png | Gif | Bmp | Tiff | WebP | Heic | Avif | Jxl | Jp2 => Class::Photo,
            Dng | Nef | Cr2 | Cr3 | Crw | Arw | Raf | Orf | Rw2 | Pef | Iiq | Kdc | X3f | Mrw | Srw => Class::Raw,
            Mov | Mp4 | M4v | ThreeGp | Mkv | WebM | Avi | Mpg | Mts => Class::Video,
            Xmp | Aae | TakeoutJson | Thm | Lrv => Class::Sidecar,
            Other => Class::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_media_type_is_found_again_by_its_mime_type() {
        for media_type in MediaType::ALL {
            assert_eq!(MediaType::from_mime(media_type.mime()), Some(media_type));
        }
    }
}
