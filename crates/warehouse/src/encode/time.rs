//! Microseconds since 1970 to `yyyy-mm-ddThh:mm:ss[.ffffff]Z`, with the date half remembered.
//!
//! Years are written with four digits, which covers 0000-01-01 to 9999-12-31; the warehouse holds no others.

const DAY_MICROS: i64 = 86_400_000_000;

/// The last date written, because neighbours in a column are often of the same day.
#[derive(Clone, Copy, Debug)]
pub(super) struct DateCache {
    day: i64,
    text: [u8; 11],
}

impl Default for DateCache {
    fn default() -> Self {
        Self { day: 0, text: *b"1970-01-01T" }
    }
}

impl DateCache {
    /// Appends the time without quotes.
    #[inline]
    pub(super) fn write(&mut self, out: &mut Vec<u8>, micros: i64) {
        let day = micros.div_euclid(DAY_MICROS);
        let rest = micros.rem_euclid(DAY_MICROS);
        if day != self.day {
            self.day = day;
            self.text = date_text(day);
        }
        let seconds = (rest / 1_000_000) as u32;
        let fraction = (rest % 1_000_000) as u32;
        let mut text = [0; 20];
        text[..11].copy_from_slice(&self.text);
        two(&mut text, 11, seconds / 3600);
        text[13] = b':';
        two(&mut text, 14, seconds / 60 % 60);
        text[16] = b':';
        two(&mut text, 17, seconds % 60);
        text[19] = b'Z';
        if fraction == 0 {
            out.extend_from_slice(&text);
        } else {
            out.extend_from_slice(&text[..19]);
            write_fraction(out, fraction);
        }
    }
}

#[inline]
fn two(text: &mut [u8; 20], at: usize, number: u32) {
    text[at] = b'0' + (number / 10) as u8;
    text[at + 1] = b'0' + (number % 10) as u8;
}

fn write_fraction(out: &mut Vec<u8>, fraction: u32) {
    let mut text = *b".000000Z";
    let mut rest = fraction;
    for at in (1..7).rev() {
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let mut end = 7;
    while text[end - 1] == b'0' {
        end -= 1;
    }
    text[end] = b'Z';
    out.extend_from_slice(&text[..=end]);
}

/// The date of a day since 1970, with a `T` behind it ("chrono-Compatible Low-Level Date Algorithms", civil_from_days).
fn date_text(day: i64) -> [u8; 11] {
    let (year, month, date) = civil(day);
    let mut text = *b"0000-00-00T";
    let mut rest = year.rem_euclid(10_000);
    for at in (0..4).rev() {
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    text[5] = b'0' + (month / 10) as u8;
    text[6] = b'0' + (month % 10) as u8;
    text[8] = b'0' + (date / 10) as u8;
    text[9] = b'0' + (date % 10) as u8;
    text
}

fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let date = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, date)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    fn text(micros: i64) -> String {
        crate::encode::date_time_text(micros)
    }

    #[test]
    fn fractions_lose_their_trailing_zeros() {
        assert_eq!(text(0), "1970-01-01T00:00:00Z");
        assert_eq!(text(1_500_000), "1970-01-01T00:00:01.5Z");
        assert_eq!(text(1_000_001), "1970-01-01T00:00:01.000001Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(text(model::OPEN_END_MICROS), "9999-12-31T00:00:00Z");
    }

    proptest! {
        #[test]
        fn equals_jiff(micros in -62_167_219_200_000_000i64..253_402_200_000_000_000) {
            let expected = jiff::Timestamp::from_microsecond(micros).expect("in range").to_string();
            prop_assert_eq!(text(micros), expected);
        }
    }
}
