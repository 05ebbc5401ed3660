//! Whether a binary property list is whole: its last 32 bytes tell of a table of offsets, each of which must lie before it.
//!
//! Absent on purpose: the objects.

/// What is wrong; nothing when it is whole.
pub(super) fn fault(bytes: &[u8]) -> Option<String> {
    let cut = || Some("truncated: the trailer of a binary property list is not there".to_owned());
    let Some((body, trailer)) = bytes.split_last_chunk::<32>() else { return cut() };
    let number = |bytes: &[u8]| bytes.iter().fold(0u64, |n, &b| n << 8 | u64::from(b));
    let (size, reference) = (u64::from(trailer[6]), u64::from(trailer[7]));
    let (objects, top, table) = (number(&trailer[8..16]), number(&trailer[16..24]), number(&trailer[24..32]));
    let sound = trailer[..5].iter().all(|&b| b == 0) && (1..=8).contains(&size) && (1..=8).contains(&reference) && top < objects;
    if !sound || table.checked_add(objects.saturating_mul(size)) != Some(body.len() as u64) {
        return cut();
    }
    let offsets = body.get(usize::try_from(table).ok()?..)?;
    let astray = offsets.chunks_exact(size as usize).map(number).filter(|&at| at < 8 || at >= table).count();
    let holes = offsets.chunks_exact(size as usize).map(number).any(|at| {
        // Each object's first byte tells its kind; no writer stores a null.
        usize::try_from(at).ok().and_then(|at| body.get(at)) == Some(&0)
    });
    (astray > 0 || holes).then(|| "its objects are not where its table says".to_owned())
}
