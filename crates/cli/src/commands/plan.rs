//! `plan`: decisions become a plan, which is shown; plans that were made are shown, listed and written.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use lightproof_engine::{
    Ledger,
    planning::{Owned, Planned, Wishes, cannot_be_taken_back, find, plan as make, reason, reasons, sums},
    review::{
        Looking,
        carrying::{state_word, states},
    },
    settings::Settings,
};
use lightproof_model::{
    asset::AssetId,
    journal::{Progress, State, StepOf, Way},
    moment::RecordedDate,
    plan::{Act, Limits, Plan, PlanDigest, Refused, Step, Subject, Wish},
};
use serde_json::{Value, json};

use crate::{
    args::{
        Common,
        carry::{Inherit, PlanArgs, PlanCommand},
    },
    commands::{
        config::settings,
        journal::when,
        review::{now_in_ms, servers},
    },
    out::{FAINT, Out, STRONG, WARN},
    words::{counted, number, plain, size},
};

/// How many refusals are told unless all are asked for.
const FEW: usize = 12;

/// Makes a plan, or shows those that were made.
pub fn plan(args: &PlanArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, None)?;
    match &args.command {
        None => planned(args, &settings, out),
        Some(PlanCommand::Show { plan, steps }) => {
            let ledger = open(&settings.ledger.value)?;
            let (digest, plan) = find(&ledger, plan)?;
            show(&ledger, &digest, &plan, *steps, out)
        }
        Some(PlanCommand::List) => list(&open(&settings.ledger.value)?, out),
        Some(PlanCommand::Export { plan, to }) => {
            let (_, plan) = find(&open(&settings.ledger.value)?, plan)?;
            export(&plan, to.as_deref())
        }
    }
}

/// The ledger, together with others who look.
pub fn open(ledger: &Path) -> anyhow::Result<Ledger> {
    Ok(Ledger::open_shared(ledger).map_err(lightproof_engine::EngineError::from)?)
}

/// The folders that servers keep, as far as the settings say.
pub fn kept_by_servers(settings: &Settings) -> Vec<PathBuf> {
    settings.servers.value.values().flat_map(|server| server.prefix_map.values().cloned()).collect()
}

fn planned(args: &PlanArgs, settings: &Settings, out: Out) -> anyhow::Result<()> {
    let looking = Looking::open(&settings.ledger.value)?;
    let wish = Wish {
        limits: Limits { assets: args.max_assets, share: args.max_share },
        last_copies_of: args.last_copies_of.iter().cloned().collect(),
        let_go: args.let_go.iter().map(AssetId::new).collect(),
        inherit_albums: args.inherit.contains(&Inherit::Albums),
        inherit_favourites: args.inherit.contains(&Inherit::Favourites),
    };
    let wishes = Wishes { wish, kept_by_servers: kept_by_servers(settings) };
    let servers = servers(settings, out);
    let made = make(&looking, &wishes, &servers, now_in_ms())?;
    drop(looking);
    let ledger = open(&settings.ledger.value)?;
    if out.is_json() {
        let mut told = as_json(&ledger, &made.digest, &made.proposal.plan, &Progress::default(), args.steps)?;
        crate::words::add(&mut told, json!({ "command": "plan" }));
        crate::words::add(&mut told, refused_json(&made));
        return Ok(out.json(&told)?);
    }
    let mut text = head(&ledger, &made.digest, &made.proposal.plan)?;
    text.push_str(&refused_text(&made, args.steps));
    if args.steps {
        text.push_str(&steps_text(&made.digest, &made.proposal.plan, &Progress::default()));
    }
    if out.is_told() && !made.proposal.plan.steps.is_empty() {
        let short = made.digest.folder();
        text.push_str(&format!(
            "{STRONG}Next{STRONG:#}\n  1. look at every step: `lightproof plan show {short} --steps`\n  \
             2. see what would happen now: `lightproof execute {short} --dry-run`\n  \
             3. approve of it: `lightproof approve {short}`, and then `lightproof execute {short}`\n"
        ));
    }
    Ok(out.text(&text)?)
}

