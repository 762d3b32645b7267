//! All records of a BAM through rust-htslib: prints how many, and the sum of their positions.
//!
//!     loop_rust_htslib BAM THREADS

use std::error::Error;

use rust_htslib::bam::{Read, Reader, Record};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let n_threads: usize = arguments[2].parse()?;
    let mut reader = Reader::from_path(&arguments[1])?;
    let mut record = Record::new();
    let (mut n, mut sum) = (0u64, 0i64);

    if n_threads > 1 {
        reader.set_threads(n_threads)?;
    }
    while let Some(result) = reader.read(&mut record) {
        result?;
        n += 1;
        sum += record.pos();
    }
    println!("{n} {sum}");
    Ok(())
}
