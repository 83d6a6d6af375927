//! Plans to files.
//!
//! In: a [`Plan`], the findings, what the run record says, where to write. Out: `plan.csv` and its companions beside it, all of
//! them or none: they are staged in the target's folder, flushed to the disk, and only then put in the place of last night's.
//! Refuses a target that is no regular file. Keeps two invariants: a failure leaves what was there as it was, and the same
//! arguments give the same bytes (but for `timing` in the run record). Prints nothing.

use std::{
    borrow::Cow,
    ffi::OsString,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{
    catalog::Proposal,
    compare::{Changes, Latest},
    config::OutputSettings,
    finding::Finding,
    plan::Plan,
    runs::{gathered, of_each_mut},
    saved::{Cells, ChangeColumn, Columns, FindingColumn, PlanColumn, Row, SavedPlan, SavedRecord, StepColumn},
};

mod calendar;
mod cell;
mod change_lines;
mod ending;
mod finding_lines;
mod folder;
mod keep;
mod letters;
mod lock;
mod metrics;
mod offer_lines;
mod page;
mod plan_lines;
mod reach;
mod record;
mod reports;
mod settling;
mod stage;
mod step_lines;
mod under_way;
mod view;
mod workbook;

#[cfg(test)]
pub(crate) mod fixtures;

pub use calendar::write_calendar;
pub use ending::write_ended;
pub use keep::Keep;
pub(crate) use letters::is_ours as is_letter;
pub use lock::Lock;
pub use metrics::{Metrics, may_hold_metrics, write_last_metrics, write_metrics};
pub use page::write_page;
pub use record::{ComparedRecord, RunRecord, SettingsRecord, StoppedRecord, Timing};
pub use reports::{Reports, report_findings, template_problems, write_reports};
pub use stage::WriteStop;
pub use under_way::abandon;
pub use view::View;
pub use workbook::write_workbook;

use cell::Line;
use stage::Stage;

/// Rows rendered by one worker at a time: what is made of a few such chunks is still near at hand when it is written.
const CHUNK: usize = 512;
/// Rows that are looked up together: they lie about in memory, and come sooner when they are asked for at once.
const AT_A_GLANCE: usize = 32;
/// Chunks that are rendered, for each thread, while as many are written.
const CHUNKS_AT_ONCE: usize = 8;

/// Endings by which programs tell formats that a plan is not in; any other ending is left to whoever chose it.
const OTHER_FORMATS: [&str; 22] = [
    "7z", "doc", "docx", "gz", "htm", "html", "json", "jsonl", "md", "numbers", "ods", "parquet", "pdf", "sqlite",
    "toml", "tsv", "xls", "xlsb", "xlsm", "xlsx", "xml", "zip",
];

/// Where a plan and its companions go, by the plan's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    folder: PathBuf,
    stem: OsString,
    plan: PathBuf,
}

impl Target {
    /// The names beside a plan's path: `out/plan.csv` has `out/plan.findings.csv` and so on.
    ///
    /// Fails where the path names no file, or by its ending another format than CSV.
    pub fn new(plan: &Path) -> Result<Target, WriteStop> {
        let stem = plan.file_stem().filter(|_| plan.file_name().is_some());
        let Some(stem) = stem else {
            return Err(WriteStop::NoFileName { path: plan.to_owned() });
        };
        let ending = plan.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if let Some(ending) = ending.filter(|ending| OTHER_FORMATS.contains(&ending.as_str())) {
            return Err(WriteStop::NotCsv {
                path: plan.to_owned(),
                ending,
            });
        }
        Ok(Target {
            folder: plan.parent().unwrap_or(Path::new("")).to_owned(),
            stem: stem.to_owned(),
            plan: plan.to_owned(),
        })
    }

    /// The plan.
    pub fn plan(&self) -> &Path {
        &self.plan
    }

    /// What to tell about the inputs and rules.
    pub fn findings(&self) -> PathBuf {
        self.beside("findings.csv")
    }

    /// What somebody does by a date.
    pub fn steps(&self) -> PathBuf {
        self.beside("steps.csv")
    }

    /// What changed since the plan before.
    pub fn changes(&self) -> PathBuf {
        self.beside("changes.csv")
    }

    /// The run record.
    pub fn run(&self) -> PathBuf {
        self.beside("run.json")
    }

    /// The plan as a page.
    pub fn html(&self) -> PathBuf {
        self.beside("html")
    }

    /// The plan as a workbook.
    pub fn xlsx(&self) -> PathBuf {
        self.beside("xlsx")
    }

