//! Why no token was had.