fn head(ledger: &Ledger, digest: &PlanDigest, plan: &Plan) -> anyhow::Result<String> {
    let sums = sums(ledger, plan)?;
    let mut text = format!("plan {STRONG}{digest}{STRONG:#}\n");
    if plan.steps.is_empty() {
        text.push_str("  nothing is to be done\n");
    }
    for line in lines(&sums.all) {
        text.push_str(&format!("  {line}\n"));
    }
    for ((source, owner), owned) in &sums.by_owner {
        let owner = if owner.is_empty() { String::new() } else { format!("{} in ", plain(owner)) };
        text.push_str(&format!("  {FAINT}{owner}{source}: {}{FAINT:#}\n", lines(owned).join(", ")));
    }
    for (limit, usual, what) in [
        (plan.limits.assets, Limits::default().assets, "assets in one plan"),
        (plan.limits.share.into(), Limits::default().share.into(), "per cent of a library"),
    ] {
        if limit != usual {
            text.push_str(&format!("  {WARN}limit{WARN:#}: {} {what}, not the usual {}\n", number(limit), number(usual)));
        }
    }
    if !plan.last_copies_of.is_empty() {
        let owners: Vec<String> = plan.last_copies_of.iter().map(|owner| plain(owner)).collect();
        text.push_str(&format!("  {WARN}last copies{WARN:#} may be set aside of {}\n", owners.join(", ")));
    }
    if !plan.let_go.is_empty() {
        let assets: Vec<&str> = plan.let_go.iter().map(AssetId::as_str).collect();
        text.push_str(&format!("  {WARN}what is inside{WARN:#} may go with {}\n", assets.join(", ")));
    }
    for note in cannot_be_taken_back(plan) {
        text.push_str(&format!("  {FAINT}{note}{FAINT:#}\n"));
    }
    Ok(text)
}

fn lines(owned: &Owned) -> Vec<String> {
    let mut lines = Vec::new();
    if owned.assets > 0 {
        let units = if owned.units == owned.assets { String::new() } else { format!(" in {}", counted(owned.units, "unit")) };
        lines.push(format!("{}{units} set aside, {}", counted(owned.assets, "asset"), size(owned.bytes)));
    }
    for (n, what) in [(owned.albums, "album joined"), (owned.favourites, "favourite made"), (owned.dates, "date written")] {
        if n > 0 {
            let (one, verb) = what.split_once(' ').unwrap_or((what, ""));
            lines.push(format!("{} {verb}", counted(n, one)));
        }
    }
    lines
}

fn refused_text(made: &Planned, all: bool) -> String {
    let refused = &made.proposal.refused;
    let mut text = String::new();
    if made.proposal.done_before > 0 {
        text.push_str(&format!(
            "  {FAINT}{} set aside before, as decided{FAINT:#}\n",
            counted(made.proposal.done_before, "unit")
        ));
    }
    if !refused.is_empty() {
        text.push_str(&format!("{WARN}not in the plan{WARN:#}: {}\n", counted(refused.len() as u64, "asset")));
        for (word, n) in reasons(refused) {
            text.push_str(&format!("  {:>9}  {word}\n", number(n)));
        }
        let most = if all { refused.len() } else { FEW };
        for one in refused.iter().take(most) {
            text.push_str(&format!("  {}: {}\n", path(&one.subject), plain(&one.why.to_string())));
        }
        if refused.len() > most {
            text.push_str(&format!(
                "  {FAINT}… and {} more (--steps tells all){FAINT:#}\n",
                number((refused.len() - most) as u64)
            ));
        }
    }
    for lost in &made.not_found {
        let paths: Vec<String> = lost.paths.iter().map(|path| plain(path)).collect();
        text.push_str(&format!(
            "  d{}: {} decided on {}, and the group is not there any more: survey again, and look at it\n",
            lost.decision,
            plain(&lost.reviewer),
            paths.join(", ")
        ));
    }
    text
}

