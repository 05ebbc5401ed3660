//! `Trap`: another host, to which the fake can redirect. It writes down whatever comes; a key must never come.

use std::{
    io::Write,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use super::line::Line;

/// The other host.
#[derive(Debug, Clone)]
pub struct Trap {
    caught: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
    address: SocketAddr,
}

impl Trap {
    pub(super) fn set() -> Trap {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let trap = Trap { caught: Arc::default(), stopped: Arc::default(), address };
        let waiting = trap.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if waiting.stopped.load(SeqCst) {
                    break;
                }
                let caught = waiting.caught.clone();
                thread::spawn(move || catch(stream, &caught));
            }
        });
        trap
    }

    /// Its address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came: each request with all its headers and its body.
    #[must_use]
    pub fn caught(&self) -> Vec<String> {
        self.caught.lock().expect("nobody panics while writing down").clone()
    }

    /// Whether anything that came had the header of a key.
    #[must_use]
    pub fn caught_a_key(&self) -> bool {
        self.caught().iter().any(|request| request.to_ascii_lowercase().contains("x-api-key"))
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, SeqCst);
        drop(TcpStream::connect(self.address)); // wakes it from waiting
    }
}

fn catch(stream: TcpStream, caught: &Mutex<Vec<String>>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let (Ok(mut answering), Ok(mut line)) = (stream.try_clone(), Line::over(stream, None)) else { return };
    let Ok(Some(raw)) = line.request(&mut Vec::new()) else { return };
    let headers: String = raw.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    let written = format!("{} {}\n{headers}\n{}", raw.method, raw.target, String::from_utf8_lossy(&raw.body));
    caught.lock().expect("nobody panics while writing down").push(written);
    let _ = answering.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{\"res\":\"pong\"}",
    );
}
