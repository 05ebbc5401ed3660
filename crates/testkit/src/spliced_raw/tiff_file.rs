//! Lays out a TIFF file: directories that point to each other and to blocks of data.
//!
//! Little endian throughout, as nearly all cameras write. Positions are known once all sizes are; nothing is patched.
//! Absent on purpose: EXIF by name (`darkroom` has that).

/// A value of a directory's row.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(&'static str),
    Short(Vec<u16>),
    Long(Vec<u32>),
    /// UNDEFINED.
    Bytes(Vec<u8>),
    /// LONG: where block so and so lies.
    Place(usize),
    /// UNDEFINED, held outside of the directory as a block.
    Held(usize),
    /// UNDEFINED, at a place that is known: offset and length.
    At(usize, usize),
    /// LONGs: where these directories begin.
    Directories(Vec<usize>),
}

impl Value {
    pub(super) fn short(n: u16) -> Value {
        Value::Short(vec![n])
    }

    pub(super) fn long(n: usize) -> Value {
        Value::Long(vec![n as u32])
    }
}

/// One directory: its rows, and the next of its chain.
#[derive(Debug, Clone, Default)]
pub(super) struct Dir {
    pub(super) rows: Vec<(u16, Value)>,
    pub(super) next: Option<usize>,
}

impl Dir {
    pub(super) fn with(mut self, tag: u16, value: Value) -> Dir {
        self.rows.push((tag, value));
        self
    }
}

/// A TIFF file to be laid out.
#[derive(Debug, Clone)]
pub(super) struct TiffFile {
    /// The two bytes behind the byte order.
    pub(super) magic: [u8; 2],
    /// Bytes between the header and the first directory.
    pub(super) behind_header: Vec<u8>,
    pub(super) directories: Vec<Dir>,
    pub(super) blocks: Vec<Vec<u8>>,
}

impl TiffFile {
    pub(super) fn new() -> TiffFile {
        TiffFile { magic: [42, 0], behind_header: Vec::new(), directories: Vec::new(), blocks: Vec::new() }
    }

    /// Takes in a block of data; its number.
    pub(super) fn block(&mut self, bytes: Vec<u8>) -> usize {
        self.blocks.push(bytes);
        self.blocks.len() - 1
    }

    /// Takes in a directory; its number. The first is IFD0.
    pub(super) fn directory(&mut self, dir: Dir) -> usize {
        self.directories.push(dir);
        self.directories.len() - 1
    }

    /// Bytes of a value that stands outside its row.
    fn outside(&self, value: &Value) -> usize {
        let len = match value {
            Value::Text(text) => text.len() + 1,
            Value::Short(numbers) => numbers.len() * 2,
            Value::Long(numbers) => numbers.len() * 4,
            Value::Bytes(bytes) => bytes.len(),
            Value::Directories(numbers) => numbers.len() * 4,
            Value::Place(_) | Value::Held(_) | Value::At(..) => 0,
        };
        if len > 4 { len.next_multiple_of(2) } else { 0 }
    }

    fn size(&self, dir: &Dir) -> usize {
        6 + dir.rows.iter().map(|(_, value)| 12 + self.outside(value)).sum::<usize>()
    }

    /// Where directory and block so and so begin.
    pub(super) fn places(&self) -> (Vec<usize>, Vec<usize>) {
        let mut at = 8 + self.behind_header.len();
        let mut take = |size: usize| {
            let start = at;
            at += size.next_multiple_of(2);
            start
        };
        let directories = self.directories.iter().map(|dir| take(self.size(dir))).collect();
        (directories, self.blocks.iter().map(|block| take(block.len())).collect())
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let (directories, blocks) = self.places();
        let mut out = b"II".to_vec();
        out.extend(self.magic);
        out.extend((directories[0] as u32).to_le_bytes());
        out.extend(&self.behind_header);
        for (dir, &start) in self.directories.iter().zip(&directories) {
            out.extend(dir_bytes(dir, start, &directories, &blocks, &self.blocks));
        }
        for (block, &start) in self.blocks.iter().zip(&blocks) {
            out.resize(start, 0);
            out.extend(block);
        }
        out
    }
}

fn dir_bytes(dir: &Dir, start: usize, directories: &[usize], places: &[usize], blocks: &[Vec<u8>]) -> Vec<u8> {
    let mut rows = dir.rows.clone();
    rows.sort_by_key(|row| row.0);
    let mut table = (rows.len() as u16).to_le_bytes().to_vec();
    let mut values = Vec::new();
    let behind = start + 6 + rows.len() * 12;
    let longs = |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    for (tag, value) in &rows {
        let (format, count, data) = match value {
            Value::Text(text) => (2u16, text.len() + 1, [text.as_bytes(), &[0]].concat()),
            Value::Short(n) => (3, n.len(), n.iter().flat_map(|n| n.to_le_bytes()).collect()),
            Value::Long(n) => (4, n.len(), longs(n)),
            Value::Bytes(bytes) => (7, bytes.len(), bytes.clone()),
            Value::Place(block) => (4, 1, longs(&[places[*block] as u32])),
            Value::Held(block) => (7, blocks[*block].len(), longs(&[places[*block] as u32])),
            Value::At(at, len) => (7, *len, longs(&[*at as u32])),
            Value::Directories(n) => {
                let at: Vec<u32> = n.iter().map(|&n| directories[n] as u32).collect();
                (4, n.len(), longs(&at))
            }
        };
        table.extend(tag.to_le_bytes());
        table.extend(format.to_le_bytes());
        table.extend((count as u32).to_le_bytes());
        if data.len() <= 4 {
            table.extend(&data);
            table.resize(table.len() + 4 - data.len(), 0);
        } else {
            table.extend(((behind + values.len()) as u32).to_le_bytes());
            values.extend(&data);
            values.resize(values.len().next_multiple_of(2), 0);
        }
    }
    table.extend((dir.next.map_or(0, |next| directories[next]) as u32).to_le_bytes());
    table.extend(values);
    table
}
