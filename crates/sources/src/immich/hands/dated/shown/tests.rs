use super::*;

const OLD: Version = Version { major: 2, minor: 4, patch: 1 };
const NEW: Version = Version { major: 2, minor: 5, patch: 5 };

fn clock(text: &str) -> WallClock {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn shown(local: &str, taken: &str, zone: Option<&str>) -> ShownDate {
    ShownDate {
        local: clock(local),
        taken: taken.parse().ok(),
        date_time_original: None,
        zone: zone.map(str::to_owned),
        updated: String::new(),
    }
}

#[test]
fn what_is_sent_shows_the_wanted_wall_clock_to_whoever_keeps_its_offset() {
    let wanted = clock("2024-07-14T23:30:00");
    for (offset, text) in [
        (0, "2024-07-14T23:30:00.000+00:00"),
        (7200, "2024-07-14T23:30:00.000+02:00"),
        (-25_200, "2024-07-14T23:30:00.000-07:00"),
        (-12_600, "2024-07-14T23:30:00.000-03:30"),
        (20_700, "2024-07-14T23:30:00.000+05:45"),
        (50_400, "2024-07-14T23:30:00.000+14:00"),
        // No offset: a fraction of a minute, or farther than there is.
        (561, "2024-07-14T23:20:39.000+00:00"),
        (90_000, "2024-07-13T22:30:00.000+00:00"),
    ] {
        let sent = Sent::at(wanted, offset).unwrap();
        assert_eq!(sent.to_string(), text);
        assert_eq!(text.parse::<Timestamp>().unwrap(), sent.instant, "what is sent stands for its instant");
    }
    assert_eq!(Sent::at(clock("0000-12-31T23:00:00"), 0), None);
    assert_eq!(Sent::at(clock("-000100-12-31T23:00:00"), 0), None);
    assert_eq!(Sent::at(clock("9999-12-31T23:59:59"), 0), None, "no instant is that late");
}

#[test]
fn what_was_lost_is_made_up_for_by_the_offset_and_the_wall_clock_stays() {
    let wanted = clock("2024-07-14T23:30:00");
    // Los Angeles.
    let first = Sent::at(wanted, 0).unwrap();
    let next = first.instead(wanted, clock("2024-07-14T16:30:00")).unwrap();
    assert_eq!((next.to_string().as_str(), next.instant), ("2024-07-14T23:30:00.000-07:00", at("2024-07-15T06:30:00Z")));
    // A server of no zone, asked with one.
    let first = Sent::at(wanted, 3600).unwrap();
    let next = first.instead(wanted, clock("2024-07-14T22:30:00")).unwrap();
    assert_eq!(next.to_string(), "2024-07-14T23:30:00.000+00:00");
    // What is shown has a fraction of a second: it is not made up for.
    assert_eq!(first.instead(wanted, clock("2024-07-14T23:30:00.900")), Some(first));
    let long_ago = clock("1926-07-14T23:30:00");
    let first = Sent::at(long_ago, 3600).unwrap();
    assert_eq!(first.instead(long_ago, clock("1926-07-14T23:30:00.900")), Some(first));
}

#[test]
fn the_offset_to_begin_with_is_the_one_that_the_server_goes_by() {
    for (shown, old, new) in [
        (shown("2024-07-14T16:30:00", "2024-07-14T23:30:00Z", Some("America/Los_Angeles")), -25_200, -25_200),
        (shown("2024-07-14T16:30:00", "2024-07-14T16:30:00Z", None), 0, 0),
        // On record and not gone by, as an edit on 2.4 leaves it.
        (shown("1999-12-31T22:30:00", "1999-12-31T22:30:00Z", Some("UTC+1")), 0, 3600),
        (shown("2024-07-14T16:30:00", "no instant", Some("UTC+5:45")), 20_700, 20_700),
        (shown("2024-07-14T16:30:00", "2024-07-14T10:45:00Z", Some("UTC+05:45")), 20_700, 20_700),
        // Days apart: no offset.
        (shown("2024-07-14T16:30:00", "2020-07-14T10:45:00Z", Some("Asia/Tokyo")), 0, 0),
    ] {
        assert_eq!((shown.offset(OLD), shown.offset(NEW)), (old, new), "{shown:?}");
    }
}

#[test]
fn the_plan_says_a_zone_that_is_not_the_photographs() {
    let of = |zone| shown("2024-07-14T16:30:00", "2024-07-14T14:30:00Z", zone);
    let says = |version, shown: &ShownDate| zone_that_will_be_recorded(version, shown);
    for (shown, old, new) in [
        (of(Some("UTC+2")), None, None),
        (of(Some("+02:00")), None, None),
        (of(Some("Europe/Paris")), Some("the offset of Europe/Paris on that day"), Some("UTC+2")),
        (of(None), Some("UTC+2"), Some("UTC+2")),
        (shown("2024-07-14T16:30:00", "2024-07-14T16:30:00Z", None), Some("UTC"), Some("UTC")),
        (shown("1999-12-31T22:30:00", "1999-12-31T22:30:00Z", Some("UTC+1")), Some("UTC"), None),
    ] {
        assert_eq!((says(OLD, &shown).as_deref(), says(NEW, &shown).as_deref()), (old, new), "{shown:?}");
    }
    let utc = shown("2024-07-14T16:30:00", "2024-07-14T16:30:00Z", Some("UTC"));
    assert_eq!((says(OLD, &utc), says(NEW, &utc)), (None, None));
}

#[test]
fn zones_that_are_offsets_are_read_and_named_as_servers_write_them() {
    for (zone, offset) in [
        ("UTC", Some(0)),
        ("Z", Some(0)),
        ("UTC+0", Some(0)),
        ("UTC+2", Some(7200)),
        ("UTC-3:30", Some(-12_600)),
        ("UTC+05:45", Some(20_700)),
        ("+02:00", Some(7200)),
        ("Europe/Paris", None),
        ("UTC+99", None),
        ("UTC2", None),
        ("", None),
        ("é", None),
    ] {
        assert_eq!(fixed(zone), offset, "{zone}");
    }
    for offset in [0, 3600, 7200, -12_600, 20_700, -43_200, 50_400, 1800, -1800] {
        assert_eq!(fixed(&name_of(offset)), Some(offset), "{}", name_of(offset));
    }
}