    /// The steps as a calendar.
    pub fn ics(&self) -> PathBuf {
        self.beside("ics")
    }

    /// The folder of messages to customers.
    pub fn letters(&self) -> PathBuf {
        self.beside("letters")
    }

    /// The run record of a run that was stopped.
    pub fn stopped_run(&self) -> PathBuf {
        self.beside("stopped.run.json")
    }

    /// The findings of a run that was stopped.
    pub fn stopped_findings(&self) -> PathBuf {
        self.beside("stopped.findings.csv")
    }

    /// The plan of a run that a guard stopped.
    pub fn held(&self) -> PathBuf {
        self.beside("held.csv")
    }

    /// What a run locks as long as it is at work on the plan.
    pub fn lock_file(&self) -> PathBuf {
        lock::path_of(self)
    }

    /// Every file and folder of this name that a run may write: what must not be read as an export.
    pub fn all(&self) -> [PathBuf; 12] {
        [
            self.plan.clone(),
            self.findings(),
            self.steps(),
            self.changes(),
            self.run(),
            self.stopped_run(),
            self.stopped_findings(),
            self.held(),
            self.html(),
            self.xlsx(),
            self.ics(),
            self.letters(),
        ]
    }

    /// Removes the temporary files that a killed run left. The lock must be held.
    pub fn sweep(&self, _lock: &Lock) {
        stage::sweep(&self.folder, &self.all());
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.stem.clone();
        name.push(".");
        name.push(ending);
        self.folder.join(name)
    }
}

/// What is written beside the plan besides findings and steps.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// What changed; none: the plan was compared with none.
    pub changes: Option<&'a Changes>,
    /// Reports, and how the plan is seen in them.
    pub reports: Option<(&'a Reports, &'a View<'a>)>,
}

/// Writes the plan, the findings, the steps, the changes if anything was compared, the reports and the run record, which gets the
/// digests of the others. The plan takes its place after all that speaks of it, and the record last.
///
/// A failure leaves the files of the last run as they were. `findings` come in the order in which they are to stand. Changes of an
/// earlier run do not stay beside a plan that was compared with none. With `keep` the plan and its record are kept as a night of the
/// history as well; the answer is why that failed after all else was done.
pub fn write_all(
    target: &Target,
    settings: OutputSettings,
    plan: &Plan,
    findings: &[Finding],
    beside: Beside<'_>,
    record: &mut RunRecord,
    keep: Option<&Keep<'_>>,
) -> Result<Option<WriteStop>, WriteStop> {
    let mut stage = Stage::open(&target.folder)?;
    let digest = stage.add(&target.plan, |out| plan_lines(plan, settings, out))?;
    record.outputs.insert(name(&target.plan), digest);
    let digest = stage.add(&target.findings(), |out| finding_lines(findings, settings, out))?;
    record.outputs.insert(name(&target.findings()), digest);
    let digest = stage.add(&target.steps(), |out| step_lines(plan, settings, out))?;
    record.outputs.insert(name(&target.steps()), digest);
    if let Some(changes) = beside.changes {
        let digest = stage.add(&target.changes(), |out| change_lines(changes, settings, out))?;
        record.outputs.insert(name(&target.changes()), digest);
    }
    if let Some((reports, view)) = beside.reports.filter(|(reports, _)| reports.any()) {
        let saved = saved(plan, findings, record.saved());
        let digests = reports::add(reports, &saved, view, &mut stage)?;
        record.outputs.extend(digests);
    }
    stage.put_last(&target.plan);
    stage.add(&target.run(), |out| record::write(record, out))?;
    let night = keep.map(|keep| keep.stage(&stage, target)).transpose()?;
    stage.publish()?;
    stage::remove_stale(&[target.stopped_run(), target.stopped_findings(), target.held()]);
    if beside.changes.is_none() {
        stage::remove_stale(&[target.changes()]);
    }
    let Some((keep, night)) = keep.zip(night) else {
        return Ok(None);
    };
    match night.publish() {
        Ok(()) => {
            keep.forget_old();
            Ok(None)
        }
        Err(stop) => Ok(Some(stop)),
    }
}

/// Writes a plan that a guard holds back, and why, beside the last plan, which stays as it is.
pub fn write_held(
    target: &Target,
    settings: OutputSettings,
    plan: &Plan,
    findings: &[Finding],
    record: &StoppedRecord,
) -> Result<(), WriteStop> {
    let mut stage = Stage::open(&target.folder)?;
    stage.add(&target.held(), |out| plan_lines(plan, settings, out))?;
    stage.add(&target.stopped_findings(), |out| finding_lines(findings, settings, out))?;
    stage.add(&target.stopped_run(), |out| record::write(record, out))?;
    stage.publish()
}

