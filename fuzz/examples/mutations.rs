//! Mutated workbooks through the program itself.
//!
//! In: the built `seatshift`, a folder of workbooks of one format, how many mutations, a number to begin with. Each mutation
//! changes a few bytes of a workbook (of its unpacked parts, where it is an archive) and is read as `seatshift` reads it, in a
//! process of its own. Out: how many were read and refused, by the code of the finding. A mutation that ends this process, or
//! takes longer than its limit, is a find; so is a report that does not add up.
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

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, folder, count, first] = &arguments[..] else {
        eprintln!("usage: mutations SEATSHIFT FOLDER COUNT FIRST");
        std::process::exit(2);
    };
    let (count, first): (u64, u64) = (count.parse().expect("a count"), first.parse().expect("a number"));
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.metadata()
                .is_ok_and(|about| about.is_file() && about.len() <= SEED_BYTES)
        })
        .collect();
    paths.sort();
    let seeds: Vec<Parts> = paths.iter().filter_map(|path| parts(&fs::read(path).ok()?)).collect();
    let options = ReadOptions {
        workbooks: Workbooks::Child(ChildCommand {
            program: program.into(),
            arguments: vec!["parse-workbook".into()],
        }),
        ..ReadOptions::default()
    };
    let limits = Limits {
        cpu_seconds: 10,
        wall_seconds: 20,
        ..Limits::default()
    };
    let outcomes: Mutex<BTreeMap<String, (u64, u64)>> = Mutex::default();
    let slowest: Mutex<(Duration, u64)> = Mutex::default();
    let begun = Instant::now();
    (first..first + count).into_par_iter().for_each(|number| {
        let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut parts = seeds[random.below(seeds.len())].clone();
        mutate(&mut parts, &mut random);
        let Some(bytes) = packed(&parts) else { return };
        let one = Instant::now();
        let (report, tables) = targets::read_with(&bytes, &options, &limits);
        let took = one.elapsed();
        assert!(took < Duration::from_secs(22), "mutation {number} took {took:?}");
        targets::judge(&report, &tables);
        let why = report.findings.iter().find(|_| report.refused);
        let outcome = why.map_or("read".to_owned(), |finding| {
            format!(
                "{}: {}",
                finding.code.as_str(),
                finding.message.chars().take(60).collect::<String>()
            )
        });
        outcomes.lock().unwrap().entry(outcome).or_insert((0, number)).0 += 1;
        let mut slowest = slowest.lock().unwrap();
        *slowest = (*slowest).max((took, number));
    });
    println!(
        "{count} mutations of {} workbooks in {:?}",
        seeds.len(),
        begun.elapsed()
    );
    let slowest = slowest.into_inner().unwrap();
    println!("slowest {:?} (mutation {})", slowest.0, slowest.1);
    for (outcome, (count, example)) in outcomes.into_inner().unwrap() {
        println!("{count:>8}  {outcome}  (such as mutation {example})");
    }
}
