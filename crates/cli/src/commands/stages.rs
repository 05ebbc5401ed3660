//! `group-duplicates`, `flag-anomalies`, `generate-summary`: stages over what was surveyed last.

use lightproof_engine::{EngineError, Ledger, pipeline, settings::Settings};
use serde_json::json;

use crate::{
    args::{Common, GroupArgs, ProofArgs},
    commands::config::{now, settings},
    out::Out,
    progress::Progress,
    words,
};

/// Stage 2.
pub fn group_duplicates(args: &GroupArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let mut settings = settings(common, args.proofs.out.as_ref())?;
    settings.radius.argued(args.radius);
    let mut ledger = open(&settings)?;
    let (account, proofs) = {
        let progress = Progress::new(out.is_told());
        pipeline::group_duplicates(&mut ledger, &settings, now(), &progress)?
    };
    if out.is_json() {
        let mut told = json!({ "command": "group-duplicates", "proofs": words::paths_json(&proofs) });
        words::add(&mut told, words::groups_json(&account));
        out.json(&told)?;
    } else if out.is_told() {
        out.text(&format!("{}\n{}", words::groups(&account), words::written(&proofs)))?;
    }
    Ok(())
}

/// Stage 3.
pub fn flag_anomalies(args: &ProofArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, args.out.as_ref())?;
    let mut ledger = open(&settings)?;
    let (account, proofs) = {
        let progress = Progress::new(out.is_told());
        pipeline::flag_anomalies(&mut ledger, &settings, now(), &progress)?
    };
    if out.is_json() {
        let mut told = json!({ "command": "flag-anomalies", "proofs": words::paths_json(&proofs) });
        words::add(&mut told, words::anomalies_json(&account));
        out.json(&told)?;
    } else if out.is_told() {
        out.text(&format!("{}\n{}", words::anomalies(&account), words::written(&proofs)))?;
    }
    Ok(())
}

/// Stage 4.
pub fn generate_summary(args: &ProofArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, args.out.as_ref())?;
    let mut ledger = open(&settings)?;
    let proofs = {
        let progress = Progress::new(out.is_told());
        pipeline::generate_summary(&mut ledger, &settings, now(), &progress)?
    };
    if out.is_json() {
        out.json(&json!({ "command": "generate-summary", "proofs": words::paths_json(&proofs) }))?;
    } else if out.is_told() {
        out.text(&words::written(&proofs))?;
    }
    Ok(())
}

/// The ledger, if there is one: a stage over what was surveyed makes no empty one.
pub fn open(settings: &Settings) -> anyhow::Result<Ledger> {
    pipeline::check_ledger(&settings.ledger.value)?;
    if !settings.ledger.value.join("survey.sqlite").exists() {
        return Err(EngineError::NothingSurveyed.into());
    }
    Ok(Ledger::open(&settings.ledger.value).map_err(EngineError::from)?)
}

/// The ledger, if there is one, together with others who only look.
pub fn look(settings: &Settings) -> anyhow::Result<Ledger> {
    pipeline::check_ledger(&settings.ledger.value)?;
    if !settings.ledger.value.join("survey.sqlite").exists() {
        return Err(EngineError::NothingSurveyed.into());
    }
    Ok(Ledger::open_shared(&settings.ledger.value).map_err(EngineError::from)?)
}
