//! `decisions`: what was decided, by whom, when, on what evidence, and whether it still holds.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use lightproof_engine::{
    About, EngineError, Evidence, StoredDecision,
    proofs::{DECISIONS, DecisionsCsv, cell::instant, write_proof},
    review::{
        Looking,
        log::{LogFilter, LogLine, LogState, moment},
    },
};
use lightproof_model::{
    moment::WallClock,
    seen::{Place, SeenAnomaly, SeenMember},
};
use serde_json::{Value, json};

use crate::{
    args::{Common, decide::DecisionsArgs},
    commands::{config::settings, decide::key_of},
    exit::Refusal,
    out::{FAINT, Out, STRONG, WARN},
    words::{counted, number, plain},
};

/// Lists, filters and exports decisions.
pub fn decisions(args: &DecisionsArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let since = args.since.as_deref().map(since).transpose()?;
    let together = args.together.as_deref().map(key_of).transpose()?;
    let settings = settings(common, None)?;
    let looking = Looking::open(&settings.ledger.value)?;
    let filter = LogFilter {
        reviewer: args.reviewer.clone(),
        since,
        about: args.about.as_deref().map(|word| if word == About::Group.word() { About::Group } else { About::Anomaly }),
        states: args.state.iter().filter_map(|word| LogState::from_word(word)).collect(),
        assets: args.asset.as_deref().map(|asset| looking.asset_named(asset)).transpose()?.unwrap_or_default(),
        together,
    };
    match &args.csv {
        Some(path) => export(&looking, &filter, path, out),
        None if out.is_json() => tell_programs(&looking, &filter, args.evidence),
        None => tell(&looking, &filter, args.evidence, out),
    }
}

fn since(text: &str) -> anyhow::Result<i64> {
    moment(text).ok_or_else(|| {
        let message = format!("{text:?} is no date");
        Refusal { message, hint: "write a day as YYYY-MM-DD, or a moment as YYYY-MM-DDTHH:MM:SS" }.into()
    })
}

fn tell(looking: &Looking, filter: &LogFilter, with_evidence: bool, out: Out) -> anyhow::Result<()> {
    let (mut count, mut of_states) = (0, [0_u64; LogState::ALL.len()]);
    looking.log(filter, |line| {
        count += 1;
        for (state, of_state) in LogState::ALL.iter().zip(&mut of_states) {
            *of_state += u64::from(*state == line.state);
        }
        let mut text = as_text(&line);
        if with_evidence {
            text.push_str(&evidence_text(looking.evidence_of(&line.decision)?));
        }
        Ok::<(), anyhow::Error>(out.text(&text)?)
    })?;
    if out.is_told() {
        let told = LogState::ALL.iter().zip(of_states).filter(|(_, n)| *n > 0);
        let told: Vec<String> = told.map(|(state, n)| format!("{} {}", number(n), state.word())).collect();
        let told = if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) };
        out.text(&format!("{STRONG}{}{STRONG:#}{told}\n", counted(count, "decision")))?;
    }
    Ok(())
}

fn as_text(line: &LogLine) -> String {
    let decision = &line.decision;
    let mark = if line.state == LogState::Holds { FAINT } else { WARN };
    let about = match decision.about {
        About::Group => format!("group {} {FAINT}({}){FAINT:#}", plain(&decision.subject), plain(&decision.basis)),
        About::Anomaly => format!("anomaly {}", plain(&decision.subject)),
    };
    let state = match (line.state, &line.taken_back, line.by) {
        (LogState::TakenBack, Some((by, at)), _) => format!("taken-back by {} at {}", plain(by), when(*at)),
        (LogState::Replaced, _, Some(by)) => format!("replaced by d{}", by.0),
        (state, ..) => state.word().to_owned(),
    };
    let together = decision.together.map(|first| format!("  {FAINT}together with d{}{FAINT:#}", first.0));
    let together = together.filter(|_| decision.together != Some(decision.key)).unwrap_or_default();
    let mut text = format!(
        "{STRONG}d{}{STRONG:#}  {}  {}  {about}  {mark}{state}{mark:#}{together}\n",
        decision.key.0,
        when(decision.at),
        plain(&decision.reviewer)
    );
    for word in &decision.words {
        let said = word.verb.as_deref().unwrap_or("–");
        let part = if word.part_of.is_some() { "  part of its unit: " } else { "" };
        let path = plain(&String::from_utf8_lossy(&word.path));
        text.push_str(&format!("    {:<14} {part}{path}  {FAINT}{}{FAINT:#}\n", plain(said), word.asset));
    }
    for change in &line.changes {
        text.push_str(&format!("    {WARN}since then:{WARN:#} {}\n", plain(change)));
    }
    text
}

