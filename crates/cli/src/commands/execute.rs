//! `execute`, `undo` and `recover`: what a person approved of is done, taken back, and found out about.

use std::{cell::RefCell, collections::BTreeSet};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lightproof_engine::{
    EngineError,
    carrying::{self, Account, Following, Order, StepFate, Stopped, Told, Undo},
    planning::{find, find_by},
    review::Looking,
};
use lightproof_model::approval::Scope;
use serde_json::{Value, json};

use crate::{
    args::{
        Common,
        carry::{ExecuteArgs, UndoArgs},
    },
    commands::{
        config::settings,
        plan::{kept_by_servers, open},
        review::{now_in_ms, servers},
    },
    exit::{Refusal, Told as ToldAlready},
    out::{FAINT, Out, STRONG, WARN},
    stop,
    words::{counted, number, plain},
};

/// How many skipped steps are told to a person at the end.
const FEW: usize = 20;

/// Steps as a bar.
struct Bar(RefCell<ProgressBar>);

impl Bar {
    fn new(shown: bool) -> Bar {
        let target = if shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{bar:18} {pos}/{len} steps  {msg}  {eta} left");
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█▉▊▋▌▍▎▏ "));
        Bar(RefCell::new(bar))
    }
}

impl Following for Bar {
    fn begins(&self, steps: u64) {
        self.0.borrow().set_length(steps);
    }

    fn over(&self, step: &Told) {
        let bar = self.0.borrow();
        bar.inc(1);
        bar.set_message(plain(&String::from_utf8_lossy(&step.path)));
    }

    fn stop_asked(&self) -> bool {
        stop::asked()
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.borrow().finish_and_clear();
    }
}

/// Carries out a plan.
pub fn execute(args: &ExecuteArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, None)?;
    let looking = Looking::open(&settings.ledger.value)?;
    let (digest, _) = find_by(&looking, &args.plan)?;
    let (servers, kept) = (servers(&settings, out), kept_by_servers(&settings));
    let order = Order { servers: &servers, kept_by_servers: &kept, clock: now_in_ms };
    let bar = Bar::new(out.is_told());
    let account = if args.dry_run {
        carrying::rehearse(&looking, &digest, order, &bar)?
    } else {
        carrying::execute(&looking, &digest, order, &bar)?
    };
    drop(bar);
    let words = if args.dry_run {
        Words { command: "execute --dry-run", done: "would be done" }
    } else {
        Words { command: "execute", done: "done" }
    };
    tell(&words, Some(digest.as_str()), &account, out)
}

/// Takes back.
pub fn undo(args: &UndoArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, None)?;
    let ledger = open(&settings.ledger.value)?;
    let mut named: Vec<Undo> = Vec::new();
    for what in &args.what {
        let (plan, steps) = what.split_once(':').map_or((what.as_str(), None), |(plan, steps)| (plan, Some(steps)));
        let (digest, _) = find(&ledger, plan)?;
        let scope = steps.map(Scope::parse).transpose();
        let scope = scope.map_err(|error| Refusal { message: error.to_string(), hint: "for example 3f2a91:1-3,7" })?;
        let steps: Option<BTreeSet<u32>> = match scope {
            None | Some(Scope::All) => None,
            Some(Scope::Steps(steps)) => Some(steps),
        };
        let same = named.iter_mut().find(|known| match known {
            Undo::Plan(of) | Undo::Steps(of, _) => *of == digest,
        });
        match (same, steps) {
            (Some(Undo::Plan(_)), _) => {}
            (Some(known), None) => *known = Undo::Plan(digest),
            (Some(Undo::Steps(_, known)), Some(steps)) => known.extend(steps),
            (None, Some(steps)) => named.push(Undo::Steps(digest, steps)),
            (None, None) => named.push(Undo::Plan(digest)),
        }
    }
    let (servers, kept) = (servers(&settings, out), kept_by_servers(&settings));
    let order = Order { servers: &servers, kept_by_servers: &kept, clock: now_in_ms };
    for what in &named {
        let (Undo::Plan(digest) | Undo::Steps(digest, _)) = what;
        let bar = Bar::new(out.is_told());
        let account = carrying::undo(&ledger, what, order, &bar)?;
        drop(bar);
        tell(&Words { command: "undo", done: "taken back" }, Some(digest.as_str()), &account, out)?;
    }
    Ok(())
}

