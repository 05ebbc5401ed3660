//! Pictures as the tests compare them: by the mean colour of each field of a grid.

use lightproof_media::{
    picture::Limits,
    showing::{NotShown, Shown, Wanted, show},
    sniff,
};
use lightproof_model::media_type::MediaType;

pub type Rgb = [f32; 3];

pub const SMALL: Wanted = Wanted { longest_side: 480 };

/// Pixels in memory, three bytes each.
pub struct Pixels {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

impl Pixels {
    /// The picture that a shown JPEG holds.
    pub fn of(shown: &Shown) -> Pixels {
        let pixels = Pixels::of_jpeg(&shown.jpeg);
        assert_eq!((pixels.width as u32, pixels.height as u32), (shown.width, shown.height));
        pixels
    }

    pub fn of_jpeg(jpeg: &[u8]) -> Pixels {
        let mut decoder = zune_jpeg::JpegDecoder::new(zune_core::bytestream::ZCursor::new(jpeg));
        let rgb = decoder.decode().unwrap();
        let (width, height) = decoder.dimensions().unwrap();
        assert_eq!(rgb.len(), width * height * 3, "what is shown is always in colour");
        Pixels { width, height, rgb }
    }

    /// The mean colour of a part, in shares of the sides.
    pub fn mean(&self, across: [f32; 2], down: [f32; 2]) -> Rgb {
        let part = |[from, to]: [f32; 2], length: usize| {
            let from = ((from * length as f32) as usize).min(length - 1);
            from..((to * length as f32).ceil() as usize).clamp(from + 1, length)
        };
        let (columns, rows) = (part(across, self.width), part(down, self.height));
        let mut sum = [0f32; 3];
        for y in rows.clone() {
            for pixel in self.rgb[(y * self.width + columns.start) * 3..(y * self.width + columns.end) * 3].chunks_exact(3) {
                sum.iter_mut().zip(pixel).for_each(|(sum, &sample)| *sum += f32::from(sample));
            }
        }
        sum.map(|sum| sum / (rows.len() * columns.len()) as f32)
    }

    /// The four corners: upper left, upper right, lower left, lower right.
    pub fn corners(&self) -> [Rgb; 4] {
        let (first, last) = ([0.1, 0.3], [0.7, 0.9]);
        [self.mean(first, first), self.mean(last, first), self.mean(first, last), self.mean(last, last)]
    }

    /// How far it is from another one, in steps of 255: the mean over a grid, and the worst field.
    pub fn apart(&self, other: &Pixels) -> (f32, f32) {
        const SIDE: usize = 12;
        let field = |i: usize| [i as f32 / SIDE as f32, (i + 1) as f32 / SIDE as f32];
        let fields = (0..SIDE * SIDE).map(|i| {
            let (across, down) = (field(i % SIDE), field(i / SIDE));
            let (a, b) = (self.mean(across, down), other.mean(across, down));
            a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        });
        let fields: Vec<f32> = fields.collect();
        (fields.iter().sum::<f32>() / fields.len() as f32, fields.iter().copied().fold(0.0, f32::max))
    }
}

pub fn near(seen: Rgb, expected: Rgb, within: f32) -> bool {
    seen.iter().zip(expected).all(|(a, b)| (a - b).abs() <= within)
}

/// Shows bytes as what they are.
pub fn shown_as(bytes: &[u8], orientation: Option<u16>, wanted: Wanted) -> Result<Shown, NotShown> {
    show(bytes, media_type(bytes), orientation, wanted, &Limits::default())
}

pub fn media_type(bytes: &[u8]) -> MediaType {
    sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], None)
}
