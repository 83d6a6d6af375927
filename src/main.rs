//! The `seatshift` command.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    // Our own processes for workbooks are many, and need nothing of what else we are.
    if arguments.next().is_some_and(|command| command == cli::PARSE_WORKBOOK) {
        return seatshift::read::parse_workbook(arguments);
    }
    cli::run(std::env::args_os())
}
