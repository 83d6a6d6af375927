//! What is wrong with the settings: every problem with its line, all at once.

use std::{fmt, io, path::PathBuf};

/// Why a run does not start: the settings cannot be read, or are wrong.
#[derive(Debug, thiserror::Error)]
pub enum ConfigStop {
    /// The file is missing or cannot be read.
    #[error("{}: the settings cannot be read: {cause}\n  hint: check the path given to --config, and who may read the file", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file is no text in UTF-8.
    #[error("{}, line {line}: the settings are not UTF-8\n  hint: save the file as UTF-8 in your editor", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// 1-based line of the first byte that is not.
        line: usize,
    },
    /// The file is read, but says things it may not.
    #[error("{}", listed(problems))]
    Wrong {
        /// Each with its line, in the order of lines.
        problems: Vec<Problem>,
        /// What could be read all the same: the tables that it names may have problems of their own.
        config: Box<super::Config>,
    },
}

/// One thing that is wrong in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file; for a setting of the command line, that.
    pub path: PathBuf,
    /// 1-based line; 0 on the command line.
    pub line: usize,
    /// What is wrong, with the value in backticks.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if self.line > 0 {
            write!(f, ", line {}", self.line)?;
        }
        write!(f, ": {}", self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}

fn listed(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}
