//! Showing: what a person sees of each format is upright, in its own colours, and what is left of it.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod damage;
mod made;
mod references;
mod seen;
mod videos;
