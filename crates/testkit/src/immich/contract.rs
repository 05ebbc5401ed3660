//! `Contract`: an OpenAPI document as a judge of answers and requests.
//!
//! Judges what the document of Immich uses: references, types, null, enumerations, required fields, lists and their lengths, bounds,
//! additional fields, compositions, and the formats of ids and instants. Says every breach with its place. Absent on purpose: patterns.

use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use super::id::Id;

/// An OpenAPI 3.0 document.
#[derive(Debug, Clone)]
pub struct Contract {
    document: Value,
}

/// What the document says of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is as described.
    Kept,
    /// It is described without a JSON shape: there is nothing to judge.
    Shapeless,
    /// The document knows no such call.
    NoSuchCall,
    /// The document knows the call, but no answer of this status: none of the refusals is described.
    NoSuchStatus,
    /// It is not as described: where, and how.
    Broken(Vec<String>),
}

/// Deeper than this no shape is followed.
const DEEPEST: usize = 64;

impl Contract {
    /// The document in a file.
    ///
    /// # Panics
    /// When the file is not there or is no JSON.
    #[must_use]
    pub fn at(path: &Path) -> Contract {
        let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Contract { document: serde_json::from_slice(&bytes).expect("the document is JSON") }
    }

    /// The document of 2.4.1 in the shared folder; nothing where that is missing (see [`crate::corpus::shared`]).
    #[must_use]
    pub fn of_2_4_1() -> Option<Contract> {
        Some(Contract::at(&crate::corpus::shared()?.join("immich/openapi-2.4.1.json")))
    }

    /// The call at a path (with or without `/api` before it and a query behind it).
    fn call(&self, method: &str, path: &str) -> Option<&Value> {
        let path = path.split('?').next().unwrap_or_default();
        let below = path.strip_prefix("/api").filter(|below| below.starts_with('/')).unwrap_or(path);
        let path: Vec<&str> = below.split('/').collect();
        // What a `HEAD` is answered with is told with the `GET`.
        let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
        let fits = |template: &str| {
            let template: Vec<&str> = template.split('/').collect();
            let same = template.len() == path.len() && template.iter().zip(&path).all(|(t, p)| t.starts_with('{') || t == p);
            same.then(|| template.iter().filter(|part| part.starts_with('{')).count())
        };
        let paths = self.document["paths"].as_object()?.iter();
        let candidates = paths.filter_map(|(template, calls)| Some((fits(template)?, calls.get(&method)?)));
        candidates.min_by_key(|(places, _)| *places).map(|(_, call)| call)
    }

    /// The permission that a call needs, and whether its user must be an administrator.
    #[must_use]
    pub fn permission(&self, method: &str, path: &str) -> Option<(Option<&str>, bool)> {
        let call = self.call(method, path)?;
        Some((call["x-immich-permission"].as_str(), call["x-immich-admin-only"] == Value::Bool(true)))
    }

    /// Whether a call is open to anyone.
    #[must_use]
    pub fn is_open(&self, method: &str, path: &str) -> Option<bool> {
        Some(self.call(method, path)?["security"].as_array().is_none_or(Vec::is_empty))
    }

    /// Judges an answer by its status and its JSON.
    #[must_use]
    pub fn answer(&self, method: &str, path: &str, status: u16, body: &Value) -> Verdict {
        let Some(call) = self.call(method, path) else { return Verdict::NoSuchCall };
        match call["responses"].get(status.to_string()) {
            None => Verdict::NoSuchStatus,
            Some(response) => self.content(response, body),
        }
    }

    /// Judges the JSON of a request.
    #[must_use]
    pub fn request(&self, method: &str, path: &str, body: &Value) -> Verdict {
        match self.call(method, path) {
            None => Verdict::NoSuchCall,
            Some(call) => self.content(&call["requestBody"], body),
        }
    }

    fn content(&self, described: &Value, body: &Value) -> Verdict {
        let Some(schema) = described["content"]["application/json"].get("schema") else { return Verdict::Shapeless };
        let mut breaches = Vec::new();
        self.judge(schema, body, "", 0, &mut breaches);
        if breaches.is_empty() { Verdict::Kept } else { Verdict::Broken(breaches) }
    }

