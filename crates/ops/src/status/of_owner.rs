//! The status of one owner: the key, the user behind it, and how many assets there are.

use lightproof_sources::immich::{api::Api, error::ImmichError, key::ApiKey, listed::Visibility};

use super::{
    ask::Asker,
    shapes::{Counted, Counts, KeyState, OwnerStatus, Trouble},
};
use crate::whose::{Whose, whose};

pub(super) fn status(asker: &mut Asker, owner: &str, key: Result<Option<&ApiKey>, &Trouble>) -> OwnerStatus {
    let mut status = OwnerStatus {
        owner: owner.to_owned(),
        key: KeyState::Missing,
        trouble: None,
        key_name: None,
        user_id: None,
        user_name: None,
        is_admin: None,
        permissions: None,
        counts: None,
        quota_used: None,
        quota: None,
        same_user_as: Vec::new(),
    };
    let key = match key {
        Ok(key) => key,
        Err(trouble) => {
            status.key = KeyState::Unreadable;
            status.trouble = Some(trouble.clone());
            asker.unseen_because(format!("the assets of {owner}"), trouble.message.clone());
            return status;
        }
    };
    let Some(key) = key else {
        asker.unseen_because(format!("the assets of {owner}"), "no key is known");
        return status;
    };
    if let Some(why) = asker.ended().map(str::to_owned) {
        status.key = KeyState::NotTried;
        asker.unseen_because(format!("the assets of {owner}"), why);
        return status;
    }
    let api = asker.api(key);
    match whose(&api) {
        Ok(whose) => works(asker, &mut status, api, whose),
        Err(error) => {
            asker.note(&error);
            let refused = matches!(error, ImmichError::BadKey { .. } | ImmichError::Forbidden { .. });
            status.key = if refused { KeyState::Refused } else { KeyState::NotTried };
            status.trouble = Some(Trouble::of(&error));
            asker.unseen_because(format!("the assets of {owner}"), error.to_string());
        }
    }
    status
}

fn works(asker: &mut Asker, status: &mut OwnerStatus, api: Api, whose: Whose) {
    let owner = status.owner.clone();
    status.key = KeyState::Works;
    status.key_name = whose.key_name;
    status.is_admin = Some(whose.user.is_admin);
    status.quota = whose.user.quota_size_in_bytes;
    status.quota_used = whose.user.quota_usage_in_bytes;
    status.user_id = Some(whose.user.id);
    status.user_name = Some(whose.user.name);
    status.permissions = whose.judgement;
    if status.permissions.is_none() {
        asker.unseen_because(format!("what the key of {owner} may do"), "the server does not tell");
    }
    match counts(&api) {
        Ok(counts) => status.counts = Some(counts),
        Err(ImmichError::Forbidden { .. }) => {
            asker.unseen_because(format!("how many assets {owner} has"), format!("the key of {owner} may not asset.statistics"));
        }
        Err(error) => {
            asker.note(&error);
            asker.unseen_because(format!("how many assets {owner} has"), error.to_string());
        }
    }
    asker.works(&owner, api, whose.user.is_admin);
}

fn counts(api: &Api) -> Result<Counts, ImmichError> {
    let mut counts = Counts::default();
    for visibility in Visibility::ALL {
        let there = api.asset_counts(visibility, false)?;
        let there = Counted { images: there.images, videos: there.videos };
        match visibility {
            Visibility::Timeline => counts.timeline = there,
            Visibility::Archive => counts.archive = there,
            Visibility::Hidden => counts.hidden = there,
        }
        let trashed = api.asset_counts(visibility, true)?;
        counts.trashed.images = counts.trashed.images.saturating_add(trashed.images);
        counts.trashed.videos = counts.trashed.videos.saturating_add(trashed.videos);
    }
    Ok(counts)
}

/// Tells of each owner whose keys are of the same user.
pub(super) fn same_users(owners: &mut [OwnerStatus]) {
    let users: Vec<(String, Option<String>)> = owners.iter().map(|o| (o.owner.clone(), o.user_id.clone())).collect();
    for owner in owners.iter_mut().filter(|owner| owner.user_id.is_some()) {
        let same = users.iter().filter(|(name, user)| *name != owner.owner && *user == owner.user_id);
        owner.same_user_as = same.map(|(name, _)| name.clone()).collect();
    }
}
