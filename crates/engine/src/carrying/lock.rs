//! Lock: one process carries out plans of a ledger at a time. Folder roots have locks of their own, whichever ledger they are known in.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
};

use super::CarryError;

/// Held until dropped; the system lets go of it when the process ends, however it ends.
pub(super) struct Alone(#[allow(dead_code)] File);

pub(super) fn take(ledger: &Path) -> Result<Alone, CarryError> {
    let path = ledger.join(lightproof_ledger::CARRYING);
    let failed = |cause| CarryError::Lock { path: path.clone(), cause };
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Alone(file)),
        Err(TryLockError::WouldBlock) => Err(CarryError::InUse { ledger: ledger.to_owned() }),
        Err(TryLockError::Error(cause)) => Err(failed(cause)),
    }
}
