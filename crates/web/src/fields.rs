//! The fields of a form or a query, as they were sent: names may repeat, and order is kept.

/// Fields of a form or a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `a=1&b=2`. What is not UTF-8 is read as well as can be.
    pub fn read(encoded: &[u8]) -> Fields {
        Fields(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The first field of a name, unless it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// The same fields with one of them set to another value, or left out where that is empty.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Fields {
        let mut fields: Vec<_> = self.0.iter().filter(|(n, _)| n != name).cloned().collect();
        if !value.is_empty() {
            fields.push((name.to_owned(), value.to_owned()));
        }
        Fields(fields)
    }

    /// As the query of an address, with its question mark where there is any field.
    pub fn query(&self) -> String {
        let kept = self.0.iter().filter(|(_, v)| !v.is_empty());
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        if text.is_empty() { text } else { format!("?{text}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_set_and_written() {
        let fields = Fields::read(b"a=1&b=%26+x&a=2&c=");
        assert_eq!(fields.get("a"), Some("1"));
        assert_eq!(fields.get("b"), Some("& x"));
        assert_eq!(fields.get("c"), None);
        assert_eq!(fields.with("a", "").query(), "?b=%26+x");
        assert_eq!(fields.with("b", "é").with("a", "3").query(), "?b=%C3%A9&a=3");
        assert_eq!(Fields::default().query(), "");
    }
}
