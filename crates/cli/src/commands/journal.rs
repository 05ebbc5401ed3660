//! `journal`: what was intended and what became of it.

use std::{
    io::{self, Write},
    path::Path,
};

use lightproof_engine::{Ledger, carrying::verify, planning::find, proofs::cell::instant};
use lightproof_model::{
    approval::Scope,
    journal::{Event, Outcome, StepOf, Text},
};
use serde_json::{Value, json};

use crate::{
    args::{Common, carry::JournalCommand},
    commands::{
        config::settings,
        plan::{open, write_new},
    },
    exit::{Refusal, Told},
    out::{FAINT, Out, STRONG, WARN},
    words::{counted, plain},
};

/// A moment for people.
pub fn when(at: i64) -> String {
    instant(at.div_euclid(1000))
}

/// Lists, shows, checks or writes the journal.
pub fn journal(command: &JournalCommand, common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, None)?;
    let ledger = open(&settings.ledger.value)?;
    match command {
        JournalCommand::List => list(&ledger, out),
        JournalCommand::Show { what } => show(&ledger, what, out),
        JournalCommand::Verify => verified(&ledger, out),
        JournalCommand::Export { to } => export(&ledger, to.as_deref()),
    }
}

/// What an entry says, for people.
fn event_text(event: &Event) -> String {
    let step = |step: &StepOf| format!("{}:{}", step.plan.folder(), step.number);
    match event {
        Event::PassphraseSet { .. } => "an approval passphrase was set".to_owned(),
        Event::Approved { plan, .. } => format!("plan {} was approved of", plan.folder()),
        Event::Begun { plan, way, .. } => format!("{} of plan {} began", way.word(), plan.folder()),
        Event::Intended { step: of, way } => format!("{} {}: intended", way.word(), step(of)),
        Event::Closed { step: of, way, outcome } => {
            let became = match outcome {
                Outcome::Done(_) => "done".to_owned(),
                Outcome::Skipped(why) => format!("skipped: {}", plain(why)),
                Outcome::Unknown(why) => format!("unknown: {}", plain(why)),
            };
            format!("{} {}: {became}", way.word(), step(of))
        }
        Event::Ended { plan, way } => format!("{} of plan {} ended", way.word(), plan.folder()),
    }
}

fn body(text: &Text) -> Value {
    serde_json::from_str(&text.body).unwrap_or_else(|_| Value::String(text.body.clone()))
}

fn entry_json(text: &Text) -> Value {
    json!({ "number": text.number, "at": text.at, "entry": body(text), "link": text.link.as_str() })
}

fn list(ledger: &Ledger, out: Out) -> anyhow::Result<()> {
    let mut told = Vec::new();
    let mut shown = String::new();
    let (mut done, mut skipped, mut unknown) = (0_u64, 0_u64, 0_u64);
    for entry in ledger.entries(0).map_err(lightproof_engine::EngineError::from)? {
        match &entry.event {
            Event::Intended { .. } => continue,
            Event::Closed { outcome, .. } => {
                match outcome {
                    Outcome::Done(_) => done += 1,
                    Outcome::Skipped(_) => skipped += 1,
                    Outcome::Unknown(_) => unknown += 1,
                }
                continue;
            }
            _ => {}
        }
        let steps = if done + skipped + unknown > 0 {
            format!("  {FAINT}{done} done, {skipped} skipped, {unknown} unknown{FAINT:#}\n")
        } else {
            String::new()
        };
        (done, skipped, unknown) = (0, 0, 0);
        shown.push_str(&format!("{steps}{:>6}  {}  {}\n", entry.number, when(entry.at), event_text(&entry.event)));
        told.push(json!({ "number": entry.number, "at": entry.at, "what": event_text(&entry.event) }));
    }
    if done + skipped + unknown > 0 {
        shown.push_str(&format!("  {FAINT}{done} done, {skipped} skipped, {unknown} unknown; the run did not end{FAINT:#}\n"));
    }
    if out.is_json() {
        return Ok(out.json(&json!({ "command": "journal list", "runs": told }))?);
    }
    if told.is_empty() {
        shown.push_str("the journal is empty: nothing was carried out yet\n");
    }
    Ok(out.text(&shown)?)
}

