//! Progress on standard error: assets, bytes, rate, time left. Silent when that is not a terminal.

use std::{cell::Cell, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lightproof_engine::watch::{Pass, Stage, Watch};

use crate::stop;

/// The engine's watch as a bar.
pub struct Progress {
    bar: ProgressBar,
    to_read: Cell<u64>,
    read: Cell<u64>,
    what: Cell<&'static str>,
}

impl Progress {
    /// A bar, shown on a terminal unless a person asked for quiet.
    pub fn new(shown: bool) -> Progress {
        // indicatif draws nothing when standard error is no terminal.
        let target = if shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.enable_steady_tick(Duration::from_millis(250));
        Progress { bar, to_read: Cell::new(0), read: Cell::new(0), what: Cell::new("assets") }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█▉▊▋▌▍▎▏ ")
}

impl Watch for Progress {
    fn begins(&self, stage: Stage) {
        let what = match stage {
            Stage::GenerateManifest => "looking through the sources",
            Stage::GroupDuplicates => "comparing pictures",
            Stage::FlagAnomalies => "judging dates",
            Stage::GenerateSummary => "adding up",
        };
        self.bar.set_style(style("{spinner} {msg}  {elapsed}"));
        self.bar.set_message(what);
    }

    fn met(&self, assets: u64) {
        if assets.is_multiple_of(256) {
            self.bar.set_message(format!("looking through the sources: {assets} assets"));
        }
    }

    fn to_read(&self, pass: Pass, assets: u64, bytes: u64) {
        self.what.set(match pass {
            Pass::Whole => "assets",
            Pass::Previews => "previews",
            Pass::Confirming => "that may be alike, in full",
        });
        self.read.set(0);
        self.bar.set_style(style("{bar:18} {msg}  {decimal_bytes}/{decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left"));
        self.bar.reset();
        self.bar.set_length(bytes);
        self.to_read.set(assets);
        self.bar.set_message(format!("0/{assets} {}", self.what.get()));
    }

    fn read(&self, bytes: u64) {
        self.read.set(self.read.get() + 1);
        self.bar.set_message(format!("{}/{} {}", self.read.get(), self.to_read.get(), self.what.get()));
        self.bar.inc(bytes);
    }

    fn stop_asked(&self) -> bool {
        stop::asked()
    }

    fn stopper(&self) -> Option<fn() -> bool> {
        Some(stop::asked)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
