//! Status: how a server does, as far as the keys that are known let one see.
//!
//! Works with any keys, and with none. What could not be seen is told with its reason, so that silence never looks like health. Asks
//! only; printing is a face's.

mod ask;
mod attention;
mod of_owner;
mod shapes;

use std::{
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use lightproof_sources::immich::{
    api::Api,
    error::ImmichError,
    http::Line,
    key::ApiKey,
    version::{Support, Version},
    wire::{self, ServerConfig},
};

pub use shapes::{
    Attention, Counted, Counts, KeyState, LibraryStatus, OwnerStatus, QueueStatus, Status, StorageStatus, Supported, Totals,
    Trouble, Unseen, UserStatus, VersionSince,
};

use ask::Asker;

/// Asks a server how it does, with the keys of its owners, or why a key cannot be read.
#[must_use]
pub fn status(line: &Arc<Line>, keys: &[(String, Result<Option<ApiKey>, Trouble>)]) -> Status {
    let server = line.server();
    let mut status = Status { server: server.name.clone(), url: server.url.to_string(), ..Status::default() };
    status.is_encrypted = !server.url.is_plain();
    let open = Api::open(Arc::clone(line));
    let begun = Instant::now();
    match open.ping() {
        Ok(()) => status.answered_in_ms = Some(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)),
        Err(error @ (ImmichError::Unreachable { .. } | ImmichError::TooSlow { .. } | ImmichError::Untrusted { .. })) => {
            status.trouble = Some(Trouble::of(&error));
        }
        // In maintenance mode nothing but version and configuration answers.
        Err(_) => {}
    }
    if status.trouble.is_none() {
        match open.version() {
            Ok(version) => of_version(&mut status, &open, version),
            Err(error) => status.trouble = Some(Trouble::of(&error)),
        }
    }
    let readable = status.trouble.is_none() && status.support != Some(Supported::TooOld) && status.maintenance != Some(true);
    let mut asker = Asker::new(line, keys, readable);
    status.owners =
        keys.iter().map(|(owner, key)| of_owner::status(&mut asker, owner, key.as_ref().map(Option::as_ref))).collect();
    of_owner::same_users(&mut status.owners);
    if readable {
        of_server(&mut status, &mut asker);
    }
    if status.owners.iter().any(|owner| owner.key == KeyState::Works) {
        asker.unseen_because("locked assets", "Immich shows them to no API key");
    }
    status.unseen.extend(asker.unseen());
    status.attention = attention::all(&status);
    status
}

/// What a server tells anyone.
fn of_version(status: &mut Status, open: &Api, version: Version) {
    status.version = Some(version.to_string());
    status.support = Some(match version.support() {
        Support::TooOld => Supported::TooOld,
        Support::Known => Supported::Known,
        Support::Newer => Supported::Newer,
    });
    let unseen = |what: &str, error: ImmichError| Unseen { what: what.to_owned(), why: error.to_string() };
    match open.config() {
        Ok(ServerConfig { maintenance_mode, is_initialized, trash_days }) => {
            (status.maintenance, status.has_users, status.trash_days) =
                (Some(maintenance_mode), Some(is_initialized), trash_days);
        }
        Err(error) => status.unseen.push(unseen("whether it is in maintenance mode", error)),
    }
    match open.version_history() {
        Ok(rows) => {
            let since = |row: wire::VersionRow| VersionSince { version: row.version, since: row.created_at };
            status.history = rows.into_iter().map(since).collect();
            status.history.sort_by(|a, b| b.since.cmp(&a.since));
        }
        // Answered in maintenance mode by some versions only; that mode is told already.
        Err(_) if status.maintenance == Some(true) => {}
        Err(error) => status.unseen.push(unseen("since when it has this version", error)),
    }
    status.clock = open.line().server_time();
    status.clock_ahead_seconds = status.clock.as_deref().and_then(ahead);
}

/// By how many seconds the server's clock is ahead of ours.
fn ahead(clock: &str) -> Option<i64> {
    let theirs: jiff::Timestamp = clock.parse().ok()?;
    let ours = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    Some(theirs.as_second() - i64::try_from(ours).ok()?)
}

/// What a server tells of itself to a key.
fn of_server(status: &mut Status, asker: &mut Asker) {
    if let Some(about) = asker.any("the programs that the server uses", "server.about", Api::about) {
        let named = [("exiftool", about.exiftool), ("ffmpeg", about.ffmpeg), ("libvips", about.libvips)];
        status.programs = named.into_iter().filter_map(|(name, version)| Some((name, version?))).collect();
    }
    status.storage = asker.any("the server's disk", "server.storage", Api::storage).map(|storage| StorageStatus {
        bytes: storage.disk_size_raw,
        used: storage.disk_use_raw,
        free: storage.disk_available_raw,
    });
    let statistics = asker.admin("what all users have", "server.statistics", Api::server_statistics);
    let owner_of = |user: &str, owners: &[OwnerStatus]| {
        owners.iter().find(|owner| owner.user_id.as_deref() == Some(user)).map(|owner| owner.owner.clone())
    };
    if let Some(statistics) = statistics {
        status.totals = Some(Totals { photos: statistics.photos, videos: statistics.videos, bytes: statistics.usage });
        status.users = statistics.usage_by_user.into_iter().map(|usage| of_user(usage, &status.owners, owner_of)).collect();
    }
    // Names alone, where the server lets its users know of each other.
    if status.users.is_empty() {
        for user in asker.any("other users", "user.read", Api::users).into_iter().flatten() {
            let owner = owner_of(&user.id, &status.owners);
            status.users.push(UserStatus { owner, id: user.id, name: user.name, ..UserStatus::default() });
        }
    }
    status.queues = asker.admin("queues", "queue.read", Api::queues).map(|queues| queues.into_iter().map(of_queue).collect());
    let libraries = asker.admin("external libraries", "library.read", Api::libraries);
    status.libraries = libraries.map(|all| {
        let of = |library: wire::Library| LibraryStatus {
            owner: owner_of(&library.owner_id, &status.owners),
            name: library.name,
            assets: library.asset_count,
            folders: library.import_paths,
        };
        all.into_iter().map(of).collect()
    });
}

fn of_user(
    usage: wire::UserUsage,
    owners: &[OwnerStatus],
    owner_of: impl Fn(&str, &[OwnerStatus]) -> Option<String>,
) -> UserStatus {
    UserStatus {
        owner: owner_of(&usage.user_id, owners),
        id: usage.user_id,
        name: usage.user_name,
        photos: Some(usage.photos),
        videos: Some(usage.videos),
        bytes: Some(usage.usage),
        quota: usage.quota_size_in_bytes,
    }
}

fn of_queue(queue: wire::Queue) -> QueueStatus {
    let jobs = queue.statistics;
    QueueStatus {
        name: queue.name,
        is_paused: queue.is_paused,
        active: jobs.active,
        // Jobs that stand still with their queue wait too.
        waiting: jobs.waiting.saturating_add(jobs.delayed).saturating_add(jobs.paused),
        failed: jobs.failed,
    }
}
