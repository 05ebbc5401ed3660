//! `decide` without a file: groups one after another at the terminal, each with its evidence, each answered by a typed word.
//!
//! Nothing is preselected: Enter alone does nothing. Every answer is in the record before the next group is shown.

mod answer;
mod shown;

use std::{
    collections::HashSet,
    io::{self, IsTerminal, Write},
};

use lightproof_engine::{
    DecisionKey,
    review::{
        Review,
        deciding::{AnomalyWord, GroupWord, NotDecided},
        groups::{AnomalyView, GroupFilter, GroupView},
        standing::GroupState,
    },
};
use lightproof_model::{
    asset::GroupId,
    decision::{AnomalyVerb, Verb, Words},
};

use crate::{
    exit::Refusal,
    out::{FAINT, Out, STRONG, WARN},
    words::{counted, number, plain},
};
use answer::{Answer, HELP, HELP_ON_ANOMALIES};

/// Refuses where nobody can type and read.
pub fn check(out: Out) -> anyhow::Result<()> {
    let refused = |message: &str| {
        let hint = "name filled-in CSVs with --from, or run it at a terminal; `lightproof review` shows the same with pictures";
        Err(Refusal { message: message.to_owned(), hint }.into())
    };
    if out.is_json() {
        return refused("deciding group by group is for people: it has no --json");
    }
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return refused("deciding group by group needs a terminal to type at and to read from");
    }
    Ok(())
}

/// Works through the groups that wait.
pub fn work_through(review: &Review, out: Out) -> anyhow::Result<()> {
    let mut session = Session { review, out, decided: Vec::new(), passed: HashSet::new() };
    session.tell(&format!(
        "{STRONG}Deciding as {}{STRONG:#}; ? explains, quit ends. Nothing is moved by deciding.\n",
        plain(review.reviewer().as_str())
    ))?;
    let mut at: Option<GroupId> = None;
    loop {
        let Some(id) = session.next(at.as_ref())? else {
            session.tell("\nNo other group waits for you.\n")?;
            break;
        };
        match session.group(&id)? {
            Then::On => at = Some(id),
            Then::Back(to) => at = session.before(&to)?,
            Then::End => break,
        }
    }
    session.close()
}

/// What comes after a group.
enum Then {
    On,
    /// To a group that was decided on before.
    Back(GroupId),
    End,
}

struct Session<'a> {
    review: &'a Review,
    out: Out,
    /// What was decided here, with the group at which it was.
    decided: Vec<(DecisionKey, GroupId)>,
    /// Groups that were passed over: they do not come again.
    passed: HashSet<GroupId>,
}

