//! `explain ASSET`: all that is known of one asset.

use lightproof_engine::{
    ListedRow, RemoteId, StoredAsset, StoredGroup,
    explain::{Explanation, explain as gather},
};
use serde_json::{Value, json};

use crate::{
    args::{Common, ExplainArgs},
    commands::{config::settings, stages::look},
    out::{FAINT, Out, STRONG},
    words,
};

/// Explains one asset.
pub fn explain(args: &ExplainArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, None)?;
    let ledger = look(&settings)?;
    let found = gather(&ledger, &args.asset)?;
    if out.is_json() { Ok(out.json(&as_json(&found))?) } else { Ok(out.text(&as_text(&found))?) }
}

fn server_id(listed: &ListedRow) -> RemoteId {
    RemoteId(listed.remote)
}

fn path(asset: &StoredAsset) -> String {
    String::from_utf8_lossy(&asset.place.path()).into_owned()
}

/// A path as a terminal may show it.
fn shown(asset: &StoredAsset) -> String {
    words::plain(&path(asset))
}

fn as_text(found: &Explanation) -> String {
    let asset = &found.asset;
    let facts = &asset.facts;
    let mut text = format!("{STRONG}{}{STRONG:#}  {}\n", asset.id, shown(asset));
    let mut tell = |key: &str, value: String| {
        if !value.is_empty() {
            text.push_str(&format!("  {FAINT}{key:<20}{FAINT:#} {}\n", words::plain(&value)));
        }
    };
    tell("source", format!("{} in {}", asset.place.source, String::from_utf8_lossy(&found.root)));
    tell("owner", found.owner.clone());
    if let Some(listed) = &found.listed {
        tell("uploaded as", listed.name.clone());
        let favourite = if listed.favourite { ", favourite" } else { "" };
        let trashed = if listed.trashed { ", in the trash" } else { "" };
        tell("on the server", format!("{}, {}{favourite}{trashed}", server_id(listed), listed.visibility));
    }
    found.further_places.iter().for_each(|p| tell("also at", String::from_utf8_lossy(&p.path()).into_owned()));
    tell("size", words::size(asset.stamp.size));
    tell("type", asset.media_type.map(|t| t.mime().to_owned()).unwrap_or_default());
    tell("fate", asset.fate.map(|f| f.word().to_owned()).unwrap_or_else(|| "found, not yet read".to_owned()));
    tell("integrity", asset.integrity.word().to_owned());
    asset.problems.iter().for_each(|p| tell("problem", p.to_string()));
    tell("SHA-1", asset.sha1.map(|d| d.to_string()).unwrap_or_default());
    tell("image digest", asset.image_digest.map(|d| d.to_string()).unwrap_or_default());
    tell("fingerprint", asset.hash.map(|h| format!("{h:016x}")).unwrap_or_default());
    tell("DateTimeOriginal", facts.date_time_original.echo());
    tell("corrected date", asset.corrected.map(|t| t.to_string()).unwrap_or_default());
    tell("camera", [&facts.make, &facts.model].into_iter().flatten().cloned().collect::<Vec<_>>().join(" "));
    tell("serial", facts.serial.clone().unwrap_or_default());
    tell("main asset of unit", found.main.as_ref().map(|m| format!("{} {}", m.id, shown(m))).unwrap_or_default());
    found.companions.iter().for_each(|c| tell("companion", format!("{} {}", c.id, shown(c))));
    found.groups.iter().for_each(|group| text.push_str(&group_text(found, group)));
    for stage in &found.not_yet {
        let command = stage.command();
        text.push_str(&format!("\nnot known since the last manifest was made: `lightproof {command}` tells\n"));
    }
    for anomaly in &found.anomalies {
        text.push_str(&format!("\n{STRONG}{}{STRONG:#}  {}\n", anomaly.kind, words::plain(&anomaly.evidence)));
        if let Some(suggestion) = &anomaly.suggestion {
            text.push_str(&format!(
                "  suggestion: {suggestion} ({} confidence)\n",
                anomaly.confidence.as_deref().unwrap_or("unknown")
            ));
        }
    }
    text.push_str(&format!("\n{STRONG}{} EXIF fields count{STRONG:#}\n", facts.exif_field_count));
    for field in &found.fields {
        let mark = if field.counts { " " } else { "·" };
        text.push_str(&format!(
            "  {mark} {FAINT}{:<10} 0x{:04x}{FAINT:#} {:<26} {}\n",
            field.directory.name(),
            field.tag,
            field.name,
            words::plain(&field.value.to_string())
        ));
    }
    if found.fields.iter().any(|f| !f.counts) {
        text.push_str(&format!("  {FAINT}· does not count for THE RULE{FAINT:#}\n"));
    }
    text
}

