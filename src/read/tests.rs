//! Reading whole files.
