//! `GET /assets/{id}` as far as dates go: what a server shows of an asset, which is not what its original says.
//!
//! Apart from the shape that listings read, which has none of these dates: a server makes them up where an original has none.

use serde::Deserialize;

use super::lenient;

/// One asset's dates.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dated {
    /// Wall clock at the place of capture, written as if it were UTC.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub local_date_time: String,
    /// The instant, in UTC.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub file_created_at: String,
    /// When its row last changed.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub updated_at: String,
    /// What was extracted, or set by an edit.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub exif_info: Recorded,
}

/// What is on record of an asset's date.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Recorded {
    /// The instant, with its offset: an edit changes it at once, long before the dates above.
    #[serde(deserialize_with = "lenient::shown_if_said")]
    pub date_time_original: Option<String>,
    /// `Europe/Paris`, `UTC+2`.
    #[serde(deserialize_with = "lenient::shown_if_said")]
    pub time_zone: Option<String>,
}
