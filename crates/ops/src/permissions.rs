//! Permissions: what a key must be allowed to do, and what it should not be.
//!
//! Immich's words, which grow from version to version: one that is unknown here and does not merely read counts as more than needed.

use serde::Serialize;

/// What a survey needs, for each owner.
pub const TO_SURVEY: [&str; 6] = ["asset.read", "asset.view", "asset.download", "asset.statistics", "album.read", "user.read"];

/// What carrying out decisions will need besides: archiving, and membership of one album.
pub const TO_CARRY_OUT: [&str; 4] = ["asset.update", "album.create", "albumAsset.create", "albumAsset.delete"];

/// What `immich status` shows more with, on an administrator's key.
pub const TO_SEE_HEALTH: [&str; 5] = ["server.about", "server.storage", "server.statistics", "queue.read", "library.read"];

/// What a key may do, measured by what it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// What a survey needs and the key may not do.
    pub missing: Vec<String>,
    /// What carrying out decisions will need and the key may not do.
    pub missing_to_carry_out: Vec<String>,
    /// What can take photographs, users or settings away, or open what is closed.
    pub dangerous: Vec<String>,
    /// What else is not needed.
    pub not_needed: Vec<String>,
}

impl Judgement {
    /// Judges a key by the permissions that Immich tells of it.
    #[must_use]
    pub fn of(permissions: &[String]) -> Judgement {
        let may = |wanted: &str| permissions.iter().any(|p| p == wanted || p == "all");
        let lacking = |wanted: &[&str]| wanted.iter().filter(|w| !may(w)).map(|&w| w.to_owned()).collect();
        let mut judgement =
            Judgement { missing: lacking(&TO_SURVEY), missing_to_carry_out: lacking(&TO_CARRY_OUT), ..Judgement::default() };
        for permission in permissions {
            if is_dangerous(permission) {
                judgement.dangerous.push(permission.clone());
            } else if !is_needed(permission) && !only_reads(permission) {
                judgement.not_needed.push(permission.clone());
            }
        }
        judgement
    }
}

fn is_needed(permission: &str) -> bool {
    [&TO_SURVEY[..], &TO_CARRY_OUT, &TO_SEE_HEALTH].concat().contains(&permission)
}

/// What can take photographs, users or settings away, or open what is closed.
fn is_dangerous(permission: &str) -> bool {
    // Some have three parts (`asset.edit.delete`).
    let of = permission.split('.').next().unwrap_or_default();
    let verb = permission.rsplit('.').next().unwrap_or_default();
    match (of, verb) {
        ("all" | "maintenance" | "adminAuth" | "pinCode" | "auth" | "backup", _) => true,
        ("asset", "replace") => true,
        // Settings hold passwords of mail and log-in servers.
        ("systemConfig" | "adminConfig", _) => true,
        ("adminUser" | "systemMetadata" | "library" | "apiKey" | "user", "create" | "update" | "rotate") => true,
        // Taking an asset out of an album leaves the asset where it is.
        ("albumAsset", "delete") => false,
        (_, "delete") => true,
        _ => false,
    }
}

fn only_reads(permission: &str) -> bool {
    let verb = permission.rsplit('.').next().unwrap_or_default();
    matches!(verb, "read" | "view" | "statistics" | "about" | "storage" | "versionCheck" | "apkLinks" | "search" | "download")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(permissions: &[&str]) -> Judgement {
        Judgement::of(&permissions.iter().map(|&p| p.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_key_with_what_a_survey_needs_is_as_it_should_be() {
        let judgement = of(&TO_SURVEY);
        assert!(judgement.missing.is_empty() && judgement.dangerous.is_empty() && judgement.not_needed.is_empty());
        assert_eq!(judgement.missing_to_carry_out, TO_CARRY_OUT);
        let all: Vec<&str> = [&TO_SURVEY[..], &TO_CARRY_OUT, &TO_SEE_HEALTH].concat();
        assert_eq!(of(&all), Judgement::default());
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(of(&["asset.read", "album.read", "user.read", "asset.view"]).missing, ["asset.download", "asset.statistics"]);
        assert_eq!(of(&[]).missing, TO_SURVEY);
    }

    #[test]
    fn what_can_take_something_away_is_named_apart_from_what_is_only_not_needed() {
        let judgement = of(&["all"]);
        assert_eq!((judgement.missing.len(), judgement.missing_to_carry_out.len()), (0, 0));
        assert_eq!(judgement.dangerous, ["all"]);
        for permission in [
            "asset.delete",
            "duplicate.delete",
            "asset.replace",
            "stack.delete",
            "album.delete",
            "person.delete",
            "library.delete",
            "library.update",
            "adminUser.create",
            "adminUser.update",
            "systemConfig.update",
            "systemConfig.read",
            "maintenance",
            "adminAuth.unlinkAll",
            "apiKey.create",
            "backup.download",
            "asset.edit.delete",
            "assetFile.delete",
        ] {
            assert_eq!(of(&[permission]).dangerous, [permission]);
        }
        for permission in ["asset.upload", "tag.create", "stack.update", "job.create", "sharedLink.create", "something.new"] {
            assert_eq!(of(&[permission]).not_needed, [permission]);
        }
        for permission in
            ["albumAsset.delete", "tag.read", "stack.read", "partner.read", "server.versionCheck", "timeline.download"]
        {
            let judgement = of(&[permission]);
            assert!(judgement.dangerous.is_empty() && judgement.not_needed.is_empty(), "{permission}");
        }
    }
}
