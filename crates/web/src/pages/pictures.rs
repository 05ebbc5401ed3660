//! Pictures of assets, by asset id alone: small, large, with every pixel; and the albums that a server has an asset in.
//!
//! What goes out is an image or a video by the engine's word, never by the asset's; a page of ours or of others inside it would not
//! run, since the policy of every answer forbids it. Absent on purpose: paths and keys.

use std::sync::OnceLock;

use axum::{
    Extension, Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use lightproof_engine::pictures::{LARGEST_PART, Size, Subject};
use lightproof_model::asset::AssetId;
use maud::html;

use crate::{app::Shared, door::Session, failure::Failure, guard, layout::Page, wording};

/// Their addresses.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/pictures/{asset}/thumbnail", get(thumbnail))
        .route("/pictures/{asset}/large", get(large))
        .route("/pictures/{asset}/full", get(full))
        .route("/pictures/{asset}/albums", get(albums))
}

async fn thumbnail(State(app): State<Shared>, Path(asset): Path<String>) -> Result<Response, Failure> {
    drawn(&app, asset, Size::Thumbnail).await
}

async fn large(State(app): State<Shared>, Path(asset): Path<String>) -> Result<Response, Failure> {
    drawn(&app, asset, Size::Large).await
}

/// The original itself where browsers show it, in parts as they ask for them; a drawing of it elsewhere.
async fn full(State(app): State<Shared>, Path(asset): Path<String>, headers: HeaderMap) -> Result<Response, Failure> {
    let subject = subject(&app, asset.clone()).await?;
    match app.fetch(subject.clone(), |pictures, subject| Ok(pictures.original(subject).ok())).await? {
        Some(original) => {
            let range = Range::read(guard::text(&headers, header::RANGE), original.bytes);
            let Some((from, length)) = range.bounds(original.bytes) else {
                let all = format!("bytes */{}", original.bytes);
                return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, all)]).into_response());
            };
            let body = parts(&app, subject, from, length);
            let mut response = (picture_headers(original.mime), body).into_response();
            let headers = response.headers_mut();
            headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
            headers.insert(header::CONTENT_LENGTH, length.into());
            if let Range::Part { .. } = range {
                let which = format!("bytes {from}-{}/{}", from + length.saturating_sub(1), original.bytes);
                headers.extend(which.parse().ok().map(|value| (header::CONTENT_RANGE, value)));
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            }
            Ok(response)
        }
        None => drawn(&app, asset, Size::Full).await,
    }
}

async fn drawn(app: &Shared, asset: String, size: Size) -> Result<Response, Failure> {
    let subject = subject(app, asset).await?;
    let picture = app
        .fetch(subject, move |pictures, subject| {
            pictures.picture(subject, size).map_err(|none| Failure::NoPicture(none.to_string()))
        })
        .await?;
    Ok((picture_headers(picture.mime), picture.bytes).into_response())
}

async fn subject(app: &Shared, asset: String) -> Result<Subject, Failure> {
    app.ask(move |review| review.looking().subject(&AssetId::new(asset))?.ok_or(Failure::NotFound)).await
}

/// The address of a picture, by the word of its size. What a browser keeps under it is of this start of the pages alone: while they
/// are served nothing is surveyed, so an id stands for the same bytes.
pub fn picture(id: &impl std::fmt::Display, size: &str) -> String {
    static START: OnceLock<String> = OnceLock::new();
    let start = START.get_or_init(|| {
        let mut bytes = [0; 8];
        // Without chance, time tells one start from another.
        if getrandom::fill(&mut bytes).is_err() {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64);
            bytes = now.to_be_bytes();
        }
        lightproof_model::digest::to_hex(&bytes)
    });
    format!("/pictures/{id}/{size}?start={start}")
}

/// An asset's content may change with the next survey, and its id stays; [`picture`] tells one start from another.
fn picture_headers(mime: &'static str) -> [(header::HeaderName, &'static str); 3] {
    [(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, "private, max-age=3600"), (header::CONTENT_DISPOSITION, "inline")]
}

