//! Doubles for the other side: a mail server that takes everything (RFC 5321's least), and a webhook's receiver.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::{Sending, Web, WebAnswer};

/// A mail as it arrived.
#[derive(Clone, Debug, Default)]
pub(super) struct Mail {
    pub(super) to: Vec<String>,
    pub(super) data: String,
}

/// A mail server on a free port of this machine.
pub(super) struct MailSink {
    pub(super) port: u16,
    taken: Arc<Mutex<Vec<Mail>>>,
}

impl MailSink {
    pub(super) async fn start() -> MailSink {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let keeping = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&keeping)));
            }
        });
        MailSink { port, taken }
    }

    pub(super) fn taken(&self) -> Vec<Mail> {
        self.taken.lock().unwrap().clone()
    }
}

async fn converse(stream: TcpStream, taken: Arc<Mutex<Vec<Mail>>>) -> Option<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 sink ready\r\n").await.ok()?;
    let mut mail = Mail::default();
    while let Some(line) = lines.next_line().await.ok()? {
        let answer: &[u8] = match line.split(' ').next()?.to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" => b"250-sink\r\n250 8BITMIME\r\n",
            "RCPT" => {
                mail.to.extend(line.split(['<', '>']).nth(1).map(str::to_owned));
                b"250 ok\r\n"
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await.ok()?;
                while let Some(line) = lines.next_line().await.ok()? {
                    if line == "." {
                        break;
                    }
                    mail.data.push_str(&line);
                    mail.data.push('\n');
                }
                taken.lock().unwrap().push(std::mem::take(&mut mail));
                b"250 taken\r\n"
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await.ok()?;
                return None;
            }
            _ => b"250 ok\r\n",
        };
        writer.write_all(answer).await.ok()?;
    }
    None
}

/// A post as it arrived.
#[derive(Clone, Debug)]
pub(super) struct WebPost {
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

/// A receiver of webhooks: answers 200 unless told otherwise.
#[derive(Clone, Default)]
pub(super) struct WebSink {
    posts: Arc<Mutex<Vec<WebPost>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl WebSink {
    pub(super) fn answer_next(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    pub(super) fn posts(&self) -> Vec<WebPost> {
        self.posts.lock().unwrap().clone()
    }
}

impl Web for WebSink {
    fn post(&self, _: String, headers: Vec<(&'static str, String)>, body: String) -> Sending {
        self.posts.lock().unwrap().push(WebPost { headers, body });
        let status = self.answers.lock().unwrap().pop_front().unwrap_or(200);
        Box::pin(async move { Ok(WebAnswer { status, retry_at: None }) })
    }
}
