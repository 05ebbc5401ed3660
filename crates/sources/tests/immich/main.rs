//! An Immich server as a source, against a server that behaves like one.

mod dates;
mod hands;
mod listing;
mod meanwhile;
mod mounted;
mod remote;
mod source;
mod worlds;
