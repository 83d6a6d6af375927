//! The `seatshift` command.

fn main() {}
