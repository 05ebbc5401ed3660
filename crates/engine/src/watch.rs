//! Watching long work: what the engine tells a face, and how a face asks it to stop.
//!
//! Absent on purpose: bars, colours, terminals.

/// A stage of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Walking and reading.
    GenerateManifest,
    /// Finding duplicates and series.
    GroupDuplicates,
    /// Finding doubtful dates.
    FlagAnomalies,
    /// Adding up.
    GenerateSummary,
}

impl Stage {
    /// The command that runs this stage alone.
    #[must_use]
    pub fn command(self) -> &'static str {
        match self {
            Stage::GenerateManifest => "generate-manifest",
            Stage::GroupDuplicates => "group-duplicates",
            Stage::FlagAnomalies => "flag-anomalies",
            Stage::GenerateSummary => "generate-summary",
        }
    }
}

/// A pass of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// The only one: assets as deep as wanted.
    Whole,
    /// The first of a quick survey: metadata and previews.
    Previews,
    /// The second of a quick survey: in full, whatever may be like another.
    Confirming,
}

/// What a face hears while the engine works, and where it can ask for a stop. Called from one thread.
pub trait Watch {
    /// A stage begins.
    fn begins(&self, _stage: Stage) {}

    /// So many assets were met until now.
    fn met(&self, _assets: u64) {}

    /// A pass of reading begins: so many assets, about so many bytes are to be read.
    fn to_read(&self, _pass: Pass, _assets: u64, _bytes: u64) {}

    /// An asset was read that counted for so many of these bytes.
    fn read(&self, _bytes: u64) {}

    /// Whether the person asked to stop. What was done until then is kept.
    fn stop_asked(&self) -> bool {
        false
    }

    /// The same question for another thread, which asks while this one waits for a server.
    fn stopper(&self) -> Option<fn() -> bool> {
        None
    }
}

/// Nobody watches.
pub struct Unwatched;

impl Watch for Unwatched {}
