//! What all requests share.

use std::sync::Arc;

use crate::{door::Door, guard::hosts::Hosts};

/// What all requests share.
pub struct App {
    /// Who may come in.
    pub door: Arc<Door>,
    /// Which hosts a request may name.
    pub hosts: Hosts,
}

/// The same for all handlers.
pub type Shared = Arc<App>;
