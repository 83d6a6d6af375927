//! Mutated workbooks through the program itself.
//!
//! In: the built `seatshift`, a folder of workbooks of one format, how many mutations, a number to begin with. Each mutation
//! changes a few bytes of a workbook (of its unpacked parts, where it is an archive). Many are read in one process, as the
//! library reads them; the one that such a process dies of is read again as `seatshift` reads it, in a process of its own. Out:
//! how many were read and refused, by the finding. What ends this process, or takes longer than its limit, is a find; so is a
//! report that does not add up.
//!
//!     cargo run --release --manifest-path fuzz/Cargo.toml --example mutations -- target/release/seatshift FOLDER 100000 1

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measuring program for developers"
)]

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read, Write},
    path::PathBuf,
    process::{Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use rayon::prelude::*;
use seatshift::read::{ChildCommand, Limits, ReadOptions, Workbooks};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

#[allow(dead_code, reason = "the fuzz targets use the rest")]
#[path = "../targets.rs"]
mod targets;

/// The file beyond which a seed is left out: mutations of small files say more in the same time.
const SEED_BYTES: u64 = 200_000;

/// Mutations that one process reads.
const BLOCK: u64 = 500;

/// Small and good enough: xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let value = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        value as usize % end.max(1)
    }
}

/// A workbook: its parts, where it is an archive, else its bytes as one part without a name.
type Parts = Vec<(String, Vec<u8>)>;

fn parts(bytes: &[u8]) -> Option<Parts> {
    if !bytes.starts_with(b"PK") {
        return Some(vec![(String::new(), bytes.to_vec())]);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).ok()?;
        let name = member.name().ok()?.into_owned();
        let mut part = Vec::new();
        member.by_ref().take(4 << 20).read_to_end(&mut part).ok()?;
        parts.push((name, part));
    }
    Some(parts)
}

fn packed(parts: &Parts) -> Option<Vec<u8>> {
    if let [(name, bytes)] = &parts[..]
        && name.is_empty()
    {
        return Some(bytes.clone());
    }
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        archive.start_file(name.as_str(), options).ok()?;
        archive.write_all(bytes).ok()?;
    }
    Some(archive.finish().ok()?.into_inner())
}

fn mutate(parts: &mut Parts, random: &mut Random) {
    for _ in 0..=random.below(8) {
        let part = random.below(parts.len());
        let bytes = &mut parts[part].1;
        let length = bytes.len();
        let at = random.below(length);
        match random.below(8) {
            0 | 1 if length > 0 => bytes[at] ^= 1 << random.below(8),
            2 if length > 0 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'<', b'9'][random.below(8)],
            3 if length > 4 => {
                let end = (at + 4).min(length);
                bytes[end - 4..end].copy_from_slice(&[0xff, 0xff, 0xff, [0x7f, 0xff][random.below(2)]]);
            }
            4 => bytes.truncate(at),
            5 => drop(bytes.drain(at..(at + 1 + random.below(64)).min(length))),
            6 => {
                let end = (at + 1 + random.below(256)).min(length);
                let piece = bytes[at.min(end)..end].to_vec();
                let to = random.below(length);
                bytes.splice(to..to, piece);
            }
            _ if length > 0 => bytes[at] = random.below(256) as u8,
            _ => {}
        }
    }
}

/// What became of one mutation.
fn outcome(seeds: &[Parts], number: u64, options: &ReadOptions, limits: &Limits) -> String {
    let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut parts = seeds[random.below(seeds.len())].clone();
    mutate(&mut parts, &mut random);
    let Some(bytes) = packed(&parts) else {
        return "not packed".to_owned();
    };
    let (report, tables) = targets::read_with(&bytes, options, limits);
    targets::judge(&report, &tables);
    let why = report.findings.iter().find(|_| report.refused);
    why.map_or("read".to_owned(), |finding| {
        let message: String = finding.message.chars().take(60).collect();
        format!("{}: {}", finding.code.as_str(), message.replace(['\n', '\t'], " "))
    })
}