async fn albums(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(asset): Path<String>,
) -> Result<Response, Failure> {
    let subject = subject(&app, asset).await?;
    let names = app
        .fetch(subject, |pictures, subject| pictures.albums_of(subject).map_err(|none| Failure::NoPicture(none.to_string())))
        .await?;
    let told = html! {
        div #told {
            @if names.is_empty() { "in no album" } @else { @for (at, name) in names.iter().enumerate() { @if at > 0 { ", " } (wording::plain(name)) } }
        }
    };
    Ok(Page::new("Albums", "/groups", told).framed(&session))
}

/// Which part of an original a browser asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    All,
    Part { from: u64, to: u64 },
    None,
}

impl Range {
    /// Reads `bytes=from-to` (RFC 9110 §14). What is not understood, several ranges too, is answered with all.
    fn read(header: Option<&str>, bytes: u64) -> Range {
        let Some((from, to)) = header.and_then(|h| h.strip_prefix("bytes=")).and_then(|h| h.split_once('-')) else {
            return Range::All;
        };
        let last = bytes.saturating_sub(1);
        match (from.trim().parse::<u64>(), to.trim()) {
            (Ok(from), _) if from >= bytes => Range::None,
            (Ok(from), "") => Range::Part { from, to: last },
            (Ok(from), to) => match to.parse::<u64>() {
                Ok(to) if to >= from => Range::Part { from, to: to.min(last) },
                _ => Range::All,
            },
            (Err(_), to) if from.trim().is_empty() => match to.parse::<u64>() {
                Ok(0) => Range::None,
                Ok(length) if bytes > 0 => Range::Part { from: bytes.saturating_sub(length), to: last },
                _ => Range::All,
            },
            _ => Range::All,
        }
    }

    /// From where on, and how many bytes.
    fn bounds(self, bytes: u64) -> Option<(u64, u64)> {
        match self {
            Range::All => Some((0, bytes)),
            Range::Part { from, to } => Some((from, to - from + 1)),
            Range::None => None,
        }
    }
}

/// The bytes of an original, fetched part by part as the browser takes them.
fn parts(app: &Shared, subject: Subject, from: u64, length: u64) -> Body {
    let state = (app.clone(), subject, from, length);
    let stream = futures_util::stream::try_unfold(state, async |(app, subject, from, left)| {
        if left == 0 {
            return Ok(None);
        }
        let wanted = left.min(LARGEST_PART);
        let part = app
            .fetch(subject.clone(), move |pictures, subject| {
                pictures.part(subject, from, wanted).map_err(|none| Failure::NoPicture(none.to_string()))
            })
            .await;
        match part {
            Ok(part) if !part.is_empty() => {
                let read = part.len() as u64;
                Ok(Some((part, (app, subject, from + read, left.saturating_sub(read)))))
            }
            // It changed or went away under way: the browser must not take what came for the whole.
            _ => Err(std::io::Error::other("the original is no longer what it was")),
        }
    });
    Body::from_stream(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_that_browsers_ask_for() {
        for (header, range) in [
            (None, Range::All),
            (Some("bytes=0-"), Range::Part { from: 0, to: 99 }),
            (Some("bytes=10-19"), Range::Part { from: 10, to: 19 }),
            (Some("bytes=90-1000"), Range::Part { from: 90, to: 99 }),
            (Some("bytes=-5"), Range::Part { from: 95, to: 99 }),
            (Some("bytes=-500"), Range::Part { from: 0, to: 99 }),
            (Some("bytes=100-"), Range::None),
            (Some("bytes=-0"), Range::None),
            (Some("bytes=20-10"), Range::All),
            (Some("bytes=0-1,5-6"), Range::All),
            (Some("lines=0-1"), Range::All),
            (Some("bytes=x-y"), Range::All),
            (Some("bytes=18446744073709551615-"), Range::None),
        ] {
            assert_eq!(Range::read(header, 100), range, "{header:?}");
        }
        assert_eq!(Range::read(Some("bytes=-5"), 0), Range::All);
        assert_eq!(Range::Part { from: 10, to: 19 }.bounds(100), Some((10, 10)));
    }
}
