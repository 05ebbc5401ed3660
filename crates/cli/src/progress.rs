//! Progress on standard error: assets, bytes, rate, time left. Silent when that is not a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lightproof_engine::watch::{Stage, Watch};

use crate::stop;

/// The engine's watch as a bar.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar, shown on a terminal unless a person asked for quiet.
    pub fn new(shown: bool) -> Progress {
        // indicatif draws nothing when standard error is no terminal.
        let target = if shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.enable_steady_tick(Duration::from_millis(250));
        Progress { bar }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█▉▊▋▌▍▎▏ ")
}

impl Watch for Progress {
    fn begins(&self, stage: Stage) {
        let what = match stage {
            Stage::GenerateManifest => "looking through the folders",
            Stage::GroupDuplicates => "comparing pictures",
            Stage::FlagAnomalies => "judging dates",
            Stage::GenerateSummary => "adding up",
        };
        self.bar.set_style(style("{spinner} {msg}  {elapsed}"));
        self.bar.set_message(what);
    }

    fn met(&self, assets: u64) {
        if assets.is_multiple_of(256) {
            self.bar.set_message(format!("looking through the folders: {assets} assets"));
        }
    }

    fn to_read(&self, assets: u64, bytes: u64) {
        self.bar.set_style(style("{bar:24} {bytes}/{total_bytes} ({bytes_per_sec})  {msg}  {eta} left"));
        self.bar.reset();
        self.bar.set_length(bytes);
        self.bar.set_message(format!("{assets} assets to read"));
    }

    fn read(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn stop_asked(&self) -> bool {
        stop::asked()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
