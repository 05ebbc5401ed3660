//! How a running fake's world is changed by a test.

use std::time::Duration;

use super::{
    dates::DateJob,
    fake::FakeImmich,
    id::Id,
    mischief::{Misbehaviour, When},
    moment::Moment,
    original::Original,
    row::{Row, Visibility},
};

/// How it changes. Each change sets `updatedAt` to the server's clock, which goes on a little each time.
impl FakeImmich {
    fn change(&self, asset: Id, change: impl FnOnce(&mut Row, Moment)) {
        self.world_mut().change(asset, change);
    }

    /// Moves an asset to the trash.
    pub fn trash(&self, asset: Id) {
        self.change(asset, |row, now| row.trashed = Some(now));
    }

    /// Brings an asset back from the trash.
    pub fn restore(&self, asset: Id) {
        self.change(asset, |row, _| row.trashed = None);
    }

    /// Removes an asset for good. No answer tells of it, then or later.
    pub fn remove(&self, asset: Id) {
        self.world_mut().remove(asset);
    }

    /// Puts other bytes in the place of an asset's.
    pub fn replace(&self, asset: Id, original: impl Into<Original>) {
        let original = original.into();
        self.change(asset, |row, now| (row.original, row.modified) = (original, now));
    }

    /// Puts another thumbnail in the place of an asset's, or none.
    pub fn set_thumbnail(&self, asset: Id, bytes: Option<Vec<u8>>) {
        self.change(asset, |row, _| row.thumbnail = bytes.map(Into::into));
    }

    /// Moves an asset's file, as the storage template does.
    pub fn move_to(&self, asset: Id, path: &str) {
        self.change(asset, |row, _| path.clone_into(&mut row.path));
    }

    /// Sets where an asset shows.
    pub fn set_visibility(&self, asset: Id, visibility: Visibility) {
        self.change(asset, |row, _| row.visibility = visibility);
    }

    /// Archives an asset.
    pub fn archive(&self, asset: Id) {
        self.set_visibility(asset, Visibility::Archive);
    }

    /// Locks an asset: no key reaches it any more.
    pub fn lock(&self, asset: Id) {
        self.set_visibility(asset, Visibility::Locked);
    }

    /// The file of an asset is gone, or back.
    pub fn set_offline(&self, asset: Id, offline: bool) {
        self.change(asset, |row, now| (row.offline, row.trashed) = (offline, offline.then_some(now)));
    }

    /// Sets `fileCreatedAt` (and `localDateTime`) of an asset.
    pub fn redate(&self, asset: Id, taken: impl Into<Moment>) {
        let taken = taken.into();
        self.change(asset, |row, _| (row.taken, row.local) = (taken, taken));
    }

    /// How the job does that takes dates over, from now on; it has been there after two looks, unless said otherwise.
    pub fn dates(&self, job: DateJob) {
        self.world_mut().date_job = job;
    }

    /// A queue stands still, or goes on. Of `sidecar`, dates are not taken over.
    pub fn pause(&self, queue: &str, on: bool) {
        let mut world = self.world_mut();
        world.paused.retain(|paused| paused != queue);
        world.paused.extend(on.then(|| queue.to_owned()));
    }

    /// What an asset shows: the wall clock as if it were UTC.
    #[must_use]
    pub fn shown_date(&self, asset: Id) -> Option<Moment> {
        self.world().rows.get(&asset).map(|row| row.local)
    }

    /// Changes nothing of an asset but its `updatedAt`, as many jobs of the server do.
    pub fn touch(&self, asset: Id) {
        self.change(asset, |_, _| {});
    }

    /// The server's clock.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.world().clock
    }

    /// Sets the server's clock. It stands still but for a little step at each change.
    pub fn set_clock(&self, to: impl Into<Moment>) {
        self.world_mut().clock = to.into();
    }

    /// Sets the server's clock on.
    pub fn advance(&self, by: Duration) {
        let mut world = self.world_mut();
        world.clock = world.clock.later(i64::try_from(by.as_micros()).unwrap_or(i64::MAX));
    }

    /// Maintenance mode begins, or ends.
    pub fn maintenance(&self, on: bool) {
        self.world_mut().maintenance = on;
    }

    /// How calls are refused in maintenance mode: 503, unless said otherwise. A server whose maintenance worker does not know the call at all
    /// answers 404, `Cannot GET …`.
    pub fn maintenance_answers(&self, status: u16) {
        self.world_mut().maintenance_status = status;
    }

    /// Maintenance mode begins after so many more requests.
    pub fn maintenance_after(&self, requests: u64) {
        self.misbehave("*", When::Nth(requests + 1), Misbehaviour::BeginsMaintenance);
    }
}
