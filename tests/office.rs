//! The workbook as LibreOffice reads it.
//!
//! In: the samples. LibreOffice opens the workbook and gives every sheet as CSV: each cell of *Plan* and *Findings* must be what
//! our own CSV says, dates and numbers as real ones. Says that it is skipped where there is no `soffice` on the path.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot set up or read is a failed test"
)]

use std::{path::Path, process::Command};

#[allow(dead_code, reason = "each test uses some of it")]
#[path = "support/running.rs"]
mod running;

use running::{Table, code, planning, repository, run, said};

/// Every sheet as a CSV file: comma, double quote, UTF-8, cells as they are shown.
const CSV: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1";

fn converted(workbook: &Path, folder: &Path) {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let ran = Command::new("soffice")
        .args([profile.as_str(), "--headless", "--convert-to", CSV, "--outdir"])
        .arg(folder)
        .arg(workbook)
        .output()
        .expect("LibreOffice is installed");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn libreoffice_reads_every_cell_as_it_is_meant() {
    if Command::new("soffice").arg("--version").output().is_err() {
        eprintln!("skipped: there is no LibreOffice");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = planning(["samples/exports"], folder.path());
    arguments.push("--xlsx".to_owned());
    let ran = run(&repository(), &arguments);
    assert_eq!(code(&ran), 0, "{}", said(&ran));
    converted(&folder.path().join("plan.xlsx"), folder.path());
    for (name, sheet) in [
        ("plan.csv", "plan-Plan.csv"),
        ("plan.findings.csv", "plan-Findings.csv"),
    ] {
        let (ours, theirs) = (
            Table::read(&folder.path().join(name)),
            Table::read(&folder.path().join(sheet)),
        );
        assert_eq!(ours.columns, theirs.columns);
        assert_eq!(ours.rows.len(), theirs.rows.len(), "{name}");
        for (row, (own, their)) in ours.rows.iter().zip(&theirs.rows).enumerate() {
            for ((column, own), their) in ours.columns.iter().zip(own).zip(their) {
                // 25 and 25.00 are one number.
                let numbers = own.parse::<f64>().ok().zip(their.replace(',', "").parse::<f64>().ok());
                let same = own == their || numbers.is_some_and(|(one, other)| one == other);
                assert!(same, "{name}, row {row}, {column}: {own:?} is {their:?}");
            }
        }
    }
}
