//! Bars: the uniform dark margins that a camera adds where its preview has another shape than its picture.
//!
//! A thumbnail of 160×120 of a 3:2 sensor has them above and below. They are cut off only where the shape of the sensor
//! says that they must be, so that a night sky stays.
//! Absent on purpose: borders within the picture (`fingerprint` trims those), and previews that are crops.

use lightproof_model::probe::Dimensions;

use crate::picture::gray::Reduced;

/// Shapes nearer than this are the same: sensors have margins.
const SAME_SHAPE: f32 = 0.03;
/// The lightest bar, and how far its cells may stray, in grays.
const DARK: f32 = 40.0;
const STRAY: f32 = 24.0;

/// The picture without bars, where the sensor's size says that there are any.
pub(super) fn without_bars(reduced: Reduced, preview: Option<Dimensions>, sensor: Option<Dimensions>) -> Reduced {
    let (Some(preview), Some(sensor)) = (preview, sensor) else { return reduced };
    let shape = |d: Dimensions| d.width as f32 / d.height.max(1) as f32;
    let wanted = match (shape(preview) >= 1.0) == (shape(sensor) >= 1.0) {
        true => shape(sensor),
        // The preview has been turned upright.
        false => 1.0 / shape(sensor),
    };
    let ratio = shape(preview) / wanted;
    if !ratio.is_finite() || (ratio - 1.0).abs() < SAME_SHAPE {
        return reduced;
    }
    if ratio < 1.0 {
        let (top, bottom) = bars(&reduced, reduced.height, reduced.down * (1.0 - ratio) / 2.0, Axis::Rows);
        cropped(reduced, (0, 0), (top, bottom))
    } else {
        let (left, right) = bars(&reduced, reduced.width, reduced.across * (1.0 - 1.0 / ratio) / 2.0, Axis::Columns);
        cropped(reduced, (left, right), (0, 0))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Axis {
    Rows,
    Columns,
}

/// How many lines at each end are bar, given how many there should be; none unless both ends agree.
fn bars(reduced: &Reduced, lines: usize, expected: f32, axis: Axis) -> (usize, usize) {
    let most = (expected.ceil() as usize).min(lines / 3);
    let count = |at: &dyn Fn(usize) -> usize| (0..most).take_while(|&i| is_bar(reduced, at(i), axis)).count();
    let (ahead, back) = (count(&|i| i), count(&|i| lines - 1 - i));
    let least = (expected.floor() as usize).saturating_sub(1).max(1);
    if ahead >= least && back >= least { (ahead, back) } else { (0, 0) }
}

fn is_bar(reduced: &Reduced, line: usize, axis: Axis) -> bool {
    let (first, step, cells) = match axis {
        Axis::Rows => (line * reduced.width, 1, reduced.width),
        Axis::Columns => (line, reduced.width, reduced.height),
    };
    let (mut low, mut high) = (f32::MAX, f32::MIN);
    for &cell in reduced.cells[first..].iter().step_by(step).take(cells) {
        (low, high) = (low.min(cell), high.max(cell));
    }
    high <= DARK && high - low <= STRAY
}

fn cropped(reduced: Reduced, (left, right): (usize, usize), (top, bottom): (usize, usize)) -> Reduced {
    if left + right + top + bottom == 0 {
        return reduced;
    }
    let (width, height) = (reduced.width - left - right, reduced.height - top - bottom);
    let rows = reduced.cells.chunks_exact(reduced.width).skip(top).take(height);
    let cells = rows.flat_map(|row| &row[left..left + width]).copied().collect();
    Reduced::new(width, height, cells).unwrap_or(reduced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn barred(bar: usize, inside: f32) -> Reduced {
        let cells = (0..120 * 160).map(|i| if (bar..120 - bar).contains(&(i / 160)) { inside } else { 6.0 + (i % 3) as f32 });
        Reduced::new(160, 120, cells.collect()).unwrap()
    }

    const THUMBNAIL: Option<Dimensions> = Some(Dimensions { width: 160, height: 120 });

    #[test]
    fn bars_go_where_the_shape_of_the_sensor_says_that_they_are() {
        let wide = Some(Dimensions { width: 3000, height: 2000 });
        let same = Some(Dimensions { width: 4000, height: 3000 });
        for (bar, inside, sensor, left) in
            [(7, 120.0, wide, 106), (7, 30.0, wide, 106), (7, 120.0, same, 120), (7, 120.0, None, 120), (2, 120.0, wide, 120)]
        {
            let cut = without_bars(barred(bar, inside), THUMBNAIL, sensor);
            assert_eq!((cut.width, cut.height), (160, left), "bar {bar} inside {inside} sensor {sensor:?}");
        }
    }
}
