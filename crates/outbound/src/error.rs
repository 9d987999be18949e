//! Why a request got no answer: sentences for people, without anything of the request but the host.

/// A request that got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    #[error("'{0}' is no address; write it like https://host.example/path.")]
    Address(String),
    #[error("The address of {host} begins with http:, which anybody on the way can read; use https:.")]
    Plain { host: String },
    #[error(
        "{host} is at {ip}, a private address, and these are refused here; allow them in the settings if it is yours."
    )]
    Private { host: String, ip: std::net::IpAddr },
    #[error("The name {host} was not found; check its spelling and this machine's DNS.")]
    NameNotFound { host: String },
    #[error(
        "{host} does not take connections on port {port} ({why}); check that it runs and that no firewall is between."
    )]
    NotConnected { host: String, port: u16, why: String },
    #[error("{host} did not answer within {seconds} seconds.")]
    TimedOut { host: String, seconds: u64 },
    #[error("{host} does not speak TLS as it should: {why}.")]
    Tls { host: String, why: String },
    #[error("The certificate of {host} is not trusted: {why}.")]
    Untrusted { host: String, why: String },
    #[error("{host} ended the connection before its answer was complete.")]
    Broken { host: String },
    #[error("The answer of {host} is larger than {bytes_max} bytes.")]
    TooLarge { host: String, bytes_max: usize },
    #[error("{host} redirects more than {redirects_max} times.")]
    Redirects { host: String, redirects_max: u8 },
    #[error(
        "{host} redirects to another place ({to}) that may not have what was sent; use that address if it is right."
    )]
    RedirectElsewhere { host: String, to: String },
    #[error("The answer of {host} is not the JSON it should be ({why}).")]
    NotJson { host: String, why: String },
    #[error("No trusted root certificates were found on this machine; install them, or name a file of them.")]
    NoRoots,
    #[error("A root certificate to be trusted cannot be read.")]
    RootUnreadable,
}
