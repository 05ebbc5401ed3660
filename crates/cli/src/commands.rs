//! One file per command, or per family of commands that print alike.

pub mod approve;
mod at_terminal;
pub mod config;
pub mod decide;
pub mod decisions;
pub mod demo;
pub mod execute;
pub mod explain;
pub mod immich;
pub mod journal;
pub mod plan;
pub mod review;
pub mod shell;
pub mod stages;
pub mod survey;
