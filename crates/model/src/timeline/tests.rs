use proptest::prelude::*;

use super::*;

fn month(year: i16, month: i8) -> Month {
    Month { year, month }
}

fn timeline(from: Month, months: i32, count: impl Fn(i32) -> Count, undated: Count) -> Timeline {
    let all =
        (from.index()..).zip(0..months).map(|(at, i)| (month(at.div_euclid(12) as i16, at.rem_euclid(12) as i8 + 1), count(i)));
    Timeline::new(all, undated)
}

fn texts(svg: &str) -> Vec<&str> {
    svg.split("</text>").filter_map(|part| part.rsplit_once('>')).map(|(_, text)| text).collect()
}

#[test]
fn the_words_say_what_the_picture_shows() {
    for (shown, expected) in [
        (Timeline::default(), "No dated assets."),
        (timeline(month(2009, 7), 1, |_| (412, 9), (31, 0)), "412 assets, all of 2009-07. 9 with anomalies. 31 undated."),
        (
            timeline(month(2007, 11), 4, |i| (10 * i as u64, 0), (0, 0)),
            "60 assets by month from 2007-12 to 2008-02, most of them in 2008-02 (30).",
        ),
        (
            timeline(month(2007, 11), 2, |_| (5, 0), (0, 0)),
            "10 assets by month from 2007-11 to 2007-12, most of them in 2007-11 (5).",
        ),
    ] {
        assert_eq!(shown.text_alternative(), expected);
        assert!(shown.svg().contains(&format!("<desc id=\"desc\">{expected}</desc>")));
    }
}

#[test]
fn a_date_centuries_away_does_not_flatten_the_picture() {
    let stray = Timeline::new([(month(2216, 11), (1, 1)), (month(2009, 7), (40, 2)), (month(1066, 10), (1, 0))], (5, 0));
    assert_eq!(
        stray.text_alternative(),
        "40 assets, all of 2009-07. 3 with anomalies. 5 undated. 2 dated centuries away, not shown."
    );
    assert!(texts(&stray.svg()).contains(&"2009"));
    assert!(!texts(&stray.svg()).contains(&"2216"));
}

#[test]
fn months_are_drawn_as_long_as_they_can_be_told_apart_then_years() {
    for (months, title) in [(1, "Assets by month"), (36, "Assets by month"), (480, "Assets by month"), (1800, "Assets by year")] {
        let svg = timeline(month(1870, 1), months, |_| (7, 1), (2, 0)).svg();
        assert!(svg.contains(&format!("<title id=\"title\">{title}</title>")), "{months}");
        let years = texts(&svg).iter().filter(|text| text.len() == 4 && text.starts_with(['1', '2'])).count();
        assert!((1..=25).contains(&years), "{months} months: {years} year labels");
    }
}

#[test]
fn light_and_dark_are_in_one_picture() {
    let svg = timeline(month(2009, 7), 3, |_| (4, 1), (1, 0)).svg();
    assert!(svg.contains("@media (prefers-color-scheme: dark)"));
    assert!(svg.contains("role=\"img\"") && svg.contains("aria-labelledby=\"title desc\""));
}

/// Numbers of an attribute of all bars.
fn numbers(svg: &str, attribute: &str) -> Vec<f64> {
    let bars = svg.lines().filter(|line| line.starts_with("<rect x="));
    bars.filter_map(|bar| bar.split_once(&format!(" {attribute}=\""))?.1.split_once('"')?.0.parse().ok()).collect()
}

proptest! {
    #[test]
    fn every_bar_stays_within_the_picture(
        counts in prop::collection::vec((1000i16..3000, 1i8..=12, 0u64..u64::MAX / 4000, 0u64..100), 0..40), undated in any::<u32>()
    ) {
        let shown = Timeline::new(counts.into_iter().map(|(y, m, all, some)| (month(y, m), (all, some))), (u64::from(undated), 3));
        let svg = shown.svg();
        for ((x, y), (width, height)) in
            numbers(&svg, "x").into_iter().zip(numbers(&svg, "y")).zip(numbers(&svg, "width").into_iter().zip(numbers(&svg, "height")))
        {
            prop_assert!(width > 0.0 && height >= 0.0);
            prop_assert!(x >= 0.0 && x + width <= 1200.0 && y >= 60.0 && y + height <= 321.0, "{} {} {} {}", x, y, width, height);
        }
    }
}