/// Finds out about what was broken off.
pub fn recover(common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, None)?;
    let ledger = open(&settings.ledger.value)?;
    let (servers, kept) = (servers(&settings, out), kept_by_servers(&settings));
    let order = Order { servers: &servers, kept_by_servers: &kept, clock: now_in_ms };
    let account = carrying::recover(&ledger, order)?;
    if account.found_out.is_empty() && out.is_told() {
        return Ok(out.text("Nothing was broken off: the journal knows how every step ended.\n")?);
    }
    tell(&Words { command: "recover", done: "done" }, None, &account, out)
}

struct Words {
    command: &'static str,
    done: &'static str,
}

fn fate_text(told: &Told) -> String {
    let fate = match &told.fate {
        StepFate::Done => "is done".to_owned(),
        StepFate::WouldBeDone => "would be done".to_owned(),
        StepFate::Skipped(why) => format!("nothing was changed: {}", plain(why)),
        StepFate::Unknown(why) => format!("nobody knows: {}", plain(why)),
    };
    format!("step {} ({} {}): {fate}", told.step.number, told.act, plain(&String::from_utf8_lossy(&told.path)))
}

fn told_json(told: &Told) -> Value {
    let (fate, why) = match &told.fate {
        StepFate::Done => ("done", None),
        StepFate::WouldBeDone => ("would-be-done", None),
        StepFate::Skipped(why) => ("skipped", Some(why)),
        StepFate::Unknown(why) => ("unknown", Some(why)),
    };
    json!({
        "plan": told.step.plan.as_str(), "step": told.step.number, "act": told.act,
        "path": String::from_utf8_lossy(&told.path), "fate": fate, "why": why,
    })
}

fn tell(words: &Words, plan: Option<&str>, account: &Account, out: Out) -> anyhow::Result<()> {
    let stopped = account.stopped.as_ref().map(|stopped| match stopped {
        Stopped::Asked => ("asked", "stopped as asked".to_owned()),
        Stopped::Unknown(told) => ("unknown", fate_text(told)),
        Stopped::Unreachable(why) => ("unreachable", format!("a server does not answer: {}", plain(why))),
    });
    if out.is_json() {
        out.json(&json!({
            "command": words.command,
            "plan": plan,
            "done": account.done,
            "before": account.before,
            "left_out": account.left_out,
            "found_out": account.found_out.iter().map(told_json).collect::<Vec<_>>(),
            "skipped": account.skipped.iter().map(told_json).collect::<Vec<_>>(),
            "stopped": stopped.as_ref().map(|(word, why)| json!({ "reason": word, "why": why })),
        }))?;
    } else if out.is_told() || !account.skipped.is_empty() {
        let mut text = String::new();
        for told in &account.found_out {
            text.push_str(&format!("  {FAINT}was broken off{FAINT:#}  {}\n", fate_text(told)));
        }
        if words.command != "recover" {
            text.push_str(&format!("{STRONG}{}{STRONG:#} {}", counted(account.done, "step"), words.done));
            if account.before > 0 {
                text.push_str(&format!(", {} before", number(account.before)));
            }
            if account.left_out > 0 {
                text.push_str(&format!(", {} left out", number(account.left_out)));
            }
            text.push_str(&format!(", {} skipped\n", number(account.skipped.len() as u64)));
        }
        for told in account.skipped.iter().take(FEW) {
            text.push_str(&format!("  {WARN}skipped{WARN:#}  {}\n", fate_text(told)));
        }
        if account.skipped.len() > FEW {
            let more = number((account.skipped.len() - FEW) as u64);
            text.push_str(&format!("  {FAINT}… and {more} more: `lightproof plan show PLAN --steps`{FAINT:#}\n"));
        }
        out.text(&text)?;
    }
    match stopped {
        None => Ok(()),
        Some(("asked", _)) => Err(EngineError::Stopped.into()),
        Some((_, why)) => {
            let hint = "run the same command again: it looks at what became of that step, and goes on";
            out.tell_error(&why, Some(hint));
            Err(ToldAlready { code: 1 }.into())
        }
    }
}
