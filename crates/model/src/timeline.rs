//! The timeline: how many assets each month holds, as a picture and as words.
//!
//! Any span reads: a single month, a lifetime. Where months would be thinner than a line, years are drawn. Dates centuries
//! away, which a broken clock leaves behind, stay outside the picture and are counted beside it.
//! The picture is SVG with its colours in one style sheet, light or dark as the viewer prefers.

mod draw;

use std::collections::BTreeMap;

use crate::{moment::WallClock, summary::number};

/// One month of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// 1 … 12.
    pub month: i8,
}

impl Month {
    /// The month of a date.
    #[must_use]
    pub fn of(at: WallClock) -> Month {
        Month { year: at.year(), month: at.month() }
    }

    /// Months since year 0.
    fn index(self) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month) - 1
    }

    /// `2009-07`.
    #[must_use]
    pub fn words(self) -> String {
        format!("{:04}-{:02}", self.year, self.month)
    }
}

/// How many assets, and how many of them with an anomaly that holds back a ranking.
type Count = (u64, u64);

/// Assets by month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline {
    months: BTreeMap<Month, Count>,
    undated: Count,
    /// Too far from the others to be in the picture.
    outside: Count,
}

/// No picture shows more years than this.
const MOST_YEARS: i32 = 150;

impl Timeline {
    /// A timeline of assets (and of those among them with anomalies) by month, and of undated ones.
    #[must_use]
    pub fn new(months: impl IntoIterator<Item = (Month, Count)>, undated: Count) -> Timeline {
        let mut all: BTreeMap<Month, Count> = BTreeMap::new();
        for (month, (assets, anomalous)) in months.into_iter().filter(|(_, count)| count.0 > 0) {
            let count = all.entry(month).or_default();
            *count = (count.0 + assets, count.1 + anomalous.min(assets));
        }
        let window = fullest_window(&all);
        let (shown, beyond): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(month, _)| window.is_none_or(|(first, last)| (first..=last).contains(month)));
        Timeline { months: shown, undated: (undated.0, undated.1.min(undated.0)), outside: sum(beyond.values()) }
    }

    /// The months that are shown, with how many assets each has, and how many of them with an anomaly that holds back a ranking.
    pub fn months(&self) -> impl DoubleEndedIterator<Item = (Month, (u64, u64))> + '_ {
        self.months.iter().map(|(month, count)| (*month, *count))
    }

    /// Undated pictures.
    #[must_use]
    pub fn undated(&self) -> (u64, u64) {
        self.undated
    }

    /// Assets dated centuries away from the others, which are not shown.
    #[must_use]
    pub fn outside(&self) -> (u64, u64) {
        self.outside
    }

    /// The picture.
    #[must_use]
    pub fn svg(&self) -> String {
        draw::svg(self)
    }

    /// The picture in a sentence or two.
    #[must_use]
    pub fn text_alternative(&self) -> String {
        let (assets, anomalous) = sum(self.months.values());
        let anomalous = anomalous + self.undated.1 + self.outside.1;
        let mut text = match (self.months.keys().next(), self.months.keys().next_back()) {
            (Some(first), Some(last)) if first == last => format!("{} assets, all of {}", number(assets), first.words()),
            (Some(first), Some(last)) => {
                format!("{} assets by month from {} to {}", number(assets), first.words(), last.words())
            }
            _ => "No dated assets".to_owned(),
        };
        // The earliest of equally full months.
        let fullest = self.months.iter().rev().max_by_key(|(_, count)| count.0);
        if let Some((month, count)) = fullest.filter(|_| self.months.len() > 1) {
            text += &format!(", most of them in {} ({})", month.words(), number(count.0));
        }
        text += ".";
        if anomalous > 0 {
            text += &format!(" {} with anomalies.", number(anomalous));
        }
        if self.undated.0 > 0 {
            text += &format!(" {} undated.", number(self.undated.0));
        }
        if self.outside.0 > 0 {
            text += &format!(" {} dated centuries away, not shown.", number(self.outside.0));
        }
        text
    }
}

fn sum<'c>(counts: impl Iterator<Item = &'c Count>) -> Count {
    counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
}

/// Where the span is too long for one picture: the stretch of the longest length allowed that holds most assets.
fn fullest_window(months: &BTreeMap<Month, Count>) -> Option<(Month, Month)> {
    let (first, last) = (months.keys().next()?, months.keys().next_back()?);
    if last.index() - first.index() < MOST_YEARS * 12 {
        return None;
    }
    let all: Vec<(Month, u64)> = months.iter().map(|(&month, count)| (month, count.0)).collect();
    let (mut from, mut held, mut fullest) = (0, 0, (0, 0, 0));
    for (to, (month, count)) in all.iter().enumerate() {
        held += count;
        while month.index() - all[from].0.index() >= MOST_YEARS * 12 {
            held -= all[from].1;
            from += 1;
        }
        if held > fullest.0 {
            fullest = (held, from, to);
        }
    }
    Some((all[fullest.1].0, all[fullest.2].0))
}

#[cfg(test)]
mod tests;
