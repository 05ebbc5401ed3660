//! What the fake tells of users, keys, albums and assets.

use serde_json::json;

use super::{
    answer::{Answer, Refusal},
    routes::Ask,
    row::{Kind, Row, Visibility},
    search::Search,
    shapes::{self, AssetShape, Depth, Told as As},
    world::{UserId, World},
};

type Told = Result<Answer, Refusal>;

pub(super) fn nothing(_: &World, _: &Ask) -> Told {
    Ok(Answer::json(200, &json!([])))
}

pub(super) fn me(world: &World, ask: &Ask) -> Told {
    Ok(Answer::json(200, &shapes::full(world.user(ask.user()), world)))
}

/// Newest first.
pub(super) fn users(world: &World, _: &Ask) -> Told {
    Ok(Answer::json(200, &world.users.iter().rev().map(shapes::other).collect::<Vec<_>>()))
}

pub(super) fn admin_users(world: &World, _: &Ask) -> Told {
    Ok(Answer::json(200, &world.users.iter().rev().map(|user| shapes::full(user, world)).collect::<Vec<_>>()))
}

fn asked_user(world: &World, ask: &Ask) -> Result<UserId, Refusal> {
    let id = ask.id("id")?;
    world.users.iter().find(|user| user.id == id).map(|user| user.id).ok_or_else(|| Refusal::new(400, "User not found"))
}

pub(super) fn admin_user(world: &World, ask: &Ask) -> Told {
    let id = asked_user(world, ask)?;
    Ok(Answer::json(200, &shapes::full(world.user(id), world)))
}

pub(super) fn admin_user_statistics(world: &World, ask: &Ask) -> Told {
    counted(world, ask, asked_user(world, ask)?)
}

pub(super) fn key(world: &World, ask: &Ask) -> Told {
    let key = ask.key.as_ref().expect("this call needs a key");
    let mut permissions = key.permissions.clone();
    if world.version.is_3() && !key.may("all") {
        permissions.push("aPermission.ofALaterVersion".to_owned());
    }
    Ok(Answer::json(
        200,
        &json!({
            "id": key.id, "name": key.name, "createdAt": key.created.json(), "updatedAt": key.created.json(),
            "permissions": permissions,
        }),
    ))
}

pub(super) fn partners(world: &World, ask: &Ask) -> Told {
    let me = ask.user();
    let with = match ask.query("direction") {
        Some("shared-with") => true,
        Some("shared-by") => false,
        _ => {
            return Err(Refusal::invalid(vec![
                "direction must be one of the following values: shared-by, shared-with".to_owned(),
            ]));
        }
    };
    let told = world.partners.iter().filter_map(|p| match with {
        true => (p.shared_with == me).then_some((p.shared_by, p.in_timeline)),
        false => (p.shared_by == me).then_some((p.shared_with, p.in_timeline)),
    });
    let told = told.map(|(id, in_timeline)| {
        let mut user = shapes::owner(world.user(id));
        user["inTimeline"] = json!(in_timeline);
        user
    });
    Ok(Answer::json(200, &told.collect::<Vec<_>>()))
}

/// Owned ones and those shared with the user; `shared=true` only what is shared in either way, `shared=false` only own unshared ones.
pub(super) fn albums(world: &World, ask: &Ask) -> Told {
    let me = ask.user();
    let holding = match ask.query("assetId") {
        Some(text) => Some(text.parse().map_err(|_| Refusal::not_an_id("assetId"))?),
        None => None,
    };
    let told = world.albums.iter().rev().filter(|album| match (holding, ask.query("shared")) {
        (Some(asset), _) => album.is_seen_by(me) && album.assets.contains(&asset),
        (None, Some("true")) => album.is_seen_by(me) && !album.shared_with.is_empty(),
        (None, Some("false")) => album.owner == me && album.shared_with.is_empty(),
        (None, _) if world.version.is_3() => album.is_seen_by(me),
        (None, _) => album.owner == me,
    });
    let told = told.map(|album| shapes::album(album, Depth::Listed, me, world));
    Ok(Answer::json(200, &told.collect::<Vec<_>>()))
}

pub(super) fn album(world: &World, ask: &Ask) -> Told {
    let album = world.album(ask.id("id")?).filter(|album| album.is_seen_by(ask.user()));
    let album = album.ok_or_else(|| Refusal::no_access("album.read"))?;
    let depth = Depth::Alone { with_assets: ask.query("withoutAssets") != Some("true") };
    Ok(Answer::json(200, &shapes::album(album, depth, ask.user(), world)))
}

pub(super) fn stacks(world: &World, ask: &Ask) -> Told {
    let own = world.stacks.iter().filter(|stack| stack.owner == ask.user());
    Ok(Answer::json(200, &own.map(|stack| shapes::stack_with_assets(stack, world)).collect::<Vec<_>>()))
}

pub(super) fn asset(world: &World, ask: &Ask) -> Told {
    let row = ask.readable(world, "asset.read")?;
    Ok(Answer::json(200, &AssetShape { row, told: As::Alone, asking: ask.user(), world }))
}

pub(super) fn search(world: &World, ask: &Ask) -> Told {
    let search = Search::read(&ask.json()?, world)?;
    Ok(Answer::json(200, &search.page(world, ask.user(), ask.nonce)))
}

pub(super) fn search_statistics(world: &World, ask: &Ask) -> Told {
    let mut body = ask.json()?;
    if let Some(fields) = body.as_object_mut() {
        // This call does not know them: the trash and the rest stay as they are, whatever is asked for.
        for unknown in ["withDeleted", "withExif", "size", "page", "originalFileName", "originalPath", "checksum", "id"] {
            fields.remove(unknown);
        }
    }
    Ok(Answer::json(200, &json!({ "total": Search::read(&body, world)?.count(world, ask.user()) })))
}

pub(super) fn asset_statistics(world: &World, ask: &Ask) -> Told {
    if ask.query("visibility") == Some("locked") {
        return Err(Refusal::new(401, "Elevated permission is required"));
    }
    counted(world, ask, ask.user())
}

/// Without a visibility: timeline and archive.
fn counted(world: &World, ask: &Ask, user: UserId) -> Told {
    let visibility = match ask.query("visibility") {
        None => None,
        Some(word) => match Visibility::ALL.into_iter().find(|v| v.word() == word) {
            Some(visibility) => Some(visibility),
            None => {
                let known = "visibility must be one of the following values: archive, timeline, hidden, locked";
                return Err(Refusal::invalid(vec![known.to_owned()]));
            }
        },
    };
    let trashed = ask.query("isTrashed") == Some("true");
    let favourite = ask.query("isFavorite").map(|said| said == "true");
    let seen = |row: &Row| match visibility {
        Some(visibility) => row.visibility == visibility,
        None => matches!(row.visibility, Visibility::Timeline | Visibility::Archive),
    };
    let counted = world.rows.values().filter(|row| {
        row.owner == user && seen(row) && row.trashed.is_some() == trashed && favourite.is_none_or(|said| row.favourite == said)
    });
    let [mut images, mut videos, mut total] = [0; 3];
    for row in counted {
        total += 1;
        images += u32::from(row.kind == Kind::Image);
        videos += u32::from(row.kind == Kind::Video);
    }
    Ok(Answer::json(200, &json!({ "images": images, "videos": videos, "total": total })))
}
