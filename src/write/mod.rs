//! Plans to files.
