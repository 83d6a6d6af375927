//! The templates of letters.
//!
//! In: the built-in templates, one a language, and those of the folder that `[letters] templates` names, which take their place or
//! add a language. Out: subjects and texts. The first line that a template writes is `Subject: ...`, the rest is Markdown. Data is written so
//! that it is text whatever it holds: never a heading, a link or a tag. Refuses a template that does not parse or that uses what
//! a letter does not have, before anything is read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, syntax::SyntaxConfig,
    value::Serde,
};

use super::Letter;

const BUILT_IN: [(&str, &str); 7] = [
    ("de", include_str!("templates/de.md")),
    ("en", include_str!("templates/en.md")),
    ("hu", include_str!("templates/hu.md")),
    ("pl", include_str!("templates/pl.md")),
    ("ru", include_str!("templates/ru.md")),
    ("sv", include_str!("templates/sv.md")),
    ("tr", include_str!("templates/tr.md")),
];

/// The templates of all languages.
pub(crate) struct Templates {
    environment: Environment<'static>,
    languages: BTreeSet<String>,
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Templates")
            .field("languages", &self.languages)
            .finish_non_exhaustive()
    }
}

/// A letter's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) subject: String,
    /// Markdown.
    pub(super) text: String,
}

impl Templates {
    /// The built-in ones and those of a folder.
    ///
    /// # Errors
    /// Every template that cannot be used, with its file and a hint.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Templates, Vec<String>> {
        let mut sources: BTreeMap<String, (String, String)> = BUILT_IN
            .iter()
            .map(|(language, text)| ((*language).to_owned(), (format!("{language}.md"), (*text).to_owned())))
            .collect();
        let mut problems = Vec::new();
        if let Some(folder) = folder {
            match of_folder(folder) {
                Ok(own) => sources.extend(own),
                Err(own) => problems.extend(own),
            }
        }
        let mut templates = Templates {
            environment: environment(),
            languages: BTreeSet::new(),
        };
        for (language, (file, text)) in sources {
            match templates.add(&language, &text) {
                Ok(()) => drop(templates.languages.insert(language)),
                Err(problem) => problems.push(format!("{file}: {problem}")),
            }
        }
        match problems.is_empty() {
            true => Ok(templates),
            false => Err(problems),
        }
    }

    /// The languages that have a template.
    pub(super) fn languages(&self) -> &BTreeSet<String> {
        &self.languages
    }

    /// Takes a template, after it has written letters in which everything stands, and nothing.
    fn add(&mut self, language: &str, text: &str) -> Result<(), String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let told = |error: Error| {
            let line = error.line().map_or_else(String::new, |line| format!("line {line}: "));
            let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            format!("{line}{detail}\n  hint: compare it with a built-in template, see the README")
        };
        self.environment
            .add_template_owned(language.to_owned(), text)
            .map_err(told)?;
        for sample in Letter::samples() {
            self.write(language, &sample).map_err(told)?;
        }
        Ok(())
    }

    /// Writes a letter in a language.
    pub(super) fn write(&self, language: &str, letter: &Letter) -> Result<Written, Error> {
        let whole = self
            .environment
            .get_template(language)?
            .render(Value::from(Serde(letter)))?;
        let (subject, text) = whole.trim_start().split_once('\n').unwrap_or((&whole, ""));
        let Some(subject) = subject.strip_prefix("Subject: ") else {
            let message = "a letter begins with `Subject: ...`";
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        };
        Ok(Written {
            subject: unescaped(subject.trim()),
            text: tidied(text),
        })
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Lines that hold nothing but a tag leave nothing behind. The usual delimiters are never refused.
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(write_value);
    environment.add_filter("safe", |value: String| Value::from_safe_string(value));
    environment
}

/// A value as it may stand in Markdown.
fn write_value(out: &mut Output<'_>, _state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let written = match value.as_str() {
        Some(text) if !value.is_safe() => out.write_str(&escaped(text)),
        _ => write!(out, "{value}"),
    };
    written.map_err(|_| Error::new(ErrorKind::WriteFailure, "cannot write"))
}

/// A text whose every character stands for itself in Markdown, on one line.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '@' => {
                escaped.push('\\');
                escaped.push(character);
            }
            // What begins a list or an underlined heading at the start of a line.
            '-' | '+' | '=' | '#' if index == 0 => {
                escaped.push('\\');
                escaped.push(character);
            }
            // What may be the name of a character.
            '&' if text.contains(';') => escaped.push_str("\\&"),
            // What programs make a link of.
            ':' if text.contains("://") => escaped.push_str("\\:"),
            '.' if text.contains("www.") || is_number_before(text, index) => escaped.push_str("\\."),
            character if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}

