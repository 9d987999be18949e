//! Asking others on the network: an HTTPS client with limits, and probes that look at a server's certificate.
//!
//! Every request has a time limit, a size limit and a limit of redirects; what it carries goes to the host it was meant
//! for and to no other; plain HTTP and private addresses can be refused. There is no proxy, no cookie jar and no pool:
//! a request is one connection. It does not try again by itself; [`Answer::retry_after`] tells when one may.

mod address;
mod answer;
mod client;
mod connect;
mod error;
mod probe;
mod roots;
mod target;
mod verdict;

pub use address::is_private;
pub use answer::Answer;
pub use client::{Client, Limits, Request, Settings};
pub use error::OutboundError;
pub use probe::{Expected, TlsReport, probe_https, probe_tls};
pub use target::Target;
pub use verdict::Verdict;
