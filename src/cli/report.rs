//! `seatshift report`: a workbook, a page, a calendar or letters of a plan that stands in files.

use std::time::SystemTime;

use seatshift::{
    config::Config,
    pipeline::{self, ReportRequest, Reported, Stop},
    write::{Reports, Target},
};

use super::{arguments::Report, progress::Progress, screen::Screen, settings_at, shown::what_if_set, stopped, summary};

pub(super) fn run(command: &Report, screen: &Screen) -> u8 {
    let progress = Progress::new(screen.quiet());
    let reported = reported(command, &progress);
    progress.done();
    match reported {
        Err(stop) => stopped(&stop, screen),
        Ok((config, reports, reported)) => {
            let what_if = what_if_set(command.as_of, &config.set);
            screen.mention(&summary::of_report(&reports, &reported, &what_if, screen.verbose()));
            0
        }
    }
}

fn reported(command: &Report, progress: &Progress) -> Result<(Config, Reports, Reported), Stop> {
    let config = settings_at(command.config.as_deref(), &command.set)?;
    let target = Target::new(&command.plan).map_err(|cause| Stop::Output { cause, record: None })?;
    let reports = command.wanted.beside(&target);
    let request = ReportRequest {
        plan: &command.plan,
        config: &config,
        as_of: command.as_of,
        reports: reports.clone(),
        now: Some(SystemTime::now()),
    };
    let reported = pipeline::report(&request, progress)?;
    Ok((config, reports, reported))
}
