//! Camera raws made around a given JPEG: it lies where the format's makers put their preview.
//!
//! For the types of which no real file with a preview is at hand. Headers, directories and EXIF are such that ExifTool
//! names the type and finds the same preview; the sensor data is noise of a likely length.
//! Absent on purpose: sensor data that decodes.

mod boxes;
mod containers;
mod directories;
mod notes;
mod tiff_file;

use lightproof_darkroom::exif::Exif;
use lightproof_model::media_type::MediaType;

/// The types that can be made, with the extension that cameras give them.
pub const TYPES: [(MediaType, &str); 15] = [
    (MediaType::Dng, "dng"),
    (MediaType::Nef, "nef"),
    (MediaType::Cr2, "cr2"),
    (MediaType::Cr3, "cr3"),
    (MediaType::Crw, "crw"),
    (MediaType::Arw, "arw"),
    (MediaType::Raf, "raf"),
    (MediaType::Orf, "orf"),
    (MediaType::Rw2, "rw2"),
    (MediaType::Pef, "pef"),
    (MediaType::Iiq, "iiq"),
    (MediaType::Kdc, "kdc"),
    (MediaType::X3f, "x3f"),
    (MediaType::Mrw, "mrw"),
    (MediaType::Srw, "srw"),
];

/// The date that each of them states, where the container has room for one.
pub const TAKEN: &str = "2021:03:04 05:06:07";

/// A raw to be made.
#[derive(Debug, Clone)]
pub struct SplicedRaw<'a> {
    media_type: MediaType,
    large: &'a [u8],
    small: Option<&'a [u8]>,
    orientation: u16,
    sensor: (u32, u32),
}

impl<'a> SplicedRaw<'a> {
    /// A raw of this type with this JPEG as its (largest) preview; its sensor is as large as the picture.
    ///
    /// # Panics
    /// When the bytes are no JPEG with a frame header.
    #[must_use]
    pub fn of(media_type: MediaType, preview: &'a [u8]) -> SplicedRaw<'a> {
        SplicedRaw { media_type, large: preview, small: None, orientation: 1, sensor: jpeg_size(preview) }
    }

    /// With a smaller preview beside, where the type has room for a second.
    #[must_use]
    pub fn small(mut self, preview: &'a [u8]) -> SplicedRaw<'a> {
        self.small = Some(preview);
        self
    }

    /// With this orientation in its EXIF, 1 to 8.
    #[must_use]
    pub fn orientation(mut self, orientation: u16) -> SplicedRaw<'a> {
        self.orientation = orientation;
        self
    }

    /// With a sensor of this size.
    #[must_use]
    pub fn sensor(mut self, width: u32, height: u32) -> SplicedRaw<'a> {
        self.sensor = (width, height);
        self
    }

    /// Make and model.
    #[must_use]
    pub fn camera(&self) -> (&'static str, &'static str) {
        match self.media_type {
            MediaType::Dng => ("LEICA CAMERA AG", "LEICA Q2"),
            MediaType::Nef => ("NIKON CORPORATION", "NIKON D750"),
            MediaType::Cr2 => ("Canon", "Canon EOS 6D"),
            MediaType::Cr3 => ("Canon", "Canon EOS R6"),
            MediaType::Crw => ("Canon", "Canon EOS 10D"),
            MediaType::Arw => ("SONY", "ILCE-7M3"),
            MediaType::Raf => ("FUJIFILM", "X-T3"),
            MediaType::Orf => ("OLYMPUS CORPORATION", "E-M5MarkII"),
            MediaType::Rw2 => ("Panasonic", "DMC-GX7"),
            MediaType::Pef => ("RICOH IMAGING COMPANY, LTD.", "PENTAX K-3"),
            MediaType::Iiq => ("Phase One", "IQ180"),
            MediaType::Kdc => ("EASTMAN KODAK COMPANY", "KODAK P880 ZOOM DIGITAL CAMERA"),
            MediaType::X3f => ("SIGMA", "SIGMA SD14"),
            MediaType::Mrw => ("KONICA MINOLTA", "DYNAX 7D"),
            _ => ("SAMSUNG", "NX300"),
        }
    }

    /// The bytes of the file.
    ///
    /// # Panics
    /// For a type that is not of [`TYPES`].
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self.media_type {
            MediaType::Cr3 => boxes::cr3(self),
            MediaType::Crw => containers::crw(self),
            MediaType::Raf => containers::raf(self),
            MediaType::X3f => containers::x3f(self),
            MediaType::Mrw => containers::mrw(self),
            _ => directories::tiff(self),
        }
    }

    /// EXIF as the camera would write it into a JPEG.
    fn exif(&self) -> Exif {
        let (make, model) = self.camera();
        Exif::camera(make, model).taken(TAKEN).orientation(self.orientation)
    }

    /// The large preview with EXIF in it, for containers that keep EXIF nowhere else.
    fn large_with_exif(&self) -> Vec<u8> {
        lightproof_darkroom::jpeg::with_exif(self.large, &self.exif().tiff())
    }

    /// Noise of so many bits for a pixel.
    fn noise(&self, bits: u32) -> Vec<u8> {
        let bytes = u64::from(self.sensor.0) * u64::from(self.sensor.1) * u64::from(bits) / 8;
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut byte = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // No marker of a JPEG, no run of zeros.
            (state >> 40) as u8 & 0x7F | 1
        };
        (0..bytes).map(|_| byte()).collect()
    }

    /// Noise that begins and ends as a lossless JPEG does (T.81, annex H).
    fn lossless(&self) -> Vec<u8> {
        let (width, height) = (self.sensor.0 as u16, self.sensor.1 as u16);
        let mut jpeg = vec![0xFF, 0xD8, 0xFF, 0xC4, 0, 21, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2];
        jpeg.extend([0xFF, 0xC3, 0, 11, 14]);
        jpeg.extend(height.to_be_bytes());
        jpeg.extend(width.to_be_bytes());
        jpeg.extend([1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0]);
        jpeg.extend(self.noise(4));
        jpeg.extend([0xFF, 0xD9]);
        jpeg
    }
}

/// Width and height in a JPEG's frame header.
fn jpeg_size(jpeg: &[u8]) -> (u32, u32) {
    let mut at = 2;
    loop {
        let head = jpeg.get(at..at + 9).expect("a JPEG has a frame header before its end");
        let number = |on: usize| u32::from(u16::from_be_bytes([head[on], head[on + 1]]));
        if matches!(head[1], 0xC0..=0xC2) {
            return (number(7), number(5));
        }
        at += 2 + number(2) as usize;
    }
}
