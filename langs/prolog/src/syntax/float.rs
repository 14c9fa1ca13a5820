//! Floats as text: the shortest decimal that reads back, always with a point.

/// `f` as Prolog writes it.
pub fn format_float(f: f64) -> String {
    if f.is_nan() {
        return "1.5NaN".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { "1.0Inf" } else { "-1.0Inf" }.into();
    }
    // Rust's `{:e}` gives the shortest digits: d.ddde±x.
    let text = format!("{f:e}");
    let (mantissa, exponent) = text.split_once('e').expect("exponent of {:e}");
    let exponent: i32 = exponent.parse().expect("number after e");
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    // The decimal point stands after `point` digits.
    let point = exponent + 1;
    let body = if point <= -4 || point > 15 {
        let (head, tail) = digits.split_at(1);
        let tail = if tail.is_empty() { "0" } else { tail };
        format!("{head}.{tail}e{exponent:+}")
    } else if point <= 0 {
        format!("0.{}{}", "0".repeat(-point as usize), digits)
    } else if digits.len() > point as usize {
        let (head, tail) = digits.split_at(point as usize);
        format!("{head}.{tail}")
    } else {
        format!("{digits}{}.0", "0".repeat(point as usize - digits.len()))
    };
    format!("{sign}{body}")
}

#[cfg(test)]
mod tests {
    use super::format_float;

    #[test]
    fn shortest_with_point() {
        for (f, s) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (123456789.0, "123456789.0"),
            (1e-10, "1.0e-10"),
            (1.5e300, "1.5e+300"),
            (1e15, "1.0e+15"),
            (1e-7, "1.0e-7"),
            (f64::INFINITY, "1.0Inf"),
            (f64::NEG_INFINITY, "-1.0Inf"),
            (1e14, "100000000000000.0"),
            (0.0001, "0.0001"),
            (-0.0, "-0.0"),
            (1e22, "1.0e+22"),
        ] {
            assert_eq!(format_float(f), s);
        }
    }
}
