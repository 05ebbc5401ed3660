//! Facts: what an asset's metadata says, read by position and in small pieces.
//!
//! Promises to read little (the head of a JPEG, the boxes and directories of the rest), never to panic, and to
//! give of damaged metadata what can be read, with a problem that says so.
//! Absent on purpose: the picture itself (`picture`), and any name or folder.

mod box_image;
pub(crate) mod directory;
mod gather;
mod joined;
pub(crate) mod jpeg;
pub(crate) mod maker;
pub(crate) mod multi_picture;
mod pages;
mod png;
pub(crate) mod raw;
mod riff;
mod text_profile;
pub(crate) mod tiff;
pub(crate) mod tiff_marks;
pub(crate) mod value;
mod video;
pub mod xmp;

use lightproof_model::{
    media_type::MediaType,
    probe::Facts,
    problem::{Problem, ProblemKind},
    read_at::ReadAt,
};

use self::{gather::Gather, pages::Pages};

/// Reads the metadata of an asset of this type.
#[must_use]
pub fn read_facts(bytes: &dyn ReadAt, media_type: MediaType) -> Facts {
    facts(&Pages::over(bytes), media_type)
}

/// The same, asking for nothing but what is needed, in many small reads: for a medium that decides itself how much it fetches at
/// once, as one does of which every byte comes over a network.
#[must_use]
pub fn read_facts_sparingly(bytes: &dyn ReadAt, media_type: MediaType) -> Facts {
    facts(&Pages::none_over(bytes), media_type)
}

fn facts(pages: &Pages, media_type: MediaType) -> Facts {
    use MediaType::{
        Aae, Arw, Avi, Avif, Bmp, Cr2, Cr3, Crw, Dng, Gif, Heic, Iiq, Jp2, Jpeg, Jxl, Kdc, Lrv, M4v, Mkv, Mov, Mp4, Mpg, Mrw,
        Mts, Nef, Orf, Other, Pef, Png, Raf, Rw2, Srw, TakeoutJson, Thm, ThreeGp, Tiff, WebM, WebP, X3f, Xmp,
    };
    let mut gather = Gather::default();
    match media_type {
        Jpeg | Thm => jpeg::read_jpeg(pages, 0..pages.len(), &mut gather),
        Png => png::read_png(pages, &mut gather),
        Gif => raw::read_gif(pages, &mut gather),
        Bmp => raw::read_bmp(pages, &mut gather),
        WebP => riff::read_webp(pages, &mut gather),
        Avi => riff::read_avi(pages, &mut gather),
        Heic | Avif => box_image::read_heif(pages, &mut gather),
        Jxl => box_image::read_jxl(pages, &mut gather),
        Jp2 => box_image::read_jp2(pages, &mut gather),
        Cr3 => box_image::read_cr3(pages, &mut gather),
        Tiff | Dng | Nef | Cr2 | Arw | Pef | Iiq | Kdc | Srw | Orf => raw::read_tiff(pages, media_type, &mut gather),
        Rw2 => raw::read_rw2(pages, &mut gather),
        Raf => raw::read_raf(pages, &mut gather),
        Mrw => raw::read_mrw(pages, &mut gather),
        X3f => raw::read_x3f(pages, &mut gather),
        Crw => raw::read_crw(pages, &mut gather),
        Mov | Mp4 | M4v | ThreeGp | Lrv => video::read_quicktime(pages, &mut gather),
        Mkv | WebM | Mpg | Mts | Xmp | Aae | TakeoutJson | Other => {}
    }
    let mut facts = gather.into_facts();
    if pages.failed() {
        facts.problems.push(Problem::new(ProblemKind::Unreadable, "reading failed before the metadata was complete"));
    }
    facts
}
