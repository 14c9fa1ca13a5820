//! Functions of floats that neither Rust nor the C library has as CPython computes them.

use std::f64::consts::PI;

/// Why a sum has no value.
#[derive(Debug, PartialEq, Eq)]
pub enum SumError {
    Overflow,
    Infinities,
}

/// The sum, rounded once (Shewchuk's partial sums).
pub fn sum(all: &[f64]) -> Result<f64, SumError> {
    let mut partials: Vec<f64> = Vec::new();
    let (mut special, mut infinities) = (0.0, 0.0);
    for &item in all {
        let mut x = item;
        let mut kept = 0;
        for i in 0..partials.len() {
            let mut y = partials[i];
            if x.abs() < y.abs() {
                (x, y) = (y, x);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        partials.truncate(kept);
        if x != 0.0 {
            if x.is_finite() {
                partials.push(x);
            } else if item.is_finite() {
                return Err(SumError::Overflow);
            } else {
                if item.is_infinite() {
                    infinities += item;
                }
                special += item;
                partials.clear();
            }
        }
    }
    if special != 0.0 {
        return match infinities.is_nan() {
            true => Err(SumError::Infinities),
            false => Ok(special),
        };
    }
    Ok(rounded_once(partials))
}

fn rounded_once(mut partials: Vec<f64>) -> f64 {
    let Some(mut high) = partials.pop() else {
        return 0.0;
    };
    let mut low = 0.0;
    while let Some(y) = partials.pop() {
        let x = high;
        high = x + y;
        low = y - (high - x);
        if low != 0.0 {
            break;
        }
    }
    // Half-way cases are decided by what is left.
    if let Some(&next) = partials.last()
        && (low < 0.0 && next < 0.0 || low > 0.0 && next > 0.0)
    {
        let y = low * 2.0;
        let x = high + y;
        if y == x - high {
            high = x;
        }
    }
    high
}

/// The Euclidean norm, with the rounding errors carried along.
pub fn norm(all: &[f64]) -> f64 {
    let max = all.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    if all.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if all.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if max == 0.0 || all.len() <= 1 {
        return max;
    }
    let (_, exponent) = libm::frexp(max);
    if exponent < -1023 {
        let scaled: Vec<f64> = all.iter().map(|x| x / f64::MIN_POSITIVE).collect();
        return f64::MIN_POSITIVE * norm(&scaled);
    }
    let scale = libm::ldexp(1.0, -exponent);
    let (mut sum, mut low1, mut low2) = (1.0, 0.0, 0.0);
    let mut add = |x: f64, y: f64| {
        let high = x * y;
        let low = x.mul_add(y, -high);
        let total = sum + high;
        low2 += (sum - total) + high;
        low1 += low;
        sum = total;
        sum - 1.0 + (low1 + low2)
    };
    let mut square = 0.0;
    for x in all {
        square = add(x.abs() * scale, x.abs() * scale);
    }
    let h = square.sqrt();
    let rest = add(-h, h);
    (h + rest / (2.0 * h)) / scale
}

const LANCZOS_G: f64 = 6.02468004077673;
const NUMERATOR: [f64; 13] = [
    23531376880.41076,
    42919803642.6491,
    35711959237.35567,
    17921034426.03721,
    6039542586.352028,
    1439720407.3117216,
    248874557.86205417,
    31426415.585400194,
    2876370.6289353725,
    186056.26539522348,
    8071.672002365816,
    210.82427775157936,
    2.5066282746310002,
];
const DENOMINATOR: [f64; 13] = [
    0.0,
    39916800.0,
    120543840.0,
    150917976.0,
    105258076.0,
    45995730.0,
    13339535.0,
    2637558.0,
    357423.0,
    32670.0,
    1925.0,
    66.0,
    1.0,
];

fn lanczos(x: f64) -> f64 {
    let (mut n, mut d) = (0.0, 0.0);
    if x < 5.0 {
        for i in (0..13).rev() {
            n = n * x + NUMERATOR[i];
            d = d * x + DENOMINATOR[i];
        }
    } else {
        for i in 0..13 {
            n = n / x + NUMERATOR[i];
            d = d / x + DENOMINATOR[i];
        }
    }
    n / d
}

/// `sin(pi * x)`
fn sin_pi(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let r = match (2.0 * y).round() as i32 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    1f64.copysign(x) * r
}

/// The gamma function; poles are the caller's to refuse.
pub fn gamma(x: f64) -> f64 {
    if !x.is_finite() {
        return x;
    }
    if x == x.floor() && (1.0..=23.0).contains(&x) {
        return (1..x as u64).map(|n| n as f64).product();
    }
    let size = x.abs();
    if size < 1e-20 {
        return 1.0 / x;
    }
    if size > 200.0 {
        return if x < 0.0 {
            0.0 / sin_pi(x)
        } else {
            f64::INFINITY
        };
    }
    let y = size + LANCZOS_G - 0.5;
    let z = if size > LANCZOS_G - 0.5 {
        (y - size) - (LANCZOS_G - 0.5)
    } else {
        (y - (LANCZOS_G - 0.5)) - size
    };
    let z = z * LANCZOS_G / y;
    if x < 0.0 {
        let mut r = -PI / sin_pi(size) / size * y.exp() / lanczos(size);
        r -= z * r;
        if size < 140.0 {
            return r / y.powf(size - 0.5);
        }
        let root = y.powf(size / 2.0 - 0.25);
        return r / root / root;
    }
    let mut r = lanczos(size) / y.exp();
    r += z * r;
    if size < 140.0 {
        return r * y.powf(size - 0.5);
    }
    let root = y.powf(size / 2.0 - 0.25);
    r * root * root
}

/// The logarithm of the absolute value of the gamma function.
pub fn log_gamma(x: f64) -> f64 {
    if !x.is_finite() {
        return if x.is_nan() { x } else { f64::INFINITY };
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 { f64::INFINITY } else { 0.0 };
    }
    let size = x.abs();
    if size < 1e-20 {
        return -size.ln();
    }
    let mut r = lanczos(size).ln() - LANCZOS_G;
    r += (size - 0.5) * ((size + LANCZOS_G - 0.5).ln() - 1.0);
    if x < 0.0 {
        r = PI.ln() - sin_pi(size).abs().ln() - size.ln() - r;
    }
    r
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_rounded_once() {
        assert_eq!(sum(&[0.1; 10]), Ok(1.0));
        assert_eq!(sum(&[1e100, 1.0, -1e100]), Ok(1.0));
        assert_eq!(
            sum(&[f64::INFINITY, f64::NEG_INFINITY]),
            Err(SumError::Infinities)
        );
        assert_eq!(sum(&[1e308, 1e308]), Err(SumError::Overflow));
    }

    #[test]
    fn norms_and_gammas() {
        assert_eq!(norm(&[3.0, 4.0]), 5.0);
        assert_eq!(norm(&[1.0, 1.0, 1.0]), 3f64.sqrt());
        assert_eq!(gamma(5.0), 24.0);
        assert_eq!(gamma(0.5), PI.sqrt());
        // As CPython computes it: an ulp or two beside ln 2.
        assert!((log_gamma(3.0) - 2f64.ln()).abs() < 4e-16);
    }
}
