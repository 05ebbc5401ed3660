//! The preview that stands for a camera raw, in colour.
//!
//! Absent on purpose: developing sensor data; what the camera made of it is what is shown.

use lightproof_model::{media_type::MediaType, probe::Dimensions};

use super::{Drawn, NotShown, Wanted, beginning, jpeg};
use crate::picture::{
    Limits,
    raw::{self, PickedAs},
    rows::{Rgb, Rows, Tone},
};

/// Decodes and reduces the largest preview that decodes.
pub(super) fn drawn(
    bytes: &[u8],
    media_type: MediaType,
    orientation: Option<u16>,
    wanted: Wanted,
    limits: &Limits,
) -> Result<Drawn, NotShown> {
    let Some((picked, orientation)) = raw::preview(bytes, media_type, orientation) else {
        return Err(NotShown::Beyond(
            "the raw holds no preview that can be decoded, and sensor data is not developed".to_owned(),
        ));
    };
    let drawn = match picked.kept {
        PickedAs::Jpeg(bytes) => jpeg::drawn(&bytes, wanted, limits)?,
        PickedAs::Pixels { bytes, samples, row } => {
            let size = picked.size.unwrap_or(Dimensions { width: 0, height: 0 });
            let mut reducer = beginning(size.width, size.height, wanted, limits)?;
            for line in bytes.chunks_exact(row.max(1)).take(size.height as usize) {
                reducer.row(line.chunks_exact(samples.max(1)).map(Rgb::of));
            }
            Drawn::of(reducer, None)?
        }
    };
    // The raw's own word, or that the preview was turned already.
    Ok(Drawn { orientation: Some(orientation.unwrap_or(1)), ..drawn })
}
