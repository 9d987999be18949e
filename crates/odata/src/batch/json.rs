//! JSON batches (OData JSON Format 4.01 §19).
//!
//! `if` conditions are refused: they need the results of other requests.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{BatchError, Limits, Request, Response, check_count, malformed};

/// Takes a JSON body apart.
///
/// # Errors
/// [`BatchError`] with the id or number of the request at fault.
pub fn parse_json(body: &[u8], limits: &Limits) -> Result<Vec<Request>, BatchError> {
    let document: Value = match serde_json::from_slice(body) {
        Ok(document) => document,
        Err(error) => return malformed(format!("The batch is not valid JSON: {error}.")),
    };
    let Some(items) = document.get("requests").and_then(Value::as_array) else {
        return malformed("Write the batch as {\"requests\":[…]}.");
    };
    check_count(items.len(), limits)?;
    let (mut seen, mut groups): (HashSet<String>, HashSet<String>) = (HashSet::new(), HashSet::new());
    let mut requests = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let request = request(item, index + 1, limits)?;
        let id = request.id.clone().unwrap_or_default();
        if let Some(missing) =
            request.depends_on.iter().find(|needed| !seen.contains(*needed) && !groups.contains(*needed))
        {
            return malformed(format!(
                "Request '{id}' depends on '{missing}', which does not come before it."
            ));
        }
        if groups.contains(&id) || !seen.insert(id.clone()) {
            return malformed(format!("The id '{id}' is used twice."));
        }
        if let Some(group) = &request.group {
            let goes_on =
                requests.last().is_some_and(|before: &Request| before.group.as_ref() == Some(group));
            if !goes_on && !groups.insert(group.clone()) {
                return malformed(format!("Put the requests of the group '{group}' next to each other."));
            }
            if seen.contains(group) && !goes_on || id == *group {
                return malformed(format!("The id '{group}' is used for a request and for a group."));
            }
        }
        requests.push(request);
    }
    Ok(requests)
}

fn request(item: &Value, number: usize, limits: &Limits) -> Result<Request, BatchError> {
    let text = |name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let (Some(id), Some(method), Some(url)) = (text("id"), text("method"), text("url")) else {
        return malformed(format!("Request {number} needs \"id\", \"method\" and \"url\" as texts."));
    };
    if item.get("if").is_some() {
        return malformed(format!("Request '{id}': \"if\" is not available; leave it out."));
    }
    let mut headers = Vec::new();
    for (name, value) in item.get("headers").and_then(Value::as_object).into_iter().flatten() {
        match value.as_str() {
            Some(value) => headers.push((name.clone(), value.to_owned())),
            None => return malformed(format!("Request '{id}': the header '{name}' must be a text.")),
        }
    }
    if headers.len() > limits.headers_per_request {
        return Err(BatchError::TooLarge(format!(
            "Request '{id}' has more than {} headers.",
            limits.headers_per_request
        )));
    }
    let depends_on = item.get("dependsOn").and_then(Value::as_array).into_iter().flatten();
    let depends_on: Option<Vec<String>> = depends_on.map(|id| id.as_str().map(str::to_owned)).collect();
    let Some(depends_on) = depends_on else {
        return malformed(format!("Request '{id}': \"dependsOn\" must list ids as texts."));
    };
    Ok(Request {
        method: method.to_ascii_uppercase(),
        url,
        headers,
        body: item.get("body").map(body_bytes).unwrap_or_default(),
        group: text("atomicityGroup"),
        depends_on,
        id: Some(id),
    })
}

/// Texts are bodies of another media type; everything else is JSON.
fn body_bytes(body: &Value) -> Vec<u8> {
    match body {
        Value::String(text) => text.clone().into_bytes(),
        other => other.to_string().into_bytes(),
    }
}

/// Puts answers into a JSON body. Bodies that are JSON by their `Content-Type` are embedded as they are.
#[must_use]
pub fn write_json(responses: &[Response]) -> Vec<u8> {
    let items: Vec<Value> = responses.iter().map(response).collect();
    json!({ "responses": items }).to_string().into_bytes()
}

fn response(response: &Response) -> Value {
    let mut item = Map::new();
    item.insert("id".to_owned(), response.id.clone().unwrap_or_default().into());
    item.extend(response.group.iter().map(|group| ("atomicityGroup".to_owned(), group.clone().into())));
    item.insert("status".to_owned(), response.status.into());
    if !response.headers.is_empty() {
        let headers =
            response.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone().into()));
        item.insert("headers".to_owned(), headers.collect::<Map<String, Value>>().into());
    }
    if !response.body.is_empty() {
        let is_json = response.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.starts_with("application/json")
        });
        let embedded = is_json.then(|| serde_json::from_slice(&response.body).ok()).flatten();
        let body = embedded.unwrap_or_else(|| String::from_utf8_lossy(&response.body).into_owned().into());
        item.insert("body".to_owned(), body);
    }
    item.into()
}
