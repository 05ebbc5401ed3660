//! Ranking: which member of a group THE RULE would keep, and on what ground.
//!
//! Most EXIF fields first; a tie goes to the oldest date; undated is not oldest; a full tie stays one. What does not
//! take part (size, resolution, name, folder, upload order) is not even in the input.
//! A ranking is evidence. Nothing here or elsewhere turns one into a step; only a person's decision does.

use std::cmp::Reverse;

use crate::{
    group::Basis,
    moment::{RecordedDate, WallClock},
};

/// The date that ranks, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RankingDate {
    /// DateTimeOriginal as recorded.
    Recorded(WallClock),
    /// What an executed fix or a recognised sidecar gives instead.
    Corrected(WallClock),
}

impl RankingDate {
    /// The corrected date where there is one, otherwise the recorded one. Zero and impossible dates are none.
    #[must_use]
    pub fn of(recorded: &RecordedDate, corrected: Option<WallClock>) -> Option<RankingDate> {
        corrected.map(RankingDate::Corrected).or_else(|| recorded.at().map(RankingDate::Recorded))
    }

    fn at(self) -> WallClock {
        // To the second: fractions are no part of the rule.
        let (RankingDate::Recorded(at) | RankingDate::Corrected(at)) = self;
        at.with().subsec_nanosecond(0).build().unwrap_or(at)
    }

    fn words(self) -> String {
        let name = match self {
            RankingDate::Recorded(_) => "DateTimeOriginal",
            RankingDate::Corrected(_) => "corrected date",
        };
        format!("{name} {}", self.at().strftime("%Y-%m-%dT%H:%M:%S"))
    }
}

/// All that THE RULE knows of a member.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Contender {
    /// How many EXIF fields it has.
    pub exif_field_count: u32,
    /// Its date, if it has one that exists in a calendar.
    pub date: Option<RankingDate>,
    /// Why a person must look at its clock first: the anomaly's words, for example `clock of NIKON D50 not reviewed (known-camera)`.
    pub unresolved: Option<String>,
}

/// A member's place in the ranking.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Standing {
    /// 1 for what THE RULE would keep; equal ranks are a tie, and the next rank counts all before it. Nothing when there is no ranking.
    pub rank: Option<u32>,
    /// What decided, or why nothing did: the `ground` column.
    pub ground: String,
}

/// Ranks the members of a group by THE RULE; one standing per member, in the order given.
#[must_use]
pub fn rank(basis: Basis, members: &[Contender]) -> Vec<Standing> {
    let without = |ground: String| vec![Standing { rank: None, ground }; members.len()];
    if basis == Basis::Series {
        return without("series: different photographs, no ranking".to_owned());
    }
    // Of several reasons the first by its words, so that the ground does not depend on the order of members.
    if let Some(reason) = members.iter().filter_map(|member| member.unresolved.as_deref()).min() {
        return without(format!("no ranking: {reason}"));
    }
    let keys: Vec<Key> = members.iter().map(Key::of).collect();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    let standing = |(member, key): (&Contender, &Key)| {
        let before = sorted.partition_point(|other| other < key);
        Standing { rank: Some(before as u32 + 1), ground: ground(member, *key, members, &sorted) }
    };
    members.iter().zip(&keys).map(standing).collect()
}

/// THE RULE in one line: most fields, then dated before undated, then the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(Reverse<u32>, bool, Option<WallClock>);

impl Key {
    fn of(member: &Contender) -> Key {
        Key(Reverse(member.exif_field_count), member.date.is_none(), member.date.map(RankingDate::at))
    }
}

/// What decided this member's place among those around it.
fn ground(member: &Contender, key: Key, members: &[Contender], sorted: &[Key]) -> String {
    let fields = member.exif_field_count;
    let equal = sorted.iter().filter(|&&other| other == key).count();
    if equal == sorted.len() && equal > 1 {
        return format!("full tie: {}", own_words(member));
    }
    let mut same_count = members.iter().filter(|other| other.exif_field_count == fields);
    if same_count.clone().count() == 1 {
        let next = sorted.iter().map(|other| other.0.0).filter(|&count| count < fields).max();
        let most = sorted.first().map_or(fields, |first| first.0.0);
        return match next {
            Some(next) if most == fields => format!("{}, next {next}", counted(fields)),
            _ if most == fields => counted(fields),
            _ => format!("{}, most {most}", counted(fields)),
        };
    }
    if equal > 1 {
        return format!("tie at {}", own_words(member));
    }
    let Some(date) = member.date else { return format!("tie at {}: undated", counted(fields)) };
    let older = same_count.all(|other| other.date.is_none_or(|other| other.at() >= date.at()));
    format!("tie at {}: {} {}", counted(fields), if older { "older" } else { "later" }, date.words())
}

fn own_words(member: &Contender) -> String {
    format!("{}, {}", counted(member.exif_field_count), member.date.map_or_else(|| "undated".to_owned(), RankingDate::words))
}

