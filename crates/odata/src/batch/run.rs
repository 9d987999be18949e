//! Running a batch: which request comes next, what its address means, and what failures do to the rest.
//!
//! [`Run`] hands out requests one by one and takes their answers, so that it fits under blocking and asynchronous
//! services alike; it executes nothing itself.
//!
//! ```
//! use odata::batch::{Batch, Limits, Response, Run};
//!
//! let body = br#"{"requests":[{"id":"1","method":"GET","url":"devices"}]}"#;
//! let batch = Batch::parse("application/json", body, &Limits::default())?;
//! let mut run = Run::new(batch, "https://host/service/", &[]);
//! while let Some(request) = run.next_request() {
//!     assert_eq!(request.url, "devices");
//!     run.answer(Response { status: 204, ..Response::default() });
//! }
//! let (content_type, _body) = run.finish();
//! assert_eq!(content_type, "application/json");
//! # Ok::<(), odata::batch::BatchError>(())
//! ```

use std::collections::VecDeque;

use super::multipart::write_parts;
use super::{BatchError, Limits, Request, Response, boundary, parse_json, parse_multipart, write_json};
use crate::json::ErrorBody;

/// How a batch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Multipart,
    Json,
}

/// A batch taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub form: Form,
    pub requests: Vec<Request>,
}

impl Batch {
    /// Takes a body apart by its `Content-Type`.
    ///
    /// # Errors
    /// As [`parse_json`] and [`parse_multipart`]; [`BatchError::Malformed`] for any other type.
    pub fn parse(content_type: &str, body: &[u8], limits: &Limits) -> Result<Self, BatchError> {
        let media = content_type.split(';').next().unwrap_or_default().trim();
        if media.eq_ignore_ascii_case("application/json") {
            return Ok(Self { form: Form::Json, requests: parse_json(body, limits)? });
        }
        let boundary = boundary(content_type)?;
        Ok(Self { form: Form::Multipart, requests: parse_multipart(body, boundary, limits)? })
    }
}

/// Headers of the batch that hold for its requests unless they bring their own (Protocol §11.7.1).
const INHERITED: [&str; 3] = ["OData-Version", "OData-MaxVersion", "Accept-Language"];

/// What became of a request that has an id, or of a group.
struct Outcome {
    id: String,
    is_success: bool,
    /// Where what it made or read is, relative to the root or absolute.
    location: String,
    etag: Option<String>,
}

/// A batch on its way.
pub struct Run {
    form: Form,
    /// The absolute address of the service root, ending in `/`.
    root: String,
    waiting: VecDeque<Request>,
    current: Option<Request>,
    stops_at_failure: bool,
    inherited: Vec<(String, String)>,
    outcomes: Vec<Outcome>,
    responses: Vec<Response>,
}