fn group_text(found: &Explanation, group: &StoredGroup) -> String {
    let mut text = format!("\n{STRONG}group {}{STRONG:#}  {}\n", group.id, group.basis);
    for (asset, basis, distance, rank, ground) in &group.members {
        let here = if asset.key == found.asset.key { "→" } else { " " };
        let rank = rank.map_or("–".to_owned(), |r| r.to_string());
        text.push_str(&format!("  {here} {rank:>2}  {:<40} {basis}, {distance} bits  {FAINT}{ground}{FAINT:#}\n", shown(asset)));
    }
    text
}

fn as_json(found: &Explanation) -> Value {
    let asset = &found.asset;
    let facts = &asset.facts;
    let brief = |a: &StoredAsset| json!({ "asset_id": a.id.as_str(), "source": a.place.source.as_str(), "path": path(a) });
    let groups = found.groups.iter().map(|group| {
        let members = group.members.iter().map(|(asset, basis, distance, rank, ground)| {
            let mut told = brief(asset);
            words::add(&mut told, json!({ "basis": basis, "distance": distance, "rank": rank, "ground": ground }));
            told
        });
        json!({ "group": group.id.as_str(), "basis": group.basis, "seen": group.seen, "members": members.collect::<Vec<_>>() })
    });
    let anomalies = found.anomalies.iter().map(|a| {
        json!({ "kind": a.kind, "run": a.run, "evidence": a.evidence, "suggestion": a.suggestion, "confidence": a.confidence, "seen": a.seen })
    });
    let fields = found.fields.iter().map(|f| {
        json!({ "directory": f.directory.name(), "tag": format!("0x{:04x}", f.tag), "name": f.name, "value": f.value, "counts": f.counts })
    });
    json!({
        "command": "explain",
        "asset_id": asset.id.as_str(),
        "source": asset.place.source.as_str(),
        "owner": found.owner,
        "path": path(asset),
        "further_places": found.further_places.iter().map(|p| String::from_utf8_lossy(&p.path()).into_owned()).collect::<Vec<_>>(),
        "server": found.listed.as_ref().map(|listed| json!({
            "id": server_id(listed).to_string(),
            "uploaded_as": listed.name,
            "visibility": listed.visibility,
            "trashed": listed.trashed,
            "offline": listed.offline,
            "favourite": listed.favourite,
        })),
        "bytes": asset.stamp.size,
        "media_type": asset.media_type.map(|t| t.mime()),
        "fate": asset.fate.map(|f| f.word()),
        "integrity": asset.integrity.word(),
        "problems": asset.problems.iter().map(|p| json!({ "kind": p.kind.word(), "detail": p.detail })).collect::<Vec<_>>(),
        "sha1": asset.sha1.map(|d| d.to_string()),
        "image_digest": asset.image_digest.map(|d| d.to_string()),
        "phash": asset.hash.map(|h| format!("{h:016x}")),
        "exif_field_count": facts.exif_field_count,
        "date_time_original": facts.date_time_original.echo(),
        "date_corrected": asset.corrected.map(|t| t.to_string()),
        "make": facts.make,
        "model": facts.model,
        "serial": facts.serial,
        "companion_of": found.main.as_ref().map(brief),
        "companions": found.companions.iter().map(brief).collect::<Vec<_>>(),
        "groups": groups.collect::<Vec<_>>(),
        "anomalies": anomalies.collect::<Vec<_>>(),
        "not_yet": found.not_yet.iter().map(|stage| stage.command()).collect::<Vec<_>>(),
        "fields": fields.collect::<Vec<_>>(),
    })
}
