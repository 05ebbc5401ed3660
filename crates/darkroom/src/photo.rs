//! `Photo`: a photograph to be made, from scene to file.
//!
//! The order of calls is the order of edits: `drawn(1).resized(320, 240).turned()` is resized, then turned.

use crate::{canvas::Canvas, exif::Exif, jpeg, scene::Scene};

/// A photograph to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    scene: Scene,
    size: (u32, u32),
    edits: Vec<Edit>,
    exif: Option<Exif>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Edit {
    Resized(u32, u32),
    Turned,
    Mirrored,
    Cropped(f32),
    Bordered(u32),
    Lightened(i16),
}

impl Photo {
    /// A photograph of the scene of a seed, 640×480 pixels, without EXIF.
    #[must_use]
    pub fn drawn(seed: u64) -> Self {
        Self { scene: Scene { seed, frame: 0 }, size: (640, 480), edits: Vec::new(), exif: None }
    }

    /// A later moment of the same scene: frame 0, 1, 2 … of a burst.
    #[must_use]
    pub fn frame(mut self, frame: u32) -> Self {
        self.scene.frame = frame;
        self
    }

    /// The size in which it is taken, in pixels.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    fn edited(mut self, edit: Edit) -> Self {
        self.edits.push(edit);
        self
    }

    /// Resized after it was taken.
    #[must_use]
    pub fn resized(self, width: u32, height: u32) -> Self {
        self.edited(Edit::Resized(width, height))
    }

    /// Its pixels turned clockwise by a quarter.
    #[must_use]
    pub fn turned(self) -> Self {
        self.edited(Edit::Turned)
    }

    /// Left and right exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        self.edited(Edit::Mirrored)
    }

    /// Only its middle: this share of each side, 0 to 1.
    #[must_use]
    pub fn cropped(self, share: f32) -> Self {
        self.edited(Edit::Cropped(share))
    }

    /// With a white border of so many pixels.
    #[must_use]
    pub fn bordered(self, pixels: u32) -> Self {
        self.edited(Edit::Bordered(pixels))
    }

    /// Lighter by so many of 255 steps; darker when negative.
    #[must_use]
    pub fn lightened(self, steps: i16) -> Self {
        self.edited(Edit::Lightened(steps))
    }

    /// With this EXIF.
    #[must_use]
    pub fn exif(mut self, exif: Exif) -> Self {
        self.exif = Some(exif);
        self
    }

    /// With EXIF of an ordinary camera that has so many fields that count.
    #[must_use]
    pub fn exif_fields(self, count: u32) -> Self {
        self.exif(Exif::of_count(count))
    }

    /// Its metadata taken off: the encoded picture stays as it is.
    #[must_use]
    pub fn stripped(mut self) -> Self {
        self.exif = None;
        self
    }

    /// Its pixels.
    #[must_use]
    pub fn canvas(&self) -> Canvas {
        let taken = self.scene.drawn(self.size.0, self.size.1);
        self.edits.iter().fold(taken, |canvas, edit| match *edit {
            Edit::Resized(width, height) => canvas.resized(width, height),
            Edit::Turned => canvas.turned(),
            Edit::Mirrored => canvas.mirrored(),
            Edit::Cropped(share) => canvas.cropped(share),
            Edit::Bordered(pixels) => canvas.bordered(pixels),
            Edit::Lightened(steps) => canvas.lightened(steps),
        })
    }

    /// As a JPEG file of this quality, 1 to 100.
    #[must_use]
    pub fn jpeg(&self, quality: u8) -> Vec<u8> {
        let plain = jpeg::encoded(&self.canvas(), quality);
        match &self.exif {
            Some(exif) if !exif.is_empty() => jpeg::with_exif(&plain, &exif.tiff()),
            _ => plain,
        }
    }

    /// As a PNG file, its EXIF in an `eXIf` chunk.
    #[must_use]
    pub fn png(&self) -> Vec<u8> {
        let canvas = self.canvas();
        let mut info = png::Info::with_size(canvas.width(), canvas.height());
        info.color_type = png::ColorType::Rgb;
        info.bit_depth = png::BitDepth::Eight;
        info.exif_metadata = self.exif.as_ref().filter(|exif| !exif.is_empty()).map(|exif| exif.tiff().into());
        let mut bytes = Vec::new();
        let encoder = png::Encoder::with_info(&mut bytes, info).expect("a plain RGB picture is one that PNG can hold");
        let mut writer = encoder.write_header().expect("writing to memory cannot fail");
        writer.write_image_data(canvas.rgb()).expect("a canvas has all its pixels");
        drop(writer);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_call_gives_the_same_bytes() {
        let photo = Photo::drawn(3).size(120, 80).exif_fields(9);
        assert_eq!(photo.jpeg(80), photo.clone().jpeg(80));
        assert_ne!(photo.jpeg(80), Photo::drawn(4).size(120, 80).exif_fields(9).jpeg(80));
    }

    #[test]
    fn stripping_leaves_the_encoded_picture_as_it_is() {
        let photo = Photo::drawn(3).size(120, 80).exif_fields(9);
        let (with, without) = (photo.jpeg(80), photo.stripped().jpeg(80));
        // Behind its first segment, EXIF or JFIF, each is the same.
        let picture = |jpeg: &[u8]| jpeg[4 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]))..].to_vec();
        assert_ne!(with.len(), without.len());
        assert_eq!(picture(&with), picture(&without));
    }

    #[test]
    fn a_png_holds_the_pixels_and_the_exif() {
        let photo = Photo::drawn(3).size(40, 30).exif_fields(5);
        let bytes = photo.png();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels, photo.canvas().rgb());
        let exif = exif::Reader::new().read_from_container(&mut std::io::Cursor::new(&bytes)).unwrap();
        assert_eq!(exif.fields().count(), 5);
    }

    #[test]
    fn edits_happen_in_the_order_in_which_they_were_asked_for() {
        let photo = Photo::drawn(1).size(90, 60);
        assert_eq!(photo.clone().turned().resized(20, 30).canvas().width(), 20);
        assert_eq!(photo.clone().resized(30, 20).turned().canvas().width(), 20);
        assert_eq!(photo.bordered(5).cropped(0.5).canvas().width(), 50);
    }
}
