//! The tables that the measured programs print.

use std::io::{Error, Result};

/// The columns of a table of numbers with commas between them, at least one row.
pub(super) fn columns<const N: usize>(table: &str) -> Result<[Vec<f64>; N]> {
    let mut columns = [(); N].map(|()| Vec::new());
    for line in table.lines() {
        let row: Vec<f64> = line.split(',').filter_map(|field| field.parse().ok()).collect();
        let row: [f64; N] = row.try_into().map_err(|_| Error::other(format!("not {N} numbers: {line}")))?;
        for (column, number) in columns.iter_mut().zip(row) {
            column.push(number);
        }
    }
    reached(!table.is_empty(), || "the program printed nothing".to_owned())?;
    Ok(columns)
}

/// An error that says what was missed, where it was.
pub(super) fn reached(goal: bool, missed: impl FnOnce() -> String) -> Result<()> {
    if goal {
        Ok(())
    } else {
        Err(Error::other(missed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_columns() {
        assert_eq!(columns("1,2.5\n3,4\n").expect("numbers"), [vec![1.0, 3.0], vec![2.5, 4.0]]);
        assert!(columns::<2>("1,2,3\n").is_err());
        assert!(columns::<2>("1,none\n").is_err());
        assert!(columns::<2>("").is_err());
    }
}
