//! The form on a date: what can be said, and how it is read back.
//!
//! What is suggested is one choice among others and never marked before. A shift is typed as days and hours or as seconds.

use lightproof_engine::{
    DecisionKey,
    review::{
        anomalies::{index::corrected, photo::PhotoView},
        deciding::AnomalyWord,
        groups::AnomalyView,
    },
};
use lightproof_model::{
    anomaly::Correction,
    asset::AssetId,
    decision::{AnomalyVerb, judge_date},
    moment::{RecordedDate, WallClock},
};
use maud::{Markup, html};

use super::Asked;
use crate::{door::Session, fields::Fields, layout, wording};

/// The form of one photograph; with what was typed, where it was refused.
pub fn of_photo(photo: &PhotoView, asked: &Asked, session: &Session, typed: Option<&Fields>) -> Markup {
    let open: Vec<&AnomalyView> = photo.anomalies.iter().filter(|anomaly| anomaly.is_open()).collect();
    let about = if open.is_empty() { photo.anomalies.iter().collect() } else { open };
    html! {
        form #decide.date method="post" action={ "/anomalies/" (photo.asset.id) "/decide" (asked.query()) } {
            (layout::hidden_token(session))
            @for anomaly in &about {
                input type="hidden" name="about" value={ (anomaly.found.kind) " " (anomaly.found.seen) " " (anomaly.decision.map_or(0, |key| key.0)) };
            }
            fieldset {
                legend { "Your word on this date" @if about.len() > 1 { ", for all " (about.len()) " anomalies" } }
                (choices(&photo.suggested.iter().map(|s| s.verb).collect::<Vec<_>>(), photo.at, typed, "the date is"))
            }
            button.main type="submit" { "Record " kbd { "Enter" } }
        }
    }
}

/// What can be said of a date. Nothing is marked but what was typed before and refused.
pub fn choices(suggested: &[AnomalyVerb], at: Option<WallClock>, typed: Option<&Fields>, fix: &str) -> Markup {
    let was = |name: &str| typed.and_then(|form| form.get(name)).unwrap_or_default();
    let marked = |value: &str| typed.is_some() && was("say") == value;
    html! {
        label.say { input type="radio" name="say" value="leave" required checked[marked("leave")]; span { (if at.is_some() { "leave: the recorded date is right " } else { "leave: it stays without a date " }) kbd { "l" } } }
        @for verb in suggested.iter().filter(|verb| verb.to_string() != "leave") {
            @let value = format!("as {verb}");
            label.say { input type="radio" name="say" value=(value) checked[marked(&value)]; span { "as suggested: " (suggestion(&verb.to_string(), at)) " " kbd { "s" } } }
        }
        div.say {
            label { input type="radio" name="say" value="fix" checked[marked("fix")]; span { "fix: " (fix) " " kbd { "f" } } }
            input type="text" name="at" value=(was("at")) title=(DATE_HINT) placeholder="2009-07-18 10:12:40" autocomplete="off" spellcheck="false" size="20" aria-label="The true date and time" aria-describedby="at-hint";
            span.hint #at-hint { (DATE_HINT) }
        }
        // Without a date there is nothing to shift.
        @if at.is_some() {
            div.say {
                label { input type="radio" name="say" value="shift" checked[marked("shift")]; span { "shift by " kbd { "h" } } }
                input type="text" name="by" value=(was("by")) inputmode="text" autocomplete="off" spellcheck="false" size="18" placeholder="+2922 days 01:30:00" aria-label="Shift: a sign, then days and hh:mm:ss, or seconds";
            }
        }
        label.say { input type="radio" name="say" value="later" checked[marked("later")]; span { "later " kbd { "x" } } }
    }
}
/// What is typed, the same in every browser and language.
const DATE_HINT: &str = "Year-month-day hour:minute:second, as the camera's clock should have shown it";

/// A suggestion in words, with the date that it gives.
pub fn suggestion(text: &str, at: Option<WallClock>) -> String {
    let Ok(verb) = text.parse::<AnomalyVerb>() else { return wording::plain(text) };
    let gives = corrected(at, verb).map(|at| format!(", which gives {}", at.strftime("%Y-%m-%d %H:%M:%S"))).unwrap_or_default();
    match verb {
        AnomalyVerb::Resolve(Correction::Leave) => "leave, the recorded date fits".to_owned(),
        AnomalyVerb::Resolve(Correction::Fix(at)) => format!("fix {}", at.strftime("%Y-%m-%d %H:%M:%S")),
        AnomalyVerb::Resolve(Correction::Shift(by)) => format!("shift by {}{gives}", span(by)),
        AnomalyVerb::Later => "later".to_owned(),
    }
}

