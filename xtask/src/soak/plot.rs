//! `docs/soak.svg`: the memory over time, and the line through it.

use std::fmt::Display;
use std::fs;
use std::io::{Error, Result};
use std::path::Path;

use plotters::prelude::*;

use super::memory::Memory;

const SIZE: (u32, u32) = (900, 420);
const SAMPLES: RGBColor = RGBColor(0, 90, 181);
const LINE: RGBColor = RGBColor(220, 120, 30);

pub(super) fn draw(memory: &Memory, file: &Path) -> Result<()> {
    fs::write(file, picture(memory)?)
}

fn picture(memory: &Memory) -> Result<String> {
    let most = memory.samples.iter().map(|(_, kib)| kib / 1024.0).fold(0.0, f64::max);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(failed)?;
        let mut chart = ChartBuilder::on(&area)
            .caption("Resident set of a process with a client of every kind", ("sans-serif", 17))
            .margin(12)
            .x_label_area_size(38)
            .y_label_area_size(52)
            // From zero: a scale that begins just below the samples makes every page a mountain.
            .build_cartesian_2d(0.0..memory.end() / 60.0, 0.0..1.2 * most)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_desc("minutes")
            .y_desc("MiB")
            .draw()
            .map_err(failed)?;
        let samples = memory.samples.iter().map(|(second, kib)| (second / 60.0, kib / 1024.0));
        let on_line =
            |second: f64| (second / 60.0, (memory.line.at_zero + memory.line.slope * second) / 1024.0);
        let line = [memory.warm(), memory.end()].map(on_line);
        let slope = format!("after the warm-up: {:+.0} KiB an hour", memory.line.slope * 3600.0);
        chart
            .draw_series(LineSeries::new(samples, SAMPLES.stroke_width(1)))
            .map_err(failed)?
            .label("resident set, every 5 s")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], SAMPLES.stroke_width(2)));
        chart
            .draw_series(LineSeries::new(line, LINE.stroke_width(2)))
            .map_err(failed)?
            .label(slope)
            .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], LINE.stroke_width(2)));
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.3))
            .draw()
            .map_err(failed)?;
        area.present().map_err(failed)?;
    }
    Ok(svg)
}

fn failed(error: impl Display) -> Error {
    Error::other(format!("the plot could not be drawn: {error}"))
}
