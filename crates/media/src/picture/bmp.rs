//! BMP: gray from its rows; the digest is of all bytes, for there is no metadata in it.
//!
//! Integrity: every row is there, or the runs reach their end mark. A BMP holds no checksum, so that what was overwritten
//! in place does not show. Absent on purpose: JPEG and PNG within BMP, and repair of wrong headers.

mod layout;
mod pixels;

use self::{
    layout::{Coding, Layout},
    pixels::Found,
};
use super::{Limits, Look, NoGray, digest::ImageHasher, gray::Shrinker, rows::Rows, too_large, trailing};

/// Pixels that are read for each byte that a decode may take: it is time that they cost.
const MOST_PER_BYTE: u64 = 4;

/// Looks at a BMP.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let mut hasher = ImageHasher::new("bmp");
    hasher.data("all", bytes);
    let mut look = Look { digest: hasher.finish(), ..Look::default() };
    let layout = match layout::read(bytes) {
        Ok(layout) => layout,
        Err(fault) => {
            look.faults.push(fault);
            return look;
        }
    };
    look.dimensions = Some(layout.dimensions);
    let (height, start) = (u64::from(layout.dimensions.height), layout.start as u64);
    let mut shrinker = Shrinker::new(layout.dimensions.width, layout.dimensions.height);
    let rows = match found(bytes, &layout, limits, &mut shrinker) {
        Ok(found) => found,
        Err(why) if matches!(layout.coding, Coding::Other(_)) => {
            let there = (bytes.len() as u64).saturating_sub(start);
            (look.gray, look.share) = (Err(why), 1.0);
            look.checked = layout.stated > 0;
            if layout.stated > there {
                look.faults.push(format!("truncated: {there} of {} bytes of pixels are there", layout.stated));
            }
            return look;
        }
        Err(why) => {
            let least = layout.row_bytes().saturating_mul(height - 1).saturating_add(layout.used_row_bytes());
            (look.gray, look.share) = (Err(why), 1.0);
            look.checked = layout.coding == Coding::Plain;
            if look.checked && start.saturating_add(least) > bytes.len() as u64 {
                look.faults.push("truncated: not all rows are there".to_owned());
            }
            return look;
        }
    };
    if rows.there < height {
        look.faults.push(format!("truncated: {} of {height} rows are there", rows.there));
    }
    look.share = rows.there as f32 / height as f32;
    look.gray = shrinker.finish().ok_or_else(NoGray::default);
    look.notes.extend(trailing(bytes.get(rows.end..).unwrap_or_default()));
    look
}

/// Decodes into rows, for which `begin` is told width and height.
pub(crate) fn pixels<R: Rows>(
    bytes: &[u8],
    limits: &Limits,
    begin: impl FnOnce(u32, u32) -> Result<R, NoGray>,
) -> Result<Result<R, NoGray>, String> {
    let layout = layout::read(bytes)?;
    let mut rows = match begin(layout.dimensions.width, layout.dimensions.height) {
        Ok(rows) => rows,
        Err(why) => return Ok(Err(why)),
    };
    Ok(found(bytes, &layout, limits, &mut rows).map(|_| rows))
}

fn found(bytes: &[u8], layout: &Layout, limits: &Limits, rows: &mut impl Rows) -> Result<Found, NoGray> {
    let pixels = u64::from(layout.dimensions.width).saturating_mul(layout.dimensions.height.into());
    match layout.coding {
        Coding::Other(coding) => Err(NoGray::new(format!("a kind of BMP that is not decoded: coding {coding}"))),
        Coding::Plain if pixels / MOST_PER_BYTE <= limits.decoded_bytes => Ok(pixels::plain(bytes, layout, rows)),
        Coding::Runs { halves } if pixels.saturating_mul(halves.div_ceil(2) as u64) <= limits.decoded_bytes => {
            Ok(pixels::runs(bytes, layout, rows))
        }
        _ => Err(too_large(pixels, limits)),
    }
}

#[cfg(test)]
mod tests;
