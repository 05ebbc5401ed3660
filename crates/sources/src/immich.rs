//! An Immich server as a source: one [`source::ImmichSource`] for each owner whose key is known.
//!
//! Speaks HTTP to the server's own interface, versions 2.4 to 3.x. A source reads only; [`hands`] make the few changes that can be undone. The key
//! goes into one header of requests to the server that was named, and nowhere else: not to another host, not into messages.
//! Absent on purpose: where keys are kept (`ops`), and remembering listings (`ledger`).

mod answer;
pub mod api;
pub mod catalogue;
pub mod error;
pub mod hands;
pub mod http;
pub mod key;
pub mod listed;
pub mod listing;
pub mod mounted;
pub mod names;
pub mod original;
mod part;
mod reply;
pub mod server;
pub mod source;
mod tls;
mod transport;
pub mod version;
pub mod wire;
