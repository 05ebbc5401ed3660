//! Letterbox bars: a preview of a fixed shape shows a picture of another one between dark bars.
//!
//! Exif thumbnails are 160×120 as a rule (DCF 2.0, 3.3.5), whatever the picture's shape; so are those of many raws. Bars are looked for on all four sides
//! and believed if what they leave has the picture's aspect; in a dark picture, where its own margins pass for bars, they must
//! lie where the two aspects say.
//! Absent on purpose: bars of any other tone, and borders within the picture (`fingerprint` trims those).

use std::ops::Range;

use super::gray::Reduced;

/// How far the aspects of a preview and its picture may differ, as a share: a side of 90 pixels is rounded by one in ninety.
const ASPECT: f32 = 0.03;
/// The same for what bars leave, whose edges are known to a pixel on either side.
const ASPECT_WITHIN: f32 = 0.06;
/// The mean gray of a bar, at most: video black is 16, and the picture's edge rings into it.
const DARK: f32 = 40.0;
/// How far the grays of a bar may lie apart.
const ONE_TONE: f32 = 48.0;
/// The widest bar on one side, as a share.
const WIDEST: usize = 4;

/// The preview without bars, when it then has this aspect.
///
/// # Errors
/// The preview as it was, when it has not.
pub(crate) fn within_bars(preview: Reduced, aspect: f32) -> Result<Reduced, Reduced> {
    let near = |own: f32, within: f32| (own / aspect - 1.0).abs() <= within;
    if near(preview.across / preview.down, ASPECT) {
        return Ok(preview);
    }
    let (x, y) = found(&preview);
    let within = near(x.len() as f32 / y.len() as f32, ASPECT_WITHIN);
    let cut = if within { cut(&preview, x, y) } else { expected(&preview, aspect) };
    cut.ok_or(preview)
}

/// Columns and rows that are left when dark lines are taken off all four sides.
fn found(preview: &Reduced) -> (Range<usize>, Range<usize>) {
    let (columns, rows) = (preview.width, preview.height);
    let bar = |most: usize, is_dark: &dyn Fn(usize) -> bool| {
        // The line that the edge runs through belongs neither to the bar nor to the picture.
        (0..most).position(|i| !is_dark(i)).map_or(most, |dark| if dark > 0 { dark + 1 } else { 0 })
    };
    let column = |x: usize| is_bar(preview, x..x + 1, 0..rows);
    let row = |y: usize| is_bar(preview, 0..columns, y..y + 1);
    let (wide, high) = (columns / WIDEST, rows / WIDEST);
    let x = bar(wide, &column)..columns - bar(wide, &|i| column(columns - 1 - i));
    let y = bar(high, &row)..rows - bar(high, &|i| row(rows - 1 - i));
    (x, y)
}

/// The part within bars that lie where the aspects say, if they are dark.
fn expected(preview: &Reduced, aspect: f32) -> Option<Reduced> {
    let (width, height, columns, rows) = (preview.across, preview.down, preview.width, preview.height);
    let beside = ((width - height * aspect) / 2.0).max(0.0);
    let above = ((height - width / aspect) / 2.0).max(0.0);
    let surely = |edge: f32| (edge - 0.5).floor().max(0.0) as usize;
    let (side, top) = (surely(beside), surely(above));
    if side + top == 0 || side * 2 >= columns || top * 2 >= rows {
        return None;
    }
    let dark = if top > 0 {
        is_bar(preview, 0..columns, 0..top) && is_bar(preview, 0..columns, rows - top..rows)
    } else {
        is_bar(preview, 0..side, 0..rows) && is_bar(preview, columns - side..columns, 0..rows)
    };
    let inside = |edge: f32, cells: usize, extent: f32| edge.ceil() as usize..((extent - edge).floor() as usize).min(cells);
    if dark { cut(preview, inside(beside, columns, width), inside(above, rows, height)) } else { None }
}

fn cut(preview: &Reduced, x: Range<usize>, y: Range<usize>) -> Option<Reduced> {
    let cells = y.clone().flat_map(|row| preview.cells[row * preview.width..][x.clone()].iter().copied()).collect();
    Reduced::new(x.len(), y.len(), cells)
}

fn is_bar(preview: &Reduced, columns: Range<usize>, rows: Range<usize>) -> bool {
    let cells = || rows.clone().flat_map(|row| preview.cells[row * preview.width..][columns.clone()].iter().copied());
    let (low, high) = cells().fold((f32::MAX, f32::MIN), |(low, high), cell| (low.min(cell), high.max(cell)));
    let count = (rows.len() * columns.len()) as f32;
    high - low <= ONE_TONE && cells().sum::<f32>() / count <= DARK
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A light picture of this size with bars of a tone.
    fn preview(width: usize, height: usize, beside: usize, above: usize, bar: f32) -> Reduced {
        let cell = |i: usize| {
            let (x, y) = (i % width, i / width);
            let inside = x >= beside && x < width - beside && y >= above && y < height - above;
            if inside { 120.0 + (x % 64) as f32 } else { bar }
        };
        Reduced::new(width, height, (0..width * height).map(cell).collect()).unwrap()
    }

    #[test]
    fn dark_bars_are_cut_where_the_aspects_say() {
        for (beside, above, aspect, bar, shown) in [
            (0, 0, 4.0 / 3.0, 0.0, Some((160, 120))),
            (0, 0, 1.34, 0.0, Some((160, 120))),
            (0, 7, 1.5, 0.0, Some((160, 104))),
            (4, 10, 1.5, 0.0, Some((150, 98))),
            (0, 15, 16.0 / 9.0, 16.0, Some((160, 88))),
            (35, 0, 0.75, 3.0, Some((88, 120))),
            (20, 0, 1.0, 8.0, Some((118, 120))),
            // No bars where they should be, bars that are not dark, and bars for another aspect.
            (0, 0, 1.5, 0.0, None),
            (0, 15, 16.0 / 9.0, 200.0, None),
            (0, 7, 16.0 / 9.0, 0.0, None),
            (0, 0, 0.75, 0.0, None),
            (0, 0, 1e9, 0.0, None),
            (0, 0, 1e-9, 0.0, None),
        ] {
            let cut = within_bars(preview(160, 120, beside, above, bar), aspect).ok();
            assert_eq!(cut.as_ref().map(|r| (r.width, r.height)), shown, "{beside} {above} {aspect} {bar}");
            assert!(cut.is_none_or(|r| r.cells.iter().all(|&cell| cell > 50.0)), "a bar is left: {aspect}");
        }
    }

    #[test]
    fn in_a_dark_picture_the_bars_lie_where_the_aspects_say() {
        // Dark on all sides but for a light in the middle: its own margins pass for bars.
        let cell = |i: usize| if (60..100).contains(&(i % 160)) && (50..70).contains(&(i / 160)) { 200.0 } else { 5.0 };
        let night = Reduced::new(160, 120, (0..160 * 120).map(cell).collect()).unwrap();
        let cut = within_bars(night, 1.5).unwrap();
        assert_eq!((cut.width, cut.height), (160, 106));
    }
}
