//! A fake Immich server, for tests: faithful where it matters to a client that lists and reads, and able to misbehave.
//!
//! It listens on a port of its own on the loopback and keeps its world in memory. What it answers follows what a 2.4.1 server was seen to
//! answer, traps included: a search tells the timeline alone unless asked otherwise, `total` is the length of the page, equal timestamps come
//! in another order each time, a range outside of the file is a 500, a foreign asset is a 400. From version 3.0 on, it has the shapes of 3.x.
//!
//! Calls that change what can be put back (visibility, favourite, albums, dates) work. Any other call that would change something is answered
//! with 500 and remembered: [`FakeImmich::violations`].
//!
//! ```
//! use lightproof_testkit::immich::{FakeImmich, Misbehaviour, NewAsset, Original, When};
//!
//! let fake = FakeImmich::new().version(2, 4, 1);
//! let alice = fake.user("Alice");
//! let key = fake.key(alice, &["asset.read", "asset.download"]);
//! let head = b"\xFF\xD8 the first bytes of a photograph".as_slice();
//! let beach = fake.add(NewAsset::of(alice, Original::filled(head, 3_000_000)).named("beach.jpg").taken("2024-07-14T08:21:33Z"));
//! fake.misbehave("GET /api/assets/*/original", When::First(2), Misbehaviour::Fails(502));
//! // … a client reads from fake.url() with the key …
//! fake.archive(beach);
//! assert_eq!(fake.violations(), [] as [String; 0]);
//! # let _ = key;
//! ```
//!
//! Absent on purpose: the web pages, sessions and cookies, uploads, tags and faces, jobs that do anything but take dates over, the structured search of 3.2.

mod answer;
mod changing;
pub mod contract;
mod dates;
mod fake;
mod id;
mod line;
mod media;
mod mischief;
mod moment;
mod new_asset;
mod original;
mod out;
mod reads;
mod record;
mod routes;
mod row;
mod search;
mod server;
mod server_facts;
mod shapes;
pub mod thumbnail;
mod tls;
mod trap;
mod user;
mod world;
mod writes;

pub use dates::DateJob;
pub use fake::FakeImmich;
pub use id::Id;
pub use mischief::{Misbehaviour, When};
pub use moment::Moment;
pub use new_asset::NewAsset;
pub use original::Original;
pub use record::{Request, Traffic};
pub use row::{Extracted, Kind, Visibility};
pub use trap::Trap;
pub use user::NewUser;