/// Writes what a stopped run has to say beside the plan, which stays as it is.
pub fn write_stopped(
    target: &Target,
    settings: OutputSettings,
    findings: &[Finding],
    record: &StoppedRecord,
) -> Result<(), WriteStop> {
    let mut stage = Stage::open(&target.folder)?;
    stage.add(&target.stopped_findings(), |out| finding_lines(findings, settings, out))?;
    stage.add(&target.stopped_run(), |out| record::write(record, out))?;
    stage.publish()?;
    stage::remove_stale(&[target.held()]);
    Ok(())
}

/// Writes the plan alone, to anything.
pub fn write_plan(plan: &Plan, settings: OutputSettings, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    plan_lines(plan, settings, &mut out)?;
    out.flush()
}

/// Writes proposed rows of the offers table, to anything.
pub fn write_proposals(
    proposals: &[Proposal],
    settings: OutputSettings,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    lines(
        &offer_lines::COLUMNS,
        proposals,
        settings,
        &mut out,
        Some,
        offer_lines::fill,
    )?;
    out.flush()
}

/// Writes what changed, to anything.
pub fn write_changes(changes: &Changes, settings: OutputSettings, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    change_lines(changes, settings, &mut out)?;
    out.flush()
}

/// A plan just made in the form in which it is read back from files.
pub fn saved(plan: &Plan, findings: &[Finding], record: SavedRecord) -> SavedPlan {
    SavedPlan {
        record,
        rows: cells(&plan.rows, Some, plan_lines::fill),
        missing: Vec::new(),
        steps: cells(
            plan.step_refs.numbers(),
            |&number| plan.told_step(plan.step_refs.get(number)?),
            |step, line| step_lines::fill(&step, line),
        ),
        findings: cells(findings, Some, finding_lines::fill),
    }
}

/// The rows of a plan just made in the form in which they are read back, each when it is asked for.
pub struct PlanRows<'a>(pub &'a Plan);

impl Latest for PlanRows<'_> {
    fn count(&self) -> usize {
        self.0.rows.len()
    }

    fn id(&self, index: usize) -> Cow<'_, str> {
        let row = self.0.rows.get(index);
        row.map_or_else(String::new, |row| row.subscription.id.to_string())
            .into()
    }

    fn is_of(&self, index: usize, id: &str) -> bool {
        self.0.rows.get(index).is_some_and(|row| row.subscription.id.is(id))
    }

    fn cells(&self, index: usize, cells: &mut Cells) {
        match self.0.rows.get(index) {
            Some(row) => fill_cells(cells, row, plan_lines::fill),
            None => *cells = Cells::default(),
        }
    }
}

