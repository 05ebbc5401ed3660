//! The form of a group: what may be pressed, and how it is read back.

use lightproof_model::{
    asset::AssetId,
    decision::{Verb, Words},
};
use maud::{Markup, html};

use crate::{failure::Failure, fields::Fields};

/// Before the id of a member or a part, in the name of its field.
pub const WORD: &str = "word:";

/// The buttons of the whole group.
pub fn actions() -> Markup {
    html! {
        div.actions {
            button.main type="submit" name="do" value="record" data-does="record" { "Record what is marked " kbd { "Enter" } }
            button type="submit" name="do" value="keep" data-does="keep-all" { "Keep all " kbd { "a" } }
            button type="submit" name="do" value="later" data-does="later" { "Later " kbd { "l" } }
            button type="submit" name="do" value="not-duplicates" data-does="not-duplicates" { "Not duplicates " kbd { "d" } }
        }
    }
}

/// What the form says. A button of the whole group speaks of each member that was shown.
pub fn words(form: &Fields) -> Result<Words, Failure> {
    let unknown = |text: &str| Failure::Refused(format!("{text:?} is nothing that can be said of a member."));
    match form.get("do") {
        Some("record") => {
            let marked =
                form.iter().filter_map(|(name, value)| Some((name.strip_prefix(WORD)?, value))).filter(|(_, v)| !v.is_empty());
            marked.map(|(id, value)| Ok((AssetId::new(id), value.parse::<Verb>().map_err(|_| unknown(value))?))).collect()
        }
        Some(all @ ("keep" | "later" | "not-duplicates")) => {
            let verb: Verb = all.parse().map_err(|_| unknown(all))?;
            Ok(form.iter().filter(|(name, _)| *name == "member").map(|(_, id)| (AssetId::new(id), verb)).collect())
        }
        other => Err(unknown(other.unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(form: &str) -> Option<Vec<(String, Verb)>> {
        let words = words(&Fields::read(form.as_bytes())).ok()?;
        Some(words.into_iter().map(|(id, verb)| (id.to_string(), verb)).collect())
    }

    #[test]
    fn a_form_says_what_its_button_says_and_nothing_by_itself() {
        let marks = "member=a&word%3Aa=keep&member=b&word%3Ab=quarantine&member=c&word%3Ac=";
        let all = |verb| Some(["a", "b", "c"].map(|id| (id.to_owned(), verb)).to_vec());
        assert_eq!(said(&format!("do=record&{marks}")), Some(vec![("a".into(), Verb::Keep), ("b".into(), Verb::Quarantine)]));
        assert_eq!(said(&format!("do=keep&{marks}")), all(Verb::Keep));
        assert_eq!(said(&format!("do=later&{marks}")), all(Verb::Later));
        assert_eq!(said(&format!("do=not-duplicates&{marks}")), all(Verb::NotDuplicates));
        assert_eq!(said(&format!("do=quarantine&{marks}")), None, "nothing sets a whole group aside");
        assert_eq!(said(marks), None);
        assert_eq!(said("do=record&word%3Aa=delete"), None);
        assert_eq!(said("do=record"), Some(Vec::new()), "the engine says that nothing was said");
    }
}
