use super::*;

fn timeline(from: (i16, i8), months: i32, count: impl Fn(i32) -> Count, undated: Count) -> Timeline {
    let first = Month { year: from.0, month: from.1 }.index();
    let all = (0..months).map(|i| {
        let at = first + i;
        (Month { year: at.div_euclid(12) as i16, month: at.rem_euclid(12) as i8 + 1 }, count(i))
    });
    Timeline::new(all, undated)
}

/// Pictures to look at: `LOOK=/some/folder cargo test`.
#[test]
fn pictures_of_a_month_three_years_forty_years_and_a_century() {
    let waves = |i: i32| (((f64::from(i) * 0.7).sin().abs() * 900.0) as u64 + 3, if i % 17 == 0 { 40 } else { 0 });
    for (name, shown) in [
        ("one-month", timeline((2009, 7), 1, |_| (412, 9), (31, 0))),
        ("three-years", timeline((2007, 5), 36, waves, (2200, 150))),
        ("forty-years", timeline((1984, 3), 480, waves, (600, 0))),
        ("a-century", timeline((1899, 12), 1500, |i| (u64::from(i > 900) * 80 + u64::from(i % 100 == 0), 0), (0, 0))),
        ("nothing", Timeline::default()),
        ("undated-only", Timeline::new([], (77, 3))),
        (
            "outliers",
            Timeline::new(
                [
                    (Month { year: 2216, month: 11 }, (1, 1)),
                    (Month { year: 2009, month: 7 }, (40, 2)),
                    (Month { year: 2011, month: 2 }, (25, 0)),
                ],
                (5, 0),
            ),
        ),
    ] {
        let svg = shown.svg();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{name}");
        if let Ok(folder) = std::env::var("LOOK") {
            std::fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .open(format!("{folder}/{name}.svg"))
                .and_then(|mut file| std::io::Write::write_all(&mut file, svg.as_bytes()))
                .unwrap();
        }
    }
}
