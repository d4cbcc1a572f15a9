//! How sure a few repeats make.

use fullstop::runner::{Constancy, Repeats};

#[test]
fn one_repeat_that_passes_makes_it_flaky_and_five_that_diverge_make_it_deterministic() {
    assert_eq!(Repeats::of(5, 5).state, Constancy::Deterministic);
    assert_eq!(Repeats::of(4, 4).state, Constancy::Undecided);
    assert_eq!(Repeats::of(1, 0).state, Constancy::Flaky);
    assert_eq!(Repeats::of(20, 19).state, Constancy::Flaky);
    assert!(0.5_f64.powi(5) <= 0.05 && 0.5_f64.powi(4) > 0.05);
}

#[test]
fn the_interval_holds_the_rate_and_stays_within_0_and_1() {
    for tries in 1..40 {
        for divergent in 0..=tries {
            let Repeats {
                rate, low, high, ..
            } = Repeats::of(tries, divergent);
            assert!(0.0 <= low && low <= rate && rate <= high && high <= 1.0);
        }
    }
    // Wilson's own example of ten tries with none: 0 to 0.278.
    assert_eq!(Repeats::of(10, 0).high, 0.278);
}
