//! The bench's own tools: `corpus` makes photographs, `measure` runs one command, `table` tells what was measured.
//!
//! Absent on purpose: which commands are compared, and how they are installed; `bench/run` knows.

mod corpus;
mod enlarge;
mod measure;
mod random;
mod segments;
mod table;

use std::{env, path::Path};

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["corpus", photographs, folder, count] => corpus::build(Path::new(photographs), Path::new(folder), count.parse()?),
        ["measure", results, label, command @ ..] if !command.is_empty() => measure::measure(Path::new(results), label, command),
        ["table", results, photos] => table::print(Path::new(results), photos.parse()?),
        _ => bail!(
            "usage: lightproof-bench corpus PHOTOGRAPHS FOLDER COUNT | measure RESULTS LABEL COMMAND… | table RESULTS PHOTOS"
        ),
    }
}