    fn referred<'a>(&'a self, schema: &'a Value) -> Option<&'a Value> {
        let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        self.document.pointer(pointer)
    }

    fn judge(&self, schema: &Value, value: &Value, at: &str, depth: usize, breaches: &mut Vec<String>) {
        if depth > DEEPEST {
            return breaches.push(format!("{at}: too deep"));
        }
        if schema.get("$ref").is_some() {
            return match self.referred(schema) {
                Some(referred) => self.judge(referred, value, at, depth + 1, breaches),
                None => breaches.push(format!("{at}: {} leads nowhere", schema["$ref"])),
            };
        }
        if value.is_null() && schema["nullable"] == Value::Bool(true) {
            return;
        }
        self.compositions(schema, value, at, depth, breaches);
        if let Some(known) = schema["enum"].as_array()
            && !known.contains(value)
        {
            breaches.push(format!("{at}: {value} is none of {}", schema["enum"]));
        }
        if let Some(expected) = schema["type"].as_str()
            && !is_of_type(value, expected)
        {
            return breaches.push(format!("{at}: {} instead of {expected}", type_of(value)));
        }
        match value {
            Value::Object(_) => self.fields(schema, value, at, depth, breaches),
            Value::Array(list) => {
                bounds(schema, "Items", list.len() as f64, at, breaches);
                if let Some(items) = schema.get("items") {
                    list.iter().enumerate().for_each(|(n, v)| self.judge(items, v, &format!("{at}/{n}"), depth + 1, breaches));
                }
            }
            Value::String(text) => {
                bounds(schema, "Length", text.chars().count() as f64, at, breaches);
                if let Some(format) = schema["format"].as_str()
                    && !has_format(text, format)
                {
                    breaches.push(format!("{at}: {value} is no {format}"));
                }
            }
            Value::Number(number) => bounds(schema, "imum", number.as_f64().unwrap_or(f64::NAN), at, breaches),
            _ => {}
        }
    }

    fn compositions(&self, schema: &Value, value: &Value, at: &str, depth: usize, breaches: &mut Vec<String>) {
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.judge(part, value, at, depth + 1, breaches);
        }
        for (name, most) in [("oneOf", 1), ("anyOf", usize::MAX)] {
            let Some(parts) = schema[name].as_array() else { continue };
            let fit = |part: &&Value| {
                let mut broken = Vec::new();
                self.judge(part, value, at, depth + 1, &mut broken);
                broken.is_empty()
            };
            let fitting = parts.iter().filter(fit).count();
            if fitting == 0 || fitting > most {
                breaches.push(format!("{at}: fits {fitting} of {name}"));
            }
        }
    }

    fn fields(&self, schema: &Value, value: &Value, at: &str, depth: usize, breaches: &mut Vec<String>) {
        for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if value.get(required).is_none() {
                breaches.push(format!("{at}: without {required}"));
            }
        }
        for (name, field) in value.as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            match (schema["properties"].get(name), schema.get("additionalProperties")) {
                (Some(described), _) => self.judge(described, field, &at, depth + 1, breaches),
                (None, Some(Value::Bool(false))) => breaches.push(format!("{at}: not described")),
                (None, Some(described @ Value::Object(_))) => self.judge(described, field, &at, depth + 1, breaches),
                (None, _) => {}
            }
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_of_type(value: &Value, expected: &str) -> bool {
    match expected {
        "integer" => value.as_f64().is_some_and(|n| n.fract() == 0.0),
        _ => type_of(value) == expected,
    }
}

fn bounds(schema: &Value, suffix: &str, measured: f64, at: &str, breaches: &mut Vec<String>) {
    let bound = |side: &str| schema[format!("{side}{suffix}")].as_f64();
    if bound("min").is_some_and(|least| measured < least) || bound("max").is_some_and(|most| measured > most) {
        breaches.push(format!("{at}: {measured} is out of bounds"));
    }
}

