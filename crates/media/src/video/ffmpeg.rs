//! `ffmpeg`, where it is installed: four small gray frames of a video, out of a program that is not trusted with anything.
//!
//! The program gets the bytes as an anonymous file on its standard input, the demuxer that the bytes' own signature names, no
//! protocol but that file and its pipes, no environment, no name, one thread, and bounds of time, memory and output (`child`).
//! So a playlist in the clothes of a video is no playlist, and references to other files lead nowhere.
//! Absent on purpose: any other use of it. What the container says is told by our own walks.

mod child;
pub(crate) mod memory;

use std::{
    ffi::OsStr,
    fs::File,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use self::child::{Bounds, Ended, Ran};
use super::frames::FRAMES;
use crate::picture::gray::Reduced;

/// The program's place, found once for a survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ffmpeg {
    program: PathBuf,
    wall: Duration,
}

/// Wall time that one video may take, all attempts together.
const WALL: Duration = Duration::from_secs(20);

/// Side of a frame as it comes, in cells: ample for 16, and enough to see bars.
const SIDE: usize = 128;
/// Bytes of all frames.
const OUTPUT: usize = FRAMES * SIDE * SIDE;

/// Videos up to this long are decoded whole rather than sought into: one start of the decoder instead of four.
const SHORT_MS: u64 = 2_000;
/// Where seeking found nothing, videos up to this long are decoded whole.
const DECODED_WHOLE_MS: u64 = 60_000;

/// The largest frame, and the largest single piece of memory, that a decoder may ask for.
const MOST_PIXELS: &str = "100000000";
const MOST_ALLOCATED: &str = "536870912";

/// One frame in colour, upright.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Red, green and blue of each pixel, row by row.
    pub(crate) pixels: Vec<u8>,
}

/// A video for the program.
pub(crate) struct Film<'a> {
    /// Its bytes, as a file that can be opened again and again.
    pub(crate) file: &'a File,
    /// The one demuxer that may look at them.
    pub(crate) demuxer: &'static str,
    /// What the container says; nothing to have the program find out.
    pub(crate) duration_ms: Option<u64>,
}

impl Ffmpeg {
    /// The program on this process's `PATH`, if it is there. It is not started: what is no ffmpeg shows no frames, and is told then.
    #[must_use]
    pub fn find() -> Option<Ffmpeg> {
        Ffmpeg::find_in(&std::env::var_os("PATH")?)
    }

    /// The program in one of these folders, which are separated as in `PATH`; relative ones are passed over.
    #[must_use]
    pub fn find_in(path: &OsStr) -> Option<Ffmpeg> {
        let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
        folders.map(|folder| folder.join("ffmpeg")).find_map(|program| Ffmpeg::at(program, WALL))
    }

    /// The program at this place, with so much time for each video.
    #[must_use]
    pub fn at(program: PathBuf, wall: Duration) -> Option<Ffmpeg> {
        let stat = std::fs::metadata(&program).ok()?;
        if !stat.is_file() || stat.permissions().mode() & 0o111 == 0 {
            return None;
        }
        Some(Ffmpeg { program, wall })
    }

    /// Where the program is.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The frames at 1/8, 3/8, 5/8 and 7/8 of a video, upright, squeezed into squares.
    ///
    /// # Errors
    /// Why there are none, in words for a person.
    pub(crate) fn frames(&self, film: &Film<'_>) -> Result<[Reduced; FRAMES], String> {
        let deadline = Instant::now() + self.wall;
        let duration = film.duration_ms.filter(|&ms| ms > 0).or_else(|| self.duration(film, deadline));
        let mut why = None;
        if let Some(ms) = duration.filter(|&ms| ms > SHORT_MS) {
            match self.run(film, &sought(film.demuxer, ms), deadline) {
                Ok(output) => return split(&output).ok_or_else(|| NO_PICTURE.to_owned()),
                Err(refused) => why = Some(refused),
            }
        }
        if let Some(ms) = duration.filter(|&ms| ms <= DECODED_WHOLE_MS) {
            match self.run(film, &decoded_whole(film.demuxer, ms), deadline) {
                Ok(output) => return split(&output).ok_or_else(|| NO_PICTURE.to_owned()),
                Err(refused) => why = why.or(Some(refused)),
            }
        }
        Err(why.unwrap_or_else(|| "its duration is not known".to_owned()))
    }

