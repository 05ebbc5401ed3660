//! However a spreadsheet saves the file, it is read back as it was filled in; what is no such file is refused with what to do.

use std::fs;

use super::{Desk, Sheet, sums};

/// How a spreadsheet may write a table.
struct Dialect {
    separator: char,
    end: &'static str,
    quoted: Quoted,
    head: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Quoted {
    All,
    /// Whatever is not blank and no number, as LibreOffice does with "quote all text cells".
    Texts,
    Needed,
    None,
}

impl Dialect {
    const USUAL: Dialect = Dialect { separator: ',', end: "\r\n", quoted: Quoted::Needed, head: "" };

    fn write(&self, sheet: &Sheet) -> String {
        let cell = |text: &str| {
            let needs = text.contains([self.separator, '"', '\r', '\n']);
            match self.quoted {
                Quoted::None => text.replace([self.separator, '"', '\r', '\n'], " "),
                Quoted::Needed if !needs => text.to_owned(),
                Quoted::Texts if text.is_empty() || text.parse::<f64>().is_ok() => text.to_owned(),
                _ => format!("\"{}\"", text.replace('"', "\"\"")),
            }
        };
        let line = |cells: Vec<String>| cells.join(&self.separator.to_string()) + self.end;
        let mut text = self.head.to_owned() + &line(sheet.table.columns.iter().map(|name| cell(name)).collect());
        for row in &sheet.table.rows {
            text.push_str(&line(sheet.table.columns.iter().map(|column| cell(&row[column])).collect()));
        }
        text
    }
}

fn wide(text: &str, order: impl Fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(order).collect()
}

/// The same table with its columns in another order, and others between them.
fn rearranged(sheet: &Sheet) -> Sheet {
    let mut sheet = sheet.clone();
    sheet.table.columns.reverse();
    sheet.table.columns.insert(1, "path".to_owned());
    sheet
}

/// Every way in which the file may come back.
fn dialects(sheet: &Sheet) -> Vec<(&'static str, Vec<u8>)> {
    let usual = Dialect::USUAL.write(sheet);
    let with = |dialect: Dialect| dialect.write(sheet).into_bytes();
    let reordered = rearranged(sheet);
    let mut beside = sheet.clone();
    beside.table.columns.retain(|column| !["path", "owner", "distance", "ground"].contains(&column.as_str()));
    // Where a test cuts and joins lines itself, none may lie within a cell.
    let plain = Dialect { quoted: Quoted::None, ..Dialect::USUAL }.write(sheet);
    let lines: Vec<&str> = plain.lines().collect();
    let filtered: Vec<&str> = lines.iter().enumerate().filter(|(at, l)| *at == 0 || !l.ends_with(',')).map(|(_, l)| *l).collect();
    vec![
        ("as written", usual.clone().into_bytes()),
        ("UTF-8 with a mark", format!("\u{feff}{usual}").into_bytes()),
        ("semicolons, as Excel in most of Europe", with(Dialect { separator: ';', ..Dialect::USUAL })),
        ("tabs", with(Dialect { separator: '\t', ..Dialect::USUAL })),
        ("a separator named before the header", with(Dialect { separator: ';', head: "sep=;\r\n", ..Dialect::USUAL })),
        ("a separator named, with a mark", with(Dialect { separator: '\t', head: "\u{feff}sep=\t\r\n", ..Dialect::USUAL })),
        ("a separator named in quotes", with(Dialect { separator: ';', head: "\"sep=;\"\n", ..Dialect::USUAL })),
        ("LF", with(Dialect { end: "\n", ..Dialect::USUAL })),
        ("CR, as older Macs", with(Dialect { end: "\r", ..Dialect::USUAL })),
        ("all cells quoted", with(Dialect { quoted: Quoted::All, ..Dialect::USUAL })),
        ("LibreOffice, UTF-8", with(Dialect { end: "\n", quoted: Quoted::Texts, ..Dialect::USUAL })),
        ("LibreOffice, Windows-1252", with(Dialect { separator: ';', end: "\n", quoted: Quoted::Texts, ..Dialect::USUAL })),
        (
            "LibreOffice, Unicode",
            wide(&Dialect { separator: '\t', end: "\n", ..Dialect::USUAL }.write(sheet), u16::to_le_bytes, true),
        ),
        ("no cell quoted", with(Dialect { separator: '\t', quoted: Quoted::None, ..Dialect::USUAL })),
        ("Unicode text of Excel", wide(&Dialect { separator: '\t', ..Dialect::USUAL }.write(sheet), u16::to_le_bytes, true)),
        ("UTF-16, the other half first", wide(&usual, u16::to_be_bytes, true)),
        ("UTF-16 without a mark", wide(&usual, u16::to_le_bytes, false)),
        ("columns in another order, one of them twice", Dialect::USUAL.write(&reordered).into_bytes()),
        ("columns taken out", Dialect::USUAL.write(&beside).into_bytes()),
        ("the header in capitals", [lines[0].to_uppercase().as_str(), "\r\n", &lines[1..].join("\r\n")].concat().into_bytes()),
        ("empty columns at the end", plain.replace("\r\n", ",,,\r\n").into_bytes()),
        ("empty rows at the end", format!("{usual},,,,,\r\n\r\n,,,,,,,,,,,,,,,,,,\r\n").into_bytes()),
        ("empty rows between", plain.replace("\r\n", "\r\n\r\n").into_bytes()),
        ("without the last line's end", usual.trim_end().as_bytes().to_vec()),
        ("only the filled rows", filtered.join("\r\n").into_bytes()),
        ("blanks around every cell", plain.replace(',', " ,\u{a0} ").into_bytes()),
        (
            "an older encoding in the paths",
            usual.bytes().flat_map(|b| if b == b'/' { vec![b'/', 0xfc] } else { vec![b] }).collect(),
        ),
        ("apostrophes before decisions", usual.replace(",keep\r", ",'keep\r").into_bytes()),
        ("decisions in capitals", usual.replace(",keep\r", ",KEEP \r").into_bytes()),
    ]
}

#[test]
fn a_filled_in_file_is_read_back_however_a_spreadsheet_saves_it() {
    let desk = Desk::new();
    let groups =
        desk.groups().say("one.jpg", "keep").say("copies/one.jpg", "quarantine").set("two.jpg", "ground", "a \"b\";\r\nc,\td");
    let review = desk.review().say("d50.jpg", "fix 2019-05-06T07:08:09").say("copies/d50.jpg", "fix 2019-05-06 07:08:09");
    for (sheet, about) in [(&groups, "group"), (&review, "anomaly")] {
        for (name, bytes) in dialects(sheet) {
            let file = desk.file("saved.csv", &bytes);
            let told = desk.house.json(["decide", "--reviewer", "Ann", "--dry-run", "--from", file.to_str().unwrap()]);
            assert_eq!(
                (sums(&told)[0], sums(&told)[2]),
                (2, 0),
                "{about}, {name}: {told:#}\n{}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }
    let _ = desk.decide(&[&groups, &review], &[]).went_well();
    let said = desk.decisions(&["--about", "anomaly"]);
    assert_eq!(said, ["copies/d50.jpg fix 2019-05-06T07:08:09 holds", "d50.jpg fix 2019-05-06T07:08:09 holds"]);
}

#[test]
fn lines_are_those_that_an_editor_shows() {
    let desk = Desk::new();
    let sheet = desk.groups().set("one.jpg", "ground", "three\r\nlines\r\nlong").say("two.jpg", "nonsense");
    for (end, text) in [("\r\n", 0), ("\n", 1), ("\r", 2)].map(|(end, _)| (end, Dialect { end, ..Dialect::USUAL }.write(&sheet)))
    {
        let text = if end == "\r" { text.replace("\r\n", "\r") } else { text };
        let file = desk.file("saved.csv", format!("sep=,{end}{text}"));
        let ran = desk.house.run(["decide", "--json", "--reviewer", "Ann", "--from", file.to_str().unwrap()]);
        let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let line = super::reasons(&told)[0].0;
        let unified = fs::read_to_string(&file).unwrap().replace("\r\n", "\n").replace('\r', "\n");
        assert!(unified.lines().nth(line as usize - 1).unwrap().contains("nonsense"), "{end:?} {line}\n{unified}");
    }
}

#[test]
fn what_is_no_filled_in_file_is_refused_with_what_to_do() {
    let desk = Desk::new();
    let usual = String::from_utf8(desk.groups().bytes()).unwrap();
    let manifest = fs::read(desk.house.proofs().join("manifest.csv")).unwrap();
    for (bytes, message, hint) in [
        (&b""[..], "it is empty", "duplicate_groups.csv"),
        (b"\xef\xbb\xbf\r\n\r\n", "it is empty", "duplicate_groups.csv"),
        (b"PK\x03\x04....", "it is a workbook", "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is a workbook", "save the sheet as CSV"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not", "CSV"),
        (b"a,b,c\n1,2,3\n", "does not name source, asset_id, seen, decision", "keep its first line"),
        (&manifest, "does not name seen, decision", "keep its first line"),
        (usual.replace("seen,", "").as_bytes(), "does not name seen", "keep its first line"),
        (usual.replace("basis", "Decision").as_bytes(), "two columns named decision", "take one of them out"),
        (format!("{usual}\"cut o").as_bytes(), "is not closed before the end", "save it once more"),
        (usual.replace("same-bytes", "\"same-bytes").as_bytes(), "neither closed nor doubled", "save it once more"),
        (usual.replace("same-bytes", "\0").as_bytes(), "bytes that no text has", "save the sheet as CSV"),
        ([usual.as_bytes(), &vec![b'x'; 5_000_000]].concat().as_slice(), "longer than 4 MB", "save it once more"),
    ] {
        let file = desk.file("saved.csv", bytes);
        let ran = desk.house.run(["decide", "--reviewer", "Ann", "--from", file.to_str().unwrap()]);
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]);
        assert_eq!(ran.code, Some(3), "{text}\n{ran:?}");
        assert!(ran.stderr.contains(message) && ran.stderr.contains("saved.csv"), "{message}\n{text}\n{}", ran.stderr);
        assert!(ran.stderr.split("hint:").nth(1).is_some_and(|told| told.contains(hint)), "{hint}\n{}", ran.stderr);
    }
    let ran = desk.house.run(["decide", "--reviewer", "Ann", "--from", "nowhere.csv"]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
}

#[test]
fn a_row_whose_cells_are_shifted_is_refused_even_if_its_decision_looks_blank() {
    let desk = Desk::new();
    let sheet = desk.groups().say("one.jpg", "keep").say("copies/one.jpg", "quarantine");
    let shifted = String::from_utf8(sheet.bytes()).unwrap().replace("copies/one.jpg", "copies,one.jpg");
    let file = desk.file("saved.csv", shifted);
    let ran = desk.house.run(["decide", "--reviewer", "Ann", "--from", file.to_str().unwrap()]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stdout.contains("more cells than the first line has columns"), "{}", ran.stdout);
}