fn has_format(text: &str, format: &str) -> bool {
    match format {
        "uuid" => text.parse::<Id>().is_ok(),
        "date-time" => text.contains('T') && text.parse::<Timestamp>().is_ok(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn breaches(schema: &Value, value: &Value) -> Vec<String> {
        let kinds = json!({"Kind": {"type": "string", "enum": ["a", "b"]}, "Tree": {
            "type": "object", "required": ["kind"],
            "properties": {"kind": {"$ref": "#/components/schemas/Kind"}, "leaves": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
        }});
        let contract = Contract { document: json!({"components": {"schemas": kinds}}) };
        let mut breaches = Vec::new();
        contract.judge(schema, value, "", 0, &mut breaches);
        breaches
    }

    #[test]
    fn every_breach_is_said_with_its_place() {
        let tree = json!({"$ref": "#/components/schemas/Tree"});
        let nullable = json!({"allOf": [{"$ref": "#/components/schemas/Kind"}], "nullable": true});
        for (schema, value, said) in [
            (&tree, json!({"kind": "a", "other": 1}), None),
            (&tree, json!({"kind": "a", "leaves": [{"kind": "b"}, {}]}), Some("/leaves/1: without kind")),
            (&tree, json!({"kind": "c"}), Some(r#"/kind: "c" is none of ["a","b"]"#)),
            (&tree, json!([]), Some(": array instead of object")),
            (&nullable, Value::Null, None),
            (&json!({"type": "string"}), Value::Null, Some(": null instead of string")),
            (&json!({"type": "string", "format": "uuid"}), json!("x"), Some(r#": "x" is no uuid"#)),
            (&json!({"type": "string", "format": "date-time"}), json!("2024-07-14T08:21:33.12+00:00"), None),
            (&json!({"type": "string", "format": "date-time"}), json!("2024-07-14"), Some(r#": "2024-07-14" is no date-time"#)),
            (&json!({"type": "integer"}), json!(1.5), Some(": number instead of integer")),
            (&json!({"type": "number", "minimum": 1, "maximum": 2}), json!(3), Some(": 3 is out of bounds")),
            (&json!({"type": "array", "minItems": 2}), json!([1]), Some(": 1 is out of bounds")),
            (&json!({"type": "string", "maxLength": 2}), json!("äöü"), Some(": 3 is out of bounds")),
            (&json!({"oneOf": [{"type": "number"}, {"type": "integer"}]}), json!(1), Some(": fits 2 of oneOf")),
            (&json!({"anyOf": [{"type": "number"}, {"type": "integer"}]}), json!(1), None),
            (&json!({"anyOf": [{"type": "number"}]}), json!("1"), Some(": fits 0 of anyOf")),
            (&json!({"type": "object", "additionalProperties": false}), json!({"a": 1}), Some("/a: not described")),
            (&json!({"additionalProperties": {"type": "string"}}), json!({"a": 1}), Some("/a: number instead of string")),
            (&json!({"$ref": "#/components/schemas/Gone"}), json!(1), Some(r##": "#/components/schemas/Gone" leads nowhere"##)),
        ] {
            assert_eq!(breaches(schema, &value), said.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{value} {schema}");
        }
    }

    #[test]
    fn a_written_out_path_comes_before_one_with_a_place() {
        let call = |name: &str| json!({"get": {"x-immich-permission": name, "responses": {}}});
        let paths = json!({"/assets/{id}": call("asset.read"), "/assets/statistics": call("asset.statistics")});
        let contract = Contract { document: json!({"paths": paths}) };
        assert_eq!(contract.permission("GET", "/api/assets/statistics?a=b"), Some((Some("asset.statistics"), false)));
        assert_eq!(contract.permission("GET", "/api/assets/1"), Some((Some("asset.read"), false)));
        assert_eq!(contract.permission("GET", "/api/assets/1/original"), None);
        assert_eq!(contract.answer("GET", "/assets/1", 200, &Value::Null), Verdict::NoSuchStatus);
        assert_eq!(contract.answer("PUT", "/assets/1", 200, &Value::Null), Verdict::NoSuchCall);
    }
}
