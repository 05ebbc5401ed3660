//! Walks groups of a review by keyboard in a browser and tells how long a person waits: `walk_groups PROGRAM LEDGER COUNT`.
//! `bench/review` calls it. Keys follow one another without a pause, so nothing can be fetched while a person looks.

use std::{env, error::Error, process::Command};

use lightproof_testkit::{
    browser::{Browser, Painted},
    reviewing::Reviewing,
};
use serde_json::Value;

/// Another group is shown when the address and the members are.
const SHOWN: &str = "document.querySelector('.member') ? location.pathname : undefined";
const SERVER: &str = "const all = performance.getEntriesByType('resource').filter(r => KIND);
    performance.clearResourceTimings(); return all.map(r => r.responseEnd - r.requestStart)";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [program, ledger, count] = arguments.as_slice() else { return Err("usage: walk_groups PROGRAM LEDGER COUNT".into()) };
    let count: usize = count.to_str().ok_or("COUNT is a number")?.parse()?;
    let mut command = Command::new(program);
    command.args(["review", "--no-open", "--json", "--reviewer", "bench", "--ledger"]).arg(ledger);
    let pages = Reviewing::start(command);
    let browser = Browser::start().ok_or("no browser")?;
    browser.time_pages(SHOWN);
    browser.go(pages.link());
    browser.go(&pages.at("/next"));
    browser.script("performance.setResourceTimingBufferSize(100000)", &[]);

    let next: Vec<Painted> = (0..count).map(|_| browser.press_and_time("n")).collect();
    report("next undecided group", &next, &browser);
    let decide = |_| {
        browser.press(&["k", "q"]);
        browser.press_and_time("Enter")
    };
    let decided: Vec<Painted> = (0..count).map(decide).collect();
    report("decide, then the next", &decided, &browser);
    Ok(())
}

#[allow(clippy::print_stdout)] // a program of its own
fn report(what: &str, painted: &[Painted], browser: &Browser) {
    line(what, "key press to painted", painted.iter().map(|p| p.content).collect());
    line(what, "and its pictures", painted.iter().map(|p| p.pictures).collect());
    let pictures = "r.name.includes('/pictures/')";
    let measured = browser.script(&SERVER.replace("performance.clearResourceTimings();", "").replace("KIND", pictures), &[]);
    line(what, "server: pictures", numbers(&measured));
    let measured = browser.script(&SERVER.replace("KIND", "r.initiatorType === 'fetch'"), &[]);
    line(what, "server: pages", numbers(&measured));
}

fn numbers(measured: &Value) -> Vec<f64> {
    measured.as_array().map(|all| all.iter().filter_map(Value::as_f64).collect()).unwrap_or_default()
}

#[allow(clippy::print_stdout)] // a program of its own
fn line(what: &str, which: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or(0.0)
    };
    println!("{what}\t{which}\t{}\t{:.0}\t{:.0}\t{:.0}", times.len(), at(0.5), at(0.95), at(1.0));
}
