//! Exact decimals of up to 38 digits: an `i128` and a count of fractional digits.
//!
//! Enough to hold, compare, add and multiply what a URL can say; no rounding modes beyond the ones OData names.

use std::cmp::Ordering;
use std::fmt;

/// `unscaled / 10^scale`, kept without trailing fractional zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: i128,
    scale: u32,
}

impl Decimal {
    /// `unscaled / 10^scale`; `None` when the scale exceeds 38 digits after trailing zeros are dropped.
    #[must_use]
    pub fn new(mut unscaled: i128, mut scale: u32) -> Option<Self> {
        while scale > 0 && unscaled % 10 == 0 {
            unscaled /= 10;
            scale -= 1;
        }
        (scale <= 38).then_some(Self { unscaled, scale })
    }

    /// Reads `-12.340`; `None` for anything but digits with at most one point, or more than 38 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let well_formed =
            !whole.is_empty() && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
        if !well_formed || fraction.len() > 38 {
            return None;
        }
        let mut unscaled: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            unscaled = unscaled.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        Self::new(if negative { -unscaled } else { unscaled }, u32::try_from(fraction.len()).ok()?)
    }

    #[must_use]
    pub fn unscaled(self) -> i128 {
        self.unscaled
    }

    /// Digits right of the point.
    #[must_use]
    pub fn scale(self) -> u32 {
        self.scale
    }

    /// The nearest double.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The whole part, towards zero; `None` when it does not fit.
    #[must_use]
    pub fn trunc(self) -> Option<i64> {
        i64::try_from(self.unscaled / 10_i128.pow(self.scale)).ok()
    }

    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Self::new(left.checked_add(right)?, scale)
    }

    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        Some(Self { unscaled: self.unscaled.checked_neg()?, scale: self.scale })
    }

    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        Self::new(self.unscaled.checked_mul(other.unscaled)?, self.scale + other.scale)
    }

    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let left = self.unscaled.checked_mul(10_i128.checked_pow(scale - self.scale)?)?;
        let right = other.unscaled.checked_mul(10_i128.checked_pow(scale - other.scale)?)?;
        Some((left, right, scale))
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self { unscaled: i128::from(value), scale: 0 }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By value. Numbers too far apart to align are ordered by their doubles, which then differ for certain.
impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.aligned(*other) {
            Some((left, right, _)) => left.cmp(&right),
            None => self.to_f64().total_cmp(&other.to_f64()),
        }
    }
}

/// Always with a point, so that it does not read back as an integer.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.unscaled.unsigned_abs().to_string();
        let scale = self.scale as usize;
        let sign = if self.unscaled < 0 { "-" } else { "" };
        if scale == 0 {
            return write!(f, "{sign}{digits}.0");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_read_and_write() {
        let cases =
            [("1.50", "1.5"), ("-0.001", "-0.001"), ("10", "10.0"), ("0.0", "0.0"), ("-12.34", "-12.34")];
        for (text, expected) in cases {
            assert_eq!(Decimal::parse(text).expect(text).to_string(), expected);
        }
        for text in ["", "-", "1.2.3", "a", ".5", "999999999999999999999999999999999999999999"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn decimals_compare_by_value() {
        let order =
            ["-1000000000000000000000000000000000000.0", "-1.5", "-0.00000000000000000001", "0", "0.1", "2"];
        let values: Vec<Decimal> = order.iter().map(|t| Decimal::parse(t).expect(t)).collect();
        assert!(values.is_sorted());
    }
}