fn refused_json(made: &Planned) -> Value {
    let one = |refused: &Refused| {
        json!({
            "asset": refused.subject.asset.as_str(),
            "source": refused.subject.place.source.as_str(),
            "path": String::from_utf8_lossy(&refused.subject.place.path),
            "reason": reason(&refused.why),
            "why": refused.why.to_string(),
        })
    };
    json!({
        "refused": made.proposal.refused.iter().map(one).collect::<Vec<_>>(),
        "done_before": made.proposal.done_before,
        "not_found": made.not_found.iter().map(|lost| json!({
            "decision": format!("d{}", lost.decision), "reviewer": lost.reviewer, "paths": lost.paths,
        })).collect::<Vec<_>>(),
    })
}

fn path(subject: &Subject) -> String {
    plain(&String::from_utf8_lossy(&subject.place.path))
}

/// What a step does, in a line and those below it.
fn step_text(step: &Step) -> String {
    let subject = step.act.subject();
    let mut text = format!("{} {}", step.act.word(), path(subject));
    match &step.act {
        Act::SetAside(unit) | Act::Release(unit) => {
            for part in &unit.companions {
                text.push_str(&format!("\n          with {}", path(part)));
            }
            for survivor in &unit.survivors {
                let likeness = match survivor.likeness {
                    lightproof_model::plan::Likeness::Bytes => "the same bytes",
                    lightproof_model::plan::Likeness::Image => "the same image or shot",
                };
                text.push_str(&format!("\n          {FAINT}kept: {}, {likeness}{FAINT:#}", path(&survivor.subject)));
            }
        }
        Act::JoinAlbum(membership) | Act::LeaveAlbum(membership) => {
            text.push_str(&format!(": {}", plain(&membership.name)));
        }
        Act::FixDate(fix) | Act::TakeDateBack(fix) => {
            let was = fix.was.map_or("none".to_owned(), |at| RecordedDate::At(at).echo());
            text.push_str(&format!(": {was} → {}", RecordedDate::At(fix.becomes).echo()));
            if let Some(zone) = &fix.zone {
                text.push_str(&format!("\n          {WARN}the server will record the zone {}{WARN:#}", plain(zone)));
            }
        }
        Act::Favour(_) | Act::Unfavour(_) => {}
    }
    text
}

fn steps_text(digest: &PlanDigest, plan: &Plan, progress: &Progress) -> String {
    let mut text = format!("{STRONG}{}{STRONG:#}\n", counted(plan.steps.len() as u64, "step"));
    for step in &plan.steps {
        let state = progress.of(&StepOf { plan: digest.clone(), number: step.number });
        let state = state.map(|state| format!("  {FAINT}[{}]{FAINT:#}", plain(&state_text(state)))).unwrap_or_default();
        text.push_str(&format!("  {:>6}  {}{state}\n", step.number, step_text(step)));
        text.push_str(&format!("          {FAINT}as {} decided{FAINT:#}\n", plain(&step.ground.reviewer)));
    }
    text
}

fn state_text(state: &State) -> String {
    match state {
        State::Open(Way::Forward) => "broken off: `lightproof recover` finds out".to_owned(),
        State::Open(Way::Back) => "broken off on its way back: `lightproof recover` finds out".to_owned(),
        State::Done(_) => "done".to_owned(),
        State::Skipped(why) => format!("skipped: {why}"),
        State::TakenBack => "taken back".to_owned(),
        State::Stays(_, why) => format!("done, and not taken back: {why}"),
    }
}

fn show(ledger: &Ledger, digest: &PlanDigest, plan: &Plan, steps: bool, out: Out) -> anyhow::Result<()> {
    let progress = ledger.progress().map_err(lightproof_engine::EngineError::from)?;
    if out.is_json() {
        let mut told = as_json(ledger, digest, plan, &progress, true)?;
        crate::words::add(&mut told, json!({ "command": "plan show" }));
        return Ok(out.json(&told)?);
    }
    let mut text = head(ledger, digest, plan)?;
    let far: Vec<String> = states(digest, plan.steps.iter().map(|step| step.number), &progress)
        .into_iter()
        .map(|(word, n)| format!("{} {word}", number(n)))
        .collect();
    text.push_str(&format!("  steps: {}\n", if far.is_empty() { "none".to_owned() } else { far.join(", ") }));
    if steps {
        text.push_str(&steps_text(digest, plan, &progress));
    }
    Ok(out.text(&text)?)
}

