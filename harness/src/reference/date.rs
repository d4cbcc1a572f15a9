//! Moments as texts: the basic ISO 8601 form of signatures, the extended one, and epoch seconds.

use crate::reference::Moment;

const DAY_MS: u64 = 86_400_000;

/// `20250109T172456Z`.
pub fn basic(moment: Moment) -> String {
    let (year, month, day) = civil(moment.as_ms() / DAY_MS);
    let (hour, minute, second, _) = clock(moment);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// `2025-01-09T17:24:56.379Z`.
pub fn extended(moment: Moment) -> String {
    let (year, month, day) = civil(moment.as_ms() / DAY_MS);
    let (hour, minute, second, ms) = clock(moment);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// `1736443496.379`: the shortest decimal, with a fraction even where it is zero, as a double is written.
pub fn epoch_seconds(moment: Moment) -> String {
    let (seconds, ms) = (moment.as_ms() / 1_000, moment.as_ms() % 1_000);
    let fraction = format!("{ms:03}");
    let fraction = match fraction.trim_end_matches('0') {
        "" => "0",
        digits => digits,
    };
    format!("{seconds}.{fraction}")
}

/// `1.736443496379E9`, as Java's `Double.toString` writes it.
pub fn exponent_seconds(moment: Moment) -> String {
    // Milliseconds of any year that matters are far below 2^53, so no digit is lost.
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    let text = format!("{:E}", moment.as_ms() as f64 / 1_000.0);
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

/// Reads `20250109T172456Z`.
pub fn parse_basic(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<u64> {
        let digits = text.get(from..to)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| digits.parse().ok())?
    };
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    let is_real = year >= 1970
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !is_real {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Moment::from_ms(seconds * 1_000))
}

fn clock(moment: Moment) -> (u64, u64, u64, u64) {
    let ms = moment.as_ms() % DAY_MS;
    (
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1_000 % 60,
        ms % 1_000,
    )
}

/// The date of a day since the epoch, in the Gregorian calendar. Years begin in March, so that the leap day is the last.
fn civil(day: u64) -> (u64, u64, u64) {
    let shifted = day + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

/// The reverse of [`civil`].
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = year - u64::from(month <= 2);
    let (era, year_of_era) = (year / 400, year % 400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
