//! What is to be ordered for a subscription.
//!
//! In: the targets of a mapping, each with its term and billing. Out: [`Targets`]. Most subscriptions that have one offer are to
//! have the same ordered, so rows share it: a plan keeps it once. Of how many licences is not a part of it.

use std::{ops::Deref, sync::Arc};

use crate::terms::*;

/// One offer to order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanTarget {
    /// Its id.
    pub offer_id: Text,
    /// Its name.
    pub offer: Text,
    /// Term to order.
    pub term: Option<Term>,
    /// How to have it billed; none: the source does not say.
    pub billing: Option<BillingPlan>,
}

/// The offers to order, in the order of their mapping.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Targets(Option<Arc<Vec<PlanTarget>>>);

impl Deref for Targets {
    type Target = [PlanTarget];

    fn deref(&self) -> &[PlanTarget] {
        self.0.as_ref().map_or(&[], |targets| targets)
    }
}

impl FromIterator<PlanTarget> for Targets {
    fn from_iter<I: IntoIterator<Item = PlanTarget>>(targets: I) -> Targets {
        let targets: Vec<PlanTarget> = targets.into_iter().collect();
        Targets((!targets.is_empty()).then(|| Arc::new(targets)))
    }
}

impl<'a> IntoIterator for &'a Targets {
    type Item = &'a PlanTarget;
    type IntoIter = std::slice::Iter<'a, PlanTarget>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
