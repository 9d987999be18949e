//! A connection to a host: its name looked up, its addresses judged, TLS begun.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use words::Words;

use crate::address::is_private;
use crate::error::OutboundError;
use crate::target::Target;
use crate::verdict::Verdict;

/// At most this many of a name's addresses are tried.
const ADDRESSES_MAX: usize = 4;

/// Connects to the first address that answers. The address that was judged is the one connected to, so that a name
/// cannot lead to one address when asked and to another when used.
pub(crate) async fn tcp(target: &Target, refuses_private: bool) -> Result<TcpStream, OutboundError> {
    let mut why = Words::new("no address", "geen adres", "ingen adress");
    for address in addresses(target, refuses_private).await? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Small requests should not wait for more; a socket that cannot promise that still works.
                stream.set_nodelay(true).ok();
                return Ok(stream);
            }
            Err(error) => why = refusal(error.kind()),
        }
    }
    Err(OutboundError::NotConnected { host: target.host().to_owned(), port: target.port(), why })
}

async fn addresses(target: &Target, refuses_private: bool) -> Result<Vec<SocketAddr>, OutboundError> {
    let host = || target.host().to_owned();
    let ips: Vec<IpAddr> = match target.ip() {
        Some(ip) => vec![ip],
        None => match tokio::net::lookup_host((target.host(), target.port())).await {
            Ok(found) => found.map(|address| address.ip()).take(ADDRESSES_MAX).collect(),
            Err(_) => return Err(OutboundError::NameNotFound { host: host() }),
        },
    };
    if let Some(ip) = ips.iter().copied().find(|ip| refuses_private && is_private(*ip)) {
        return Err(OutboundError::Private { host: host(), ip });
    }
    Ok(ips.into_iter().map(|ip| SocketAddr::new(ip, target.port())).collect())
}

/// Why an address did not take the connection.
fn refusal(kind: std::io::ErrorKind) -> Words {
    use std::io::ErrorKind;
    match kind {
        ErrorKind::ConnectionRefused => {
            Words::new("connection refused", "verbinding geweigerd", "anslutningen nekades")
        }
        ErrorKind::ConnectionReset => {
            Words::new("connection reset", "verbinding verbroken", "anslutningen bröts")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            Words::new("it cannot be reached", "het is niet bereikbaar", "den kan inte nås")
        }
        ErrorKind::TimedOut => Words::new("timed out", "geen antwoord op tijd", "inget svar i tid"),
        other => Words::same(other.to_string()),
    }
}

/// Begins TLS on a connection.
pub(crate) async fn tls(
    stream: TcpStream,
    target: &Target,
    config: Arc<ClientConfig>,
) -> Result<TlsStream<TcpStream>, OutboundError> {
    let name = server_name(target)?;
    TlsConnector::from(config).connect(name, stream).await.map_err(|error| trouble(target, &error))
}

pub(crate) fn server_name(target: &Target) -> Result<ServerName<'static>, OutboundError> {
    ServerName::try_from(target.host().to_owned()).map_err(|_| OutboundError::Address(target.origin()))
}

fn trouble(target: &Target, error: &std::io::Error) -> OutboundError {
    let host = target.host().to_owned();
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(why)) => {
            OutboundError::Untrusted { host, why: Verdict::of(why).words() }
        }
        Some(rustls::Error::InvalidMessage(_)) => OutboundError::Tls {
            host,
            why: Words::new(
                "it answers something else",
                "er komt een ander soort antwoord",
                "den svarar något annat",
            ),
        },
        Some(error) => OutboundError::Tls { host, why: error.to_string().into() },
        None => OutboundError::Broken { host },
    }
}
