//! What a screen reader would say: the controls of a page with role and name, and its headings, out of the accessibility tree.

use serde_json::{Value, json};

use super::{Browser, text_of};

/// A node of the accessibility tree that is not left out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// `button`, `link`, `heading`, `image`, `textbox`, …
    pub role: String,
    /// What it is called; empty when it is called nothing.
    pub name: String,
    /// Of a heading: 1 to 6.
    pub level: Option<u64>,
    /// Whether the keyboard can reach it.
    pub focusable: bool,
}

impl Browser {
    /// The accessibility tree in document order, without what is left out of it.
    #[must_use]
    pub fn accessibility_tree(&self) -> Vec<Control> {
        let tree = self.devtools("Accessibility.getFullAXTree", &json!({}));
        let nodes = tree["nodes"].as_array().expect("the tree has nodes");
        nodes.iter().filter(|node| node["ignored"] != true).map(control).collect()
    }

    /// What the keyboard can reach and has no name, by role.
    #[must_use]
    pub fn nameless_controls(&self) -> Vec<Control> {
        let whole_page = |c: &Control| ["RootWebArea", "document"].contains(&c.role.as_str());
        self.accessibility_tree().into_iter().filter(|c| c.focusable && !whole_page(c) && c.name.trim().is_empty()).collect()
    }

    /// The headings in document order: level and text.
    #[must_use]
    pub fn headings(&self) -> Vec<(u64, String)> {
        let script = "return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].filter(h => h.getClientRects().length)
            .map(h => [Number(h.tagName[1]), h.textContent.trim()])";
        let headings = self.script(script, &[]);
        let headings = headings.as_array().expect("the script gives a list");
        headings.iter().map(|h| (h[0].as_u64().unwrap_or_default(), text_of(&h[1]))).collect()
    }
}

fn control(node: &Value) -> Control {
    let property = |name: &str| {
        let all = node["properties"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().find(|p| p["name"] == name).map(|p| &p["value"]["value"])
    };
    Control {
        role: text_of(&node["role"]["value"]),
        name: text_of(&node["name"]["value"]),
        level: property("level").and_then(Value::as_u64),
        focusable: property("focusable").is_some_and(|value| *value == true),
    }
}