impl Run {
    /// `root` is the absolute address of the service root, ending in `/`; `headers` are those of the batch itself.
    ///
    /// A multipart batch stops at the first failure unless `Prefer: continue-on-error` is given; a JSON batch goes on
    /// unless it is given as `false`.
    #[must_use]
    pub fn new(batch: Batch, root: &str, headers: &[(String, String)]) -> Self {
        let inherited = headers.iter().filter(|(name, _)| is_inherited(name)).cloned().collect();
        let preference = headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("prefer"))
            .find_map(|(_, value)| continue_on_error(value));
        Self {
            form: batch.form,
            root: root.to_owned(),
            waiting: batch.requests.into(),
            current: None,
            stops_at_failure: !preference.unwrap_or(batch.form == Form::Json),
            inherited,
            outcomes: Vec::new(),
            responses: Vec::new(),
        }
    }

    /// The next request to execute, its address relative to the service root (`devices(5)?$select=id`) and with the
    /// headers it inherits. Give its answer to [`Run::answer`] before asking again. Requests that must not run are
    /// answered here.
    pub fn next_request(&mut self) -> Option<Request> {
        while let Some(mut request) = self.waiting.pop_front() {
            let prepared = self.prepare(&mut request);
            self.current = Some(request.clone());
            match prepared {
                Ok(()) => return Some(request),
                Err(refusal) => self.answer(refusal),
            }
        }
        None
    }

    /// Takes the answer to the request handed out last; its id and group are filled in.
    pub fn answer(&mut self, response: Response) {
        let Some(request) = self.current.take() else { return };
        let is_success = (200..400).contains(&response.status);
        let header = |name: &str| {
            let mut headers = response.headers.iter();
            headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
        };
        if let Some(id) = &request.id {
            self.outcomes.push(Outcome {
                id: id.clone(),
                is_success,
                location: header("location").or_else(|| header("odata-entityid")).unwrap_or(request.url),
                etag: header("etag"),
            });
        }
        if let (false, Some(group)) = (is_success, &request.group) {
            self.fail_group(group);
        }
        self.responses.push(Response { id: request.id, group: request.group.clone(), ..response });
        let group_goes_on =
            request.group.is_some() && self.waiting.front().is_some_and(|next| next.group == request.group);
        if !is_success && self.stops_at_failure && !group_goes_on {
            self.waiting.clear();
        }
    }

    /// The `Content-Type` and the body of the whole answer.
    #[must_use]
    pub fn finish(self) -> (String, Vec<u8>) {
        match self.form {
            Form::Json => ("application/json".to_owned(), write_json(&self.responses)),
            Form::Multipart => {
                let boundary = free_boundary(&self.responses);
                let body = write_parts(&self.responses, &boundary);
                (format!("multipart/mixed;boundary={boundary}"), body)
            }
        }
    }

    /// Resolves what the request refers to, or gives the answer it gets without being run.
    fn prepare(&self, request: &mut Request) -> Result<(), Response> {
        let failed = |id: &String| self.outcomes.iter().any(|known| known.id == *id && !known.is_success);
        if let Some(id) = request.depends_on.iter().find(|id| failed(id)) {
            let message = format!("This request depends on '{id}', which failed.");
            return Err(refusal(424, "FailedDependency", &message));
        }
        let is_lost = |group: &String| self.outcomes.iter().any(|known| known.id == *group);
        if request.group.as_ref().is_some_and(is_lost) {
            return Err(refusal(424, "FailedDependency", "Another request of this change set failed."));
        }
        if let Some(id) = request.id.as_ref().filter(|id| self.outcomes.iter().any(|known| known.id == **id))
        {
            let message = format!("The id '{id}' is used twice; give each request its own.");
            return Err(refusal(400, "DuplicateId", &message));
        }
        request.url = self.relative(&self.resolved(&request.url)?)?;
        for (name, value) in &mut request.headers {
            let is_condition =
                name.eq_ignore_ascii_case("if-match") || name.eq_ignore_ascii_case("if-none-match");
            if let (true, Some(id)) = (is_condition, value.strip_prefix('$'))
                && let Some(etag) = self.outcome(id).and_then(|outcome| outcome.etag.clone())
            {
                *value = etag;
            }
        }
        for (name, value) in &self.inherited {
            if request.header(name).is_none() {
                request.headers.push((name.clone(), value.clone()));
            }
        }
        Ok(())
    }

    fn outcome(&self, id: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|known| known.id == id)
    }

    /// Puts the address of an earlier result where `$id` begins the address (Protocol §11.7.3.1).
    fn resolved(&self, url: &str) -> Result<String, Response> {
        let bare = url.strip_prefix(self.root.as_str()).or_else(|| url.strip_prefix('/')).unwrap_or(url);
        let Some(reference) = bare.strip_prefix('$') else { return Ok(url.to_owned()) };
        let end = reference.find(['/', '?']).unwrap_or(reference.len());
        let (id, rest) = reference.split_at(end);
        if is_system_resource(id) {
            return Ok(url.to_owned());
        }
        let Some(outcome) = self.outcome(id) else {
            let message = format!("'${id}' refers to no earlier request of this batch.");
            return Err(refusal(400, "UnknownReference", &message));
        };
        if !outcome.is_success {
            let message = format!("This request refers to '{id}', which failed.");
            return Err(refusal(424, "FailedDependency", &message));
        }
        let location = outcome.location.split('?').next().unwrap_or_default();
        Ok(format!("{location}{rest}"))
    }

    /// Relative to the root, from any of the three forms of §11.7.2.
    fn relative(&self, url: &str) -> Result<String, Response> {
        if let Some(rest) = url.strip_prefix(self.root.as_str()) {
            return Ok(rest.to_owned());
        }
        if url.contains("://") && !url.split('?').next().unwrap_or_default().contains('(') {
            let message = format!("'{url}' is not an address of this service.");
            return Err(refusal(400, "OtherService", &message));
        }
        let Some(from_host) = url.strip_prefix('/') else { return Ok(url.to_owned()) };
        let path =
            self.root.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
        match path.and_then(|path| from_host.strip_prefix(path)) {
            Some(rest) => Ok(rest.to_owned()),
            None => {
                let message = format!("'{url}' is outside of this service.");
                Err(refusal(404, "ResourceNotFound", &message))
            }
        }
    }

    /// Requests of a group that had succeeded count as failed with it.
    fn fail_group(&mut self, group: &str) {
        let message = "Another request of this change set failed, so this one does not count.";
        for response in &mut self.responses {
            if response.group.as_deref() != Some(group) || response.status >= 400 {
                continue;
            }
            let id = response.id.take();
            *response =
                Response { id, group: response.group.take(), ..refusal(424, "FailedDependency", message) };
        }
        let ids: Vec<&String> = self
            .responses
            .iter()
            .filter(|response| response.group.as_deref() == Some(group))
            .filter_map(|response| response.id.as_ref())
            .collect();
        for outcome in &mut self.outcomes {
            if ids.contains(&&outcome.id) {
                outcome.is_success = false;
            }
        }
        if self.outcome(group).is_none() {
            let outcome =
                Outcome { id: group.to_owned(), is_success: false, location: String::new(), etag: None };
            self.outcomes.push(outcome);
        }
    }
}