fn seeds(folder: &str) -> Vec<Parts> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.metadata()
                .is_ok_and(|about| about.is_file() && about.len() <= SEED_BYTES)
        })
        .collect();
    paths.sort();
    paths.iter().filter_map(|path| parts(&fs::read(path).ok()?)).collect()
}

/// Reads mutations in this process, telling each before and after.
fn block(folder: &str, first: u64, end: u64) {
    let seeds = seeds(folder);
    let mut out = std::io::stdout().lock();
    for number in first..end {
        writeln!(out, "{number}").expect("a line is taken");
        out.flush().expect("a line is taken");
        let outcome = outcome(&seeds, number, &ReadOptions::default(), &limits());
        writeln!(out, "{number}\t{outcome}").expect("a line is taken");
    }
}

fn limits() -> Limits {
    Limits {
        cpu_seconds: 10,
        wall_seconds: 20,
        ..Limits::default()
    }
}

/// Reads mutations in a process that may die of them; gives what it told, and the mutation it died of.
fn in_a_block(folder: &str, first: u64, end: u64) -> (Vec<String>, Option<u64>) {
    let this = std::env::current_exe().expect("this program");
    let run = Command::new("sh")
        .args(["-c", "ulimit -v 4194304; ulimit -t 120; exec \"$0\" \"$@\""])
        .arg(this)
        .args([folder, &first.to_string(), &end.to_string()])
        .stderr(Stdio::null())
        .output()
        .expect("a process is started");
    let told = String::from_utf8_lossy(&run.stdout).into_owned();
    let outcomes = told.lines().filter_map(|line| line.split_once('\t'));
    let outcomes = outcomes.map(|(_, outcome)| outcome.to_owned()).collect();
    let begun = told.lines().filter(|line| !line.contains('\t')).next_back();
    let died = begun.filter(|_| !run.status.success());
    (outcomes, died.map(|number| number.parse().expect("a number")))
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [folder, first, end] = &arguments[..] {
        return block(folder, first.parse().expect("a number"), end.parse().expect("a number"));
    }
    let [program, folder, count, first] = &arguments[..] else {
        eprintln!("usage: mutations SEATSHIFT FOLDER COUNT FIRST");
        std::process::exit(2);
    };
    let (count, first): (u64, u64) = (count.parse().expect("a count"), first.parse().expect("a number"));
    let options = ReadOptions {
        workbooks: Workbooks::Child(ChildCommand {
            program: program.into(),
            arguments: vec!["parse-workbook".into()],
        }),
        ..ReadOptions::default()
    };
    let seeds = seeds(folder);
    let outcomes: Mutex<BTreeMap<String, u64>> = Mutex::default();
    let deaths: Mutex<Vec<u64>> = Mutex::default();
    let begun = Instant::now();
    let starts: Vec<u64> = (first..first + count).step_by(BLOCK as usize).collect();
    starts.into_par_iter().for_each(|start| {
        let end = (start + BLOCK).min(first + count);
        let mut next = start;
        while next < end {
            let (told, died) = in_a_block(folder, next, end);
            let mut all = outcomes.lock().unwrap();
            told.into_iter()
                .for_each(|outcome| *all.entry(outcome).or_default() += 1);
            drop(all);
            let Some(number) = died else { break };
            let one = Instant::now();
            let outcome = outcome(&seeds, number, &options, &limits());
            assert!(
                one.elapsed() < Duration::from_secs(25),
                "mutation {number} took {:?}",
                one.elapsed()
            );
            *outcomes
                .lock()
                .unwrap()
                .entry(format!("[would have killed] {outcome}"))
                .or_default() += 1;
            deaths.lock().unwrap().push(number);
            next = number + 1;
        }
    });
    println!(
        "{count} mutations of {} workbooks in {:?}",
        seeds.len(),
        begun.elapsed()
    );
    let mut deaths = deaths.into_inner().unwrap();
    deaths.sort_unstable();
    println!("{} would have killed one process: {deaths:?}", deaths.len());
    for (outcome, count) in outcomes.into_inner().unwrap() {
        println!("{count:>8}  {outcome}");
    }
}
