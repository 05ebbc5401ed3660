//! From a row of a search to [`Listed`], or why the row cannot be understood.

use super::super::{
    listed::{Listed, RemoteId, Visibility},
    wire::Asset,
};

/// What became of one row.
#[derive(Debug, PartialEq)]
pub(in super::super) enum Row {
    /// An asset of the owner.
    Own(Listed),
    /// Somebody else's: a partner's who shows in the owner's timeline.
    Partners,
    /// A row that cannot be understood.
    Odd {
        /// The id as it was given.
        id: String,
        /// What is odd about it.
        why: &'static str,
    },
}

/// Reads a row. A word for visibility that is unknown here counts as the one that was asked for.
pub(in super::super) fn read(asset: Asset, user: RemoteId, asked: Visibility) -> Row {
    let odd = |why| Row::Odd { id: asset.id.clone(), why };
    let Some(id) = RemoteId::parse(&asset.id) else { return odd("its id is none") };
    match RemoteId::parse(&asset.owner_id) {
        Some(owner) if owner == user => {}
        Some(_) => return Row::Partners,
        None => return odd("its owner's id is none"),
    }
    let Some(checksum) = checksum(&asset.checksum) else { return odd("its checksum is no SHA-1") };
    if asset.original_path.is_empty() || asset.original_path.contains('\0') {
        return odd("its path is none");
    }
    let id_of = |text: &Option<String>| text.as_deref().map(RemoteId::parse);
    let (library, live_video) = (id_of(&asset.library_id), id_of(&asset.live_photo_video_id));
    // Whether the checksum is one of content hangs on the library.
    let Some(library) = library.map_or(Some(None), |id| id.map(Some)) else { return odd("its library's id is none") };
    Row::Own(Listed {
        id,
        name: asset.original_file_name,
        bytes: asset.exif_info.and_then(|exif| exif.file_size_in_byte),
        checksum,
        library,
        live_video: live_video.flatten(),
        visibility: asset.visibility.as_deref().and_then(Visibility::from_word).unwrap_or(asked),
        trashed: asset.is_trashed,
        offline: asset.is_offline,
        favourite: asset.is_favorite,
        modified: asset.file_modified_at,
        updated: asset.updated_at,
        path: asset.original_path,
    })
}

/// 20 bytes in base64, as RFC 4648 has it, padded.
fn checksum(text: &str) -> Option<[u8; 20]> {
    let digits = text.strip_suffix('=')?;
    if digits.len() != 27 {
        return None;
    }
    let (mut bytes, mut at) = ([0; 20], 0);
    let (mut held, mut bits) = (0u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(value)) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            *bytes.get_mut(at)? = (held >> bits) as u8;
            at += 1;
        }
    }
    (at == 20).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "1ef2f821-757f-485a-a460-db43ba6c8ac3";

    fn asset() -> Asset {
        serde_json::from_str(&format!(
            r#"{{"id":"0141288d-ff02-4162-93f7-3b259d7617c7","ownerId":"{USER}","type":"IMAGE","originalPath":"/data/a.jpg",
            "originalFileName":"a.jpg","fileCreatedAt":"2020-05-05T12:00:00.000Z","fileModifiedAt":"2020-05-05T12:00:00.000Z",
            "updatedAt":"2026-11-22T12:25:57.325Z","checksum":"2jmj7l5rSw0yVb/vlWAYkK/YBwk=","visibility":"timeline"}}"#
        ))
        .unwrap()
    }

    fn read_as(change: impl FnOnce(&mut Asset)) -> Row {
        let mut asset = asset();
        change(&mut asset);
        read(asset, RemoteId::parse(USER).unwrap(), Visibility::Archive)
    }

    #[test]
    fn a_checksum_is_the_sha1_of_the_bytes() {
        let Row::Own(listed) = read_as(|_| ()) else { panic!("it is the owner's") };
        let hex: String = listed.checksum.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!((listed.bytes, listed.visibility, listed.sha1()), (None, Visibility::Timeline, Some(listed.checksum)));
    }

    #[test]
    fn a_row_that_cannot_be_understood_is_told_with_its_id() {
        type Change = fn(&mut Asset);
        let odd: [(Change, &str); 8] = [
            (|a| a.id = "x".to_owned(), "its id is none"),
            (|a| a.owner_id.clear(), "its owner's id is none"),
            (|a| a.checksum.clear(), "its checksum is no SHA-1"),
            (|a| a.checksum = "=".to_owned(), "its checksum is no SHA-1"),
            (|a| a.checksum = format!("{}=", "ä".repeat(14)), "its checksum is no SHA-1"),
            (|a| a.original_path.clear(), "its path is none"),
            (|a| a.original_path = "a\0b".to_owned(), "its path is none"),
            (|a| a.library_id = Some("x".to_owned()), "its library's id is none"),
        ];
        for (change, expected) in odd {
            let Row::Odd { why, .. } = read_as(change) else { panic!("{expected}") };
            assert_eq!(why, expected);
        }
    }

    #[test]
    fn a_partners_row_and_an_unknown_word_are_no_errors() {
        assert_eq!(read_as(|a| a.owner_id = "5802da5a-35cb-496b-ab46-da27932cf43b".to_owned()), Row::Partners);
        let Row::Own(listed) = read_as(|a| a.visibility = Some("shelved".to_owned())) else { panic!("it is the owner's") };
        assert_eq!(listed.visibility, Visibility::Archive);
    }
}
