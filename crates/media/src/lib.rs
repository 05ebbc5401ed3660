//! Bytes in, facts out: EXIF, digest of the image data, perceptual fingerprint, integrity.
//!
//! Promises never to panic, whatever the bytes are, and to need no more memory than its limits say.
//! The one other program that it starts, where it is installed, is `ffmpeg` (`video`), and that gets bytes, never a name.
//! Absent on purpose: folders, servers, and any notion of a path beyond a name that tells a sidecar.

pub mod claimed;
pub mod dated;
pub mod facts;
pub mod inside;
pub mod isobmff;
pub mod picture;
pub mod preview;
pub mod showing;
pub mod sniff;
pub mod video;
