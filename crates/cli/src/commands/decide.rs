//! `decide`: a person's words go into the record, from filled-in CSVs or one by one at the terminal.

use std::{
    io::{self, Write},
    time::{SystemTime, UNIX_EPOCH},
};

use lightproof_engine::{
    DecisionKey,
    review::{
        Face, Looking, Review,
        deciding::NotDecided,
        import::{Filled, Holds, Imported, Outcome, RowAccount, Wish},
    },
};
use lightproof_model::decision::Reviewer;
use serde_json::{Value, json};

use crate::{
    args::{Common, decide::DecideArgs},
    commands::{at_terminal, config::settings},
    exit::{FileRefused, Refusal, Told},
    out::{FAINT, Out, STRONG, WARN},
    words::{self, counted, number, plain},
};

/// Decides.
pub fn decide(args: &DecideArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let reviewer = Reviewer::new(&args.reviewer).map_err(|error| Refusal {
        message: error.to_string(),
        hint: "say who decides with --reviewer NAME: the name stays with every decision",
    })?;
    if let Some(key) = &args.take_back {
        let key = key_of(key)?;
        return take_back(&review(common, reviewer, Face::Terminal)?, key, out);
    }
    if let Some(key) = &args.take_back_all {
        let key = key_of(key)?;
        return take_back_all(&review(common, reviewer, Face::Terminal)?, key, out);
    }
    if args.from.is_empty() {
        at_terminal::check(out)?;
        return at_terminal::work_through(&review(common, reviewer, Face::Terminal)?, out);
    }
    let filled = read(args, out)?;
    let wish = Wish { partial: args.partial, replace: args.replace, dry_run: args.dry_run };
    let imported = review(common, reviewer, Face::Csv)?.import(filled, wish)?;
    if out.is_json() {
        tell_programs(&imported, wish)?
    } else {
        tell(&imported, wish, out)?
    }
    if imported.sums.refused > 0 && !wish.partial {
        let refused = format!("{} of {} refused", number(imported.sums.refused), counted(imported.sums.rows, "row"));
        let hint = "correct these rows, or take the others with --partial; docs/decisions.md tells what each reason means";
        out.tell_error(&format!("nothing was written: {refused}"), Some(hint));
        return Err(Told { code: 3 }.into());
    }
    Ok(())
}

/// The review of a person.
pub fn review(common: &Common, reviewer: Reviewer, face: Face) -> anyhow::Result<Review> {
    let settings = settings(common, None)?;
    Ok(Review::by(Looking::open(&settings.ledger.value)?, reviewer, face, now))
}

/// The present, milliseconds since 1970, UTC.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64)
}

/// A decision's key as it is shown: `d12`.
pub fn key_of(text: &str) -> anyhow::Result<DecisionKey> {
    let digits = text.trim().trim_start_matches(['d', 'D']);
    let key = digits.parse().ok().filter(|key| *key > 0).map(DecisionKey);
    key.ok_or_else(|| {
        let message = format!("{text:?} is no decision's key");
        Refusal { message, hint: "`lightproof decisions` lists decisions with their keys, for example d12" }.into()
    })
}

fn read(args: &DecideArgs, out: Out) -> anyhow::Result<Filled> {
    let mut filled = Filled::new(out.is_json());
    for path in &args.from {
        filled.read(path).map_err(|error| FileRefused { path: path.clone(), error })?;
    }
    Ok(filled)
}

fn take_back(review: &Review, key: DecisionKey, out: Out) -> anyhow::Result<()> {
    let back = review.take_back(key).map_err(|error| match error {
        NotDecided::NothingToTakeBack => anyhow::Error::from(crate::exit::NoSuchDecision { key }),
        error => error.into(),
    })?;
    if out.is_json() {
        let told = json!({ "command": "decide", "taken_back": format!("d{}", key.0), "by": format!("d{}", back.0) });
        return Ok(out.json(&told)?);
    }
    let told =
        format!("Decision d{} is taken back by {}; what held before it holds again.\n", key.0, plain(review.reviewer().as_str()));
    if out.is_told() {
        out.text(&told)?;
    }
    Ok(())
}

