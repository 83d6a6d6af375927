//! Plans the move of customers' seat-based Microsoft subscriptions into a partner's own CSP.
//!
//! The flow, in the order of the modules, one direction only:
//!
//! ```text
//! exports --> Table --> Subscription --> Offer + Window --> Plan --> plan.csv and its companions
//!           read      recognise        decide             gather   write
//! ```

#![forbid(unsafe_code)]

pub mod terms;

mod runs;

pub mod finding;

pub mod read;

pub mod config;

pub mod recognise;

pub mod catalog;

pub mod rules;

pub mod plan;

pub mod saved;

pub mod compare;

pub mod guard;

pub mod write;

pub mod pipeline;
