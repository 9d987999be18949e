//! Shapes from well-known text (OData ABNF `fullPointLiteral` and its kin), and what the geo functions need of them.
//!
//! Geography (SRID 4326, the default) is measured in metres on a sphere of the earth's mean radius, other reference
//! systems in the units of their plane. Inside and outside are decided in the plane of the coordinates.

/// The mean radius of the earth in metres (IUGG).
const EARTH_RADIUS_METRES: f64 = 6_371_008.8;

/// Longitude (or x) and latitude (or y).
type Point = (f64, f64);

/// A shape and its reference system.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    srid: u32,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Point(Point),
    Line(Vec<Point>),
    /// The outer ring, then the holes.
    Polygon(Vec<Vec<Point>>),
}

/// Reads `SRID=4326;POINT(-122.1 47.6)`.
///
/// # Errors
/// A sentence that says what to write instead.
pub(crate) fn parse(text: &str) -> Result<Shape, String> {
    let wrong = || format!("'{text}' is not a shape; write it like SRID=4326;POINT(-122.1 47.6).");
    let (srid, shape) = match text.split_once(';') {
        Some((head, shape)) => {
            let digits = head.get(..5).filter(|name| name.eq_ignore_ascii_case("SRID=")).map(|_| &head[5..]);
            (digits.and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?, shape)
        }
        None => (4326, text),
    };
    let mut reader = Reader { rest: shape.trim() };
    let mut parts = Vec::new();
    let read = reader.shape(&mut parts, 0);
    read.filter(|()| reader.rest.trim().is_empty()).ok_or_else(wrong)?;
    Ok(Shape { srid, parts })
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn accept(&mut self, c: char) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(c)?;
        Some(())
    }

    /// `(item,item,…)`
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.accept('(')?;
        let mut items = vec![item(self)?];
        while self.accept(',').is_some() {
            items.push(item(self)?);
        }
        self.accept(')').map(|()| items)
    }

    /// Reads `()`.
    fn is_empty_list(&mut self) -> bool {
        let empty = self.rest.strip_prefix("()");
        self.rest = empty.unwrap_or(self.rest);
        empty.is_some()
    }

    fn number(&mut self) -> Option<f64> {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)));
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        digits.parse().ok().filter(|value: &f64| value.is_finite())
    }

    /// Two to four numbers; height and measure are not used.
    fn point(&mut self) -> Option<Point> {
        let point = (self.number()?, self.number()?);
        for _ in 0..2 {
            if self.rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '-') {
                self.number()?;
            }
        }
        Some(point)
    }

    fn line(&mut self) -> Option<Vec<Point>> {
        self.list(Self::point).filter(|points| points.len() >= 2)
    }

    fn polygon(&mut self) -> Option<Vec<Vec<Point>>> {
        let ring = |reader: &mut Self| {
            reader.list(Self::point).filter(|points| points.len() >= 2 && points.first() == points.last())
        };
        self.list(ring)
    }

    fn shape(&mut self, parts: &mut Vec<Part>, depth: usize) -> Option<()> {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        match name.to_ascii_uppercase().as_str() {
            "POINT" => {
                let [point] = self.list(Self::point)?[..] else { return None };
                parts.push(Part::Point(point));
            }
            "LINESTRING" => parts.push(Part::Line(self.line()?)),
            "POLYGON" => parts.push(Part::Polygon(self.polygon()?)),
            "MULTIPOINT" | "MULTILINESTRING" | "MULTIPOLYGON" if self.is_empty_list() => {}
            "MULTIPOINT" => {
                let points = self.list(|reader| {
                    let [point] = reader.list(Self::point)?[..] else { return None };
                    Some(point)
                })?;
                parts.extend(points.into_iter().map(Part::Point));
            }
            "MULTILINESTRING" => parts.extend(self.list(Self::line)?.into_iter().map(Part::Line)),
            "MULTIPOLYGON" => parts.extend(self.list(Self::polygon)?.into_iter().map(Part::Polygon)),
            "GEOMETRYCOLLECTION" | "COLLECTION" if depth < 8 => {
                self.list(|reader| reader.shape(parts, depth + 1))?;
            }
            _ => return None,
        }
        Some(())
    }
}

impl Shape {
    /// Between the nearest corners of both; `None` for shapes of different reference systems.
    pub(crate) fn distance(&self, other: &Self) -> Option<f64> {
        if self.srid != other.srid {
            return None;
        }
        let pairs = self.corners().flat_map(|here| other.corners().map(move |there| (here, there)));
        pairs.map(|(here, there)| self.between(here, there)).reduce(f64::min)
    }

    /// Of all its lines; points and polygons have none.
    pub(crate) fn length(&self) -> f64 {
        let lines = self.parts.iter().filter_map(|part| match part {
            Part::Line(points) => Some(points),
            _ => None,
        });
        lines.flat_map(|points| points.windows(2)).map(|step| self.between(step[0], step[1])).sum()
    }

    pub(crate) fn intersects(&self, other: &Self) -> bool {
        let touches = |left: &Part, right: &Part| {
            let cross = left.edges().any(|l| right.edges().any(|r| crosses(l, r)));
            cross
                || left.corners().any(|point| right.covers(point))
                || right.corners().any(|point| left.covers(point))
        };
        self.srid == other.srid && self.parts.iter().any(|l| other.parts.iter().any(|r| touches(l, r)))
    }

    fn corners(&self) -> impl Iterator<Item = Point> {
        self.parts.iter().flat_map(Part::corners)
    }