/// Seconds as days and hours: `+2922 days 01:30:00`.
pub fn span(seconds: i64) -> String {
    let sign = if seconds < 0 { '−' } else { '+' };
    let all = seconds.unsigned_abs();
    let (days, rest) = (all / 86_400, all % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    match days {
        0 => format!("{sign}{clock}"),
        1 => format!("{sign}1 day {clock}"),
        n => format!("{sign}{n} days {clock}"),
    }
}

/// A shift as a person types it: `+2922 days 01:30:00`, `-1:30`, `+7200`.
pub fn seconds(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase().replace(',', "");
    let (sign, rest) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let rest = rest.replace("days", "d").replace("day", "d").replace("seconds", "").replace("sec", "");
    let number = |text: &str| {
        let text = text.trim();
        let digits = !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (days, clock) = match rest.split_once('d') {
        Some((days, clock)) => (number(days)?, clock.trim()),
        None => match rest.trim().split_once(char::is_whitespace) {
            Some((days, clock)) if clock.contains(':') => (number(days)?, clock.trim()),
            _ => (0, rest.trim()),
        },
    };
    let days_given = rest.contains('d');
    let of_clock = match clock.split(':').collect::<Vec<_>>()[..] {
        [""] if days_given => 0,
        [seconds] if !days_given => number(seconds.trim_end_matches('s'))?,
        [hours, minutes] => hms(number(hours)?, number(minutes)?, 0)?,
        [hours, minutes, seconds] => hms(number(hours)?, number(minutes)?, number(seconds)?)?,
        _ => return None,
    };
    Some(sign * days.checked_mul(86_400)?.checked_add(of_clock)?)
}

fn hms(hours: i64, minutes: i64, seconds: i64) -> Option<i64> {
    (minutes < 60 && seconds < 60).then(|| hours.checked_mul(3600)?.checked_add(minutes * 60 + seconds)).flatten()
}

/// A wall clock as a person types it: `2009-07-18 10:12:40`, as EXIF writes it too, and without the seconds where they are zero.
///
/// # Errors
/// What is wrong with it, for a person.
fn date(typed: &str) -> Result<String, String> {
    let text = typed.trim();
    if text.is_empty() {
        return Err("No date was typed.".to_owned());
    }
    let shape = || format!("{typed:?} is no date like 2009-07-18 10:12:40: year, month, day, hour, minute and second.");
    let (day, clock) = text.split_once([' ', 'T', 't']).ok_or_else(|| match text.len() {
        10 => format!("{typed:?} lacks the time of day: a date like 2009-07-18 10:12:40 is needed."),
        _ => shape(),
    })?;
    let parts = |text: &str, by: [char; 2]| text.trim().split(by).map(digits).collect::<Option<Vec<i16>>>();
    let (Some(day), Some(clock)) = (parts(day, ['-', ':']), parts(clock, [':', ':'])) else { return Err(shape()) };
    let ([year, month, day], [hour, minute, rest @ ..]) = (&day[..], &clock[..]) else { return Err(shape()) };
    let second = match rest {
        [] => 0,
        [second] => *second,
        _ => return Err(shape()),
    };
    for (name, value, most) in [("month", *month, 12), ("hour", *hour, 23), ("minute", *minute, 59), ("second", second, 59)] {
        let least = i16::from(name == "month");
        if !(least..=most).contains(&value) {
            return Err(format!("There is no {name} {value}: {least} to {most} are."));
        }
    }
    if *year < 1000 {
        return Err("A year has four digits.".to_owned());
    }
    let month = *month as i8;
    let days = jiff::civil::Date::new(*year, month, 1).map_or(0, |first| first.days_in_month());
    if !(1..=i16::from(days)).contains(day) {
        return Err(format!("There is no day {day} in that month: {year}-{month:02} has {days} days."));
    }
    Ok(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

/// A number of one to four digits.
fn digits(text: &str) -> Option<i16> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// What a form says of a date.
///
/// # Errors
/// Why nothing can be made of it, for a person.
pub fn said(form: &Fields) -> Result<AnomalyVerb, String> {
    let read = |text: String| text.parse::<AnomalyVerb>().map_err(|refused| format!("{refused}."));
    match form.get("say") {
        Some("leave") => read("leave".to_owned()),
        Some("later") => read("later".to_owned()),
        Some("fix") => date(form.get("at").unwrap_or_default()).and_then(|at| read(format!("fix {at}"))),
        Some("shift") => {
            let typed = form.get("by").unwrap_or_default();
            let by =
                seconds(typed).ok_or_else(|| format!("{typed:?} is no shift: a sign, then days and hh:mm:ss, or seconds."))?;
            read(format!("shift {by:+}"))
        }
        Some(word) => match word.strip_prefix("as ") {
            Some(suggested) => read(suggested.to_owned()),
            None => Err("Nothing known was marked.".to_owned()),
        },
        None => Err("Nothing was marked.".to_owned()),
    }
}

/// Whether a word can be said of a date.
///
/// # Errors
/// Why not, for a person.
pub fn fits(verb: AnomalyVerb, at: Option<WallClock>) -> Result<(), String> {
    judge_date(&at.map_or(RecordedDate::Missing, RecordedDate::At), verb).map_err(|refusal| {
        let why = refusal.to_string();
        let (first, rest) = why.split_at(why.chars().next().map_or(0, char::len_utf8));
        format!("{}{rest}.", first.to_uppercase())
    })
}

/// The words on one photograph that a form holds: each anomaly with the evidence and the decision that were shown.
pub fn about(form: &Fields, asset: &AssetId, verb: AnomalyVerb) -> Vec<AnomalyWord> {
    let of = |text: &str| {
        let mut words = text.split(' ');
        let (kind, seen) = (words.next()?.to_owned(), words.next()?.to_owned());
        let after = words.next()?.parse().ok().filter(|key| *key != 0).map(DecisionKey);
        Some(AnomalyWord { asset: asset.clone(), kind, seen, verb, after })
    };
    form.iter().filter(|(name, _)| *name == "about").filter_map(|(_, text)| of(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_read_as_people_type_it() {
        for (text, read) in [
            ("+7200", Some(7200)),
            ("-7200", Some(-7200)),
            ("−7200 s", Some(-7200)),
            ("7200s", Some(7200)),
            ("1:30", Some(5400)),
            ("-01:30:05", Some(-5405)),
            ("+2922 days 01:30:00", Some(2922 * 86_400 + 5400)),
            ("2922d", Some(2922 * 86_400)),
            ("1 day 0:00:01", Some(86_401)),
            ("2 1:00", Some(2 * 86_400 + 3600)),
            ("2,922 days", Some(2922 * 86_400)),
            ("30:00:00", Some(108_000)),
            ("1:60", None),
            ("1 2 3", None),
            ("days", None),
            ("", None),
            ("+", None),
            ("--5", None),
            ("9999999999999999", None),
            ("999999999999 days 99:00", None),
            ("five", None),
        ] {
            let found = seconds(text);
            match read {
                None if text.starts_with("999999999999 d") => assert!(found.is_none() || found > Some(1 << 40), "{text}"),
                _ => assert_eq!(found, read, "{text}"),
            }
        }
        for by in [1, -1, 5405, 86_400, 252_460_800, -252_460_799] {
            assert_eq!(seconds(&span(by)), Some(by));
        }
    }

    #[test]
    fn a_date_is_read_as_people_type_it_or_told_what_is_wrong_with_it() {
        for (typed, read) in [
            ("2009-07-18 10:12:40", "2009-07-18T10:12:40"),
            (" 2009-07-18T10:12:40 ", "2009-07-18T10:12:40"),
            ("2009:07:18 10:12:40", "2009-07-18T10:12:40"),
            ("2009-7-8  9:05", "2009-07-08T09:05:00"),
            ("2012-02-29 00:00:00", "2012-02-29T00:00:00"),
        ] {
            assert_eq!(date(typed).as_deref(), Ok(read), "{typed}");
        }
        for (typed, wrong) in [
            ("", "No date was typed"),
            ("2009-07-18", "lacks the time of day"),
            ("18.07.2009 10:12", "is no date like"),
            ("07/18/2009 10:12", "is no date like"),
            ("09-07-18 10:12", "four digits"),
            ("2009-13-18 10:12", "no month 13"),
            ("2009-00-18 10:12", "no month 0"),
            ("2009-02-29 10:12", "2009-02 has 28 days"),
            ("2009-07-18 24:00", "no hour 24"),
            ("2009-07-18 10:60", "no minute 60"),
            ("2009-07-18 10:12:60", "no second 60"),
            ("2009-07-18 10:12:40.5", "is no date like"),
            ("2009-07-18 10:12 pm", "is no date like"),
            ("2009-07-18 10", "is no date like"),
            ("99999-07-18 10:12", "is no date like"),
            ("\u{663}\u{662}-07-18 10:12", "is no date like"),
        ] {
            let told = date(typed).unwrap_err();
            assert!(told.contains(wrong), "{typed}: {told}");
        }
    }

    #[test]
    fn a_form_says_one_thing_or_why_not() {
        let said = |form: &str| said(&Fields::read(form.as_bytes())).map(|verb| verb.to_string());
        assert_eq!(said("say=leave").unwrap(), "leave");
        assert_eq!(said("say=fix&at=2009-07-18T10%3A12").unwrap(), "fix 2009-07-18T10:12:00");
        assert_eq!(said("say=fix&at=2009-07-18T10%3A12%3A40").unwrap(), "fix 2009-07-18T10:12:40");
        assert_eq!(said("say=shift&by=%2B1+day+0%3A00%3A01").unwrap(), "shift +86401");
        assert_eq!(said("say=as+shift+%2B5").unwrap(), "shift +5");
        for form in ["", "say=fix", "say=fix&at=2009-13-18T10:12", "say=shift", "say=shift&by=0", "say=as+burn", "say=x"] {
            assert!(said(form).is_err(), "{form}");
        }
    }
}
