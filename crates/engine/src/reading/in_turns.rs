//! An opened asset whose disk is read in turns: each read by position takes one, a read from end to end takes one for all of it.
//!
//! Counts what was read by position. Absent on purpose: any reading of its own accord.

use std::{cell::Cell, io};

use lightproof_model::read_at::ReadAt;
use lightproof_sources::source::{Access, Opened, Stat};

use crate::disks::Disk;

/// An asset, opened, and the spinning disk that it lies on, if it does.
pub(super) struct InTurns<'a> {
    opened: Box<dyn Opened + 'a>,
    disk: Option<&'a Disk>,
    read: Cell<u64>,
}

impl<'a> InTurns<'a> {
    pub(super) fn new(opened: Box<dyn Opened + 'a>, disk: Option<&'a Disk>) -> Self {
        Self { opened, disk, read: Cell::new(0) }
    }

    /// Bytes read by position so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read.get()
    }

    /// Does one piece of reading in one turn. What it reads is not counted.
    pub(super) fn in_one_turn<T>(&self, read: impl FnOnce(&dyn Opened) -> T) -> T {
        let _turn = self.disk.map(Disk::turn);
        read(&*self.opened)
    }
}

impl ReadAt for InTurns<'_> {
    fn len(&self) -> u64 {
        self.opened.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.in_one_turn(|opened| opened.read_at(offset, buf))?;
        self.read.set(self.read.get() + read as u64);
        Ok(read)
    }
}

impl Opened for InTurns<'_> {
    fn stat(&self) -> io::Result<Stat> {
        self.opened.stat()
    }

    fn will_read(&self, how: Access) {
        self.opened.will_read(how);
    }
}
