//! How fast the fake Immich server answers: small requests, searches and heads of originals on four connections.

#![allow(clippy::print_stdout)]

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Instant,
};

use lightproof_testkit::immich::{FakeImmich, Id, NewAsset, Original};

const LINES: usize = 4;

fn main() -> io::Result<()> {
    let fake = FakeImmich::new();
    let alice = fake.user("Alice");
    let key = fake.key(alice, &["all"]);
    let started = Instant::now();
    let thumbnail: std::sync::Arc<[u8]> = vec![0xFF; 8_000].into();
    let new = |n: u32| {
        let original = Original::filled(vec![n as u8; 16_384], 3_000_000);
        NewAsset::of(alice, original)
            .named(&format!("{n}.jpg"))
            .taken(lightproof_testkit::immich::Moment::micros(i64::from(n) * 1_000_000))
    };
    let ids: Vec<Id> = (0..10_000).map(|n| fake.add(new(n).thumbnail(thumbnail.clone()))).collect();
    println!("10,000 assets added in {:?}", started.elapsed());
    let get = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nx-api-key: {key}\r\n{more}\r\n");
    let search = |page: usize| {
        let body = format!(r#"{{"size":1000,"page":{page},"withExif":true}}"#);
        let head = "POST /api/search/metadata HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        format!("{head}x-api-key: {key}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    type Make<'a> = Box<dyn Fn(usize) -> String + Sync + 'a>;
    let kinds: [(&str, usize, Make); 4] = [
        ("ping", 40_000, Box::new(|_| get("/api/server/ping", ""))),
        ("thumbnails of 8 KB", 10_000, Box::new(|n| get(&format!("/api/assets/{}/thumbnail", ids[n % ids.len()]), ""))),
        (
            "heads of 16 KB",
            10_000,
            Box::new(|n| get(&format!("/api/assets/{}/original", ids[n % ids.len()]), "Range: bytes=0-16383\r\n")),
        ),
        ("searches of 1000", 40, Box::new(|n| search(n % 10 + 1))),
    ];
    for (name, count, make) in kinds {
        let (started, cpu) = (Instant::now(), cpu_seconds());
        std::thread::scope(|scope| {
            let line = |line: usize| {
                let (fake, make) = (&fake, &make);
                scope.spawn(move || asked(fake, (line..count).step_by(LINES).map(make)))
            };
            let lines: Vec<_> = (0..LINES).map(line).collect();
            lines.into_iter().for_each(|line| line.join().expect("no line panics").expect("the loopback does not break"));
        });
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{name}: {:.0}/s, {:.0}/s of CPU time for both sides",
            count as f64 / seconds,
            count as f64 / (cpu_seconds() - cpu)
        );
    }
    Ok(())
}

/// Sends these, one after the other, and reads what comes.
fn asked(fake: &FakeImmich, requests: impl Iterator<Item = String>) -> io::Result<()> {
    let mut stream = TcpStream::connect(fake.url().trim_start_matches("http://"))?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 4 << 20];
    for request in requests {
        stream.write_all(request.as_bytes())?;
        let mut have = 0;
        loop {
            have += stream.read(&mut buffer[have..])?;
            let Some(end) = buffer[..have].windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&buffer[..end]);
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).and_then(|text| text.parse().ok());
            let missing = (end + 4 + length.unwrap_or(0)).saturating_sub(have);
            stream.read_exact(&mut buffer[have..have + missing])?;
            break;
        }
    }
    Ok(())
}

/// Processor time of this process.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: f64 =
        stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum();
    ticks / 100.0
}