fn take_back_all(review: &Review, key: DecisionKey, out: Out) -> anyhow::Result<()> {
    let keys = review.take_back_step(key).map_err(|error| match error {
        NotDecided::NothingToTakeBack => anyhow::Error::from(crate::exit::NoSuchDecision { key }),
        error => error.into(),
    })?;
    if out.is_json() {
        let named: Vec<String> = keys.iter().map(|key| format!("d{}", key.0)).collect();
        return Ok(out.json(&json!({ "command": "decide", "taken_back_together": named, "count": keys.len() }))?);
    }
    let who = plain(review.reviewer().as_str());
    let told = match &keys[..] {
        [one] => format!("Decision d{} is taken back by {who}; what held before it holds again.\n", one.0),
        all => format!(
            "{} that were made together (d{} to d{}) are taken back by {who}; what held before them holds again.\n",
            counted(all.len() as u64, "decision"),
            all.first().map_or(0, |key| key.0),
            all.last().map_or(0, |key| key.0),
        ),
    };
    if out.is_told() {
        out.text(&told)?;
    }
    Ok(())
}

fn tell(imported: &Imported, wish: Wish, out: Out) -> io::Result<()> {
    let mut text = String::new();
    for (file, (path, holds)) in imported.files.iter().enumerate() {
        let holds = match holds {
            Holds::Groups => "duplicate_groups.csv",
            Holds::Anomalies => "review_needed.csv",
        };
        let of_file = |row: &&RowAccount| row.file as usize == file;
        let refused = imported.rows.iter().filter(of_file).filter_map(|row| match &row.outcome {
            Outcome::Refused(why) => Some((row, why)),
            _ => None,
        });
        let mut lines = String::new();
        for (row, why) in refused {
            let named = [&row.group, &row.asset].map(|id| plain(id)).into_iter().filter(|id| !id.is_empty()).collect::<Vec<_>>();
            let named = if named.is_empty() { String::new() } else { format!("{FAINT}{}{FAINT:#} ", named.join(" ")) };
            lines.push_str(&format!("  {WARN}line {}{WARN:#}: {named}{}\n", row.line, plain(why)));
        }
        if out.is_told() || !lines.is_empty() {
            text.push_str(&format!("{STRONG}{}{STRONG:#} {FAINT}({holds}){FAINT:#}\n{lines}", plain(&path.to_string_lossy())));
        }
    }
    if out.is_told() {
        let sums = &imported.sums;
        text.push_str(&format!("\n{STRONG}{}{STRONG:#}\n", counted(sums.rows, "row")));
        let ended = [
            (sums.accepted, if imported.written { "accepted" } else { "could be accepted" }),
            (sums.already, "decided exactly so already"),
            (sums.refused, "refused"),
            (sums.undecided, "undecided"),
        ];
        for (count, what) in ended.into_iter().filter(|(count, _)| *count > 0) {
            text.push_str(&format!("  {:>9}  {what}\n", number(count)));
        }
        let decided = format!(
            "{} and {}",
            counted(imported.groups, "group"),
            counted(imported.anomalies, "anomaly").replace("anomalys", "anomalies")
        );
        text.push_str(&if imported.written {
            format!("\nDecided on {decided}. `lightproof decisions` lists them.\n")
        } else if wish.dry_run {
            format!("\nNothing was written: this was a dry run. It would have decided on {decided}.\n")
        } else if sums.refused > 0 {
            String::new()
        } else {
            "\nNothing was written: there is nothing new in these files.\n".to_owned()
        });
    }
    out.text(&text)
}

/// The same for programs, row by row: a million of them make no value in memory.
fn tell_programs(imported: &Imported, wish: Wish) -> io::Result<()> {
    let mut to = io::BufWriter::new(io::stdout().lock());
    let sums = &imported.sums;
    let head = json!({
        "command": "decide",
        "written": imported.written,
        "dry_run": wish.dry_run,
        "files": words::paths_json(&imported.files.iter().map(|(path, _)| path).collect::<Vec<_>>()),
        "sums": {
            "rows": sums.rows,
            "accepted": sums.accepted,
            "already": sums.already,
            "refused": sums.refused,
            "undecided": sums.undecided,
        },
        "groups": imported.groups,
        "anomalies": imported.anomalies,
    });
    let head = head.to_string();
    write!(to, "{},\n\"rows\": [", head.strip_suffix('}').unwrap_or(&head))?;
    for (at, row) in imported.rows.iter().enumerate() {
        write!(to, "{}\n  {}", if at == 0 { "" } else { "," }, row_json(imported, row))?;
    }
    writeln!(to, "\n]}}")?;
    to.flush()
}

fn row_json(imported: &Imported, row: &RowAccount) -> Value {
    let file = imported.files.get(row.file as usize).map(|(path, _)| path.to_string_lossy().into_owned());
    let mut told = json!({ "file": file, "line": row.line, "asset_id": row.asset, "outcome": row.outcome.word() });
    if !row.group.is_empty() {
        told["group"] = json!(row.group);
    }
    if let Outcome::Refused(why) = &row.outcome {
        told["reason"] = json!(why);
    }
    told
}
