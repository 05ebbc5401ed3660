//! Dated: a sidecar that gives an asset another capture date, made from the sidecar that is there or from none.
//!
//! `exif:DateTimeOriginal` and `photoshop:DateCreated` are set, as wall clock without a zone; every other byte of the sidecar stays. What is not
//! plainly an XMP sidecar in UTF-8 is refused with the reason. Whatever is handed out is read back by [`sidecar_date`] with the new date, and
//! dating it once more gives the same bytes.
//! Absent on purpose: writing files, dates of other meaning (`xmp:CreateDate`, `exif:DateTimeDigitized` stay), and guessing at broken XML.

mod edits;
mod markup;
mod packet;

use lightproof_model::moment::WallClock;

use self::packet::Packet;
use crate::facts::xmp::{EXIF, MAX, PHOTOSHOP, sidecar_date};

/// Why a sidecar is not given a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWritable {
    /// It holds more than is read of a sidecar.
    #[error("the sidecar would have {0} bytes, and no more than {MAX} are read of one")]
    TooLarge(usize),
    /// Its text is not UTF-8.
    #[error("the sidecar is not text in UTF-8: {0}")]
    NotUtf8(String),
    /// Its XML is not whole, or has declarations that would have to be carried out.
    #[error("the sidecar is not whole XML: {0}")]
    NotWhole(String),
    /// Its XML is not XMP.
    #[error("the sidecar is not XMP: {0}")]
    NotXmp(String),
    /// What it says of the date is more than a date.
    #[error("the sidecar says more of {0} than a date")]
    NotPlain(String),
    /// Another date would be read from it nevertheless.
    #[error("the sidecar would still be read with another date: {0}")]
    OtherwiseRead(String),
    /// No sidecar can hold that date.
    #[error("{0} is no date of a photograph")]
    NoDate(WallClock),
}

/// The sidecar that says of an asset that it was taken at this moment, to the second: the one that is there, extended, or a new one.
///
/// # Errors
/// [`NotWritable`], and then nothing is known that could be written instead.
pub fn with_date(existing: Option<&[u8]>, at: WallClock) -> Result<Vec<u8>, NotWritable> {
    let at = at.with().subsec_nanosecond(0).build().unwrap_or(at);
    if at.year() < 1 {
        return Err(NotWritable::NoDate(at));
    }
    let value = at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let written = match existing {
        None => fresh(&value),
        Some(bytes) if bytes.len() > MAX => return Err(NotWritable::TooLarge(bytes.len())),
        Some(bytes) => edits::dated(&Packet::read(bytes)?, &value)?,
    };
    if written.len() > MAX {
        return Err(NotWritable::TooLarge(written.len()));
    }
    match sidecar_date(&written) {
        Some(read) if read == at => Ok(written),
        Some(read) => Err(NotWritable::OtherwiseRead(format!("it says {read} within another property"))),
        None => Err(NotWritable::OtherwiseRead("what its prefixes stand for changes on the way".to_owned())),
    }
}

/// A small packet as ISO 16684-1 has it.
fn fresh(value: &str) -> Vec<u8> {
    format!(
        r#"<?xpacket begin="{BOM}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="lightproof">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about=""
    xmlns:exif="{EXIF}"
    xmlns:photoshop="{PHOTOSHOP}">
   <exif:DateTimeOriginal>{value}</exif:DateTimeOriginal>
   <photoshop:DateCreated>{value}</photoshop:DateCreated>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"#
    )
    .into_bytes()
}

const BOM: char = '\u{feff}';
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

#[cfg(test)]
mod tests;