    /// One frame in colour, at an eighth of a video or else its first, with square pixels, no larger than `longest_side`.
    ///
    /// # Errors
    /// Why there is none, in words for a person.
    pub(crate) fn frame(&self, film: &Film<'_>, longest_side: u32) -> Result<Frame, String> {
        let deadline = Instant::now() + self.wall;
        let duration = film.duration_ms.filter(|&ms| ms > 0).or_else(|| self.duration(film, deadline));
        let most = longest_side as usize * longest_side as usize * 3 + FRAME_HEAD;
        let mut why = None;
        for seek in duration.map(|ms| ms / (2 * FRAMES as u64)).into_iter().map(Some).chain([None]) {
            let ran = self.ran(film, &one_frame(film.demuxer, seek, longest_side), deadline, most)?;
            match (ran.ended, pixmap(&ran.output)) {
                (Ended::Well | Ended::Failed, Some(frame)) => return Ok(frame),
                (ended, _) => why = why.or_else(|| Some(self.why_not(ended, &ran))),
            }
        }
        Err(why.unwrap_or_else(|| NO_PICTURE.to_owned()))
    }

    fn run(&self, film: &Film<'_>, arguments: &[String], deadline: Instant) -> Result<Vec<u8>, String> {
        let ran = self.ran(film, arguments, deadline, OUTPUT)?;
        match ran.ended {
            Ended::Well | Ended::Failed if ran.output.len() == OUTPUT => Ok(ran.output),
            ended => Err(self.why_not(ended, &ran)),
        }
    }

    fn ran(&self, film: &Film<'_>, arguments: &[String], deadline: Instant, output: usize) -> Result<Ran, String> {
        let input = film.file.try_clone().map_err(|_| "ffmpeg could not be started".to_owned())?;
        let bounds = Bounds { wall: deadline.saturating_duration_since(Instant::now()), output };
        let ran = child::run(&self.program, arguments, Some(input), bounds);
        ran.ok_or_else(|| "ffmpeg could not be started".to_owned())
    }

    fn why_not(&self, ended: Ended, ran: &Ran) -> String {
        match ended {
            Ended::Well | Ended::Failed => complaint(ran),
            Ended::Crashed => "ffmpeg crashed on it, or needed more than its limits".to_owned(),
            Ended::TooLong => format!("ffmpeg did not finish within {} s", self.wall.as_secs()),
            Ended::TooMuch => "ffmpeg wrote more than it was asked for".to_owned(),
        }
    }

    /// The duration as the program sees it, from what it says when it is asked for nothing.
    fn duration(&self, film: &Film<'_>, deadline: Instant) -> Option<u64> {
        let mut arguments = words(&["-nostdin", "-hide_banner", "-loglevel", "info"]);
        arguments.extend(input(film.demuxer, None));
        let bounds = Bounds { wall: deadline.saturating_duration_since(Instant::now()), output: OUTPUT };
        let ran = child::run(&self.program, &arguments, film.file.try_clone().ok(), bounds)?;
        duration_in(&String::from_utf8_lossy(&ran.complaints))
    }
}

const NO_PICTURE: &str = "ffmpeg found no picture in it";

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// What comes before all inputs.
fn begin() -> Vec<String> {
    let quiet = ["-nostdin", "-hide_banner", "-loglevel", "error", "-max_alloc", MOST_ALLOCATED];
    let narrow = ["-filter_threads", "1", "-filter_complex_threads", "1"];
    words(&[&quiet[..], &narrow].concat())
}

/// One input: pictures only, from our file only. What smooths block edges, and frames that no other needs, are left out: they
/// cost a third of the time and change a 16×16 cell by less than a gray.
fn input(demuxer: &str, seek_ms: Option<u64>) -> Vec<String> {
    let mut input = words(&["-protocol_whitelist", "file,pipe", "-f", demuxer, "-threads", "1", "-an", "-sn", "-dn"]);
    input.extend(words(&["-max_pixels", MOST_PIXELS, "-skip_loop_filter", "all", "-skip_frame", "noref"]));
    if let Some(ms) = seek_ms {
        input.extend(["-ss".to_owned(), format!("{}.{:03}", ms / 1000, ms % 1000)]);
    }
    input.extend(words(&["-i", "file:/dev/stdin"]));
    input
}

