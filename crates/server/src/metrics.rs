//! What the server counts about itself, and its Prometheus text.
//!
//! Names follow Prometheus' customs (`_total`, base units). Labels hold route templates and never anything a
//! client made up, so their number is bounded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

mod process;

/// Upper bounds of the latency buckets, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The counters of one server. Cheap to clone; clones share their state.
#[derive(Clone, Debug)]
pub(crate) struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    started_at: Timestamp,
    requests: Mutex<BTreeMap<Series, Histogram>>,
    running: AtomicI64,
    connections: AtomicI64,
    connections_total: AtomicU64,
    handshakes_failed: AtomicU64,
    panics: AtomicU64,
    certificate_expires_at: AtomicI64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Default)]
struct Histogram {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum_seconds: f64,
}

impl Metrics {
    pub(crate) fn new(started_at: Timestamp) -> Metrics {
        Metrics(Arc::new(Inner {
            started_at,
            requests: Mutex::default(),
            running: AtomicI64::new(0),
            connections: AtomicI64::new(0),
            connections_total: AtomicU64::new(0),
            handshakes_failed: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            certificate_expires_at: AtomicI64::new(0),
        }))
    }

    pub(crate) fn request_answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        let method = METHODS.into_iter().find(|known| *known == method).unwrap_or("OTHER");
        let series = Series { route: route.to_owned(), method, status };
        let mut requests = self.0.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.entry(series).or_default().add(took.as_secs_f64());
    }

    /// Requests to routes of this sort since the start, and those of them that failed.
    pub(crate) fn count(
        &self,
        is_ours: impl Fn(&str) -> bool,
        is_failure: impl Fn(u16) -> bool,
    ) -> (u64, u64) {
        let requests = self.0.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = requests.iter().filter(|(series, _)| is_ours(&series.route));
        ours.fold((0, 0), |(all, failed), (series, histogram)| {
            let failures = if is_failure(series.status) { histogram.count } else { 0 };
            (all + histogram.count, failed + failures)
        })
    }

    /// Counts a request as being answered until the value is dropped.
    pub(crate) fn request_running(&self) -> Gauge {
        self.0.running.fetch_add(1, Ordering::Relaxed);
        Gauge(self.clone(), |inner| &inner.running)
    }

    /// Counts a connection as open until the value is dropped.
    pub(crate) fn connection_opened(&self) -> Gauge {
        self.0.connections.fetch_add(1, Ordering::Relaxed);
        self.0.connections_total.fetch_add(1, Ordering::Relaxed);
        Gauge(self.clone(), |inner| &inner.connections)
    }

    pub(crate) fn handshake_failed(&self) {
        self.0.handshakes_failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn panicked(&self) {
        self.0.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn certificate_expires(&self, at: Timestamp) {
        self.0.certificate_expires_at.store(at.as_second(), Ordering::Relaxed);
    }

    /// When the certificate that is served expires; None before there is one.
    pub(crate) fn served_certificate_expires_at(&self) -> Option<Timestamp> {
        let second = self.0.certificate_expires_at.load(Ordering::Relaxed);
        Timestamp::from_second(second).ok().filter(|at| *at > Timestamp::UNIX_EPOCH)
    }

    /// Everything, in Prometheus' text format 0.0.4.
    pub(crate) fn text(&self) -> String {
        let inner = &*self.0;
        let mut out = String::new();
        let count = |cell: &AtomicU64| cell.load(Ordering::Relaxed) as f64;
        let level = |cell: &AtomicI64| cell.load(Ordering::Relaxed) as f64;
        head(&mut out, "quarterdeck_build_info", "gauge", "The program's version; always 1.");
        let _ = writeln!(out, "quarterdeck_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
        for (name, kind, about, value) in [
            ("quarterdeck_http_requests_running", "gauge", "Requests being answered.", level(&inner.running)),
            ("quarterdeck_connections_open", "gauge", "Open connections.", level(&inner.connections)),
            (
                "quarterdeck_connections_total",
                "counter",
                "Connections accepted since the start.",
                count(&inner.connections_total),
            ),
            (
                "quarterdeck_tls_handshakes_failed_total",
                "counter",
                "TLS handshakes that failed since the start.",
                count(&inner.handshakes_failed),
            ),
            (
                "quarterdeck_panics_total",
                "counter",
                "Requests that ended in a panic, answered with status 500.",
                count(&inner.panics),
            ),
            (
                "quarterdeck_certificate_expires_timestamp_seconds",
                "gauge",
                "When the server's certificate expires, in Unix time.",
                level(&inner.certificate_expires_at),
            ),
        ] {
            single(&mut out, name, kind, about, value);
        }
        self.requests_text(&mut out);
        process::text(&mut out, inner.started_at);
        out
    }

    fn requests_text(&self, out: &mut String) {
        let name = "quarterdeck_http_request_duration_seconds";
        head(out, name, "histogram", "Time until an answer began, by route template.");
        let requests = self.0.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (series, histogram) in requests {
            let Series { route, method, status } = series;
            let labels = format!("route=\"{}\",method=\"{method}\",status=\"{status}\"", escape(&route));
            for (bound, n) in BUCKETS.iter().zip(histogram.buckets) {
                let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {n}");
            }
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", histogram.count);
            let _ = writeln!(out, "{name}_sum{{{labels}}} {}", histogram.sum_seconds);
            let _ = writeln!(out, "{name}_count{{{labels}}} {}", histogram.count);
        }
    }
}

impl Histogram {
    fn add(&mut self, seconds: f64) {
        self.count += 1;
        self.sum_seconds += seconds;
        for (bound, n) in BUCKETS.iter().zip(&mut self.buckets) {
            if seconds <= *bound {
                *n += 1;
            }
        }
    }
}

/// Something that goes on until this is dropped.
#[derive(Debug)]
pub(crate) struct Gauge(Metrics, fn(&Inner) -> &AtomicI64);

impl Drop for Gauge {
    fn drop(&mut self) {
        (self.1)(&self.0.0).fetch_sub(1, Ordering::Relaxed);
    }
}

fn head(out: &mut String, name: &str, kind: &str, about: &str) {
    let _ = writeln!(out, "# HELP {name} {about}\n# TYPE {name} {kind}");
}

pub(crate) fn single(out: &mut String, name: &str, kind: &str, about: &str, value: f64) {
    head(out, name, kind, about);
    let _ = writeln!(out, "{name} {value}");
}

fn escape(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_method_and_status() {
        let metrics = Metrics::new(Timestamp::UNIX_EPOCH);
        metrics.request_answered("/a/{id}", "GET", 200, Duration::from_millis(3));
        metrics.request_answered("/a/{id}", "GET", 200, Duration::from_millis(700));
        metrics.request_answered("/a/{id}", "BREW", 405, Duration::from_millis(1));
        let text = metrics.text();
        let labels = "{route=\"/a/{id}\",method=\"GET\",status=\"200\"";
        for line in [
            format!("quarterdeck_http_request_duration_seconds_bucket{labels},le=\"0.0025\"}} 0"),
            format!("quarterdeck_http_request_duration_seconds_bucket{labels},le=\"0.005\"}} 1"),
            format!("quarterdeck_http_request_duration_seconds_bucket{labels},le=\"1\"}} 2"),
            format!("quarterdeck_http_request_duration_seconds_count{labels}}} 2"),
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing from\n{text}");
        }
        assert!(text.contains("method=\"OTHER\",status=\"405\""), "{text}");
    }

    #[test]
    fn gauges_fall_again() {
        let metrics = Metrics::new(Timestamp::UNIX_EPOCH);
        let open = metrics.connection_opened();
        assert!(metrics.text().contains("\nquarterdeck_connections_open 1\n"));
        drop(open);
        assert!(metrics.text().contains("\nquarterdeck_connections_open 0\n"));
        assert!(metrics.text().contains("\nquarterdeck_connections_total 1\n"));
    }

    #[test]
    fn every_line_is_a_comment_or_a_sample() {
        let metrics = Metrics::new(Timestamp::UNIX_EPOCH);
        metrics.request_answered("/a", "GET", 200, Duration::from_millis(3));
        for line in metrics.text().lines() {
            let sample = line.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok());
            assert!(line.starts_with("# HELP ") || line.starts_with("# TYPE ") || sample, "{line}");
        }
    }
}
