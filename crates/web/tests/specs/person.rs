//! `Browser`: a person in a browser without scripts, and what that person looks for on a page.

use crate::raw::{Answer, Served};

/// A person in a browser without scripts: follows links and sends forms.
pub struct Browser<'a> {
    pub served: &'a Served,
    pub cookie: String,
    pub csrf: String,
}

impl<'a> Browser<'a> {
    pub fn at(served: &'a Served) -> Browser<'a> {
        let cookie = served.come_in();
        let csrf = served.csrf(&cookie);
        Browser { served, cookie, csrf }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.served.page(path, &self.cookie)
    }

    /// The address of the next group that waits.
    pub fn next(&self) -> String {
        self.get("/next").header("location").unwrap().to_owned()
    }

    pub fn post(&self, path: &str, form: &str) -> Answer {
        let headers = format!("{}{}", self.cookie, self.served.origin());
        self.served.post(path, &headers, &format!("csrf={}&{form}", self.csrf))
    }

    /// Sends a group's form: what it carries by itself, and what the person adds.
    pub fn decide(&self, page: &Answer, added: &str) -> Answer {
        let hidden = |name: &str| values(&page.body, name).iter().map(|v| format!("{name}={v}&")).collect::<String>();
        let action = page.body.split("action=\"").find(|part| part.starts_with("/groups/") && part.contains("/decide")).unwrap();
        let action = action.split('"').next().unwrap();
        self.post(action, &format!("{}{}{}{added}", hidden("seen"), hidden("after"), hidden("member")))
    }
}

/// The values of the hidden fields of a name.
pub fn values(body: &str, name: &str) -> Vec<String> {
    let mark = format!("name=\"{name}\" value=\"");
    body.split(&mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

pub fn holds(answer: &Answer, words: &str) {
    assert!(answer.body.contains(words), "{words:?} is missing in {}", answer.body);
}
