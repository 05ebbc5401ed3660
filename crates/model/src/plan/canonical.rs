//! The canonical form of a plan: one JSON text for one plan, whoever writes it.
//!
//! No blanks, members in the order written here, numbers as decimal integers, bytes in lower-case hex. A path that is UTF-8 stands as text,
//! any other as `{"hex":"…"}`. Whoever reads a stored plan writes it once more and compares.
//! Absent on purpose: reading. Stored forms are the ledger's.

use super::{Act, Fix, Hold, Library, Membership, Plan, Step, Subject, Survivor, Unit, VERSION};
use crate::{digest::to_hex, moment::RecordedDate};

/// A JSON text being written.
struct Text(String);

pub(super) fn of(plan: &Plan) -> String {
    let mut text = Text(String::new());
    text.raw("{\"lightproof-plan\":");
    text.number(VERSION.into());
    text.raw(",\"limits\":{\"assets\":");
    text.number(plan.limits.assets);
    text.raw(",\"share\":");
    text.number(plan.limits.share.into());
    text.raw("},\"last_copies_of\":");
    text.list(&plan.last_copies_of, |text, owner| text.string(owner));
    text.raw(",\"let_go\":");
    text.list(&plan.let_go, |text, asset| text.string(asset.as_str()));
    text.raw(",\"libraries\":");
    text.list(&plan.libraries, Text::library);
    text.raw(",\"steps\":");
    text.list(&plan.steps, Text::step);
    text.raw("}");
    text.0
}

impl Text {
    fn raw(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn number(&mut self, number: u64) {
        self.0.push_str(&number.to_string());
    }

    /// RFC 8259, section 7: the two that must be escaped, and control characters.
    fn string(&mut self, text: &str) {
        self.0.push('"');
        for c in text.chars() {
            match c {
                '"' => self.0.push_str("\\\""),
                '\\' => self.0.push_str("\\\\"),
                c if c < ' ' => self.0.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => self.0.push(c),
            }
        }
        self.0.push('"');
    }

    fn bytes(&mut self, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.string(text),
            Err(_) => {
                self.raw("{\"hex\":");
                self.string(&to_hex(bytes));
                self.raw("}");
            }
        }
    }

    fn list<T>(&mut self, of: impl IntoIterator<Item = T>, each: impl Fn(&mut Text, T)) {
        self.raw("[");
        for (at, one) in of.into_iter().enumerate() {
            self.raw(if at > 0 { "," } else { "" });
            each(self, one);
        }
        self.raw("]");
    }

    /// A member with a text.
    fn member(&mut self, name: &str, value: &str) {
        self.raw(",\"");
        self.raw(name);
        self.raw("\":");
        self.string(value);
    }

    fn library(&mut self, library: &Library) {
        self.raw("{\"source\":");
        self.string(library.source.as_str());
        self.raw(",\"assets\":");
        self.number(library.assets);
        self.raw("}");
    }

    fn step(&mut self, step: &Step) {
        self.raw("{\"number\":");
        self.number(step.number.into());
        self.member("reviewer", &step.ground.reviewer);
        self.member("seen", step.ground.seen.as_str());
        self.raw(",\"needs\":");
        self.list(&step.needs, |text, number| text.number((*number).into()));
        self.member("act", step.act.word());
        self.raw(",\"of\":");
        match &step.act {
            Act::SetAside(unit) | Act::Release(unit) => self.unit(unit),
            Act::JoinAlbum(membership) | Act::LeaveAlbum(membership) => self.membership(membership),
            Act::Favour(subject) | Act::Unfavour(subject) => self.subject(subject),
            Act::FixDate(fix) | Act::TakeDateBack(fix) => self.fix(fix),
        }
        self.raw("}");
    }

    fn subject(&mut self, subject: &Subject) {
        self.raw("{\"asset\":");
        self.string(subject.asset.as_str());
        self.member("source", subject.place.source.as_str());
        self.raw(",\"path\":");
        self.bytes(&subject.place.path);
        self.member("owner", &subject.place.owner);
        match &subject.hold {
            Hold::Folder { sha1, bytes } => {
                self.member("sha1", &sha1.to_string());
                self.raw(",\"bytes\":");
                self.number(*bytes);
            }
            Hold::Server { id, checksum, visibility } => {
                self.member("id", id);
                self.member("checksum", &checksum.to_string());
                self.member("visibility", visibility);
            }
        }
        self.raw("}");
    }

    fn unit(&mut self, unit: &Unit) {
        self.raw("{\"main\":");
        self.subject(&unit.main);
        self.raw(",\"companions\":");
        self.list(&unit.companions, Text::subject);
        self.raw(",\"survivors\":");
        self.list(&unit.survivors, Text::survivor);
        self.raw("}");
    }

    fn survivor(&mut self, survivor: &Survivor) {
        self.raw("{\"subject\":");
        self.subject(&survivor.subject);
        self.member("stands_for", survivor.stands_for.as_str());
        self.member("likeness", survivor.likeness.word());
        self.raw("}");
    }

    fn membership(&mut self, membership: &Membership) {
        self.raw("{\"subject\":");
        self.subject(&membership.subject);
        self.member("album", &membership.album);
        self.member("name", &membership.name);
        self.raw("}");
    }

    fn fix(&mut self, fix: &Fix) {
        let date = |at| RecordedDate::At(at).echo();
        self.raw("{\"subject\":");
        self.subject(&fix.subject);
        self.member("was", &fix.was.map_or_else(String::new, date));
        self.member("becomes", &date(fix.becomes));
        self.member("sidecar", &fix.sidecar.map_or_else(String::new, |sha1| sha1.to_string()));
        self.member("shows", &fix.shows.map_or_else(String::new, date));
        self.member("zone", fix.zone.as_deref().unwrap_or_default());
        self.raw("}");
    }
}
