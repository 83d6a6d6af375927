//! Writes `samples/exports` anew from `samples/sources`: `cargo run --example make_samples`.
//!
//! In: the manifest and its sheets, all UTF-8 CSV that a person can read and edit. Out: the exports as their programs write
//! them, in workbooks, legacy encodings and odd dialects. Refuses a letter that an encoding does not have. The same sources
//! give the same exports (see `tests/samples.rs`), so a change to the samples shows as a change of text.

use std::{error::Error, fs, io::Write, path::Path};

mod build;

fn main() -> Result<(), Box<dyn Error>> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let exports = build::exports(&samples)?;
    for (path, bytes) in &exports {
        let path = samples.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, bytes)?;
    }
    writeln!(std::io::stdout(), "{} exports written", exports.len())?;
    Ok(())
}