fn show(ledger: &Ledger, what: &str, out: Out) -> anyhow::Result<()> {
    let (plan, steps) = what.split_once(':').map_or((what, None), |(plan, steps)| (plan, Some(steps)));
    let (digest, _) = find(ledger, plan)?;
    let scope = steps.map(Scope::parse).transpose();
    let scope = scope.map_err(|error| Refusal { message: error.to_string(), hint: "for example 3f2a91:7" })?;
    let is_meant = |event: &Event| match event {
        Event::PassphraseSet { .. } => false,
        Event::Approved { plan, .. } | Event::Begun { plan, .. } | Event::Ended { plan, .. } => {
            *plan == digest && scope.is_none()
        }
        Event::Intended { step, .. } | Event::Closed { step, .. } => {
            step.plan == digest && scope.as_ref().is_none_or(|scope| scope.covers(step.number))
        }
    };
    let mut texts = Vec::new();
    ledger.for_each_text(0, |text| {
        if is_meant(&lightproof_engine::Entry::read(&text)?.event) {
            texts.push(text);
        }
        Ok::<(), lightproof_engine::EngineError>(())
    })?;
    if out.is_json() {
        let told: Vec<Value> = texts.iter().map(entry_json).collect();
        return Ok(out.json(&json!({ "command": "journal show", "plan": digest.as_str(), "entries": told }))?);
    }
    let mut shown = String::new();
    for text in &texts {
        let entry = lightproof_engine::Entry::read(text).map_err(lightproof_engine::EngineError::from)?;
        shown.push_str(&format!("{:>6}  {}  {}\n", text.number, when(text.at), event_text(&entry.event)));
        if let Event::Closed { outcome: Outcome::Done(_), .. } = entry.event {
            shown.push_str(&format!("          {FAINT}{}{FAINT:#}\n", plain(&body(text)["trace"].to_string())));
        }
    }
    Ok(out.text(&shown)?)
}

fn verified(ledger: &Ledger, out: Out) -> anyhow::Result<()> {
    let found = verify(ledger)?;
    if out.is_json() {
        out.json(&json!({
            "command": "journal verify",
            "entries": found.entries.as_ref().ok(),
            "broken": found.entries.as_ref().err().map(ToString::to_string),
            "heads": found.heads.iter().map(|head| json!({ "root": head.kept_at, "number": head.number })).collect::<Vec<_>>(),
            "not_asked": found.unasked.iter().map(|(root, why)| json!({ "root": root, "why": why })).collect::<Vec<_>>(),
        }))?;
    }
    match &found.entries {
        Ok(entries) if out.is_told() => {
            let mut text = format!(
                "{STRONG}{}{STRONG:#}, each as it was written\n",
                counted(*entries, "entry").replace("entrys", "entries")
            );
            for head in &found.heads {
                text.push_str(&format!("  {FAINT}{} knows of entry {}{FAINT:#}\n", head.kept_at, head.number));
            }
            for (root, why) in &found.unasked {
                text.push_str(&format!("  {WARN}not asked{WARN:#}: {root}: {}\n", plain(why)));
            }
            Ok(out.text(&text)?)
        }
        Ok(_) => Ok(()),
        Err(broken) => {
            let hint =
                "keep record.sqlite as it is and compare it with a backup: what it says from there on is not to be trusted";
            out.tell_error(&format!("the journal is not as it was written: {broken}"), Some(hint));
            Err(Told { code: 1 }.into())
        }
    }
}

fn export(ledger: &Ledger, to: Option<&Path>) -> anyhow::Result<()> {
    let mut lines = String::new();
    ledger.for_each_text(0, |text| {
        lines.push_str(&entry_json(&text).to_string());
        lines.push('\n');
        Ok::<(), lightproof_engine::EngineError>(())
    })?;
    match to {
        Some(path) => write_new(path, |to| to.write_all(lines.as_bytes())),
        None => {
            let mut to = io::stdout().lock();
            to.write_all(lines.as_bytes())?;
            Ok(to.flush()?)
        }
    }
}
