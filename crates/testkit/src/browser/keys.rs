//! Keys as a person names them (`j`, `Enter`, `Control+z`) and as WebDriver wants them.

use serde_json::{Value, json};

/// Key presses one after another, as one W3C action: each goes down and up, its modifiers around it.
pub(super) fn pressing(keys: &[&str]) -> Value {
    let actions: Vec<Value> = keys.iter().flat_map(|key| one(key)).collect();
    json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] })
}

/// Typing a text, character by character.
pub(super) fn typing(text: &str) -> Value {
    let actions: Vec<Value> = text.chars().flat_map(|c| [key("keyDown", c), key("keyUp", c)]).collect();
    json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] })
}

fn one(name: &str) -> Vec<Value> {
    let mut held: Vec<char> = Vec::new();
    let mut rest = name;
    while let Some((modifier, after)) = rest.split_once('+')
        && !modifier.is_empty()
        && !after.is_empty()
    {
        held.push(code(modifier));
        rest = after;
    }
    let last = code(rest);
    let downs = held.iter().map(|&c| key("keyDown", c));
    let ups = held.iter().rev().map(|&c| key("keyUp", c));
    downs.chain([key("keyDown", last), key("keyUp", last)]).chain(ups).collect()
}

fn key(kind: &str, code: char) -> Value {
    json!({ "type": kind, "value": code.to_string() })
}

/// The code of a named key (W3C WebDriver, "keyboard actions"); a single character stands for itself.
fn code(name: &str) -> char {
    let mut characters = name.chars();
    if let (Some(only), None) = (characters.next(), characters.next()) {
        return only;
    }
    match name {
        "Backspace" => '\u{E003}',
        "Tab" => '\u{E004}',
        "Enter" => '\u{E007}',
        "Shift" => '\u{E008}',
        "Control" => '\u{E009}',
        "Alt" => '\u{E00A}',
        "Escape" => '\u{E00C}',
        "Space" => ' ',
        "PageUp" => '\u{E00E}',
        "PageDown" => '\u{E00F}',
        "End" => '\u{E010}',
        "Home" => '\u{E011}',
        "ArrowLeft" => '\u{E012}',
        "ArrowUp" => '\u{E013}',
        "ArrowRight" => '\u{E014}',
        "ArrowDown" => '\u{E015}',
        _ => panic!("no key is called {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(name: &str) -> Vec<(String, String)> {
        let word = |v: &Value| v.as_str().unwrap().to_owned();
        one(name).iter().map(|a| (word(&a["type"]), word(&a["value"]))).collect()
    }

    #[test]
    fn a_key_goes_down_and_up_and_its_modifiers_are_held_around_it() {
        let both = |c: &str| [("keyDown".to_owned(), c.to_owned()), ("keyUp".to_owned(), c.to_owned())];
        for (name, code) in [("j", "j"), ("?", "?"), ("+", "+"), ("Enter", "\u{E007}"), ("Space", " ")] {
            assert_eq!(pressed(name), both(code), "{name}");
        }
        let codes: Vec<String> = pressed("Control+Shift+z").into_iter().map(|(_, c)| c).collect();
        assert_eq!(codes, ["\u{E009}", "\u{E008}", "z", "z", "\u{E008}", "\u{E009}"]);
        assert_eq!(pressed("Control++")[1].1, "+");
    }
}