impl Session<'_> {
    fn tell(&self, text: &str) -> io::Result<()> {
        self.out.text(text)
    }

    /// The next group that waits, or whose anomalies do.
    fn next(&self, after: Option<&GroupId>) -> anyhow::Result<Option<GroupId>> {
        let looking = self.review.looking();
        looking.refresh()?;
        let states = vec![GroupState::Undecided, GroupState::Partly, GroupState::Changed, GroupState::Blocked];
        let filter = GroupFilter { states, ..GroupFilter::default() };
        let mut at = after.cloned();
        // To the end, and once more from the beginning: a blocked group before may wait by now.
        for _ in 0..2 {
            loop {
                let (_, next) = match &at {
                    Some(id) => looking.beside(&filter, id)?,
                    None => (None, looking.groups(&filter, 0, 1)?.1.into_iter().next().map(|line| line.id)),
                };
                match next {
                    Some(id) if self.passed.contains(&id) => at = Some(id),
                    Some(id) => return Ok(Some(id)),
                    None => break,
                }
            }
            at = None;
        }
        Ok(None)
    }

    /// The group before one, so that the next is that one.
    fn before(&mut self, id: &GroupId) -> anyhow::Result<Option<GroupId>> {
        self.passed.remove(id);
        Ok(self.review.looking().beside(&GroupFilter::default(), id)?.0)
    }

    fn ask(&self, prompt: &str) -> io::Result<Option<String>> {
        self.tell(prompt)?;
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line)?;
        Ok((read > 0).then(|| line.trim().to_owned()))
    }

    fn group(&mut self, id: &GroupId) -> anyhow::Result<Then> {
        let looking = self.review.looking();
        loop {
            looking.refresh()?;
            let Some(view) = looking.group(id)? else { return Ok(Then::On) };
            let waiting = looking
                .progress()
                .states
                .iter()
                .filter(|(state, _)| state.waits() || *state == GroupState::Blocked)
                .map(|(_, n)| n)
                .sum();
            self.tell(&shown::group(&view, waiting, &looking.fields(&view)?))?;
            let open: Vec<&AnomalyView> =
                view.members.iter().flat_map(|m| &m.anomalies).filter(|a| a.blocks && a.is_open()).collect();
            let then = match open.first() {
                Some(anomaly) => self.anomaly(&view, anomaly)?,
                None => self.words(&view)?,
            };
            if let Some(then) = then {
                return Ok(then);
            }
        }
    }

    /// Asks until there is an answer that leads on; nothing where the group is to be shown once more.
    fn words(&mut self, view: &GroupView) -> anyhow::Result<Option<Then>> {
        loop {
            let Some(line) = self.ask(&format!("{STRONG}decide>{STRONG:#} "))? else { return Ok(Some(Then::End)) };
            let words = match answer::read(&line, view.members.len()) {
                Ok(Answer::Nothing) => continue,
                Ok(Answer::Help) => {
                    self.tell(HELP)?;
                    continue;
                }
                Ok(Answer::Why) => {
                    self.tell(&shown::why(view, &self.review.looking().fields(view)?))?;
                    continue;
                }
                Ok(Answer::Quit) => return Ok(Some(Then::End)),
                Ok(Answer::Skip) => {
                    self.passed.insert(view.line.id.clone());
                    return Ok(Some(Then::On));
                }
                Ok(Answer::Undo) => match self.undo()? {
                    Some(then) => return Ok(Some(then)),
                    None => continue,
                },
                Ok(Answer::Words(words)) => words,
                Err(why) => {
                    self.tell(&format!("{WARN}{}{WARN:#}\n", plain(&why)))?;
                    continue;
                }
            };
            let said: Words = words.iter().map(|(at, verb)| (view.members[*at].asset.id.clone(), *verb)).collect();
            let word =
                GroupWord { group: view.line.id.clone(), seen: view.line.seen.clone(), words: said, after: view.line.decision };
            match self.review.decide_group(&word) {
                Ok(key) => {
                    // What held already so was not decided here.
                    if view.line.decision != Some(key) {
                        self.decided.push((key, view.line.id.clone()));
                    }
                    let said: Vec<String> = words.iter().map(|(at, verb)| format!("{} {verb}", at + 1)).collect();
                    self.tell(&format!("{FAINT}d{}: {}{FAINT:#}\n", key.0, said.join(", ")))?;
                    // What was put off or said in part waits still, but not for this sitting.
                    if words.len() < view.members.len() || words.iter().any(|(_, verb)| *verb == Verb::Later) {
                        self.passed.insert(view.line.id.clone());
                    }
                    return Ok(Some(Then::On));
                }
                Err(error) => {
                    self.refused(&error)?;
                    if let NotDecided::Changed(_) | NotDecided::Overtaken { .. } | NotDecided::NoSuchGroup(_) = error {
                        return Ok(None);
                    }
                    self.unless_failed(error)?;
                }
            }
        }
    }

    fn anomaly(&mut self, view: &GroupView, anomaly: &AnomalyView) -> anyhow::Result<Option<Then>> {
        let member = view
            .members
            .iter()
            .position(|m| m.anomalies.iter().any(|a| a.asset == anomaly.asset && a.found.kind == anomaly.found.kind));
        self.tell(&shown::anomaly(anomaly, member))?;
        loop {
            let Some(line) = self.ask(&format!("{STRONG}date>{STRONG:#} "))? else { return Ok(Some(Then::End)) };
            let verb: AnomalyVerb = match line.to_ascii_lowercase().as_str() {
                "" => continue,
                "?" | "help" => {
                    self.tell(HELP_ON_ANOMALIES)?;
                    continue;
                }
                "why" => {
                    self.tell(&shown::anomaly(anomaly, member))?;
                    continue;
                }
                "quit" | "exit" => return Ok(Some(Then::End)),
                "skip" => {
                    self.passed.insert(view.line.id.clone());
                    return Ok(Some(Then::On));
                }
                "undo" => match self.undo()? {
                    Some(then) => return Ok(Some(then)),
                    None => continue,
                },
                _ => match line.parse() {
                    Ok(verb) => verb,
                    Err(error) => {
                        self.tell(&format!("{WARN}{}{WARN:#}\n", plain(&error.to_string())))?;
                        continue;
                    }
                },
            };
            let word = AnomalyWord {
                asset: anomaly.asset.clone(),
                kind: anomaly.found.kind.clone(),
                seen: anomaly.found.seen.clone(),
                verb,
                after: anomaly.decision,
            };
            match self.review.decide_anomalies(std::slice::from_ref(&word)) {
                Ok(keys) => {
                    let fresh = keys.iter().filter(|key| anomaly.decision != Some(**key));
                    self.decided.extend(fresh.map(|key| (*key, view.line.id.clone())));
                    let keys: Vec<String> = keys.iter().map(|key| format!("d{}", key.0)).collect();
                    self.tell(&format!("{FAINT}{}: {verb}{FAINT:#}\n", keys.join(" ")))?;
                    if !verb.resolves() {
                        self.passed.insert(view.line.id.clone());
                        return Ok(Some(Then::On));
                    }
                    return Ok(None);
                }
                Err((_, error)) => {
                    self.refused(&error)?;
                    self.unless_failed(error)?;
                    return Ok(None);
                }
            }
        }
    }

    /// Takes back what was decided last here, and leads to its group.
    fn undo(&mut self) -> anyhow::Result<Option<Then>> {
        let Some((key, group)) = self.decided.pop() else {
            self.tell(
                "Nothing was decided in this sitting yet. `lightproof decide --take-back KEY` takes an older decision back.\n",
            )?;
            return Ok(None);
        };
        match self.review.take_back(key) {
            Ok(_) => {
                self.tell(&format!("{FAINT}d{} is taken back{FAINT:#}\n", key.0))?;
                Ok(Some(Then::Back(group)))
            }
            Err(error) => {
                self.refused(&error)?;
                self.unless_failed(error)?;
                Ok(None)
            }
        }
    }

    fn refused(&self, error: &NotDecided) -> io::Result<()> {
        self.tell(&format!("{WARN}not decided:{WARN:#} {}\n", plain(&error.to_string())))
    }

    /// What a person cannot put right by another answer ends the sitting.
    fn unless_failed(&self, error: NotDecided) -> anyhow::Result<()> {
        if let NotDecided::Engine(_) = error { Err(error.into()) } else { Ok(()) }
    }

    fn close(&self) -> anyhow::Result<()> {
        let progress = self.review.looking().progress();
        let waiting: u64 = progress.states.iter().filter(|(state, _)| state.waits()).map(|(_, n)| n).sum();
        let blocked: u64 = progress.states.iter().filter(|(state, _)| *state == GroupState::Blocked).map(|(_, n)| n).sum();
        let blocked = if blocked > 0 { format!(", {} for a date", number(blocked)) } else { String::new() };
        let told = format!(
            "\n{} in this sitting; {} for you{blocked}.\n",
            counted(self.decided.len() as u64, "decision"),
            match waiting {
                1 => "1 group waits".to_owned(),
                n => format!("{} groups wait", number(n)),
            }
        );
        self.tell(&told)?;
        Ok(io::stdout().flush()?)
    }
}