    fn between(&self, here: Point, there: Point) -> f64 {
        if self.srid != 4326 {
            return (there.0 - here.0).hypot(there.1 - here.1);
        }
        let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
        let across = here.1.to_radians().cos() * there.1.to_radians().cos();
        let chord = half(here.1, there.1) + across * half(here.0, there.0);
        2.0 * EARTH_RADIUS_METRES * chord.sqrt().min(1.0).asin()
    }
}

impl Part {
    fn corners(&self) -> Box<dyn Iterator<Item = Point> + '_> {
        match self {
            Part::Point(point) => Box::new(std::iter::once(*point)),
            Part::Line(points) => Box::new(points.iter().copied()),
            Part::Polygon(rings) => Box::new(rings.iter().flatten().copied()),
        }
    }

    fn edges(&self) -> Box<dyn Iterator<Item = (Point, Point)> + '_> {
        let steps =
            |points: &'_ [Point]| points.windows(2).map(|step| (step[0], step[1])).collect::<Vec<_>>();
        match self {
            Part::Point(_) => Box::new(std::iter::empty()),
            Part::Line(points) => Box::new(steps(points).into_iter()),
            Part::Polygon(rings) => Box::new(rings.iter().flat_map(move |ring| steps(ring))),
        }
    }

    /// The point lies on or in it.
    fn covers(&self, point: Point) -> bool {
        match self {
            Part::Point(own) => *own == point,
            Part::Line(_) => self.edges().any(|edge| lies_on(point, edge)),
            Part::Polygon(_) => {
                // A ray to the right crosses the rings an odd number of times.
                let above = |corner: Point| corner.1 > point.1;
                let crossings = self.edges().filter(|(from, to)| {
                    above(*from) != above(*to)
                        && point.0 < (to.0 - from.0) * (point.1 - from.1) / (to.1 - from.1) + from.0
                });
                crossings.count() % 2 == 1 || self.edges().any(|edge| lies_on(point, edge))
            }
        }
    }
}

/// Twice the area of the triangle: its sign says on which side of the edge the point lies.
fn side((from, to): (Point, Point), point: Point) -> f64 {
    (to.0 - from.0) * (point.1 - from.1) - (to.1 - from.1) * (point.0 - from.0)
}

fn lies_on(point: Point, edge: (Point, Point)) -> bool {
    let within = |from: f64, to: f64, value: f64| value >= from.min(to) && value <= from.max(to);
    side(edge, point) == 0.0 && within(edge.0.0, edge.1.0, point.0) && within(edge.0.1, edge.1.1, point.1)
}

fn crosses(left: (Point, Point), right: (Point, Point)) -> bool {
    let apart = |edge, points: (Point, Point)| side(edge, points.0) * side(edge, points.1) < 0.0;
    apart(left, right) && apart(right, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Shape {
        parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn shapes_are_read_and_broken_ones_refused() {
        for text in [
            "POINT(0 0)",
            "SRID=4326;Point(-122.1 47.6)",
            "SRID=0;POINT(1 2 3)",
            "LINESTRING(0 0,1 1, 2 2)",
            "POLYGON((0 0,10 0,10 10,0 10,0 0),(1 1,2 1,2 2,1 1))",
            "MULTIPOINT((0 0),(1 1))",
            "SRID=0;MultiPoint()",
            "MULTILINESTRING((0 0,1 1),(2 2,3 3))",
            "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
            "COLLECTION(POINT(0 0),LINESTRING(0 0,1 1))",
            "SRID=4326;GeometryCollection(Point(0 0))",
        ] {
            shape(text);
        }
        for text in [
            "",
            "POINT",
            "POINT(0)",
            "POINT(0,0)",
            "POINT(0 0) x",
            "POINT(a b)",
            "LINESTRING(0 0)",
            "POLYGON((0 0))",
            "POLYGON((0 0,1 0,1 1,2 2))",
            "SRID=x;POINT(0 0)",
            "CIRCLE(0 0)",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn distances_are_metres_on_the_sphere_and_units_in_a_plane() {
        // A degree of longitude at the equator of a sphere of this radius, by hand.
        let degree = shape("POINT(0 0)").distance(&shape("POINT(1 0)")).expect("same system");
        assert!((degree - 111_195.08).abs() < 0.1, "{degree}");
        // Amsterdam to London is 357.6 km.
        let flight = shape("POINT(4.9041 52.3676)").distance(&shape("POINT(-0.1276 51.5072)"));
        assert!((flight.expect("same system") - 357_600.0).abs() < 1_000.0, "{flight:?}");
        assert_eq!(shape("SRID=0;POINT(0 0)").distance(&shape("SRID=0;POINT(3 4)")), Some(5.0));
        assert_eq!(shape("SRID=0;POINT(0 0)").distance(&shape("POINT(3 4)")), None);
        assert!((shape("SRID=0;LINESTRING(0 0,3 4,3 5)").length() - 6.0).abs() < 1e-9);
    }

    #[test]
    fn shapes_intersect_when_they_share_a_point() {
        let square = shape("POLYGON((0 0,10 0,10 10,0 10,0 0),(4 4,6 4,6 6,4 6,4 4))");
        let cases = [
            ("POINT(1 1)", true),
            ("POINT(5 5)", false),
            ("POINT(0 5)", true),
            ("POINT(4 5)", true),
            ("POINT(11 5)", false),
            ("LINESTRING(-1 5,1 5)", true),
            ("LINESTRING(-2 -2,-1 -1)", false),
            ("POLYGON((-5 -5,20 -5,20 20,-5 20,-5 -5))", true),
            ("POLYGON((4.5 4.5,5.5 4.5,5.5 5.5,4.5 4.5))", false),
        ];
        for (text, expected) in cases {
            assert_eq!(shape(text).intersects(&square), expected, "{text}");
            assert_eq!(square.intersects(&shape(text)), expected, "{text}");
        }
    }
}