/// Items as rows of cells: what would be read back if their lines were written.
fn cells<'a, T: Sync, V, C: Columns + Send>(
    items: &'a [T],
    view: impl Fn(&'a T) -> Option<V> + Sync,
    fill: impl Fn(V, &mut Line<'_>) + Sync,
) -> Vec<Row<C>> {
    gathered(items.len(), |run| {
        let mut cells = Cells::default();
        let row = |item| {
            fill_cells(&mut cells, item, &fill);
            Row::of(&cells)
        };
        let items: &'a [T] = items.get(run).unwrap_or_default();
        items.iter().filter_map(&view).map(row).collect()
    })
}

/// Puts an item into cells.
fn fill_cells<V>(cells: &mut Cells, item: V, fill: impl Fn(V, &mut Line<'_>)) {
    let (buffer, ends) = cells.next();
    let mut line = Line::meant(buffer, ends);
    fill(item, &mut line);
    line.end();
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn plan_lines(plan: &Plan, settings: OutputSettings, out: &mut (dyn Write + Send)) -> io::Result<()> {
    lines_of(
        PlanColumn::HEADINGS,
        &plan.rows,
        settings,
        out,
        |rows, shown| {
            rows.iter().for_each(plan_lines::look_at);
            shown.extend(rows);
        },
        plan_lines::fill,
    )
}

fn step_lines(plan: &Plan, settings: OutputSettings, out: &mut (dyn Write + Send)) -> io::Result<()> {
    lines_of(
        StepColumn::HEADINGS,
        plan.step_refs.numbers(),
        settings,
        out,
        |numbers, told| plan.told_steps(numbers, told),
        |step, line| step_lines::fill(&step, line),
    )
}

fn finding_lines(findings: &[Finding], settings: OutputSettings, out: &mut (dyn Write + Send)) -> io::Result<()> {
    lines(
        FindingColumn::HEADINGS,
        findings,
        settings,
        out,
        Some,
        finding_lines::fill,
    )
}

fn change_lines(changes: &Changes, settings: OutputSettings, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let all: Vec<_> = changes.lines().collect();
    lines(
        ChangeColumn::HEADINGS,
        &all,
        settings,
        out,
        |line| Some(*line),
        change_lines::fill,
    )
}

/// Renders items on all threads, and writes them in their order. `view` gives what of an item is to be shown.
fn lines<'a, T: Sync, V>(
    columns: &[&str],
    items: &'a [T],
    settings: OutputSettings,
    out: &mut (dyn Write + Send),
    view: impl Fn(&'a T) -> Option<V> + Sync,
    fill: impl Fn(V, &mut Line<'_>) + Sync,
) -> io::Result<()> {
    let views = |items: &'a [T], shown: &mut Vec<V>| shown.extend(items.iter().filter_map(&view));
    lines_of(columns, items, settings, out, views, fill)
}

/// Renders items on all threads, a bounded number at a time, and writes them in their order. `views` adds what of a few items
/// is to be shown.
fn lines_of<'a, T: Sync, V>(
    columns: &[&str],
    items: &'a [T],
    settings: OutputSettings,
    out: &mut (dyn Write + Send),
    views: impl Fn(&'a [T], &mut Vec<V>) + Sync,
    fill: impl Fn(V, &mut Line<'_>) + Sync,
) -> io::Result<()> {
    let mut head = Vec::new();
    if settings.bom {
        head.extend_from_slice("\u{feff}".as_bytes());
    }
    let mut line = Line::begin(&mut head, settings.delimiter);
    columns.iter().for_each(|column| line.text(column));
    line.end();
    out.write_all(&head)?;
    let fill_chunk = |(buffer, chunk): &mut (&mut Vec<u8>, &'a [T])| {
        buffer.clear();
        let mut shown = Vec::with_capacity(AT_A_GLANCE);
        for few in chunk.chunks(AT_A_GLANCE) {
            views(few, &mut shown);
            for one in shown.drain(..) {
                let mut line = Line::begin(buffer, settings.delimiter);
                fill(one, &mut line);
                line.end();
            }
        }
    };
    let render = |buffers: &mut [Vec<u8>], wave: &'a [T]| {
        let mut chunks: Vec<(&mut Vec<u8>, &'a [T])> = buffers.iter_mut().zip(wave.chunks(CHUNK)).collect();
        of_each_mut(&mut chunks, fill_chunk);
    };
    // While one wave is written the next is rendered.
    let at_once = CHUNKS_AT_ONCE * rayon::current_num_threads();
    let buffers = || vec![Vec::new(); at_once];
    let (mut written, mut rendered): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (buffers(), buffers());
    let mut waiting: &[T] = &[];
    for wave in items.chunks(CHUNK * at_once).chain([[].as_slice()]) {
        let ready = written.iter().take(waiting.len().div_ceil(CHUNK));
        let write = || ready.into_iter().try_for_each(|bytes| out.write_all(bytes));
        rayon::join(write, || render(&mut rendered, wave)).0?;
        std::mem::swap(&mut written, &mut rendered);
        waiting = wave;
    }
    Ok(())
}

/// The SHA-256 of what passes through, in hexadecimal.
struct Digesting<W> {
    inner: W,
    hasher: Sha256,
}

/// Bytes that are worth another thread.
const APART: usize = 1 << 16;

impl<W: Write> Digesting<W> {
    fn new(inner: W) -> Digesting<W> {
        Digesting {
            inner,
            hasher: Sha256::new(),
        }
    }

    fn finish(self) -> (W, String) {
        let digest = self.hasher.finalize();
        (self.inner, digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The SHA-256 of a file, in hexadecimal.
pub(crate) fn digest_of(path: &Path) -> io::Result<String> {
    let mut out = Digesting::new(io::sink());
    io::copy(&mut File::open(path)?, &mut out)?;
    Ok(out.finish().1)
}

impl<W: Write + Send> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Digesting { inner, hasher } = self;
        if bytes.len() < APART {
            inner.write_all(bytes)?;
            hasher.update(bytes);
            return Ok(());
        }
        // The digest of a file is one chain, which takes longer than writing its bytes.
        rayon::join(|| inner.write_all(bytes), || hasher.update(bytes)).0
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests;
