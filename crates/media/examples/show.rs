//! Shows assets: `show SIDE OUT FILE…` writes the JPEG of each into a folder and tells the processor time and why there is none.

use std::{path::Path, process::ExitCode};

use lightproof_media::{
    facts,
    picture::Limits,
    showing::{Wanted, show, show_video},
    sniff,
    video::Ffmpeg,
};
use lightproof_model::media_type::Class;

#[allow(clippy::print_stdout, clippy::disallowed_methods)] // it writes what a person asked to see
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [side, out, files @ ..] = &arguments[..] else { return ExitCode::FAILURE };
    let wanted = Wanted { longest_side: side.parse().unwrap_or(480) };
    let limits = Limits { decoded_bytes: 512 << 20 };
    let ffmpeg = Ffmpeg::find();
    for file in files {
        let Ok(bytes) = std::fs::read(file) else { continue };
        let name = Path::new(file).file_name().map(|name| name.as_encoded_bytes().to_vec());
        let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], name.as_deref());
        let orientation = facts::read_facts(&&bytes[..], media_type).orientation;
        let before = cpu_ms();
        let shown = if media_type.class() == Class::Video {
            show_video(&&bytes[..], media_type, Some(&bytes), ffmpeg.as_ref(), wanted)
        } else {
            show(&bytes, media_type, orientation, wanted, &limits)
        };
        let took = cpu_ms() - before;
        match shown {
            Ok(shown) => {
                let told = (shown.width, shown.height, shown.jpeg.len(), shown.made_of);
                println!("{took:7.1} ms {:?} {told:?} {file}", media_type);
                let place = Path::new(out).join(file.replace('/', "_") + ".jpg");
                let _ = std::fs::write(place, &shown.jpeg);
            }
            Err(why) => println!("{took:7.1} ms {:?} NOT SHOWN {why} {file}", media_type),
        }
    }
    ExitCode::SUCCESS
}

/// Processor time of this process and of the programs that it ran.
fn cpu_ms() -> f64 {
    let own = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    own.tv_sec as f64 * 1e3 + own.tv_nsec as f64 / 1e6
}
