//! What looking at videos tells.