fn as_json(ledger: &Ledger, digest: &PlanDigest, plan: &Plan, progress: &Progress, steps: bool) -> anyhow::Result<Value> {
    let sums = sums(ledger, plan)?;
    let owned = |owned: &Owned| {
        json!({
            "assets": owned.assets, "bytes": owned.bytes, "units": owned.units, "albums": owned.albums,
            "favourites": owned.favourites, "dates": owned.dates,
        })
    };
    let by_owner: Vec<Value> = sums
        .by_owner
        .iter()
        .map(|((source, owner), sums)| {
            let mut told = owned(sums);
            crate::words::add(&mut told, json!({ "source": source, "owner": owner }));
            told
        })
        .collect();
    let mut told =
        json!({ "plan": digest.as_str(), "sums": owned(&sums.all), "by_owner": by_owner, "step_count": plan.steps.len() });
    if steps {
        let canonical: Value = serde_json::from_str(&plan.canonical())?;
        let mut steps = canonical["steps"].clone();
        for (step, told) in plan.steps.iter().zip(steps.as_array_mut().into_iter().flatten()) {
            let state = progress.of(&StepOf { plan: digest.clone(), number: step.number });
            told["state"] = state_word(state).into();
            if let Some(State::Skipped(why) | State::Stays(_, why)) = state {
                told["why"] = why.as_str().into();
            }
        }
        told["limits"] = canonical["limits"].clone();
        told["last_copies_of"] = canonical["last_copies_of"].clone();
        told["let_go"] = canonical["let_go"].clone();
        told["steps"] = steps;
    }
    Ok(told)
}

fn list(ledger: &Ledger, out: Out) -> anyhow::Result<()> {
    let progress = ledger.progress().map_err(lightproof_engine::EngineError::from)?;
    let plans = ledger.plans().map_err(lightproof_engine::EngineError::from)?;
    if out.is_json() {
        let told: Vec<Value> = plans
            .iter()
            .map(|row| {
                let far: serde_json::Map<String, Value> = states(&row.digest, 1..=row.steps as u32, &progress)
                    .into_iter()
                    .map(|(word, n)| (word.to_owned(), json!(n)))
                    .collect();
                json!({ "plan": row.digest.as_str(), "made": row.at, "step_count": row.steps, "steps": far })
            })
            .collect();
        return Ok(out.json(&json!({ "command": "plan list", "plans": told }))?);
    }
    let mut text = String::new();
    for row in &plans {
        let far: Vec<String> = states(&row.digest, 1..=row.steps as u32, &progress)
            .into_iter()
            .map(|(word, n)| format!("{} {word}", number(n)))
            .collect();
        let far = if far.is_empty() { "no steps".to_owned() } else { far.join(", ") };
        text.push_str(&format!("{STRONG}{}{STRONG:#}  {}  {far}\n", row.digest.folder(), when(row.at)));
    }
    if plans.is_empty() {
        text.push_str("no plan was made yet: `lightproof plan` makes one\n");
    }
    Ok(out.text(&text)?)
}

fn export(plan: &Plan, to: Option<&Path>) -> anyhow::Result<()> {
    let canonical = plan.canonical();
    match to {
        Some(path) => Ok(write_new(path, |to| to.write_all(canonical.as_bytes()))?),
        None => {
            let mut to = io::stdout().lock();
            to.write_all(canonical.as_bytes())?;
            Ok(to.flush()?)
        }
    }
}

/// Writes a file that was not there before.
pub fn write_new(path: &Path, write: impl FnOnce(&mut io::BufWriter<File>) -> io::Result<()>) -> anyhow::Result<()> {
    let refused = |error: io::Error| crate::exit::Refusal {
        message: format!("{} cannot be written: {error}", path.display()),
        hint: "name a file that is not there yet, in a folder that may be written",
    };
    let mut to = io::BufWriter::new(File::create_new(path).map_err(refused)?);
    write(&mut to)?;
    Ok(to.flush()?)
}
