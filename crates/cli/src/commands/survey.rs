//! `survey` and `generate-manifest`: the commands that walk.

use std::path::{Path, PathBuf};

use lightproof_engine::{
    Depth, Ledger, QUICK,
    pipeline::{self, Order},
    roots::{ChangedRoot, RootRequest, full_path},
    servers::ServerRequest,
    settings::Settings,
};
use serde_json::json;

use crate::{
    args::{Common, ManifestArgs, SurveyArgs, WalkArgs},
    commands::config::{now, settings},
    exit::Refusal,
    keys,
    out::Out,
    progress::Progress,
    words,
};

/// The main job.
pub fn survey(args: &SurveyArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let (settings, roots, servers) = prepare(&args.walk, common)?;
    let mut ledger = Ledger::open(&settings.ledger.value).map_err(lightproof_engine::EngineError::from)?;
    let depth = if args.quick { Depth::Quick } else { Depth::Whole };
    let order = order(&args.walk, &roots, &servers, depth, "survey");
    let account = {
        let progress = Progress::new(out.is_told());
        pipeline::survey(&mut ledger, &settings, &order, &progress)?
    };
    if out.is_json() {
        let mut told = json!({ "command": "survey", "proofs": words::paths_json(&account.proofs) });
        words::add(&mut told, words::walk_json(&account.walk));
        words::add(&mut told, words::groups_json(&account.groups));
        words::add(&mut told, words::anomalies_json(&account.anomalies));
        out.json(&told)?;
    } else if out.is_told() {
        out.text(&words::survey(&account, &settings.out.value))?;
    }
    Ok(())
}

/// Stage 1 alone.
pub fn generate_manifest(args: &ManifestArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let (settings, roots, servers) = prepare(&args.walk, common)?;
    let mut ledger = Ledger::open(&settings.ledger.value).map_err(lightproof_engine::EngineError::from)?;
    let depth = if args.hash { Depth::Whole } else { Depth::Head };
    let order = order(&args.walk, &roots, &servers, depth, "generate-manifest");
    let (account, proofs) = {
        let progress = Progress::new(out.is_told());
        pipeline::generate_manifest(&mut ledger, &settings, &order, &progress)?
    };
    if out.is_json() {
        let mut told = json!({ "command": "generate-manifest", "proofs": words::paths_json(&proofs) });
        words::add(&mut told, words::walk_json(&account));
        out.json(&told)?;
    } else if out.is_told() {
        out.text(&format!("{}\n{}", words::walk(&account), words::written(&proofs)))?;
    }
    Ok(())
}

fn order<'a>(args: &WalkArgs, roots: &'a [RootRequest], servers: &'a [ServerRequest], depth: Depth, stage: &'a str) -> Order<'a> {
    let changed = if args.accept_changed_root { ChangedRoot::Accept } else { ChangedRoot::Refuse };
    Order { roots, servers, changed, depth, quick: QUICK, all_fields: args.all_fields, stage, now: now() }
}

/// What a source on a server begins with.
const IMMICH: &str = "immich:";

/// Settings, folders and servers, checked before the ledger is opened or anything is read.
fn prepare(args: &WalkArgs, common: &Common) -> anyhow::Result<(Settings, Vec<RootRequest>, Vec<ServerRequest>)> {
    let mut settings = settings(common, args.proofs.out.as_ref())?;
    settings.radius.argued(args.radius);
    settings.workers.argued(args.workers);
    let roots = roots(args, &settings)?;
    pipeline::check_places(&settings, &roots)?;
    let servers = servers(args, &settings)?;
    Ok((settings, roots, servers))
}

/// The name of a server, where a source is one.
fn server_name(source: &Path) -> Option<&str> {
    source.to_str()?.strip_prefix(IMMICH)
}

/// The servers with the keys that are known of their owners.
fn servers(args: &WalkArgs, settings: &Settings) -> anyhow::Result<Vec<ServerRequest>> {
    let mut named: Vec<&str> = args.sources.iter().filter_map(|source| server_name(source)).collect();
    named.sort_unstable();
    named.dedup();
    named
        .into_iter()
        .map(|name| {
            if name.contains('/') {
                let message = format!("immich:{name} names one owner: a server is surveyed with all owners whose keys are known");
                let hint =
                    "name the server alone: immich:NAME. Owners are those in the settings; see `lightproof immich key list`";
                return Err(Refusal { message, hint }.into());
            }
            if name.is_empty() {
                let message = "immich: names no server".to_owned();
                return Err(Refusal { message, hint: "name it as `lightproof immich list` does: immich:NAME" }.into());
            }
            let (_, known) = keys::server(settings, Some(name))?;
            let prefix_map = known.prefix_map.clone().into_iter().collect();
            Ok(ServerRequest { server: known.server(name), keys: keys::known(settings, name)?, prefix_map })
        })
        .collect()
}

/// The folders with their owners: from the arguments, else from the settings, else as the record has them.
fn roots(args: &WalkArgs, settings: &Settings) -> anyhow::Result<Vec<RootRequest>> {
    let mut roots: Vec<RootRequest> =
        args.sources.iter().filter(|s| server_name(s).is_none()).map(|f| RootRequest { path: f.clone(), owner: None }).collect();
    for root in &mut roots {
        let named = settings.owners.value.iter().find(|(folder, _)| full_path(folder) == full_path(&root.path));
        root.owner = named.map(|(_, owner)| owner.clone());
    }
    for owner in &args.owner {
        match owner.split_once('=') {
            None if roots.is_empty() => {
                let message = format!("--owner {owner} says whose folders are, and none is named");
                return Err(Refusal { message, hint: "the owners on a server are those whose keys are known" }.into());
            }
            None => roots.iter_mut().for_each(|r| r.owner = Some(owner.clone())),
            Some((name, folder)) => {
                let folder = full_path(&PathBuf::from(folder));
                let Some(root) = roots.iter_mut().find(|r| full_path(&r.path) == folder) else {
                    let message = format!("--owner {owner} names a folder that is not among those to survey");
                    return Err(Refusal { message, hint: "name the folder as it is named to be surveyed: NAME=FOLDER" }.into());
                };
                root.owner = Some(name.to_owned());
            }
        }
    }
    Ok(roots)
}
