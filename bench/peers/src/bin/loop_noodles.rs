//! All records of a BAM through noodles: prints how many, and the sum of their positions.
//!
//!     loop_noodles BAM THREADS

use std::{error::Error, fs::File, io::Read, num::NonZero};

use noodles_bam::{io::Reader, Record};
use noodles_bgzf as bgzf;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let n_threads = NonZero::new(arguments[2].parse::<usize>()?).ok_or("no thread")?;
    let file = File::open(&arguments[1])?;
    let (n, sum) = if n_threads.get() > 1 {
        let blocks = bgzf::io::MultithreadedReader::with_worker_count(n_threads, file);
        read_all(Reader::from(blocks))?
    } else {
        read_all(Reader::from(bgzf::io::Reader::new(file)))?
    };

    println!("{n} {sum}");
    Ok(())
}

fn read_all<R: Read>(mut reader: Reader<R>) -> Result<(u64, i64), Box<dyn Error>> {
    let mut record = Record::default();
    let (mut n, mut sum) = (0, 0);

    reader.read_header()?;
    while reader.read_record(&mut record)? != 0 {
        n += 1;
        sum += match record.alignment_start() {
            Some(position) => usize::from(position?) as i64 - 1,
            None => -1,
        };
    }
    Ok((n, sum))
}
