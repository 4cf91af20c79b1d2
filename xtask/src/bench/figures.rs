//! What is said of a row of measurements.

use std::fmt;

/// Measurements of one kind, in order.
pub(super) struct Figures(Vec<f64>);

impl Figures {
    /// What it measures must be finite, and at least one.
    pub(super) fn new(mut measured: Vec<f64>) -> Self {
        assert!(!measured.is_empty(), "nothing was measured");
        measured.sort_by(f64::total_cmp);
        Self(measured)
    }

    pub(super) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// Between two measurements, the line from one to the other.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let place = share * (self.0.len() - 1) as f64;
        let (below, above) = (self.0[place.floor() as usize], self.0[place.ceil() as usize]);
        below + (above - below) * place.fract()
    }
}

/// Least, lower quartile, median, upper quartile, most.
impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        [0.0, 0.25, 0.5, 0.75, 1.0].iter().try_for_each(|share| write!(f, "{:>9.2}", self.quantile(*share)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        let figures = Figures::new(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!((figures.median(), figures.quantile(0.25), figures.quantile(1.0)), (2.5, 1.75, 4.0));
        assert_eq!(Figures::new(vec![7.0]).to_string(), "     7.00".repeat(5));
    }
}
