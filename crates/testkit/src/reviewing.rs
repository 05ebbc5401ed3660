//! `Reviewing`: a running `lightproof review`, known by the link that it printed.
//!
//! It is killed when dropped, as by a power cut: a review must not need to end well.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::Value;

/// A server of pages that runs.
#[derive(Debug)]
pub struct Reviewing {
    child: Child,
    told: Value,
}

impl Reviewing {
    /// Starts `review --no-open --json` and reads what it tells.
    ///
    /// # Panics
    /// When it does not start, or tells no link: with what it reported instead.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let output = child.stdout.take().expect("its output is piped");
        let mut errors = child.stderr.take().expect("its errors are piped");
        let mut values = serde_json::Deserializer::from_reader(output).into_iter::<Value>();
        let told = values.next().and_then(Result::ok).filter(|told| told["link"].is_string());
        let Some(told) = told else {
            let mut reported = String::new();
            let _ = child.kill(); // whatever it does instead of serving
            let _ = errors.read_to_string(&mut reported); // only for the message
            panic!("no link to the pages: {reported}");
        };
        thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
        Self { child, told }
    }

    /// The link that opens the pages, once.
    ///
    /// # Panics
    /// Never: there is one, or it did not start.
    #[must_use]
    pub fn link(&self) -> &str {
        self.told["link"].as_str().expect("it was looked for at the start")
    }

    /// The address of a page: `/groups`.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        let host = self.link().split('/').nth(2).unwrap_or_default();
        format!("http://{host}{path}")
    }

    /// The process, for what a test reads of it.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, without a chance to finish anything (`kill -9`).
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.child.kill(); // it may have ended by itself
        let _ = self.child.wait();
    }
}

impl Drop for Reviewing {
    fn drop(&mut self) {
        self.end();
    }
}
