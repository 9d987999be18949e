//! The bodies of successful token answers, in the shape of each face.
//!
//! v2 writes numbers as numbers; v1 writes them as strings and adds `expires_on`, `not_before` and `resource`
//! (identity notes §1.3). Pure.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::claims::TOKEN_SECONDS;
use crate::scope::Face;

/// What a token answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) audience: String,
    /// Short permission names; empty for an application's own token.
    pub(crate) scopes: Vec<String>,
    /// The scopes in the client's spelling.
    pub(crate) spelled: Vec<String>,
    pub(crate) access_token: String,
    pub(crate) id_token: Option<String>,
    pub(crate) refresh_token: Option<String>,
    pub(crate) client_info: Option<String>,
}

/// The body at `now`.
pub(crate) fn body(face: Face, tokens: &Tokens, now: Timestamp) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    put("token_type", Some(json!("Bearer")));
    put("scope", scope(face, tokens).map(Value::String));
    let number = |n: i64| match face {
        Face::V1 => json!(n.to_string()),
        Face::V2 => json!(n),
    };
    put("expires_in", Some(number(TOKEN_SECONDS)));
    put("ext_expires_in", Some(number(TOKEN_SECONDS)));
    if face == Face::V1 {
        put("expires_on", Some(number(now.as_second() + TOKEN_SECONDS)));
        put("not_before", Some(number(now.as_second())));
        put("resource", Some(json!(tokens.audience)));
    }
    put("access_token", Some(json!(tokens.access_token)));
    put("refresh_token", tokens.refresh_token.as_deref().map(Value::from));
    put("id_token", tokens.id_token.as_deref().map(Value::from));
    put("client_info", tokens.client_info.as_deref().map(Value::from));
    Value::Object(body)
}

fn scope(face: Face, tokens: &Tokens) -> Option<String> {
    if tokens.scopes.is_empty() && tokens.spelled.is_empty() {
        return None;
    }
    Some(match face {
        Face::V1 => tokens.scopes.join(" "),
        Face::V2 if !tokens.spelled.is_empty() => tokens.spelled.join(" "),
        // A grant made at the v1 face and redeemed at the v2 face has no spelling of its own.
        Face::V2 => {
            let full = tokens.scopes.iter().map(|name| format!("{}/{name}", tokens.audience));
            full.collect::<Vec<_>>().join(" ")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        Tokens {
            audience: "https://api.manage.microsoft.com/".into(),
            scopes: vec!["get_data_warehouse".into()],
            spelled: vec!["https://api.manage.microsoft.com//.default".into(), "offline_access".into()],
            access_token: "AT".into(),
            id_token: Some("ID".into()),
            refresh_token: Some("RT".into()),
            client_info: None,
        }
    }

    #[test]
    fn v2_has_numbers_and_the_clients_spelling() {
        insta::assert_snapshot!(body(Face::V2, &tokens(), Timestamp::UNIX_EPOCH), @r#"{"token_type":"Bearer","scope":"https://api.manage.microsoft.com//.default offline_access","expires_in":3600,"ext_expires_in":3600,"access_token":"AT","refresh_token":"RT","id_token":"ID"}"#);
    }

    #[test]
    fn v1_has_strings_and_the_resource() {
        insta::assert_snapshot!(body(Face::V1, &tokens(), Timestamp::UNIX_EPOCH), @r#"{"token_type":"Bearer","scope":"get_data_warehouse","expires_in":"3600","ext_expires_in":"3600","expires_on":"3600","not_before":"0","resource":"https://api.manage.microsoft.com/","access_token":"AT","refresh_token":"RT","id_token":"ID"}"#);
    }

    #[test]
    fn an_application_gets_no_scope() {
        let app = Tokens { scopes: vec![], spelled: vec![], id_token: None, refresh_token: None, ..tokens() };
        insta::assert_snapshot!(body(Face::V2, &app, Timestamp::UNIX_EPOCH), @r#"{"token_type":"Bearer","expires_in":3600,"ext_expires_in":3600,"access_token":"AT"}"#);
    }
}
