//! Answers: what a person types at a group, read.

use lightproof_model::decision::Verb;

/// What can be typed at a group.
pub const HELP: &str =
    "  1k 2q      keep 1, quarantine 2 (also: k keep, q quarantine, l later, n not duplicates; 2-5q; `k q` in order)
  all        keep all
  later      put the group off
  not        these are not duplicates: they do not come back as a group
  undo       take back what you decided last
  skip       go on without deciding
  why        every field in which they differ, and the ground of the ranking
  quit       end; everything you decided is kept
";

/// What can be typed at an anomaly.
pub const HELP_ON_ANOMALIES: &str = "  leave                       the date is right as it is
  fix YYYY-MM-DDTHH:MM:SS     this is the date
  shift +SECONDS, -SECONDS    the clock was off by so much
  later                       put it off
  undo, skip, quit            as at groups
";

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Enter alone.
    Nothing,
    Help,
    Why,
    Undo,
    Skip,
    Quit,
    /// Members by their place, from 0, with what is said of each.
    Words(Vec<(usize, Verb)>),
}

/// Reads what was typed at a group of so many members; otherwise why it says nothing.
pub fn read(line: &str, members: usize) -> Result<Answer, String> {
    let line = line.trim().to_ascii_lowercase();
    let of_all = |verb: Verb| Ok(Answer::Words((0..members).map(|at| (at, verb)).collect()));
    match line.as_str() {
        "" => return Ok(Answer::Nothing),
        "?" | "help" => return Ok(Answer::Help),
        "why" => return Ok(Answer::Why),
        "undo" => return Ok(Answer::Undo),
        "skip" => return Ok(Answer::Skip),
        "quit" | "exit" => return Ok(Answer::Quit),
        "all" => return of_all(Verb::Keep),
        "later" => return of_all(Verb::Later),
        "not" | "not-duplicates" => return of_all(Verb::NotDuplicates),
        _ => {}
    }
    let tokens: Vec<&str> = line.split(|c: char| c.is_whitespace() || c == ',').filter(|t| !t.is_empty()).collect();
    let verbs: Option<Vec<Verb>> = tokens.iter().map(|token| verb(token)).collect();
    if let Some(verbs) = verbs {
        if verbs.len() != members {
            return Err(format!("{} letters for {members} members: give each its letter, or say which: 1k 2q", verbs.len()));
        }
        return Ok(Answer::Words(verbs.into_iter().enumerate().collect()));
    }
    let mut words: Vec<(usize, Verb)> = Vec::new();
    for token in tokens {
        let unknown = || format!("{token:?} says nothing here; ? tells what can be typed");
        let digits = token.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(token.len());
        let (which, letter) = token.split_at(digits);
        let said = verb(letter).ok_or_else(unknown)?;
        let (first, last) = which.split_once('-').unwrap_or((which, which));
        let (first, last): (usize, usize) = (first.parse().map_err(|_| unknown())?, last.parse().map_err(|_| unknown())?);
        if first == 0 || first > last || last > members {
            return Err(format!("{which} is none of the members: they are numbered from 1 to {members}"));
        }
        for at in first - 1..last {
            match words.iter().find(|(known, _)| *known == at) {
                Some((_, other)) if *other != said => return Err(format!("{} is both {other} and {said}", at + 1)),
                Some(_) => {}
                None => words.push((at, said)),
            }
        }
    }
    words.sort_unstable();
    Ok(Answer::Words(words))
}

fn verb(letter: &str) -> Option<Verb> {
    match letter {
        "k" | "keep" => Some(Verb::Keep),
        "q" | "quarantine" => Some(Verb::Quarantine),
        "l" | "later" => Some(Verb::Later),
        "n" | "not" | "not-duplicates" => Some(Verb::NotDuplicates),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_and_whatever_says_nothing_is_explained() {
        use Verb::{Keep as K, Later as L, NotDuplicates as N, Quarantine as Q};
        let words = |words: &[(usize, Verb)]| Ok(Answer::Words(words.to_vec()));
        for (line, answer) in [
            ("", Ok(Answer::Nothing)),
            ("  ", Ok(Answer::Nothing)),
            ("?", Ok(Answer::Help)),
            ("UNDO", Ok(Answer::Undo)),
            ("1k 2q", words(&[(0, K), (1, Q)])),
            ("3q, 1k", words(&[(0, K), (2, Q)])),
            ("k q q", words(&[(0, K), (1, Q), (2, Q)])),
            ("1k 2-3q", words(&[(0, K), (1, Q), (2, Q)])),
            ("keep quarantine later", words(&[(0, K), (1, Q), (2, L)])),
            ("1k 1k", words(&[(0, K)])),
            ("all", words(&[(0, K), (1, K), (2, K)])),
            ("not", words(&[(0, N), (1, N), (2, N)])),
        ] {
            assert_eq!(read(line, 3), answer, "{line:?}");
        }
        for line in
            ["k q", "0k", "4k", "2-1k", "1", "x", "1x", "1k 1q", "1-99999999999999999999k", "-k", "--", "1-k", "é", "²k", "yes"]
        {
            assert!(read(line, 3).is_err(), "{line:?}");
        }
    }
}
