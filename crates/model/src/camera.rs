//! The camera table: what is known of camera models, and of their clocks.
//!
//! A camera is found by its model name, exactly but for case and the blanks around it: "X100" is the first X100
//! and never an X100S. Dates are lower bounds: where only a month is known, its first day stands for it.
//! Absent on purpose: the table itself (it ships as `cameras.toml` and may be extended by the user) and how
//! TOML is read; both are `engine`'s.

use std::collections::HashMap;

use jiff::civil::Date;

/// What is known of one camera model, or of several that were announced together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Camera {
    /// First word of EXIF Make, when the model name alone could be another maker's.
    pub make: Option<String>,
    /// EXIF Model as the camera writes it; several for regional names.
    pub models: Vec<String>,
    /// The first day on which a photo by it is believable: its announcement, or the first day of that month.
    pub announced: Option<Date>,
    /// How its clock is known to fail.
    pub fault: Option<ClockFault>,
    /// A sentence for the reviewer: what is known of that fault.
    pub evidence: Option<String>,
}

/// How the clock of a model is known to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClockFault {
    /// It falls back to midnight of this day and counts on from there.
    ResetsTo(Date),
    /// It is about this many seconds behind.
    Behind(i64),
}

/// Cameras by model name.
#[derive(Debug, Clone, Default)]
pub struct CameraTable {
    cameras: Vec<Camera>,
    /// Folded model name → places in `cameras`, the latest last.
    by_model: HashMap<String, Vec<usize>>,
}

impl CameraTable {
    /// A table of these cameras. A later one takes the place of an earlier one of the same make and model, so
    /// that a user's own table can follow the shipped one.
    #[must_use]
    pub fn new(cameras: impl IntoIterator<Item = Camera>) -> Self {
        let mut table = Self::default();
        for camera in cameras {
            let place = table.cameras.len();
            for model in &camera.models {
                table.by_model.entry(folded(model)).or_default().push(place);
            }
            table.cameras.push(camera);
        }
        table
    }

    /// What is known of the camera that wrote this Make and Model.
    ///
    /// Makers change their names ("NIKON", "NIKON CORPORATION"), so only the first word of Make is compared;
    /// a photo that states no Make is taken by its model name alone.
    #[must_use]
    pub fn find(&self, make: Option<&str>, model: Option<&str>) -> Option<&Camera> {
        let places = self.by_model.get(&folded(model?))?;
        let make = make.map(first_word).filter(|word| !word.is_empty());
        let fits = |camera: &&Camera| match (&camera.make, &make) {
            (Some(wanted), Some(made)) => first_word(wanted) == *made,
            _ => true,
        };
        places.iter().rev().map(|&place| &self.cameras[place]).find(fits)
    }

    /// All cameras, in the order in which they were given.
    #[must_use]
    pub fn cameras(&self) -> &[Camera] {
        &self.cameras
    }
}

impl Camera {
    /// Reads `YYYY-MM-DD`, or `YYYY-MM` as the first day of that month.
    #[must_use]
    pub fn date_of(text: &str) -> Option<Date> {
        let text = text.trim();
        let digits = |range: std::ops::Range<usize>| -> Option<i16> {
            let part = text.get(range)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let dashes = text.bytes().enumerate().all(|(i, b)| (b == b'-') == (i == 4 || i == 7));
        let day = match text.len() {
            7 => 1,
            10 => digits(8..10)?,
            _ => return None,
        };
        dashes.then(|| Date::new(digits(0..4)?, digits(5..7)? as i8, day as i8).ok())?
    }
}

fn blank(c: char) -> bool {
    c == '\0' || c.is_whitespace()
}

fn folded(model: &str) -> String {
    model.trim_matches(blank).to_lowercase()
}

fn first_word(make: &str) -> String {
    make.trim_matches(blank).split(|c: char| blank(c) || c == ',').next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(make: &str, models: &[&str], announced: &str) -> Camera {
        Camera {
            make: (!make.is_empty()).then(|| make.to_owned()),
            models: models.iter().map(|&m| m.to_owned()).collect(),
            announced: Camera::date_of(announced),
            ..Camera::default()
        }
    }

    #[test]
    fn only_the_first_x100_is_the_first_x100() {
        let table = CameraTable::new([camera("FUJIFILM", &["FinePix X100", "X100"], "2010-09")]);
        let found = |make, model| table.find(make, Some(model)).is_some();
        for model in ["FinePix X100", "X100", "x100", " finepix x100 ", "X100\0"] {
            assert!(found(Some("FUJIFILM"), model), "{model:?}");
        }
        for model in ["X100S", "X100T", "X100F", "X100V", "X100VI", "FinePix X1000", "FinePix", "X10", ""] {
            assert!(!found(Some("FUJIFILM"), model), "{model:?}");
        }
        assert!(found(None, "X100"), "no Make: the model name alone");
        assert!(!found(Some("Lightcam"), "X100"), "another maker's X100");
        assert!(table.find(Some("FUJIFILM"), None).is_none());
    }

    #[test]
    fn a_maker_that_changed_its_name_is_still_the_maker() {
        let table = CameraTable::new([camera("NIKON", &["NIKON D50"], "2005-04")]);
        for make in ["NIKON CORPORATION", "NIKON", "Nikon", "nikon corporation  "] {
            assert!(table.find(Some(make), Some("NIKON D50")).is_some(), "{make}");
        }
        assert!(table.find(Some("NIKONIAN"), Some("NIKON D50")).is_none());
    }

    #[test]
    fn a_later_camera_takes_the_place_of_an_earlier_one() {
        let table = CameraTable::new([camera("", &["A1"], "2001-01"), camera("", &["A1"], "2002-02-03")]);
        assert_eq!(table.find(None, Some("A1")).unwrap().announced, Camera::date_of("2002-02-03"));
    }

    #[test]
    fn a_month_stands_for_its_first_day() {
        assert_eq!(Camera::date_of("2006-09"), Some(Date::constant(2006, 9, 1)));
        assert_eq!(Camera::date_of("2006-09-13"), Some(Date::constant(2006, 9, 13)));
        for wrong in ["2006", "2006-13", "2006-02-30", "2006/09", "06-09-2006", "", "+006-09", "２006-9"] {
            assert_eq!(Camera::date_of(wrong), None, "{wrong}");
        }
    }
}