fn end(frames: &str) -> Vec<String> {
    words(&["-frames:v", frames, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"])
}

/// Four inputs of one file, each sought to its frame, and the frames one below the other.
fn sought(demuxer: &str, duration_ms: u64) -> Vec<String> {
    let mut arguments = begin();
    let mut graph = String::new();
    for k in 0..FRAMES as u64 {
        // Of a duration so long that it cannot be, the product does not matter.
        arguments.extend(input(demuxer, Some(duration_ms.saturating_mul(2 * k + 1) / (2 * FRAMES as u64))));
        graph += &format!("[{k}:V:0]trim=end_frame=1,setpts=0,scale={SIDE}:{SIDE}:flags=area,format=gray[f{k}];");
    }
    graph += &(0..FRAMES).map(|k| format!("[f{k}]")).collect::<String>();
    graph += &format!("vstack=inputs={FRAMES}");
    arguments.extend(["-filter_complex".to_owned(), graph]);
    arguments.extend(end("1"));
    arguments
}

/// One input, from which the frames that show at the four moments are taken; the last one stands for what is missing at the end.
fn decoded_whole(demuxer: &str, duration_ms: u64) -> Vec<String> {
    let mut arguments = begin();
    arguments.extend(input(demuxer, None));
    let rate = format!("fps={}/{}", FRAMES * 1000, duration_ms);
    let graph = format!("[0:V:0]tpad=stop=-1:stop_mode=clone,{rate},scale={SIDE}:{SIDE}:flags=area,format=gray");
    arguments.extend(["-filter_complex".to_owned(), graph]);
    arguments.extend(end(&FRAMES.to_string()));
    arguments
}

/// One input, and one frame of it as a pixmap, whose head tells its size. Block edges stay smoothed: this one is looked at.
fn one_frame(demuxer: &str, seek_ms: Option<u64>, longest_side: u32) -> Vec<String> {
    let mut arguments = begin();
    let kept = input(demuxer, seek_ms);
    let mut words_of = kept.into_iter();
    while let Some(word) = words_of.next() {
        if word == "-skip_loop_filter" {
            words_of.next();
        } else {
            arguments.push(word);
        }
    }
    let scale = format!("min(1,min({longest_side}/(iw*sar),{longest_side}/ih))");
    let side = |length: &str| format!("'max(1,round({length}*{scale}))'");
    let graph = format!("[0:V:0]scale={}:{}:flags=area,setsar=1,format=rgb24", side("iw*sar"), side("ih"));
    arguments.extend(["-filter_complex".to_owned(), graph]);
    arguments.extend(words(&["-frames:v", "1", "-f", "image2pipe", "-c:v", "ppm", "pipe:1"]));
    arguments
}

/// Bytes that the head of a pixmap may take.
const FRAME_HEAD: usize = 64;

/// A pixmap of red, green and blue, as `ffmpeg` writes it: `P6`, width and height, the largest sample, and the samples.
fn pixmap(output: &[u8]) -> Option<Frame> {
    let head = output.get(..output.len().min(FRAME_HEAD))?;
    let mut lines = head.split(|&b| b == b'\n');
    let (magic, size, most) = (lines.next()?, lines.next()?, lines.next()?);
    let (width, height) = std::str::from_utf8(size).ok()?.split_once(' ')?;
    let (width, height): (u32, u32) = (width.parse().ok()?, height.parse().ok()?);
    let pixels = output.get(magic.len() + size.len() + most.len() + 3..)?;
    let all = (width as usize).checked_mul(height as usize)?.checked_mul(3).filter(|&all| all > 0)?;
    let fits = magic == b"P6" && most == b"255" && pixels.len() >= all;
    fits.then(|| Frame { width, height, pixels: pixels[..all].to_vec() })
}

fn split(output: &[u8]) -> Option<[Reduced; FRAMES]> {
    let mut frames = output.chunks_exact(SIDE * SIDE).map(|frame| {
        let cells = frame.iter().map(|&gray| f32::from(gray)).collect();
        Reduced::new(SIDE, SIDE, cells)
    });
    Some([frames.next()??, frames.next()??, frames.next()??, frames.next()??])
}

/// `Duration: 00:00:02.86, start: …` among what the program says.
fn duration_in(told: &str) -> Option<u64> {
    let rest = told.split_once("Duration: ")?.1;
    let time = rest.split(',').next()?.trim();
    let mut parts = time.splitn(3, ':');
    let (hours, minutes): (u64, u64) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let seconds: f64 = parts.next()?.parse().ok()?;
    let ms = hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(60_000)?.checked_add((seconds * 1000.0) as u64)?;
    Some(ms).filter(|&ms| ms > 0)
}

/// What the program complained about first, without addresses of its memory, names and control characters.
fn complaint(ran: &Ran) -> String {
    let told = String::from_utf8_lossy(&ran.complaints);
    let line = told.lines().map(|line| {
        let line = if line.starts_with('[') { line.split_once("] ").map_or("", |(_, rest)| rest) } else { line };
        printable(line.trim_start_matches("file:/dev/stdin").trim_start_matches([':', ' ']))
    });
    match line.into_iter().find(|line| !line.is_empty()) {
        Some(line) => format!("{NO_PICTURE}: {line}"),
        None => NO_PICTURE.to_owned(),
    }
}

/// At most 120 printable characters, without anything that looks like a path.
fn printable(text: &str) -> String {
    let kept: String = text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(120).collect();
    let words = kept.split(' ').filter(|word| !word.is_empty());
    words.map(|word| if word.contains('/') { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_from_what_the_program_says() {
        for (told, ms) in [
            ("Input #0\n  Duration: 00:00:02.86, start: 0.0, bitrate: 1 kb/s", Some(2_860)),
            ("  Duration: 01:02:03.04, start", Some(3_723_040)),
            ("  Duration: N/A, start", None),
            ("  Duration: 00:00:00.00, start", None),
            ("  Duration: 99999999999999999999:00:00.00,", None),
            ("", None),
        ] {
            assert_eq!(duration_in(told), ms, "{told}");
        }
    }

    #[test]
    fn complaints_are_told_without_names_addresses_and_control_characters() {
        let told = |complaints: &str| complaint(&Ran { output: vec![], complaints: complaints.into(), ended: Ended::Failed });
        assert_eq!(told(""), NO_PICTURE);
        assert_eq!(told("[mov @ 0x55aa] moov atom not found\nmore"), format!("{NO_PICTURE}: moov atom not found"));
        assert_eq!(told("file:/dev/stdin: Invalid data"), format!("{NO_PICTURE}: Invalid data"));
        assert_eq!(told("cannot open /home/ann/secret\x1b[2J"), format!("{NO_PICTURE}: cannot open …"));
    }

    #[test]
    fn a_pixmap_is_taken_only_if_all_of_it_is_there() {
        let made = |text: &str, samples: usize| [text.as_bytes(), &vec![7; samples]].concat();
        let frame = pixmap(&made("P6\n2 3\n255\n", 18)).unwrap();
        assert_eq!((frame.width, frame.height, frame.pixels.len()), (2, 3, 18));
        for (head, samples) in [
            ("P6\n2 3\n255\n", 17),
            ("P5\n2 3\n255\n", 18),
            ("P6\n2 3\n65535\n", 36),
            ("P6\n0 3\n255\n", 18),
            ("P6\n-2 3\n255\n", 18),
            ("P6\n99999999 99999999\n255\n", 18),
            ("P6\n2 3", 0),
            ("", 0),
        ] {
            assert!(pixmap(&made(head, samples)).is_none(), "{head:?}");
        }
    }

    #[test]
    fn relative_folders_are_never_searched() {
        assert_eq!(Ffmpeg::find_in(OsStr::new(":.:bin")), None);
        assert_eq!(Ffmpeg::find_in(OsStr::new("/nowhere")), None);
    }
}
