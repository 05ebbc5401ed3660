//! Who reads when: spinning disks in turns, all others as they come.

use std::{
    num::NonZeroUsize,
    ops::ControlFlow,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use lightproof_model::read_at::ReadAt;
use lightproof_sources::{
    error::SourceError,
    source::{Stat, Walked},
};

use super::*;
use crate::disks::Spinning;

/// A source of equal assets: the first letter of a path is the device that it lies on.
#[derive(Default)]
struct Crowd {
    reading: [AtomicUsize; 2],
    most: [AtomicUsize; 2],
    /// Where two readers wait for each other, and which reads of a device are to meet.
    meeting: Option<(Barrier, [usize; 2])>,
    met: [AtomicUsize; 2],
}

impl Crowd {
    /// So many of the first reads of each device wait for each other: two in all.
    fn meeting(of_each: [usize; 2]) -> Crowd {
        Crowd { meeting: Some((Barrier::new(2), of_each)), ..Crowd::default() }
    }
}

struct Member<'a> {
    crowd: &'a Crowd,
    device: usize,
}

const BYTES: &[u8] = b"\xFF\xD8\xFF\xE0 no more of a picture than this";

impl Source for Crowd {
    fn walk(&self, _: &mut dyn FnMut(Walked) -> ControlFlow<()>) -> Result<(), SourceError> {
        Ok(())
    }

    fn open(&self, path: &[u8]) -> Result<Box<dyn Opened + '_>, SourceError> {
        Ok(Box::new(Member { crowd: self, device: usize::from(path[0] == b'b') }))
    }
}

impl ReadAt for Member<'_> {
    fn len(&self) -> u64 {
        BYTES.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let (reading, most) = (&self.crowd.reading[self.device], &self.crowd.most[self.device]);
        most.fetch_max(reading.fetch_add(1, SeqCst) + 1, SeqCst);
        if let Some((meeting, of_each)) = &self.crowd.meeting
            && self.crowd.met[self.device].fetch_add(1, SeqCst) < of_each[self.device]
        {
            meeting.wait();
        }
        (0..200).for_each(|_| thread::yield_now());
        reading.fetch_sub(1, SeqCst);
        BYTES.read_at(offset, buf)
    }
}

impl Opened for Member<'_> {
    fn stat(&self) -> io::Result<Stat> {
        let device = self.device as u64 + (1 << 40);
        let size = BYTES.len() as u64;
        Ok(Stat { device, mounted_device: device, inode: 1, size, mtime_ns: 0, ctime_ns: 0, links: 1 })
    }
}

/// Reads with four threads, each its share of both devices; how many read at most at once from each.
fn read_by_four(crowd: &Crowd, spinning: Spinning, readers: usize) -> [usize; 2] {
    let (budget, devices) = (Budget::of(1 << 20), Devices::default());
    let disks = Disks::new(spinning, NonZeroUsize::new(readers).unwrap());
    thread::scope(|scope| {
        for n in 0..4 {
            let (budget, devices, disks) = (&budget, &devices, &disks);
            scope.spawn(move || {
                let limits = picture::Limits::default();
                let mut reader =
                    Reader { budget, devices, disks, limits, ffmpeg: None, quick: QUICK, buffer: WholeBuffer::new() };
                for path in if n % 2 == 0 { [b"a.jpg", b"b.jpg"] } else { [b"b.jpg", b"a.jpg"] } {
                    let depths = [Depth::Whole, Depth::Quick, Depth::Head];
                    depths.into_iter().cycle().take(12).for_each(|wanted| {
                        let target = Target { from: Whence::Bytes(crowd), path, wanted };
                        assert!(reader.read(target).unwrap().probe.is_some());
                    });
                }
            });
        }
    });
    [0, 1].map(|device| crowd.most[device].load(SeqCst))
}

#[test]
fn a_spinning_disk_is_read_by_one_at_a_time() {
    assert_eq!(read_by_four(&Crowd::default(), Spinning::Yes, 1), [1, 1]);
    assert!(read_by_four(&Crowd::default(), Spinning::Yes, 2).iter().all(|&most| most <= 2));
}

#[test]
fn two_disks_are_read_at_the_same_time() {
    // Without that the first reader would wait for ever.
    assert_eq!(read_by_four(&Crowd::meeting([1, 1]), Spinning::Yes, 1), [1, 1]);
}

#[test]
fn a_disk_that_does_not_spin_is_read_by_several() {
    assert!(read_by_four(&Crowd::meeting([2, 0]), Spinning::No, 1)[0] >= 2);
    assert!(read_by_four(&Crowd::meeting([0, 2]), Spinning::Detect, 1)[1] >= 2);
}
