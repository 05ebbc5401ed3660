//! Makes a library of tiny photographs: `make_crowd FOLDER COUNT`, or `make_crowd FOLDER GROUPS --pairs` of groups only.
//! `bench/scale` surveys it, `bench/review` reviews it.

use std::{env, error::Error, path::PathBuf, thread};

use lightproof_testkit::crowd::Crowd;

const USAGE: &str = "usage: make_crowd FOLDER COUNT | make_crowd FOLDER GROUPS --pairs";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let (Some(folder), Some(count)) = (arguments.next().map(PathBuf::from), arguments.next()) else { return Err(USAGE.into()) };
    let count = count.to_str().ok_or("COUNT is a number")?.parse()?;
    let crowd = match arguments.next() {
        None => Crowd::of(count),
        Some(option) if option == "--pairs" => Crowd::pairs(count),
        Some(_) => return Err(USAGE.into()),
    };
    let threads = thread::available_parallelism().map_or(1, |n| n.get() as u32);
    crowd.write_to(&folder, threads)?;
    Ok(())
}