fn evidence_text(evidence: Option<Evidence>) -> String {
    let place = |place: &Place| {
        let owner = if place.owner.is_empty() { String::new() } else { format!(" of {}", plain(&place.owner)) };
        format!("{}{owner} in {}", plain(&String::from_utf8_lossy(&place.path)), place.source)
    };
    match evidence {
        None => format!("    {FAINT}what was shown is not known{FAINT:#}\n"),
        Some(Evidence::Anomaly(seen)) => format!(
            "    {FAINT}was shown:{FAINT:#} {} with DateTimeOriginal {}, {}\n",
            place(&seen.place),
            date(&seen.date_time_original.echo()),
            plain(&seen.kind)
        ),
        Some(Evidence::Group(members)) => members
            .iter()
            .map(|seen| {
                let anomalies = seen.anomalies.iter().map(|(kind, state)| format!(", {kind} {state}")).collect::<String>();
                format!(
                    "    {FAINT}was shown:{FAINT:#} {}: {}, {} EXIF fields, DateTimeOriginal {}, SHA-1 {}{}\n",
                    place(&seen.place),
                    seen.basis.word(),
                    seen.exif_field_count,
                    date(&seen.date_time_original.echo()),
                    seen.sha1,
                    plain(&anomalies)
                )
            })
            .collect(),
    }
}

fn date(echo: &str) -> String {
    if echo.is_empty() { "missing".to_owned() } else { plain(echo) }
}

fn when(at: i64) -> String {
    instant(at.div_euclid(1000))
}

fn export(looking: &Looking, filter: &LogFilter, path: &Path, out: Out) -> anyhow::Result<()> {
    if path == Path::new("-") {
        let mut csv = DecisionsCsv::begin(io::BufWriter::new(io::stdout().lock()))?;
        looking.log(filter, |line| Ok::<(), anyhow::Error>(csv.add(&line)?))?;
        return Ok(csv.end()?);
    }
    let (folder, name) = place_of_export(path)?;
    let written = write_proof(&folder, &name, |to| {
        let failed = |error| EngineError::Proof { path: path.to_owned(), error };
        let mut csv = DecisionsCsv::begin(to).map_err(failed)?;
        looking.log(filter, |line| csv.add(&line).map_err(failed))?;
        csv.end().map_err(failed)
    })?;
    if out.is_told() {
        out.text(&format!("wrote {}\n", plain(&written.to_string_lossy())))?;
    }
    Ok(())
}

/// Where an export goes. A file that is something else is not written over: a mistyped name must not cost a photograph.
fn place_of_export(path: &Path) -> anyhow::Result<(PathBuf, String)> {
    let refused = |message: String| Refusal { message, hint: "name a file that does not exist yet, or an earlier export" };
    let name = path.file_name().and_then(|name| name.to_str()).filter(|_| !path.is_dir());
    let name = name.ok_or_else(|| refused(format!("{} is no name for a file", path.display())))?;
    if path.symlink_metadata().is_ok() && !is_export(path) {
        return Err(refused(format!("{} is there already and is no export of decisions", path.display())).into());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let message = format!("there is no folder {}", folder.display());
        return Err(Refusal { message, hint: "make it first, or name a file in a folder that is there" }.into());
    }
    Ok((folder.to_owned(), name.to_owned()))
}

/// The columns that every export had from the beginning.
const OLDEST: usize = 19;

