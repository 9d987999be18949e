//! The text frames of the WebSocket channel: the server's word to the agent, and the agent's greeting.
//!
//! The channel only wakes an agent up. Nothing is reported over it; a lost frame costs nothing but time.

use serde::{Deserialize, Serialize};

/// The server pings this often; an agent that hears nothing for two pings reconnects.
pub const PING_SECONDS: u64 = 30;

/// Server → agent. A frame of a type not known here is to be ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ServerFrame {
    /// Report now.
    CheckIn,
    /// Renew the certificate now.
    Renew,
    /// The device was retired: stop.
    Retired,
}

/// Agent → server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum AgentFrame {
    Hello { agent_version: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_tagged_by_type() {
        let frame = serde_json::to_string(&ServerFrame::CheckIn).expect("plain data");
        assert_eq!(frame, r#"{"type":"checkIn"}"#);
        let hello = AgentFrame::Hello { agent_version: "0.1.0".to_owned() };
        assert_eq!(
            serde_json::to_string(&hello).expect("plain data"),
            r#"{"type":"hello","agentVersion":"0.1.0"}"#
        );
        assert!(serde_json::from_str::<ServerFrame>(r#"{"type":"sing"}"#).is_err());
    }
}