/// The text that was escaped: a subject is no Markdown.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escapes = character == '\\' && characters.peek().is_some_and(char::is_ascii_punctuation);
        if let Some(next) = characters.next_if(|_| escapes) {
            plain.push(next);
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Whether nothing but digits stands before a place: `1.` at the start of a line begins a list.
fn is_number_before(text: &str, index: usize) -> bool {
    index > 0 && text.chars().take(index).all(|character| character.is_ascii_digit())
}

/// A text without blanks at the ends of lines, and never more than one empty line.
fn tidied(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut is_empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && is_empty {
            continue;
        }
        is_empty = line.is_empty();
        tidied.push_str(line);
        tidied.push('\n');
    }
    let end = tidied.trim_end().len();
    tidied.truncate(end);
    tidied.push('\n');
    tidied
}

/// The templates of a folder: file name and text by language.
fn of_folder(folder: &Path) -> Result<BTreeMap<String, (String, String)>, Vec<String>> {
    let cannot = |path: &Path, error: &dyn std::fmt::Display| {
        format!(
            "{}: cannot be read: {error}\n  hint: check `templates` in [letters] of the settings",
            path.display()
        )
    };
    let entries = fs::read_dir(folder).map_err(|error| vec![cannot(folder, &error)])?;
    let mut templates = BTreeMap::new();
    let mut problems = Vec::new();
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let language = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_language = matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_language {
            let hint = "call it by the language's code, such as `hu.md`";
            problems.push(format!("{}: its name is no language\n  hint: {hint}", path.display()));
            continue;
        }
        match fs::read_to_string(&path) {
            Ok(text) => drop(templates.insert(language, (path.display().to_string(), text))),
            Err(error) => problems.push(cannot(&path, &error)),
        }
    }
    match problems.is_empty() {
        true => Ok(templates),
        false => Err(problems),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_never_a_heading_a_link_or_a_tag() {
        for (text, shown) in [
            ("# Contoso", "\\# Contoso"),
            ("[x](https://evil.example)", "\\[x\\](https\\://evil.example)"),
            ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
            ("a\nb\u{2028}c", "a b c"),
            ("- x", "\\- x"),
            ("C# & Co. AB", "C# & Co. AB"),
            ("&lt;b&gt;", "\\&lt;b\\&gt;"),
            ("1. x", "1\\. x"),
            ("www.evil.example", "www\\.evil\\.example"),
            ("a@evil.example", "a\\@evil.example"),
            ("Árvíztűrő Kft.", "Árvíztűrő Kft."),
        ] {
            assert_eq!(escaped(text), shown);
            let mut html = String::new();
            pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(&escaped(text)));
            assert!(html.starts_with("<p>") && html.matches('<').count() == 2, "{html}");
        }
    }

    #[test]
    fn a_folder_takes_the_place_of_built_in_templates_and_adds_languages() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("cs.md"),
            "Subject: Pro {{ customer.name }}\n\nDobrý den.\n",
        )
        .unwrap();
        fs::write(folder.path().join("notes.txt"), "not a template").unwrap();
        let templates = Templates::load(Some(folder.path())).unwrap();
        assert!(templates.languages().contains("cs") && templates.languages().contains("hu"));
        let [letter, _] = Letter::samples();
        let written = templates.write("cs", &letter).unwrap();
        assert_eq!(written.text, "Dobrý den.\n");
        assert!(written.subject.starts_with("Pro "));
    }

    #[test]
    fn templates_that_cannot_be_used_are_all_told() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("hu.md", "Subject: x\n\n{{ custommer.name }}\n"),
            ("pl.md", "Subject: x\n{% if %}\n"),
            ("tr.md", "no subject\n"),
            ("hungarian.md", "Subject: x\n"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let problems = Templates::load(Some(folder.path())).unwrap_err();
        assert_eq!(problems.len(), 1, "names first: {problems:?}");
        fs::remove_file(folder.path().join("hungarian.md")).unwrap();
        let problems = Templates::load(Some(folder.path())).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].contains("hu.md: line 3"), "{}", problems[0]);
        assert!(Templates::load(Some(Path::new("no such folder"))).is_err());
    }
}