fn counted(fields: u32) -> String {
    if fields == 1 { "1 field".to_owned() } else { format!("{fields} fields") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn recorded(text: &str) -> Option<RankingDate> {
        RankingDate::of(&RecordedDate::parse(text), None)
    }

    fn with(exif_field_count: u32, date: Option<RankingDate>) -> Contender {
        Contender { exif_field_count, date, unresolved: None }
    }

    fn told(members: &[Contender]) -> Vec<(Option<u32>, String)> {
        rank(Basis::SameShot, members).into_iter().map(|standing| (standing.rank, standing.ground)).collect()
    }

    #[test]
    fn most_fields_come_first_and_the_ground_says_by_how_much() {
        let old = recorded("1999:01:01 00:00:00");
        let table = told(&[with(29, old), with(41, None), with(3, None)]);
        assert_eq!(table[0], (Some(2), "29 fields, most 41".into()));
        assert_eq!(table[1], (Some(1), "41 fields, next 29".into()));
        assert_eq!(table[2], (Some(3), "3 fields, most 41".into()));
    }

    #[test]
    fn a_tie_goes_to_the_oldest_date_and_undated_is_not_oldest() {
        let table = told(&[
            with(41, recorded("2009:07:17 18:20:11")),
            with(41, None),
            with(41, recorded("2009:07:17 18:20:10")),
            with(41, recorded("2009:13:17 18:20:10")),
            with(40, recorded("1990:01:01 00:00:00")),
        ]);
        assert_eq!(table[2], (Some(1), "tie at 41 fields: older DateTimeOriginal 2009-07-17T18:20:10".into()));
        assert_eq!(table[0], (Some(2), "tie at 41 fields: later DateTimeOriginal 2009-07-17T18:20:11".into()));
        assert_eq!(table[1], (Some(3), "tie at 41 fields, undated".into()));
        assert_eq!(table[3].0, Some(3), "an impossible date ranks as none");
        assert_eq!(table[4], (Some(5), "40 fields, most 41".into()));
    }

    #[test]
    fn a_full_tie_stays_a_tie() {
        let date = recorded("2009:07:17 18:20:10");
        for member in told(&[with(41, date), with(41, date)]) {
            assert_eq!(member, (Some(1), "full tie: 41 fields, DateTimeOriginal 2009-07-17T18:20:10".into()));
        }
    }

    #[test]
    fn the_corrected_date_ranks_where_there_is_one() {
        let corrected =
            RankingDate::of(&RecordedDate::parse("2016:01:01 00:00:00"), recorded("2008:05:05 12:00:00").map(RankingDate::at));
        let table = told(&[with(9, recorded("2010:01:01 00:00:00")), with(9, corrected)]);
        assert_eq!(table[1], (Some(1), "tie at 9 fields: older corrected date 2008-05-05T12:00:00".into()));
    }

    #[test]
    fn an_unresolved_clock_anywhere_in_the_group_leaves_all_without_a_ranking() {
        let mut doubtful = with(9, None);
        doubtful.unresolved = Some("clock of NIKON D50 not reviewed (known-camera)".into());
        for member in told(&[with(41, None), doubtful]) {
            assert_eq!(member, (None, "no ranking: clock of NIKON D50 not reviewed (known-camera)".into()));
        }
    }

    #[test]
    fn a_series_has_no_ranking_and_says_so() {
        let standings = rank(Basis::Series, &[with(41, None), with(2, None)]);
        assert!(standings.iter().all(|s| s.rank.is_none() && s.ground.starts_with("series")));
    }

    proptest! {
        #[test]
        fn a_members_standing_does_not_depend_on_the_order_of_members(
            members in prop::collection::vec((0u32..4, prop::option::of(0i16..3), prop::bool::weighted(0.02)), 1..9),
            turn in 0usize..9,
        ) {
            let members: Vec<Contender> = members
                .into_iter()
                .enumerate()
                .map(|(k, (fields, year, doubtful))| Contender {
                    exif_field_count: fields,
                    date: year.and_then(|year| recorded(&format!("{}:01:01 00:00:00", 2000 + year))),
                    unresolved: doubtful.then(|| format!("reason {k}")),
                })
                .collect();
            let mut turned = members.clone();
            turned.rotate_left(turn % members.len());
            turned.reverse();
            let mut expected = rank(Basis::SameShot, &members);
            expected.rotate_left(turn % members.len());
            expected.reverse();
            prop_assert_eq!(rank(Basis::SameShot, &turned), expected);
        }

        #[test]
        fn of_two_members_the_better_ranked_has_more_fields_or_as_many_and_an_older_date(
            a in (0u32..4, prop::option::of(0i16..3)), b in (0u32..4, prop::option::of(0i16..3)),
        ) {
            let member = |(fields, year): (u32, Option<i16>)| with(fields, year.and_then(|y| recorded(&format!("{}:01:01 00:00:00", 2000 + y))));
            let standings = rank(Basis::LooksAlike, &[member(a), member(b)]);
            let older = match (a.1, b.1) { (Some(x), Some(y)) => x < y, (x, y) => x.is_some() && y.is_none() };
            let wins = a.0 > b.0 || (a.0 == b.0 && older);
            prop_assert_eq!(standings[0].rank < standings[1].rank, wins);
            prop_assert_eq!(standings[0].rank == standings[1].rank, a == b);
        }
    }
}
