//! A walk over the markers of a JPEG 2000 codestream: its size, its tile-parts, its end (ISO/IEC 15444-1, annex A).
//!
//! Tile-parts state their length, so the walk touches a few bytes of each.
//! Absent on purpose: what is coded in them.

/// What `SIZ` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) components: u16,
    pub(super) tiles: u64,
}

/// What the walk told.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Codestream {
    pub(super) size: Option<Size>,
    /// What is wrong, a sentence each.
    pub(super) faults: Vec<String>,
    /// Share of the tiles of which there is something whole.
    pub(super) share: f32,
}

const SIZ: u16 = 0xff51;
const SOT: u16 = 0xff90;
const EOC: u16 = 0xffd9;

impl Codestream {
    /// Walks a codestream.
    pub(super) fn walk(stream: &[u8]) -> Codestream {
        let mut found = Codestream::default();
        let mut at = 2;
        let mut tiles = 0u64;
        let mut last_tile = None;
        loop {
            match be16(stream, at) {
                Some(EOC) => break,
                Some(SOT) => {
                    let (Some(tile), Some(length)) = (be16(stream, at + 4), be32(stream, at + 6)) else {
                        found.faults.push("truncated in the head of a tile".to_owned());
                        break;
                    };
                    // Length 0 is a last tile-part that reaches to the end marker.
                    let end = match length {
                        0 => without_end(stream),
                        n => at.saturating_add(n as usize),
                    };
                    if end > stream.len() || end < at + 12 {
                        found
                            .faults
                            .push(format!("truncated: {} bytes of tile {tile} are missing", end.saturating_sub(stream.len())));
                        break;
                    }
                    // Parts of one tile mostly follow each other; a count of the changes is the count of tiles at least.
                    tiles += u64::from(last_tile.replace(tile) != Some(tile));
                    at = end;
                }
                Some(marker @ 0xff01..) => {
                    let Some(length) = be16(stream, at + 2).map(usize::from).filter(|&n| n >= 2 && at + 2 + n <= stream.len())
                    else {
                        found.faults.push(format!("truncated in segment 0x{marker:04X}"));
                        break;
                    };
                    if marker == SIZ && found.size.is_none() {
                        found.size = size(&stream[at + 4..at + 2 + length]);
                    }
                    at += 2 + length;
                }
                Some(_) => {
                    found.faults.push(format!("no marker at byte {at}"));
                    break;
                }
                None => {
                    found.faults.push("the end marker is missing".to_owned());
                    break;
                }
            }
        }
        let of = found.size.map_or(1, |size| size.tiles.max(1));
        if found.faults.is_empty() && tiles < of {
            found.faults.push(format!("{tiles} tiles of {of}"));
        }
        // A cut tile still shows its coarse half: progressions begin with it.
        found.share = ((tiles as f32 + if found.faults.is_empty() { 0.0 } else { 1.0 }) / of as f32).min(1.0);
        found
    }
}

/// Where a stream ends, its end marker left out.
fn without_end(stream: &[u8]) -> usize {
    let end = stream.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
    if stream[..end].ends_with(&EOC.to_be_bytes()) { end - 2 } else { stream.len() }
}

fn size(payload: &[u8]) -> Option<Size> {
    let n = |at: usize| be32(payload, at);
    let (right, bottom, left, top) = (n(2)?, n(6)?, n(10)?, n(14)?);
    let (tile_width, tile_height, tiles_left, tiles_top) = (n(18)?, n(22)?, n(26)?, n(30)?);
    let (width, height) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
    if width == 0 || height == 0 || tile_width == 0 || tile_height == 0 {
        return None;
    }
    let tiles = |end: u32, start: u32, side: u32| u64::from(end.saturating_sub(start).div_ceil(side));
    let tiles = tiles(right, tiles_left, tile_width) * tiles(bottom, tiles_top, tile_height);
    Some(Size { width, height, components: be16(payload, 34)?, tiles })
}

fn be16(b: &[u8], at: usize) -> Option<u16> {
    b.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

fn be32(b: &[u8], at: usize) -> Option<u32> {
    b.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A codestream of two tiles, 20 bytes each.
    fn stream() -> Vec<u8> {
        let sizes: Vec<u8> = [200u32, 100, 0, 0, 100, 100, 0, 0].iter().flat_map(|n| n.to_be_bytes()).collect();
        let mut stream = [&[0xff, 0x4f, 0xff, 0x51, 0, 41, 0, 0][..], &sizes, &[0, 1, 7, 1, 1]].concat();
        for tile in 0..2 {
            stream.extend([0xff, 0x90, 0, 10, 0, tile, 0, 0, 0, 20, 0, 1, 0xff, 0x93, 1, 2, 3, 4, 5, 6]);
        }
        [stream, vec![0xff, 0xd9]].concat()
    }

    #[test]
    fn the_tiles_of_a_codestream_are_all_there_and_an_end_marker_follows() {
        let whole = stream();
        let told = Codestream::walk(&whole);
        assert_eq!(told.size, Some(Size { width: 200, height: 100, components: 1, tiles: 2 }));
        assert_eq!((told.faults, told.share), (vec![], 1.0));
        let one = [&whole[..whole.len() - 22], &[0xff, 0xd9]].concat();
        for (stream, fault) in [
            (&whole[..whole.len() - 2], "the end marker is missing"),
            (&whole[..whole.len() - 5], "truncated: 3 bytes of tile 1 are missing"),
            (&one[..], "1 tiles of 2"),
            (&whole[..20], "truncated in segment 0xFF51"),
            (&[&whole[..65], &[0; 9]].concat(), "no marker at byte 65"),
        ] {
            assert_eq!(Codestream::walk(stream).faults, [fault]);
        }
    }

    #[test]
    fn a_walk_ends_whatever_the_bytes() {
        for start in 0..stream().len() {
            let mut changed = stream();
            changed[start] ^= 0xff;
            let _ = Codestream::walk(&changed);
        }
    }
}
