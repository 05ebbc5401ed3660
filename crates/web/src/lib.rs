//! The local pages: a person looks at the evidence in a browser, and decides.
//!
//! A face: it reads a request, asks the engine, and draws a page. Async stays in here. Every page works without JavaScript.
//! Absent on purpose: rules, SQL, paths of assets in any address, and requests to any other host.

mod app;
mod door;
mod failure;
mod fields;
mod files;
mod filter;
mod guard;
mod layout;
mod pages;
mod routes;
mod serve;
mod wording;

pub use door::{Links, Password, WeakPassword};
pub use serve::{Serving, Told, WebError, serve};
