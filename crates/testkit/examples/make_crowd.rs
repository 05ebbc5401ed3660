//! Makes a library of so many tiny photographs: `make_crowd FOLDER COUNT`. `bench/scale` surveys it.

use std::{env, error::Error, path::PathBuf, thread};

use lightproof_testkit::crowd::Crowd;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let (Some(folder), Some(count)) = (arguments.next().map(PathBuf::from), arguments.next()) else {
        return Err("usage: make_crowd FOLDER COUNT".into());
    };
    let count = count.to_str().ok_or("COUNT is a number")?.parse()?;
    let threads = thread::available_parallelism().map_or(1, |n| n.get() as u32);
    Crowd::of(count).write_to(&folder, threads)?;
    Ok(())
}