/// Whether an earlier export is there. What is not even named like one is not looked into.
fn is_export(path: &Path) -> bool {
    let is_csv = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    // Exports of older programs have fewer columns at the end.
    let header = DECISIONS[..OLDEST].join(",");
    let mut first = vec![0; header.len()];
    is_csv
        && path.is_file()
        && fs::File::open(path).is_ok_and(|mut there| there.read_exact(&mut first).is_ok())
        && first == header.as_bytes()
}

/// Decision by decision: a million of them make no value in memory.
fn tell_programs(looking: &Looking, filter: &LogFilter, with_evidence: bool) -> anyhow::Result<()> {
    let mut to = io::BufWriter::new(io::stdout().lock());
    write!(to, "{{\"command\":\"decisions\",\n\"decisions\": [")?;
    let mut first = true;
    looking.log(filter, |line| {
        let mut told = as_json(&line);
        if with_evidence {
            told["evidence"] = looking.evidence_of(&line.decision)?.map_or(Value::Null, evidence_json);
        }
        write!(to, "{}\n  {told}", if std::mem::take(&mut first) { "" } else { "," })?;
        Ok::<(), anyhow::Error>(())
    })?;
    writeln!(to, "\n]}}")?;
    Ok(to.flush()?)
}

fn as_json(line: &LogLine) -> Value {
    let StoredDecision { key, about, subject, basis, reviewer, at, face, tool, seen, together, words, .. } = &line.decision;
    let said = words.iter().map(|word| {
        json!({
            "asset_id": word.asset.as_str(),
            "source": word.source.as_str(),
            "path": String::from_utf8_lossy(&word.path),
            "owner": word.owner,
            "part_of": word.part_of.as_ref().map(|main| main.as_str()),
            "sha1": word.content.map(|sha1| sha1.to_string()),
            "decision": word.verb,
        })
    });
    json!({
        "decision_id": format!("d{}", key.0),
        "at": when(*at),
        "reviewer": reviewer,
        "about": about.word(),
        "subject": subject,
        "basis": if basis.is_empty() { None } else { Some(basis) },
        "state": line.state.word(),
        "by": line.by.map(|by| format!("d{}", by.0)),
        "taken_back": line.taken_back.as_ref().map(|(by, at)| json!({ "reviewer": by, "at": when(*at) })),
        "changes": line.changes,
        "seen": seen,
        "face": face,
        "tool": tool,
        "together": together.map(|first| format!("d{}", first.0)),
        "words": said.collect::<Vec<_>>(),
    })
}

fn place_json(place: &Place) -> Value {
    json!({ "source": place.source.as_str(), "path": String::from_utf8_lossy(&place.path), "owner": place.owner })
}

fn evidence_json(evidence: Evidence) -> Value {
    let corrected = |at: Option<WallClock>| at.map(|at| at.to_string());
    let member = |seen: &SeenMember| {
        json!({
            "asset_id": seen.asset.as_str(),
            "sha1": seen.sha1.to_string(),
            "place": place_json(&seen.place),
            "companions": seen.companions.iter().map(|part| json!({
                "asset_id": part.asset.as_str(),
                "sha1": part.sha1.map(|sha1| sha1.to_string()),
                "place": place_json(&part.place),
            })).collect::<Vec<_>>(),
            "exif_field_count": seen.exif_field_count,
            "date_time_original": seen.date_time_original.echo(),
            "date_corrected": corrected(seen.date_corrected),
            "basis": seen.basis.word(),
            "anomalies": seen.anomalies.iter().map(|(kind, state)| json!({ "kind": kind, "state": state })).collect::<Vec<_>>(),
        })
    };
    match evidence {
        Evidence::Group(members) => json!({ "members": members.iter().map(member).collect::<Vec<_>>() }),
        Evidence::Anomaly(SeenAnomaly { asset, sha1, place, date_time_original, date_corrected, kind }) => json!({
            "asset_id": asset.as_str(),
            "sha1": sha1.map(|sha1| sha1.to_string()),
            "place": place_json(&place),
            "date_time_original": date_time_original.echo(),
            "date_corrected": corrected(date_corrected),
            "kind": kind,
        }),
    }
}
