//! The timeline: assets by month as bars, those with anomalies hatched in another colour; and the same as a table.
//!
//! A bar leads to the assets of its month. The bars are for the eye and the mouse: keyboards and screen readers have the table.

use std::collections::BTreeMap;

use lightproof_model::summary::Summary;
use maud::{Markup, html};

use super::{leads, link, number};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 60.0;
/// Where bars end: behind the last one there is room for its year.
const RIGHT: f64 = 964.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 212.0;
/// More bars than this cannot be told apart: then a bar is a year.
const MOST_BARS: i32 = 360;

/// A bar: a month or a year.
struct Bar {
    /// Which one among all, empty ones counted.
    at: i32,
    /// How its date begins.
    dated: String,
    assets: u64,
    anomalous: u64,
}

/// The chart with its table.
pub fn section(summary: &Summary) -> Markup {
    let timeline = summary.timeline();
    let months: Vec<_> = timeline.months().collect();
    let undated: Vec<_> = summary.by_undated().collect();
    let outside = timeline.outside();
    html! {
        section aria-labelledby="timeline" {
            h2 #timeline { "Timeline" }
            p { (timeline.text_alternative()) }
            @if !months.is_empty() {
                (picture(&months.iter().map(|(month, count)| (month.year, month.month, *count)).collect::<Vec<_>>()))
                details {
                    summary { "The timeline as a table" }
                    div.table tabindex="0" role="region" aria-labelledby="timeline" { table {
                        caption { "Assets by month; behind a stroke those with an anomaly that holds back a ranking" }
                        thead { tr { th scope="col" { "Year" } @for month in 1..=12 { th.number scope="col" { (format!("{month:02}")) } } th.number scope="col" { "all" } } }
                        tbody { @for (year, of_year) in by_year(&months.iter().map(|(m, c)| (m.year, m.month, *c)).collect::<Vec<_>>()) { tr {
                            @let dated = format!("{year:04}");
                            th scope="row" { (dated) }
                            @for month in 1..=12 {
                                td.number { @if let Some(count) = of_year.get(&month) { (cell(&format!("{dated}-{month:02}"), *count)) } }
                            }
                            td.number { (cell(&dated, of_year.values().fold((0, 0), |sum, c| (sum.0 + c.0, sum.1 + c.1)))) }
                        } } }
                    } }
                }
            }
            @if outside.0 > 0 { p { (number(outside.0)) " dated centuries away are not in the picture." } }
            @if !undated.is_empty() {
                p { "Without a date: "
                    @for (at, (why, count)) in undated.iter().enumerate() {
                        @if at > 0 { "; " } (leads(*count, &link("/assets", &[("undated", why.word())]))) " because of " (why.words())
                    } "." }
            }
        }
    }
}

fn cell(dated: &str, (assets, anomalous): (u64, u64)) -> Markup {
    html! {
        (leads(assets, &link("/assets", &[("dated", dated)])))
        @if anomalous > 0 { " / " (leads(anomalous, &anomalies_of(dated))) }
    }
}

fn anomalies_of(dated: &str) -> String {
    link("/anomalies", &[("dated", dated), ("blocking", "yes")])
}

type Counted = (i16, i8, (u64, u64));

fn by_year(months: &[Counted]) -> BTreeMap<i16, BTreeMap<i8, (u64, u64)>> {
    let mut years: BTreeMap<i16, BTreeMap<i8, (u64, u64)>> = BTreeMap::new();
    months.iter().for_each(|(year, month, count)| {
        years.entry(*year).or_default().insert(*month, *count);
    });
    years
}

