//! Which groups a page speaks of, as its address says it: the same words in the list, in "next", and after a decision.

use lightproof_engine::review::{groups::GroupFilter, standing::GroupState};
use lightproof_model::{asset::SourceId, group::Basis};

use crate::fields::Fields;

/// A filter, and the address that it came by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// For the engine.
    pub groups: GroupFilter,
    address: Fields,
}

/// The fields of an address that are a filter.
pub const NAMES: [&str; 5] = ["basis", "state", "owner", "source", "text"];

/// The word for all groups that a person can decide on now.
pub const WAITS: &str = "waits";

impl Filter {
    /// Reads it from a query. Words that are not known exclude nothing.
    pub fn read(query: &Fields) -> Filter {
        let mut address = Fields::default();
        for (name, value) in query.iter().filter(|(name, _)| NAMES.contains(name)) {
            address = address.with(name, value);
        }
        let own = |name: &str| address.get(name).map(str::to_owned);
        let states = match address.get("state") {
            Some(WAITS) => GroupState::ALL.into_iter().filter(|state| state.waits()).collect(),
            word => word.and_then(GroupState::from_word).into_iter().collect(),
        };
        let groups = GroupFilter {
            bases: address.get("basis").and_then(Basis::from_word).into_iter().collect(),
            states,
            source: own("source").map(SourceId::new),
            owner: own("owner"),
            text: own("text"),
        };
        Filter { groups, address }
    }

    /// The value of one of its fields as it was given.
    pub fn get(&self, name: &str) -> &str {
        self.address.get(name).unwrap_or_default()
    }

    /// The query that says it, with its question mark where it excludes anything.
    pub fn query(&self) -> String {
        self.address.query()
    }

    /// The query of the same filter with a further field.
    pub fn query_with(&self, name: &str, value: &str) -> String {
        self.address.with(name, value).query()
    }

    /// Whether it excludes anything.
    pub fn excludes(&self) -> bool {
        self.groups != GroupFilter::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_said_again_as_it_was_read() {
        let filter = Filter::read(&Fields::read(b"basis=same-bytes&state=waits&text=%3Cb%3E&page=3&owner="));
        assert_eq!(filter.groups.bases, [Basis::SameBytes]);
        assert_eq!(filter.groups.states, [GroupState::Undecided, GroupState::Partly, GroupState::Changed]);
        assert_eq!(filter.groups.text.as_deref(), Some("<b>"));
        assert_eq!(filter.query(), "?basis=same-bytes&state=waits&text=%3Cb%3E");
        assert_eq!(filter.query_with("page", "2"), "?basis=same-bytes&state=waits&text=%3Cb%3E&page=2");
        assert!(!Filter::read(&Fields::read(b"basis=nonsense&page=3")).excludes());
    }
}
