//! The real program on a free port and a fresh folder, and a client small enough to send anything.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// The program with nothing of this machine's settings.
pub(crate) fn quarterdeck(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
    command.args(arguments);
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("QUARTERDECK_"))
    {
        command.env_remove(name);
    }
    command
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command that ends by itself, and shows what it said.
pub(crate) fn said(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    (status.code(), format!("{}{}", text(&stdout), text(&stderr)))
}

/// A running server. It is killed when dropped, unless it has ended.
pub(crate) struct Server {
    child: Child,
    pub(crate) data_dir: PathBuf,
    pub(crate) port: u16,
    stdout: BufReader<std::process::ChildStdout>,
    log: PathBuf,
}

impl Server {
    pub(crate) fn start(data_dir: &Path) -> Server {
        Server::start_with(data_dir, &[])
    }

    pub(crate) fn start_with(data_dir: &Path, settings: &[(&str, &str)]) -> Server {
        let folder = data_dir.to_str().expect("a plain name");
        let (code, words) =
            said(&mut quarterdeck(&["init", "--data-dir", folder, "--listen", "127.0.0.1:0"]));
        assert_eq!(code, Some(0), "{words}");
        let mut command = quarterdeck(&["serve", "--data-dir", folder, "--listen", "127.0.0.1:0"]);
        command.envs(settings.iter().copied());
        Server::spawn(data_dir, command)
    }

    /// A demo with its ready file and its log, in JSON, beside its data.
    pub(crate) fn demo(folder: &Path, arguments: &[&str]) -> Server {
        let data_dir = folder.join("demo");
        let mut command = quarterdeck(&["demo", "--listen", "127.0.0.1:0", "--data-dir"]);
        command.arg(&data_dir).args(arguments).arg("--ready-file").arg(folder.join("ready.json"));
        command.env("QUARTERDECK_LOG__FORMAT", "json");
        // The last one's would be taken for this one's.
        let _ = std::fs::remove_file(folder.join("ready.json"));
        Server::spawn(&data_dir, command)
    }

    fn spawn(data_dir: &Path, mut command: Command) -> Server {
        let log = data_dir.with_extension("log");
        let errors = std::fs::File::create(&log).expect("a log file");
        let mut child = command.stdout(Stdio::piped()).stderr(errors).spawn().expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut first = String::new();
        stdout.read_line(&mut first).expect("a first line");
        let port = first.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            panic!("the first line names the address: {first:?}\n{log}")
        });
        Server { child, data_dir: data_dir.to_owned(), port, stdout, log }
    }

    /// The ready file, once it is there: it is written when the server answers.
    pub(crate) fn ready(&self) -> serde_json::Value {
        let file = self.data_dir.with_file_name("ready.json");
        loop {
            match std::fs::read(&file) {
                Ok(text) => return serde_json::from_slice(&text).expect("written whole"),
                Err(_) => std::thread::yield_now(),
            }
        }
    }

    pub(crate) fn stop_and_read_log(self) -> String {
        let log = self.log.clone();
        self.stop();
        std::fs::read_to_string(log).expect("a log")
    }

    pub(crate) fn connect(&self) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        let authority =
            CertificateDer::from_pem_file(self.data_dir.join("tls/ca.pem")).expect("an authority");
        roots.add(authority).expect("a certificate");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").expect("a name");
        let connection = ClientConnection::new(Arc::new(config), name).expect("a client");
        StreamOwned::new(connection, self.plain())
    }

    pub(crate) fn plain(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens")
    }

    /// Sends these bytes and reads until the server closes.
    pub(crate) fn send(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        // The server may refuse and close while a large request is still being sent.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        text(&answer)
    }

    pub(crate) fn get(&self, path: &str, accept: &str) -> String {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
        );
        self.send(request.as_bytes())
    }

    pub(crate) fn tell(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("the server runs");
    }

    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("text");
        (self.child.wait().expect("our child"), rest)
    }

    pub(crate) fn stop(self) {
        self.tell(Signal::TERM);
        assert_eq!(self.wait().0.code(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder for one server's data.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}