/// Bars, and how many places there are for them.
fn bars(months: &[Counted]) -> (Vec<Bar>, i32, i32, i32) {
    let index = |year: i16, month: i8| i32::from(year) * 12 + i32::from(month) - 1;
    let first = months.first().map_or(0, |m| index(m.0, m.1));
    let last = months.last().map_or(0, |m| index(m.0, m.1));
    let step = if last - first < MOST_BARS { 1 } else { 12 };
    let origin = first.div_euclid(12) * 12;
    let places = (last - origin).div_euclid(step) + 1;
    let mut bars: Vec<Bar> = Vec::new();
    for (year, month, (assets, anomalous)) in months {
        let at = (index(*year, *month) - origin).div_euclid(step);
        let dated = if step == 1 { format!("{year:04}-{month:02}") } else { format!("{year:04}") };
        match bars.last_mut().filter(|bar| bar.at == at) {
            Some(bar) => (bar.assets, bar.anomalous) = (bar.assets + assets, bar.anomalous + anomalous),
            None => bars.push(Bar { at, dated, assets: *assets, anomalous: *anomalous }),
        }
    }
    (bars, places.max(12 / step), step, origin.div_euclid(12))
}

fn picture(months: &[Counted]) -> Markup {
    let (bars, places, step, first_year) = bars(months);
    let wide = ((RIGHT - LEFT) / f64::from(places)).min(60.0);
    let top = bars.iter().map(|bar| bar.assets).max().unwrap_or(1).max(1);
    // Even, so that the line at half of it is a number of assets, too.
    let top = if top > 2 { top.next_multiple_of(2) } else { 2 };
    // A single asset must not vanish beside a thousand.
    let height = |count: u64| if count == 0 { 0.0 } else { ((BOTTOM - TOP) * count as f64 / top as f64).max(2.0) };
    let gap = (wide * 0.15).min(4.0);
    let x = |at: i32| LEFT + f64::from(at) * wide;
    let years = f64::from(12 / step) * wide;
    let every = [1, 2, 5, 10, 20, 50].into_iter().find(|n| f64::from(*n) * years >= 44.0).unwrap_or(50);
    let last_year = first_year + (places * step - 1).div_euclid(12);
    html! {
        div.chart {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } aria-hidden="true" focusable="false" {
                defs { pattern #hatch width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect.odd-ground width="6" height="6" {} rect.odd-stroke width="3" height="6" {}
                } }
                @for part in [0.0, 0.5, 1.0] {
                    @let y = BOTTOM - (BOTTOM - TOP) * part;
                    line.grid x1=(LEFT) x2=(WIDTH) y1=(y) y2=(y) {}
                    text x=(LEFT - 6.0) y=(y + 4.0) text-anchor="end" { (number((top as f64 * part).round() as u64)) }
                }
                @for year in (first_year..=last_year).filter(|year| year.rem_euclid(every) == 0) {
                    @let left = x((year - first_year) * 12 / step);
                    line.axis x1=(left) x2=(left) y1=(BOTTOM) y2=(BOTTOM + 6.0) {}
                    text x=(left + 2.0) y=(BOTTOM + 20.0) { (year) }
                }
                @for bar in &bars {
                    @let (whole, odd) = (height(bar.assets), height(bar.anomalous).min(height(bar.assets)));
                    a href=(link("/assets", &[("dated", &bar.dated)])) tabindex="-1" {
                        title { (bar.dated) ": " (number(bar.assets)) " assets, " (number(bar.anomalous)) " of them with an anomaly" }
                        rect.hit x=(x(bar.at)) y=(TOP) width=(wide) height=(BOTTOM - TOP) {}
                        rect.bar x=(x(bar.at) + gap / 2.0) y=(BOTTOM - whole) width=(wide - gap) height=(whole - odd) {}
                    }
                    @if bar.anomalous > 0 {
                        a href=(anomalies_of(&bar.dated)) tabindex="-1" {
                            title { (bar.dated) ": " (number(bar.anomalous)) " assets with an anomaly" }
                            rect.odd fill="url(#hatch)" x=(x(bar.at) + gap / 2.0) y=(BOTTOM - odd) width=(wide - gap) height=(odd) {}
                        }
                    }
                }
            }
            @if step == 12 { p.legend { "The span is too long for months to be told apart: a bar is a year. The table has the months." } }
            p.legend aria-hidden="true" { span.sample {} " assets " span.sample.odd {} " with an anomaly that holds back a ranking" }
        }
    }
}
