//! What could not be read or trusted.
//!
//! In: flaws of cells and rows. Out: a set of them, small enough for every row of an estate.

/// Why a fact of a subscription is absent although its cell was filled, or is not to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// The term end's cell could not be read.
    TermEndUnreadable,
    /// Day and month of the term end's column cannot be told apart.
    DateOrderUnknown,
    /// The subscription's, customer's or offer's id was damaged by a spreadsheet.
    IdDamaged,
    /// The seats' cell could not be read.
    SeatsUnreadable,
    /// The channel's cell could not be read.
    ChannelUnreadable,
    /// The state's cell could not be read.
    StateUnreadable,
    /// A cell that decides the end of the source (auto-renew, end instruction), or term, could not be read.
    ValueUnreadable,
    /// Rows of equal rank contradict each other.
    Contradiction,
    /// Two customers claim the subscription, or its customer's name or domain fits two.
    CustomerAmbiguous,
    /// It has no id, and another subscription of the customer has the same offer: it may be the same licences.
    PossibleDuplicate,
}

impl Flaw {
    const ALL: [Flaw; 10] = [
        Flaw::TermEndUnreadable,
        Flaw::DateOrderUnknown,
        Flaw::IdDamaged,
        Flaw::SeatsUnreadable,
        Flaw::ChannelUnreadable,
        Flaw::StateUnreadable,
        Flaw::ValueUnreadable,
        Flaw::Contradiction,
        Flaw::CustomerAmbiguous,
        Flaw::PossibleDuplicate,
    ];
}

/// Some flaws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Flaws(u16);

impl Flaws {
    /// Adds one.
    pub fn add(&mut self, flaw: Flaw) {
        self.0 |= 1 << flaw as u16;
    }

    /// Takes one away.
    pub fn remove(&mut self, flaw: Flaw) {
        self.0 &= !(1 << flaw as u16);
    }

    /// Whether it is among them.
    pub fn has(self, flaw: Flaw) -> bool {
        self.0 & (1 << flaw as u16) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// They, in order.
    pub fn iter(self) -> impl Iterator<Item = Flaw> {
        Flaw::ALL.into_iter().filter(move |&flaw| self.has(flaw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaws_are_kept_apart() {
        let mut flaws = Flaws::default();
        flaws.add(Flaw::SeatsUnreadable);
        flaws.add(Flaw::CustomerAmbiguous);
        assert!(flaws.has(Flaw::SeatsUnreadable) && flaws.has(Flaw::CustomerAmbiguous));
        assert!(!flaws.has(Flaw::TermEndUnreadable));
    }

    #[test]
    fn every_flaw_is_found_again() {
        let mut flaws = Flaws::default();
        assert!(flaws.is_empty());
        Flaw::ALL.iter().rev().for_each(|&flaw| flaws.add(flaw));
        assert_eq!(flaws.iter().collect::<Vec<_>>(), Flaw::ALL);
        flaws.remove(Flaw::IdDamaged);
        assert!(!flaws.has(Flaw::IdDamaged));
        assert_eq!(flaws.iter().count(), Flaw::ALL.len() - 1);
    }
}