fn is_inherited(name: &str) -> bool {
    INHERITED.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// `$metadata` and its kin are no references to requests.
fn is_system_resource(id: &str) -> bool {
    let id = id.split('(').next().unwrap_or_default();
    ["metadata", "batch", "all", "entity", "crossjoin"].contains(&id)
}

/// What a `Prefer` header says of going on; `None` when it says nothing.
fn continue_on_error(header: &str) -> Option<bool> {
    header.split(',').find_map(|item| {
        let preference = item.split(';').next().unwrap_or_default();
        let (name, value) = preference.split_once('=').unwrap_or((preference, "true"));
        let name = name.trim().to_ascii_lowercase();
        let is_it = name.strip_prefix("odata.").unwrap_or(&name) == "continue-on-error";
        is_it.then(|| !value.trim().trim_matches('"').eq_ignore_ascii_case("false"))
    })
}

/// An error answer of the batch itself.
fn refusal(status: u16, code: &str, message: &str) -> Response {
    Response {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: ErrorBody::new(code, message).to_json().to_string().into_bytes(),
        ..Response::default()
    }
}

/// A boundary that no body contains.
fn free_boundary(responses: &[Response]) -> String {
    let is_taken = |boundary: &str| {
        let needle = boundary.as_bytes();
        responses.iter().any(|response| response.body.windows(needle.len()).any(|window| window == needle))
    };
    (1_u64..)
        .map(|number| format!("batch_{number}"))
        .find(|boundary| !is_taken(boundary))
        .expect("finitely many bodies cannot contain all boundaries")
}
