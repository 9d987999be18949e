//! The OpenAPI document, derived from the routes.

use std::collections::BTreeMap;

use policy::Need;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::route::{Door, Route};

/// The document of all routes. Deterministic: the committed copy is checked against it.
pub fn openapi(routes: &[Route], version: &str) -> Value {
    let mut generator = SchemaSettings::openapi3().into_generator();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut sorted: Vec<&Route> = routes.iter().collect();
    sorted.sort_by_key(|route| (route.path, route.method.as_str().to_owned()));
    for route in sorted {
        let mut responses = Map::new();
        for (status, schema) in &route.answers {
            let answer = match schema {
                Some(schema) => json!({
                    "description": "Done",
                    "content": { "application/json": { "schema": schema(&mut generator) } },
                }),
                None => json!({ "description": "Done" }),
            };
            responses.insert(status.to_string(), answer);
        }
        responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Failure" }));
        let mut operation = json!({
            "operationId": operation_id(route),
            "summary": route.summary,
            "parameters": parameters(route),
            "responses": responses,
        });
        match route.door {
            Door::Need(need) => operation["x-permission"] = permission(need),
            Door::Open(why) => {
                operation["security"] = json!([]);
                operation["x-open-because"] = json!(why);
            }
        }
        if let Some(schema) = route.accepts {
            let content = json!({ "application/json": { "schema": schema(&mut generator) } });
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        paths.entry(route.path).or_default().insert(route.method.as_str().to_lowercase(), operation);
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Quarterdeck", "version": version, "license": { "name": "Apache-2.0" } },
        "security": [{ "bearer": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": { "Failure": failure() },
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-qd_session" },
            },
        },
    })
}

fn operation_id(route: &Route) -> String {
    let words = route.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    let mut id = route.method.as_str().to_lowercase();
    for word in words {
        let (first, rest) = word.split_at(1);
        id.push_str(&first.to_ascii_uppercase());
        id.push_str(rest);
    }
    id
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}')).map(|name| {
        let name = name.trim_start_matches('*');
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    });
    let in_query = route.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name, "in": "query", "description": parameter.description,
            "schema": { "type": "string" },
        })
    });
    in_path.chain(in_query).collect()
}

fn permission(need: Need) -> Value {
    let ids = |actions: &[policy::Action]| actions.iter().map(|action| action.id()).collect::<Vec<_>>();
    match need {
        Need::Action(action) => json!({ "all": [action.id()] }),
        Need::All(actions) => json!({ "all": ids(actions) }),
        Need::Any(actions) => json!({ "any": ids(actions) }),
        Need::Published { grant, action } => json!({ "grant": grant, "all": [action.id()] }),
        Need::Device => json!("a device certificate"),
        Need::SignedIn => json!("a signed-in user"),
    }
}

fn failure() -> Value {
    json!({
        "description": "Refused: problem details, or an OData error under /graph, /warehouse and /ReportingService",
        "content": {
            "application/problem+json": { "schema": { "type": "object", "properties": {
                "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" },
                "detail": { "type": "string" }, "code": { "type": "string" }, "target": { "type": "string" },
                "missing": { "type": "array", "items": { "type": "string" } },
            } } },
            "application/json": { "schema": { "type": "object", "properties": { "error": { "type": "object",
                "properties": { "code": { "type": "string" }, "message": { "type": "string" },
                    "target": { "type": "string" }, "innererror": { "type": "object" } } } } } },
        },
    })
}
