//! The time axis of one camera body: shots that can be trusted, dates in doubt, and where decisions or suggestions put them.
//!
//! Three lanes with marks of their own shapes, so that colour says nothing alone. Shots that fall on one place share a mark.

use std::collections::BTreeMap;

use lightproof_engine::review::anomalies::body::{BodyView, ShotMark, Standing};
use lightproof_model::{asset::AssetId, moment::WallClock};
use maud::{Markup, html};

use crate::wording;

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 150.0;
/// Where marks end: behind the last one there is room for its year.
const RIGHT: f64 = 960.0;
const LANES: [f64; 3] = [34.0, 78.0, 122.0];
const BOTTOM: f64 = 150.0;
/// Places on the axis that can be told apart.
const PLACES: f64 = 220.0;

/// The axis, with the shot that the page is about marked.
pub fn section(body: &BodyView, here: Option<&AssetId>) -> Markup {
    let trusted: Vec<WallClock> = of(body, Standing::Trusted).filter_map(|shot| shot.at).collect();
    let doubted: Vec<&ShotMark> =
        body.shots.iter().filter(|shot| shot.standing != Standing::Trusted && shot.at.is_some()).collect();
    let put: Vec<(WallClock, &ShotMark)> = body.shots.iter().filter_map(|shot| Some((shot.put_at?, shot))).collect();
    let undated = body.shots.iter().filter(|shot| shot.at.is_none()).count();
    let all = || trusted.iter().copied().chain(doubted.iter().filter_map(|s| s.at)).chain(put.iter().map(|(at, _)| *at)).map(day);
    let (Some(first), Some(last)) = (all().reduce(f64::min), all().reduce(f64::max)) else {
        return html! { p.faint { "No shot of this camera has a date." } };
    };
    let span = (last - first).max(1.0);
    let across = |day: f64| LEFT + 10.0 + (day - first) / span * (RIGHT - LEFT - 10.0);
    let x = |at: WallClock| across(day(at));
    let years = years(first, last);
    let here_at = body.shots.iter().find(|shot| Some(&shot.asset) == here).and_then(|shot| shot.at);
    html! {
        section aria-labelledby="axis" {
            h2 #axis { "All shots of this camera in time" }
            p { (wording::counted(trusted.len(), "shot")) " with a date that nothing speaks against, "
                (wording::number(doubted.len())) " with a date in doubt or decided on"
                @if !put.is_empty() { ", " (wording::number(put.len())) " of them elsewhere by decision or suggestion" }
                @if undated > 0 { ", " (wording::number(undated)) " without a date" } "." }
            div.chart {
                svg viewBox={ "0 0 " (WIDTH) " 180" } aria-hidden="true" focusable="false" {
                    @for (lane, word) in LANES.iter().zip(["trusted", "recorded, in doubt", "decided or suggested"]) {
                        line.grid x1=(LEFT) x2=(WIDTH) y1=(lane) y2=(lane) {}
                        text x=(LEFT - 8.0) y=(lane + 4.0) text-anchor="end" { (word) }
                    }
                    @if years.is_empty() {
                        text x=(LEFT + 10.0) y=(BOTTOM + 16.0) { (date(first)) }
                        @if date(first) != date(last) { text x=(RIGHT) y=(BOTTOM + 16.0) text-anchor="end" { (date(last)) } }
                    }
                    @for year in &years {
                        @let left = across(year.1);
                        line.axis x1=(left) x2=(left) y1="16" y2=(BOTTOM) {}
                        text x=(left + 3.0) y=(BOTTOM + 16.0) { (year.0) }
                    }
                    @if let Some(at) = here_at { line.here x1=(x(at)) x2=(x(at)) y1="10" y2=(BOTTOM) {} }
                    @for (left, count, at) in places(trusted.iter().map(|at| (x(*at), *at))) {
                        @let half = 4.0 + 2.0 * (count as f64).log2().min(5.0);
                        line.trusted x1=(left) x2=(left) y1=(LANES[0] - half) y2=(LANES[0] + half) { title { (wording::counted(count, "trusted shot")) " about " (at.date()) } }
                    }
                    @for (left, count, at) in places(doubted.iter().filter(|s| s.standing == Standing::Open).filter_map(|s| Some((x(s.at?), s.at?)))) {
                        path.doubt d=(triangle(left, LANES[1])) { title { (wording::counted(count, "recorded date")) " in doubt about " (at.date()) } }
                    }
                    @for (left, count, at) in places(doubted.iter().filter(|s| s.standing == Standing::Decided).filter_map(|s| Some((x(s.at?), s.at?)))) {
                        rect.decided x=(left - 4.0) y=(LANES[1] - 4.0) width="8" height="8" { title { (wording::counted(count, "shot")) " decided on about " (at.date()) } }
                    }
                    @for (left, count, at) in places(put.iter().map(|(at, _)| (x(*at), *at))) {
                        path.put d=(diamond(left, LANES[2])) { title { (wording::counted(count, "shot")) " put about " (at.date()) " by decision or suggestion" } }
                    }
                }
                p.legend { "Strokes: trusted. Triangles: recorded dates in doubt. Squares: decided on. Hollow diamonds: where decisions, or else suggestions, put them."
                    @if here_at.is_some() { " The dashed line is this photograph." } }
            }
        }
    }
}

fn of(body: &BodyView, standing: Standing) -> impl Iterator<Item = &ShotMark> {
    body.shots.iter().filter(move |shot| shot.standing == standing)
}

/// Days, with their fraction.
fn day(at: WallClock) -> f64 {
    let seconds = (at.to_zoned(jiff::tz::TimeZone::UTC)).map_or(0, |at| at.timestamp().as_second());
    seconds as f64 / 86_400.0
}

/// The date of a day, for an axis on which no year begins.
fn date(day: f64) -> String {
    jiff::Timestamp::from_second((day * 86_400.0) as i64).map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
}

/// What falls on one place of the axis is one mark, with its count and its first date.
fn places(all: impl Iterator<Item = (f64, WallClock)>) -> Vec<(f64, usize, WallClock)> {
    let wide = (WIDTH - LEFT) / PLACES;
    let mut found: BTreeMap<i64, (usize, WallClock)> = BTreeMap::new();
    for (x, at) in all {
        let place = found.entry((x / wide).round() as i64).or_insert((0, at));
        *place = (place.0 + 1, place.1.min(at));
    }
    found.into_iter().map(|(place, (count, at))| (place as f64 * wide, count, at)).collect()
}

/// Years that fall on the axis, as many as can be read.
fn years(first: f64, last: f64) -> Vec<(i16, f64)> {
    let year_of = |day: f64| 1970 + (day / 365.2425).floor() as i32;
    let (from, to) = (year_of(first), year_of(last) + 1);
    let every = [1, 2, 5, 10, 20, 50, 100].into_iter().find(|n| (to - from) / n <= 16).unwrap_or(1000);
    (from..=to)
        .filter(|year| year.rem_euclid(every) == 0)
        .filter_map(|year| i16::try_from(year).ok())
        .filter_map(|year| Some((year, day(jiff::civil::Date::new(year, 1, 1).ok()?.at(0, 0, 0, 0)))))
        .filter(|(_, at)| (first..=last).contains(at))
        .collect()
}

fn triangle(x: f64, y: f64) -> String {
    format!("M{x:.1} {:.1} l6 10 h-12 z", y - 6.0)
}

fn diamond(x: f64, y: f64) -> String {
    format!("M{x:.1} {:.1} l6 6 l-6 6 l-6 -6 z", y - 6.0)
}
