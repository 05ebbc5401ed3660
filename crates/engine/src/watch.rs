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

/// What a face hears while the engine works, and where it can ask for a stop. Called from one thread.
pub trait Watch {
    /// A stage begins.
    fn begins(&self, _stage: Stage) {}

    /// So many assets were met until now.
    fn met(&self, _assets: u64) {}

    /// The walk is over: so many assets, so many bytes are to be read.
    fn to_read(&self, _assets: u64, _bytes: u64) {}

    /// An asset of so many bytes was read.
    fn read(&self, _bytes: u64) {}

    /// Whether the person asked to stop. What was done until then is kept.
    fn stop_asked(&self) -> bool {
        false
    }
}

/// Nobody watches.
pub struct Unwatched;

impl Watch for Unwatched {}
