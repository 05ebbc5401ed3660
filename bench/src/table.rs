//! The table: medians of what was measured, for each photograph, in Markdown.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// Prints the medians of each label in the order in which labels first came.
pub fn print(results: &Path, photos: usize) -> Result<()> {
    let mut rows: Vec<(String, Vec<[f64; 3]>)> = Vec::new();
    for line in fs::read_to_string(results)?.lines() {
        let mut cells = line.split('\t');
        let label = cells.next().context("a line without a label")?.to_owned();
        let numbers: Vec<f64> = cells.map(str::parse).collect::<Result<_, _>>()?;
        let numbers: [f64; 3] = numbers.try_into().ok().context("a line without three numbers")?;
        match rows.iter_mut().find(|(known, _)| *known == label) {
            Some((_, runs)) => runs.push(numbers),
            None => rows.push((label, vec![numbers])),
        }
    }
    println!("| what | CPU ms a photo | wall ms a photo | CPU s in all | lowest – highest | peak MiB | runs |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for (label, runs) in rows {
        let column = |i: usize| {
            let mut values: Vec<f64> = runs.iter().map(|run| run[i]).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let (wall, cpu, peak) = (column(0), column(1), column(2));
        let each = |seconds: f64| seconds * 1000.0 / photos as f64;
        println!(
            "| {label} | {:.2} | {:.2} | {:.2} | {:.2} – {:.2} | {:.0} | {} |",
            each(median(&cpu)),
            each(median(&wall)),
            median(&cpu),
            cpu[0],
            cpu[cpu.len() - 1],
            peak[peak.len() - 1],
            runs.len()
        );
    }
    Ok(())
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}
