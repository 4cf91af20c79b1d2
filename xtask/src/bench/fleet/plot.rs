//! `docs/fleet.svg`: for each lifetime of tokens the first lifetimes, and those around the outage.

use std::fmt::Display;
use std::fs;
use std::io::{Error, Result};
use std::ops::Range;
use std::path::Path;

use plotters::coord::combinators::LogCoord;
use plotters::coord::types::RangedCoordf64;
use plotters::coord::Shift;
use plotters::prelude::*;

use super::{number, rows};

const SIZE: (u32, u32) = (1200, 760);
const LIVES: [f64; 2] = [300.0, 3600.0];
const OUTAGE: f64 = 600.0;
/// What the axis shows, in multiples of the mean. Windows without an attempt lie at its lower end.
const LOADS: Range<f64> = 0.1..400.0;

const OURS: RGBColor = RGBColor(0, 90, 181);
const PLAIN: RGBColor = RGBColor(220, 120, 30);
const AWAY: RGBColor = RGBColor(238, 225, 225);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, LogCoord<f64>>>;
type Drawn<T> = std::result::Result<T, DrawingAreaErrorKind<std::io::Error>>;

/// A part of the picture: windows that begin within some minutes.
struct Panel<'a> {
    title: String,
    axis: &'a str,
    minutes: Range<f64>,
    minute: fn(&Point) -> f64,
    outage: Range<f64>,
}

/// One window: when it begins, in seconds, and the attempts in it as multiples of the mean.
struct Point {
    life: f64,
    begin: f64,
    after_outage_began: f64,
    ours: f64,
    plain: f64,
}

pub(super) fn draw(series: &str, file: &Path) -> Result<()> {
    let points: Vec<Point> = rows(series).map(|row| point(row?)).collect::<Result<_>>()?;
    fs::write(file, picture(&points)?)
}

fn point(row: [&str; 5]) -> Result<Point> {
    let [life, begin, after_outage_began, ours, plain] = row;
    Ok(Point {
        life: number(life)?,
        begin: number(begin)?,
        after_outage_began: number(after_outage_began)?,
        ours: number(ours)?,
        plain: number(plain)?,
    })
}

fn picture(points: &[Point]) -> Result<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(failed)?;
        let areas = area.split_evenly((LIVES.len(), 2));
        for (life, areas) in LIVES.into_iter().zip(areas.chunks(2)) {
            for (area, panel) in areas.iter().zip([start(life), outage(life)]) {
                panel.draw(area, points.iter().filter(|point| point.life == life))?;
            }
        }
        area.present().map_err(failed)?;
    }
    Ok(svg)
}

fn start(life: f64) -> Panel<'static> {
    Panel {
        title: format!("Tokens of {life} s: the first lifetimes"),
        axis: "minutes after the start",
        minutes: 0.0..12.0 * life / 60.0,
        minute: |point| point.begin / 60.0,
        outage: 0.0..0.0,
    }
}

fn outage(life: f64) -> Panel<'static> {
    Panel {
        title: format!("Tokens of {life} s: an outage of 10 minutes"),
        axis: "minutes after the outage began",
        minutes: -2.0 * life / 60.0..(OUTAGE + 4.0 * life) / 60.0,
        minute: |point| point.after_outage_began / 60.0,
        outage: 0.0..OUTAGE / 60.0,
    }
}

impl Panel<'_> {
    fn draw<'a>(&self, area: &Area<'_>, points: impl Iterator<Item = &'a Point>) -> Result<()> {
        let points: Vec<_> = points
            .map(|point| ((self.minute)(point), point))
            .filter(|(minute, _)| self.minutes.contains(minute))
            .collect();
        let mut chart = self.axes(area).map_err(failed)?;
        let plain = points.iter().map(|(minute, point)| (*minute, point.plain));
        line(&mut chart, "factor and back-off alone", PLAIN, plain).map_err(failed)?;
        let ours = points.iter().map(|(minute, point)| (*minute, point.ours));
        line(&mut chart, "oauthbearer", OURS, ours).map_err(failed)?;
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.3))
            .draw()
            .map_err(failed)
    }

    fn axes<'b>(&self, area: &Area<'b>) -> Drawn<Chart<'b>> {
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, ("sans-serif", 17))
            .margin(12)
            .x_label_area_size(38)
            .y_label_area_size(52)
            .build_cartesian_2d(self.minutes.clone(), LOADS.log_scale())?;
        let corners = [(self.outage.start, LOADS.start), (self.outage.end, LOADS.end)];
        chart.draw_series([Rectangle::new(corners, AWAY.filled())])?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_desc(self.axis)
            .y_desc("attempts / mean")
            .x_label_formatter(&|minute| format!("{minute:.0}"))
            .y_label_formatter(&|load| load.to_string())
            .draw()?;
        Ok(chart)
    }
}

fn line<'b>(
    chart: &mut Chart<'b>,
    name: &str,
    color: RGBColor,
    points: impl Iterator<Item = (f64, f64)>,
) -> Drawn<()> {
    let points = points.map(|(minute, load)| (minute, load.max(LOADS.start)));
    chart
        .draw_series(LineSeries::new(points, color.stroke_width(1)))?
        .label(name)
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    Ok(())
}

fn failed(error: impl Display) -> Error {
    Error::other(format!("the plot could not be drawn: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_a_line_for_each_kind_of_client_into_each_panel() {
        let point = |(life, minute): (f64, f64)| {
            let begin = minute * 60.0;
            Point { life, begin, after_outage_began: begin, ours: 1.0, plain: 0.0 }
        };
        let points: Vec<Point> = [(300.0, 1.0), (300.0, 2.0), (3600.0, 1.0), (3600.0, 2.0)].map(point).into();
        let svg = picture(&points).expect("it can be drawn");
        for (color, name) in [("#005AB5", "oauthbearer"), ("#DC781E", "factor and back-off alone")] {
            let lines = svg.lines().filter(|line| line.starts_with("<polyline") && line.contains(color));
            assert_eq!(lines.count(), 8, "one, and one in the legend, in each of four panels:\n{svg}");
            assert_eq!(svg.matches(name).count(), 4);
        }
    }
}
