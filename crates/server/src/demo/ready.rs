//! The ready file: what a script needs to use the demo, written once the server answers.
//!
//! Scripts of others read it: keys are only ever added.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use tokio::net::TcpStream;

use super::Secrets;
use crate::data_dir;
use crate::serve::Listening;
use crate::setup::{Founded, Plan};

#[derive(Debug, Serialize)]
pub(super) struct Ready {
    origin: String,
    ca_file: Option<String>,
    tenant_id: String,
    tenant_domain: String,
    admin_user: String,
    admin_password: String,
    client_id: String,
    client_secret: String,
    feed_root: String,
    graph_root: String,
    pid: u32,
    enrollment_token: String,
    one_time_sign_in: String,
    scim_root: String,
    provisioning_client_id: String,
    provisioning_client_secret: String,
}

impl Ready {
    pub(super) fn new(
        listening: &Listening,
        founded: &Founded,
        plan: &Plan,
        secrets: Secrets,
        one_time_sign_in: String,
    ) -> Ready {
        let origin = listening.origin.to_string();
        Ready {
            ca_file: listening.authority_file().map(|file| file.display().to_string()),
            tenant_id: founded.tenant.to_string(),
            tenant_domain: plan.domain.clone(),
            admin_user: founded.admin_name.clone(),
            admin_password: secrets.admin_password,
            client_id: secrets.client_id,
            client_secret: secrets.client_secret,
            feed_root: format!("{origin}/ReportingService/DataWarehouseFEService"),
            graph_root: format!("{origin}/graph/v1.0"),
            pid: std::process::id(),
            enrollment_token: secrets.enrollment_token,
            one_time_sign_in,
            scim_root: format!("{origin}/scim/v2"),
            provisioning_client_id: secrets.provisioning_client_id,
            provisioning_client_secret: secrets.provisioning_client_secret,
            origin,
        }
    }

    /// Waits until the port takes connections, then writes the file, whole or not at all.
    pub(super) fn write_when_answering(self, file: PathBuf, address: SocketAddr) {
        tokio::spawn(async move {
            while TcpStream::connect(address).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let text = serde_json::to_string_pretty(&self).expect("the ready file is plain JSON");
            if let Err(error) = data_dir::write_whole(&file, text.as_bytes(), 0o600) {
                tracing::error!(%error, file = %file.display(), "the ready file cannot be written");
            }
        });
    }
}
