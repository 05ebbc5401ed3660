//! Carrying out decisions: a plan is made, approved of by a person, executed and taken back, and nothing is ever lost on the way.

mod approving;
mod back_again;
mod crashing;
mod dates;
mod drifting;
mod durable;
mod folders;
mod planning;
mod servers;

use lightproof_testkit::{
    library::{Library, photo, photo_of},
    run::Ran,
};
use serde_json::Value;

use crate::{deciding::Desk, typed::typed};

/// What a person types; no file and no output may ever hold it.
pub const PASSPHRASE: &str = "canary horse battery";

/// A library of pairs: of each `NAME.jpg` there is a copy with a sidecar in `copies`, and enough beside them that a pair is a small share.
pub fn pairs(names: &[&str]) -> Library {
    let mut library = Library::empty();
    for (seed, name) in names.iter().enumerate() {
        let seed = 100 + seed as u64;
        library.put(format!("{name}.jpg"), photo_of(seed));
        library.put(format!("copies/{name}.jpg"), photo_of(seed));
    }
    for other in 0..names.len() * 9 {
        library = library.and(format!("other/{other}.txt.jpg"), photo_of(1_000 + other as u64));
    }
    library
}

/// A desk over pairs, on which the copies are decided away.
pub fn decided(names: &[&str]) -> Desk {
    decided_over(pairs(names), names)
}

pub fn decided_over(library: Library, names: &[&str]) -> Desk {
    let desk = Desk::over(library);
    let mut sheet = desk.groups();
    for name in names {
        sheet = sheet.say(&format!("{name}.jpg"), "keep").say(&format!("copies/{name}.jpg"), "quarantine");
    }
    desk.decide(&[&sheet], &[]).well();
    desk
}

pub trait Well {
    fn well(self) -> Ran;
}

impl Well for Ran {
    fn well(self) -> Ran {
        self.went_well()
    }
}

impl Desk {
    /// Makes a plan: its digest.
    pub fn plan(&self, further: &[&str]) -> String {
        let told = self.house.json(["plan"].iter().chain(further));
        told["plan"].as_str().unwrap().to_owned()
    }

    pub fn set_passphrase(&self) {
        typed(self.house.program.command(["approval", "set"]), &[PASSPHRASE, PASSPHRASE]).well();
    }

    pub fn approve(&self, plan: &str, further: &[&str]) -> Ran {
        let arguments = ["approve", plan, "--reviewer", "Ann"].into_iter().chain(further.iter().copied());
        typed(self.house.program.command(arguments), &[PASSPHRASE])
    }

    /// Makes the plan and approves of it.
    pub fn approved(&self, further: &[&str]) -> String {
        self.set_passphrase();
        let plan = self.plan(further);
        self.approve(&plan, &[]).well();
        plan
    }

    pub fn execute(&self, plan: &str) -> Value {
        self.house.json(["execute", plan])
    }

    pub fn undo(&self, what: &str) -> Value {
        self.house.json(["undo", what])
    }

    /// Every step of a plan: what it does, the path that it is about, and how far it is.
    pub fn steps(&self, plan: &str) -> Vec<[String; 3]> {
        let told = self.house.json(["plan", "show", plan]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let step = |step: &Value| {
            let of = &step["of"];
            let subject = if of["main"].is_object() { &of["main"] } else { &of["subject"] };
            [text(&step["act"]), text(&subject["path"]), text(&step["state"])]
        };
        told["steps"].as_array().unwrap().iter().map(step).collect()
    }

    /// How far each step of a plan is, by the path that it is about.
    pub fn states(&self, plan: &str) -> Vec<(String, String)> {
        let mut states: Vec<_> = self.steps(plan).into_iter().map(|[_, path, state]| (path, state)).collect();
        states.sort();
        states
    }
}

/// Steps done, steps skipped.
pub fn counts(told: &Value) -> (u64, usize) {
    (told["done"].as_u64().unwrap(), told["skipped"].as_array().unwrap().len())
}

/// The reasons of what was skipped, by path.
pub fn reasons(told: &Value) -> Vec<(String, String)> {
    let skipped = told["skipped"].as_array().unwrap().iter();
    skipped.map(|step| (step["path"].as_str().unwrap().to_owned(), step["why"].as_str().unwrap().to_owned())).collect()
}

/// One pair and no more than that, for what has nothing to do with its size.
pub fn one_pair() -> Library {
    Library::with("one.jpg", photo()).and("copies/one.jpg", photo())
}
