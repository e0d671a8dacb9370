//! Chance that a seed decides: the same seed rolls the same dice.
//!
//! Owns the generator, `SplitMix64` (Steele, Lea and Flood 2014), the seeding generator of
//! Java and of xoshiro. Refuses the clock, the system's randomness and the order of threads.

/// A generator; forks have lives of their own.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice of their own for one part of the simulation, so that what one part rolls does
    /// not change what another one does.
    pub(crate) const fn fork(&self, part: u64) -> Self {
        let mut dice = Self(self.0 ^ part.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        dice.next();
        dice
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap();
        low + i64::try_from(self.next() % span).unwrap()
    }

    /// So often in a thousand.
    pub(crate) fn in_thousand(&mut self, times: i64) -> bool {
        self.between(0, 999) < times
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        let last = i64::try_from(among.len()).unwrap() - 1;
        &among[usize::try_from(self.between(0, last)).unwrap()]
    }
}
