//! What of a status a person should look at, most pressing first.

use super::shapes::{Attention, KeyState, OwnerStatus, Status, StorageStatus, Supported};

/// A disk with less than a twentieth free is nearly full.
const NEARLY_FULL: u64 = 20;

/// A clock that is further off makes "changed since" unreliable.
const CLOCK_SECONDS: i64 = 60;

pub(super) fn all(status: &Status) -> Vec<Attention> {
    let mut found = Vec::new();
    let mut tell = |kind, message: String| found.push(Attention { kind, message });
    if let Some(trouble) = &status.trouble {
        tell(trouble.kind, trouble.message.clone());
    }
    match status.support {
        Some(Supported::TooOld) => tell("server-too-old", "this version is too old to be read: update Immich".to_owned()),
        Some(Supported::Newer) => {
            tell(
                "server-newer",
                "this version is newer than this lightproof knows; it is read as far as it is understood".to_owned(),
            );
        }
        Some(Supported::Known) | None => {}
    }
    if status.maintenance == Some(true) {
        tell("server-in-maintenance", "it is in maintenance mode and cannot be surveyed".to_owned());
    }
    status.owners.iter().for_each(|owner| of_owner(owner, &mut tell));
    if let Some(StorageStatus { bytes, free, .. }) = status.storage.filter(|s| s.bytes > 0 && s.free < s.bytes / NEARLY_FULL) {
        tell("disk-nearly-full", format!("only {:.1} % of the server's disk are free", free as f64 * 100.0 / bytes as f64));
    }
    for queue in status.queues.iter().flatten() {
        if queue.failed > 0 {
            tell("jobs-failed", format!("failed jobs in the queue {}: {}", queue.name, queue.failed));
        }
        if queue.is_paused {
            tell("queue-paused", format!("the queue {} is paused", queue.name));
        }
    }
    let unknown: Vec<&str> = status.users.iter().filter(|u| u.owner.is_none()).map(|u| u.name.as_str()).collect();
    if !unknown.is_empty() {
        tell("users-without-key", format!("no key is known of {}: a survey leaves their assets out", unknown.join(", ")));
    }
    if let Some(ahead) = status.clock_ahead_seconds.filter(|ahead| ahead.abs() > CLOCK_SECONDS) {
        let direction = if ahead > 0 { "ahead of" } else { "behind" };
        tell("clock-off", format!("the server's clock is {} {direction} this machine's", duration(ahead.unsigned_abs())));
    }
    if !status.is_encrypted {
        let told = "http is not encrypted: keys and photographs can be overheard on the way. Fine at home or inside a VPN only";
        tell("not-encrypted", told.to_owned());
    }
    found
}

fn of_owner(status: &OwnerStatus, tell: &mut impl FnMut(&'static str, String)) {
    let owner = &status.owner;
    match (status.key, &status.trouble) {
        (KeyState::Missing, _) => tell(
            "key-missing",
            format!(
                "no key of {owner} is known: a survey of this server is refused until it is given, or {owner} taken out of `owners` in the settings"
            ),
        ),
        (KeyState::Unreadable, Some(trouble)) => tell(
            trouble.kind,
            format!(
                "the key of {owner} cannot be read, and a survey of this server is refused until it can: {}",
                trouble.message
            ),
        ),
        (KeyState::Refused, Some(trouble)) => {
            tell(trouble.kind, format!("the key of {owner} does not work: {}", trouble.message))
        }
        (_, Some(trouble)) => tell(trouble.kind, format!("the key of {owner} could not be tried: {}", trouble.message)),
        (_, None) => {}
    }
    if let Some(permissions) = &status.permissions {
        if !permissions.missing.is_empty() {
            tell("key-lacks", format!("the key of {owner} lacks what a survey needs: {}", permissions.missing.join(", ")));
        }
        if !permissions.dangerous.is_empty() {
            tell("key-may-too-much", format!("the key of {owner} may more than it should: {}", permissions.dangerous.join(", ")));
        }
    }
    // Told once for each pair.
    for other in status.same_user_as.iter().filter(|other| *other > owner) {
        tell(
            "same-user",
            format!("the keys of {owner} and {other} are of the same user: these assets would be surveyed once only"),
        );
    }
    if let (Some(used), Some(quota)) = (status.quota_used, status.quota.filter(|quota| *quota > 0))
        && quota.saturating_sub(used) < quota / NEARLY_FULL
    {
        tell("quota-nearly-reached", format!("{owner} has used {:.0} % of the quota", used as f64 * 100.0 / quota as f64));
    }
}

fn duration(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
