//! Do the tables of a summary agree with one another?

use super::Summary;

/// Two sums that should be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} add up to {found}, but {expected} were counted")]
pub struct Mismatch {
    /// What was added up.
    pub what: &'static str,
    /// What the total says.
    pub expected: u64,
    /// What the parts add up to.
    pub found: u64,
}

impl Summary {
    /// Adds up every table.
    ///
    /// # Errors
    /// The first table whose sum is not the total.
    pub fn check_sums(&self) -> Result<(), Mismatch> {
        let months: u64 = self.months.values().map(|tally| tally.0).sum();
        let undated: u64 = self.undated.values().map(|tally| tally.0).sum();
        let anomalous: u64 = self.months.values().chain(self.undated.values()).map(|tally| tally.1).sum();
        let total = self.total;
        for (what, expected, found) in [
            ("assets by fate", total.assets, self.fates.values().map(|t| t.assets).sum()),
            ("bytes by fate", total.bytes, self.fates.values().map(|t| t.bytes).sum()),
            ("assets by type", total.assets, self.types.values().map(|t| t.assets).sum()),
            ("bytes by type", total.bytes, self.types.values().map(|t| t.bytes).sum()),
            ("assets by owner", total.assets, self.owners.values().map(|s| s.tally.assets).sum()),
            ("assets by camera", total.assets, self.cameras.values().map(|s| s.tally.assets).sum()),
            ("assets by integrity", total.assets, self.integrity.values().sum()),
            ("dated and undated assets", total.assets, months + undated),
            ("dated assets by owner", months, self.owners.values().map(|s| s.dated).sum()),
            ("dated assets by camera", months, self.cameras.values().map(|s| s.dated).sum()),
            ("assets with anomalies by month", self.anomalous, anomalous),
        ] {
            if expected != found {
                return Err(Mismatch { what, expected, found });
            }
        }
        Ok(())
    }
}
