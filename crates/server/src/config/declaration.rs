//! Every setting, declared once.
//!
//! The macro makes a struct for each section, the list [`KEYS`], and the reader; nothing else names a setting.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use super::setting::{
    CollectorAddress, DatabaseAddress, LogFormat, LogLevel, Permission, Refusals, Security, Setting,
    StoreAddress,
};
use super::source::Values;
use super::{Key, Network, Origin};

macro_rules! settings {
    ($( $(#[doc = $about:literal])* $field:ident: $Section:ident = $path:literal {
        $( $(#[doc = $doc:literal])* $key:ident: $type:ty = $default:literal, )*
    } )*) => {
        $(
            $(#[doc = $about])*
            #[derive(Clone, Debug)]
            pub(crate) struct $Section { $( $(#[doc = $doc])* pub(crate) $key: $type, )* }
        )*

        /// All settings.
        #[derive(Clone, Debug)]
        pub(crate) struct Config { $( pub(crate) $field: $Section, )* }

        /// All settings, in the order of the documentation.
        pub(crate) const KEYS: &[Key] = &[ $( $( Key {
            section: $path,
            name: stringify!($key),
            shape: <$type as Setting>::SHAPE,
            default: $default,
            doc: concat!($($doc),*),
        }, )* )* ];

        /// What each section is about, in the same order.
        pub(crate) const SECTIONS: &[(&str, &str)] = &[ $( ($path, concat!($($about),*)), )* ];

        impl Config {
            /// The typed settings; problems are added to `values`, and `None` means that there are some.
            pub(crate) fn read(values: &mut Values) -> Option<Config> {
                $( let $field = read::$field(values); )*
                Some(Config { $( $field: $field?, )* })
            }
        }

        mod read {
            use super::*;
            $(
                pub(super) fn $field(values: &mut Values) -> Option<$Section> {
                    $( let $key = values.take::<$type>($path, stringify!($key), $default); )*
                    Some($Section { $( $key: $key?, )* })
                }
            )*
        }
    };
}

settings! {
    /// The top of the file.
    files: Files = "" {
        /// The folder that holds everything this server keeps: its database, the warehouse's files, its certificates. Back it up as one.
        data_dir: PathBuf = "quarterdeck-data",
    }
    /// The one listener. It always speaks https.
    server: Server = "server" {
        /// The address and port to listen on. Port 0 takes a free one.
        listen: SocketAddr = "127.0.0.1:8443",
        /// The address people and clients type, such as `https://deck.example.com`. Tokens name it as their issuer, so choose it once. Unset: `https://localhost` with the listening port when listening on this machine only, else the machine's name.
        public_origin: Option<Origin> = "",
        /// Networks of reverse proxies whose `X-Forwarded-For` is believed, such as `10.0.0.0/8`. Everybody else's is ignored.
        trusted_proxies: Vec<Network> = "",
        /// Connections open at once; further ones wait.
        connections_max: NonZeroU32 = "4096",
        /// Bytes of one request's header lines together.
        header_bytes_max: NonZeroU32 = "65536",
        /// Bytes of one request's body.
        body_bytes_max: NonZeroU64 = "16777216",
        /// Seconds a client may take for the TLS handshake.
        handshake_timeout_seconds: NonZeroU64 = "10",
        /// Seconds a client may take to send a request's header lines; over HTTP/1.1 also the pause between two requests.
        header_timeout_seconds: NonZeroU64 = "30",
        /// Seconds a handler may take until it begins to answer. Answers that stream, and open channels, may go on longer.
        request_timeout_seconds: NonZeroU64 = "60",
        /// Seconds a connection may stay open without a request.
        idle_timeout_seconds: NonZeroU64 = "120",
        /// Seconds that requests being answered get to finish when the server is told to stop.
        stop_timeout_seconds: u64 = "20",
    }
    /// The certificate. Without these settings the server makes its own authority and certificate in `data_dir/tls` and renews the certificate by itself.
    tls: Tls = "server.tls" {
        /// Your own certificate, followed by the certificates between it and its authority, as PEM.
        certificate_file: Option<PathBuf> = "",
        /// The private key of that certificate, as PEM. Only its owner may be allowed to read it.
        private_key_file: Option<PathBuf> = "",
        /// Further names and addresses that the certificate made here is to hold for.
        extra_names: Vec<String> = "",
    }
    /// The operational database.
    database: Database = "database" {
        /// `sqlite:PATH`, or `postgres://user@host/name` without a password. Unset: `quarterdeck.db` in `data_dir`.
        url: Option<DatabaseAddress> = "",
        /// A file whose one line is the URL, password included. Only its owner may be allowed to read it. Wins over `url`.
        url_file: Option<PathBuf> = "",
        /// Reading threads (SQLite) or connections (PostgreSQL).
        threads: NonZeroU32 = "4",
    }
    /// The warehouse's files.
    lake: Lake = "lake" {
        /// The folder of the warehouse's Parquet files and catalogue. Unset: `lake` in `data_dir`.
        folder: Option<PathBuf> = "",
        /// An object store for the Parquet files: `s3://BUCKET/FOLDER`, `az://CONTAINER/FOLDER` or `gs://BUCKET/FOLDER`. The catalogue stays in the folder, or in PostgreSQL. Unset: the files are in the folder too.
        url: Option<StoreAddress> = "",
        /// A file with the object store's options, one `name = value` a line, such as `aws_access_key_id`, `aws_secret_access_key`, `aws_region` or `aws_endpoint`. Only its owner may be allowed to read it. What it leaves out is taken from the environment (`AWS_…`, `AZURE_…`, `GOOGLE_…`) or the machine's role.
        credentials_file: Option<PathBuf> = "",
        /// Days of history that tables with one row per day keep; 0 keeps everything. Unset: as documented, table by table.
        history_days: Option<u16> = "",
    }
    /// The warehouse feed.
    feed: Feed = "feed" {
        /// Rows in one page of the feed, at most.
        page_rows: NonZeroU32 = "100000",
        /// `own` answers all it can and says what it refuses; `original` refuses what the product's own warehouse refuses, in its words, for testing clients against it.
        refusals: Refusals = "own",
    }
    /// The mail server that notifications leave by. Without `host` no mail is sent.
    mail: Mail = "mail" {
        /// The mail server's name or address.
        host: Option<String> = "",
        /// Its port.
        port: u16 = "587",
        /// `starttls` (plain that must become TLS, port 587), `tls` (from the start, port 465) or `none` (a relay on this machine).
        security: Security = "starttls",
        /// The name to sign in with. Unset: no sign-in.
        user_name: Option<String> = "",
        /// A file that holds the password. Only its owner may be allowed to read it.
        password_file: Option<PathBuf> = "",
        /// The sender, such as `Quarterdeck <deck@example.com>`.
        from: String = "Quarterdeck <quarterdeck@localhost>",
        /// Authorities to trust for the mail server beside the machine's own, as PEM.
        ca_file: Option<PathBuf> = "",
    }
    /// Asking others on the network: webhooks, probes, imports.
    outbound: Outbound = "outbound" {
        /// Authorities to trust beside the machine's own, as PEM.
        ca_file: Option<PathBuf> = "",
        /// `allow` or `refuse` hosts at private addresses, such as 10.0.0.1. Refuse them where people who may add webhooks and probes must not reach your inner network.
        private_addresses: Permission = "allow",
    }
    /// The tenant that the first start makes. Later starts ignore these.
    tenant: Tenant = "tenant" {
        /// The organisation's name.
        display_name: String = "My organisation",
        /// The domain of its users' sign-in names.
        domain: String = "quarterdeck.example",
        /// Two letters, ISO 3166.
        country: String = "NL",
        /// Where its data is, in words for people.
        location: String = "This server",
    }
    /// What the server writes about itself. Never tokens, sign-in names or device names.
    log: Log = "log" {
        /// `text` for people, `json` for machines.
        format: LogFormat = "text",
        /// The least important lines that are written: `error`, `warn`, `info`, `debug` or `trace`.
        level: LogLevel = "info",
    }
    /// Traces for OpenTelemetry: a span for each request, sent as OTLP over HTTP (JSON).
    otlp: Otlp = "otlp" {
        /// The collector's base address, such as `http://127.0.0.1:4318`; spans go to `/v1/traces` there. Plain http: let a collector nearby forward with TLS. Unset: no traces are sent.
        endpoint: Option<CollectorAddress> = "",
        /// The name this server gives itself.
        service_name: String = "quarterdeck",
    }
}
