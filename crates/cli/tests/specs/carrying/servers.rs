//! On a server: archive and album, nothing else, and back.
