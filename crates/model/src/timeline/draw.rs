//! Drawing a timeline: bars, scale, labels, legend.
//!
//! Colours stand as attributes for viewers without style sheets, and in the style sheet for light and dark.

use std::fmt::Write;

use super::{Count, Timeline};
use crate::summary::number;

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 64.0;
const BOTTOM: f64 = 320.0;
/// Room at the right for the undated bar.
const UNDATED: f64 = 96.0;
/// Below this many pixels a bar for a month cannot be told from its neighbours.
const THINNEST: f64 = 2.0;
/// Above this a bar looks like a wall.
const WIDEST: f64 = 56.0;
const SHORT: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const STYLE: &str = "
  text { font: 13px system-ui, sans-serif; fill: #33373d; }
  .title { font-size: 17px; font-weight: 600; }
  .ground { fill: #ffffff; } .grid { stroke: #dfe3e8; } .axis { stroke: #8a929c; }
  .assets { fill: #3b6ea8; } .anomalies { fill: #d9822b; } .undated { fill: #8a929c; }
  @media (prefers-color-scheme: dark) {
    text { fill: #d5d8de; }
    .ground { fill: #16181c; } .grid { stroke: #2c3138; } .axis { stroke: #7d858f; }
    .assets { fill: #7fb0e6; } .anomalies { fill: #f0a95b; } .undated { fill: #9aa2ac; }
  }
";

/// One bar: a month or a year.
struct Bar {
    /// Months since year 0 at its left edge.
    from: i32,
    count: Count,
}

/// How the dated part is laid out.
struct Layout {
    bars: Vec<Bar>,
    /// First month and number of months.
    first: i32,
    months: i32,
    /// Months in a bar: 1 or 12.
    step: i32,
    /// The count at the top of the scale.
    top: u64,
    /// Where the dated part ends.
    right: f64,
}

impl Layout {
    fn of(timeline: &Timeline) -> Layout {
        let right = WIDTH - RIGHT - if timeline.undated.0 > 0 { UNDATED } else { 0.0 };
        let first = timeline.months.keys().next().map_or(0, |month| month.index());
        let last = timeline.months.keys().next_back().map_or(0, |month| month.index());
        let monthly = f64::from(last - first + 1) * THINNEST <= right - LEFT;
        let step = if monthly { 1 } else { 12 };
        let (first, last) = (first.div_euclid(step) * step, last.div_euclid(step) * step + step - 1);
        let mut bars: Vec<Bar> = Vec::new();
        for (month, count) in &timeline.months {
            let from = month.index().div_euclid(step) * step;
            match bars.last_mut().filter(|bar| bar.from == from) {
                Some(bar) => bar.count = (bar.count.0 + count.0, bar.count.1 + count.1),
                None => bars.push(Bar { from, count: *count }),
            }
        }
        let fullest = bars.iter().map(|bar| bar.count.0).max().unwrap_or(timeline.undated.0);
        Layout { bars, first, months: last - first + 1, step, top: ceiling(fullest), right }
    }

    fn pixels_a_month(&self) -> f64 {
        ((self.right - LEFT) / f64::from(self.months)).min(WIDEST)
    }

    fn x(&self, month: i32) -> f64 {
        LEFT + f64::from(month - self.first) * self.pixels_a_month()
    }

    fn height(&self, count: u64) -> f64 {
        let full = BOTTOM - TOP;
        // A single asset must not vanish beside a thousand.
        if count == 0 { 0.0 } else { (full * count as f64 / self.top as f64).clamp(1.5, full) }
    }
}

/// The whole picture.
pub(super) fn svg(timeline: &Timeline) -> String {
    let layout = Layout::of(timeline);
    let alternative = escaped(&timeline.text_alternative());
    let title = if layout.step == 1 { "Assets by month" } else { "Assets by year" };
    let mut svg = Svg(String::new());
    svg.line(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-labelledby=\"title desc\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#33373d\">"));
    svg.line(&format!("<title id=\"title\">{title}</title>\n<desc id=\"desc\">{alternative}</desc>\n<style>{STYLE}</style>"));
    svg.line(&format!("<rect class=\"ground\" fill=\"#ffffff\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>"));
    svg.line(&format!("<text class=\"title\" x=\"{LEFT}\" y=\"30\" font-size=\"17\">{title}</text>"));
    scale(&mut svg, &layout);
    bars(&mut svg, &layout);
    labels(&mut svg, &layout);
    undated(&mut svg, &layout, timeline.undated);
    legend(&mut svg, timeline);
    svg.line("</svg>");
    svg.0
}

fn scale(svg: &mut Svg, layout: &Layout) {
    let step = tick(layout.top);
    let mut at = 0;
    while at <= layout.top {
        let y = BOTTOM - (BOTTOM - TOP) * at as f64 / layout.top as f64;
        let (class, colour) = if at == 0 { ("axis", "#8a929c") } else { ("grid", "#dfe3e8") };
        svg.line(&format!(
            "<line class=\"{class}\" stroke=\"{colour}\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>",
            WIDTH - RIGHT
        ));
        svg.text(LEFT - 8.0, y + 4.5, "end", &number(at));
        at = at.saturating_add(step);
    }
}

fn bars(svg: &mut Svg, layout: &Layout) {
    let wide = layout.pixels_a_month() * f64::from(layout.step);
    let gap = (wide * 0.15).min(6.0);
    for (class, colour) in [("assets", "#3b6ea8"), ("anomalies", "#d9822b")] {
        svg.line(&format!("<g class=\"{class}\" fill=\"{colour}\">"));
        for bar in &layout.bars {
            let (whole, part) = (layout.height(bar.count.0), layout.height(bar.count.1));
            // Anomalies stand at the foot, where bars of all heights can be compared.
            let (height, bottom) = if class == "anomalies" { (part, BOTTOM) } else { ((whole - part).max(0.0), BOTTOM - part) };
            if height > 0.0 {
                svg.rect(layout.x(bar.from) + gap / 2.0, bottom - height, wide - gap, height);
            }
        }
        svg.line("</g>");
    }
}

/// Years below the axis, as many as can be read; months too where there is room.
fn labels(svg: &mut Svg, layout: &Layout) {
    if layout.bars.is_empty() {
        return;
    }
    let month = layout.pixels_a_month();
    let end = layout.first + layout.months;
    let by_month = month >= 30.0;
    if by_month {
        for at in layout.first..end {
            svg.text(layout.x(at) + month / 2.0, BOTTOM + 18.0, "middle", SHORT[at.rem_euclid(12) as usize]);
        }
    }
    let every = [1, 2, 5, 10, 20, 50].into_iter().find(|years| f64::from(years * 12) * month >= 44.0).unwrap_or(50);
    let first_year = layout.first.div_euclid(12);
    for year in first_year..=(end - 1).div_euclid(12) {
        // A timeline that begins within a year names that year at its beginning, if there is room before the next.
        let begins = year == first_year && layout.first.rem_euclid(12) != 0;
        let room = f64::from((year + 1) * 12 - layout.first) * month >= 44.0;
        if (year.rem_euclid(every) != 0 && !(begins && every == 1)) || (begins && !room) {
            continue;
        }
        let x = layout.x((year * 12).max(layout.first));
        if x + 36.0 > layout.right && year != first_year {
            continue;
        }
        svg.line(&format!(
            "<line class=\"axis\" stroke=\"#8a929c\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{BOTTOM}\" y2=\"{:.1}\"/>",
            BOTTOM + 6.0
        ));
        svg.text(x + 2.0, BOTTOM + if by_month { 38.0 } else { 20.0 }, "start", &year.to_string());
    }
}

/// Undated assets stand apart at the right. Where they are more than the scale holds, the bar is cut and says so.
fn undated(svg: &mut Svg, layout: &Layout, count: Count) {
    if count.0 == 0 {
        return;
    }
    let (x, wide) = (WIDTH - RIGHT - UNDATED + 36.0, 40.0);
    let (height, part) = (layout.height(count.0), layout.height(count.1));
    svg.line("<g class=\"undated\" fill=\"#8a929c\">");
    svg.rect(x, BOTTOM - height, wide, (height - part).max(0.0));
    svg.line("</g>\n<g class=\"anomalies\" fill=\"#d9822b\">");
    if part > 0.0 {
        svg.rect(x, BOTTOM - part, wide, part);
    }
    svg.line("</g>");
    if count.0 > layout.top {
        svg.line(&format!("<path class=\"ground\" fill=\"#ffffff\" d=\"M{} {} l48 -10 v6 l-48 10 z\"/>", x - 4.0, TOP + 26.0));
    }
    svg.text(x + wide / 2.0, BOTTOM - height - 7.0, "middle", &number(count.0));
    svg.text(x + wide / 2.0, BOTTOM + 18.0, "middle", "undated");
}

fn legend(svg: &mut Svg, timeline: &Timeline) {
    let anomalous = timeline.undated.1 + timeline.outside.1 + timeline.months.values().map(|count| count.1).sum::<u64>();
    let mut x = LEFT + 190.0;
    let mut sample = |class: &str, colour: &str, text: String| {
        svg.line(&format!("<rect class=\"{class}\" fill=\"{colour}\" x=\"{x:.1}\" y=\"19\" width=\"13\" height=\"13\"/>"));
        svg.text(x + 19.0, 30.0, "start", &text);
        x += 40.0 + 7.2 * text.chars().count() as f64;
    };
    sample("assets", "#3b6ea8", "assets".to_owned());
    if anomalous > 0 {
        sample("anomalies", "#d9822b", format!("with anomalies to review ({})", number(anomalous)));
    }
    if timeline.outside.0 > 0 {
        svg.text(x, 30.0, "start", &format!("not shown, dated centuries away: {}", number(timeline.outside.0)));
    }
}

/// Text that grows element by element.
struct Svg(String);

impl Svg {
    fn line(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{text}");
    }

    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64) {
        self.line(&format!("<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\"/>"));
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        self.line(&format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>", escaped(text)));
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// 1, 2 or 5 times a power of ten, so that four to eight of them make the scale.
fn tick(top: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if top / step <= 6 {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// The next count above the fullest bar at which the scale can end.
fn ceiling(fullest: u64) -> u64 {
    let fullest = fullest.max(4);
    let step = tick(fullest);
    fullest.div_ceil(step).saturating_mul(step)
}
