//! From a request to who answers it: methods, documents, batches, answers kept for later.

use super::applicable::{self, Kind};
use super::headers::{self, Wishes, agree};
use super::rows::World;
use super::{Request, Response, Service, data, failed, locate, refused, several};
use crate::batch::reason;
use crate::batch::{self, Batch, BatchError, Form, Run};
use crate::edm::EdmType;
use crate::error::{QueryError, code};
use crate::json::{ErrorBody, service_document};
use crate::negotiate::{Agreed, Document, Format, Metadata, Version};
use crate::path::{DataPath, Resource, Root, Segment, parse_path_with};
use crate::query::{Context, Options, parse_options};
use crate::{csdl, percent};

/// The path of answers kept for later; no collection can be called so.
const KEPT: &str = ".async/";

type Answer = Result<Response, QueryError>;

pub(super) fn answer(service: &Service<'_>, request: &Request<'_>) -> Response {
    let version = headers::version(request);
    let path = request.path.trim_start_matches('/');
    let mut response = match path.strip_prefix(KEPT) {
        Some(name) => kept(service, request, name, version),
        None => now_or_later(service, request, version),
    };
    if response.header("Vary").is_none() {
        response = response.with("Vary", "Accept, OData-MaxVersion, Prefer");
    }
    if request.method == "HEAD" {
        let length = response.body.len().to_string();
        response = response.with("Content-Length", length);
        response.body.clear();
    }
    response
}

/// `Prefer: respond-async` (Protocol §8.2.8.9) for what would succeed, where the source keeps answers.
fn now_or_later(service: &Service<'_>, request: &Request<'_>, version: Version) -> Response {
    let response = at_once(service, request);
    let wishes = Wishes::of(request, version);
    if !wishes.found.respond_async || response.status >= 400 {
        return response;
    }
    let Some(name) = service.source.keep(&response) else { return response };
    Response { status: 202, ..Response::default() }
        .with("Location", format!("{}{KEPT}{name}", service.root))
        .with("Preference-Applied", "respond-async")
        .with("OData-Version", version.header())
}

/// The status monitor: the answer itself, since keeping one begins when it is ready (Protocol §11.6).
fn kept(service: &Service<'_>, request: &Request<'_>, name: &str, version: Version) -> Response {
    let gone = || failed(404, &ErrorBody::new(code::NOT_FOUND, "There is no such answer."), version);
    match request.method {
        "DELETE" if service.source.forget(name) => {
            Response { status: 204, ..Response::default() }.with("OData-Version", version.header())
        }
        "GET" | "HEAD" => match service.source.kept(name) {
            Some(response) if wants_message(request, version) => as_message(&response, version),
            Some(response) => {
                let status = response.status.to_string();
                response.with("AsyncResult", status)
            }
            None => gone(),
        },
        "DELETE" => gone(),
        _ => not_allowed("GET, HEAD, DELETE", version),
    }
}

/// 4.0 knows only the whole message; later versions give it to those who ask.
fn wants_message(request: &Request<'_>, version: Version) -> bool {
    let accepts = request.header("accept").is_some_and(|accept| accept.contains("application/http"));
    version == Version::V4 || accepts
}

fn as_message(response: &Response, version: Version) -> Response {
    let mut body = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status)).into_bytes();
    for (name, value) in &response.headers {
        body.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    body.extend_from_slice(b"\r\n");
    body.extend_from_slice(&response.body);
    Response { status: 200, headers: Vec::new(), body }
        .with("Content-Type", "application/http")
        .with("Content-Transfer-Encoding", "binary")
        .with("OData-Version", version.header())
}

/// The answer to a request that is not part of anything else.
fn at_once(service: &Service<'_>, request: &Request<'_>) -> Response {
    let version = headers::version(request);
    if let Err(refusal) = agree(request, Some("json"), Document::Data) {
        return failed(
            refusal.status(),
            &ErrorBody::new("UnsupportedVersion", &refusal.to_string()),
            version,
        );
    }
    let answered = parse_path_with(request.path, request.query, service.model)
        .and_then(|resource| by_method(service, request, &resource, version));
    answered.unwrap_or_else(|error| refused(&error, request.query, version))
}

fn by_method(service: &Service<'_>, request: &Request<'_>, resource: &Resource, version: Version) -> Answer {
    let is_action = matches!(resource, Resource::Data(path) if action(path).is_some());
    match (request.method, resource) {
        ("POST", Resource::Batch) => Ok(in_batch(service, request, version)),
        (_, Resource::Batch) => Ok(not_allowed("POST", version)),
        ("POST", Resource::Data(path)) if is_action => act(service, request, path, version),
        _ if is_action => Ok(not_allowed("POST", version)),
        ("POST", Resource::Data(path)) if path.segments.last() == Some(&Segment::Query) => {
            with_options_in_body(service, request, path)
        }
        ("GET" | "HEAD", Resource::Data(path)) if path.segments.last() == Some(&Segment::Query) => {
            Ok(not_allowed("POST", version))
        }
        ("GET" | "HEAD", resource) => read(service, request, resource, request.query),
        (_, Resource::Data(path)) => {
            // What is not there is 404 for every method.
            locate::locate(World::of(service, request), path)?;
            Ok(not_allowed("GET, HEAD", version))
        }
        _ => Ok(not_allowed("GET, HEAD", version)),
    }
}

fn not_allowed(allowed: &str, version: Version) -> Response {
    let message = format!("This service only reads; here it takes {allowed}.");
    failed(405, &ErrorBody::new("MethodNotAllowed", &message), version).with("Allow", allowed)
}

fn action(path: &DataPath) -> Option<&str> {
    match (&path.root, path.segments.last()) {
        (_, Some(Segment::Action(name))) => Some(name),
        (Root::Action(name), None) => Some(name),
        _ => None,
    }
}

fn act(service: &Service<'_>, request: &Request<'_>, path: &DataPath, version: Version) -> Answer {
    let value = service.source.act(action(path).unwrap_or_default(), request.body)?;
    let found =
        locate::Found { place: locate::place_of(value), ty: locate::item_type(&path.ty), owner: None };
    let agreed = Agreed { format: json(), version };
    data::found(service, request, path, &Options::default(), agreed, found)
}

fn json() -> Format {
    Format::Json { metadata: Metadata::Minimal, ieee754: false, streaming: false }
}

/// `POST Products/$query`: options of the body after those of the address (URL Conventions §4.17).
fn with_options_in_body(service: &Service<'_>, request: &Request<'_>, path: &DataPath) -> Answer {
    let media = request.header("content-type").unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media != "text/plain" && media != "application/x-www-form-urlencoded" {
        let message = "Send the query options as text/plain.";
        return Ok(failed(415, &ErrorBody::new("UnsupportedMediaType", message), headers::version(request)));
    }
    let body = std::str::from_utf8(request.body)
        .map_err(|_| QueryError::bad(code::SYNTAX, "Send the query options as percent-encoded text."))?;
    let joined = [request.query, body.trim()].into_iter().filter(|part| !part.is_empty());
    let query = joined.collect::<Vec<_>>().join("&");
    read(service, request, &Resource::Data(path.clone()), &query)
}

fn read(service: &Service<'_>, request: &Request<'_>, resource: &Resource, query: &str) -> Answer {
    match resource {
        Resource::ServiceDocument => document(service, request, query, Document::Data),
        Resource::Metadata => document(service, request, query, Document::Metadata),
        Resource::Entity => resolved(service, request, query, None),
        Resource::EntityAs(ty) => resolved(service, request, query, Some(ty)),
        Resource::All(ty) => several::all(service, request, query, ty.as_deref()),
        Resource::CrossJoin(sets) => several::cross_join(service, request, query, sets),
        Resource::Data(path) => data::read(service, request, path, query),
        Resource::Batch => Ok(not_allowed("POST", headers::version(request))),
    }
}

fn document(service: &Service<'_>, request: &Request<'_>, query: &str, document: Document) -> Answer {
    applicable::check(query, Kind::Document)?;
    let options = parse_options(query, &Context::of(service.model, &EdmType::Boolean))?;
    let agreed = match agree(request, options.format.as_deref(), document) {
        Ok(agreed) => agreed,
        Err(refusal) => return Ok(not_acceptable(request, &refusal)),
    };
    let body = match (document, agreed.format) {
        (Document::Metadata, Format::Xml) => csdl::to_xml(service.model, agreed.version).into_bytes(),
        (Document::Metadata, _) => csdl::to_json(service.model).to_string().into_bytes(),
        (_, Format::Json { metadata, .. }) => {
            service_document(service.model, service.root, metadata).to_string().into_bytes()
        }
        _ => Vec::new(),
    };
    let content_type = match document {
        Document::Metadata if agreed.format != Format::Xml => "application/json".to_owned(),
        _ => agreed.content_type(),
    };
    Ok(Response { status: 200, headers: Vec::new(), body }
        .with("Content-Type", content_type)
        .with("OData-Version", agreed.version.header()))
}

pub(super) fn not_acceptable(request: &Request<'_>, refusal: &crate::negotiate::Refusal) -> Response {
    failed(
        refusal.status(),
        &ErrorBody::new("NotAcceptable", &refusal.to_string()),
        headers::version(request),
    )
}

/// `$entity?$id=…`: the entity at an address of this service.
fn resolved(service: &Service<'_>, request: &Request<'_>, query: &str, ty: Option<&str>) -> Answer {
    applicable::check(query, Kind::Resolved)?;
    let missing =
        || QueryError::bad(code::INVALID_VALUE, "Name an entity: $entity?$id=Products(1).").in_option("$id");
    let mut id = None;
    let mut rest = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match percent::decode(name, true)?.trim().to_ascii_lowercase().as_str() {
            "$id" | "id" | "@odata.id" | "@id" => id = Some(percent::decode(value, true)?),
            _ => rest.push(part),
        }
    }
    let id = id.filter(|id| !id.trim().is_empty()).ok_or_else(missing)?;
    let relative = id.strip_prefix(service.root).unwrap_or(&id);
    let encoded = percent::encode(relative, "/(),='$:;@-.~_%");
    let path = match parse_path_with(&encoded, "", service.model)? {
        Resource::Data(mut path) if matches!(path.ty, EdmType::Entity(_)) => {
            if let Some(ty) = ty {
                path.segments.push(Segment::Cast(ty.to_owned()));
                path.ty = EdmType::Entity(ty.to_owned());
            }
            path
        }
        _ => return Err(missing()),
    };
    data::read(service, request, &path, &rest.join("&"))
}

fn in_batch(service: &Service<'_>, request: &Request<'_>, version: Version) -> Response {
    let content_type = request.header("content-type").unwrap_or_default();
    let batch = match Batch::parse(&content_type, request.body, &batch::Limits::default()) {
        Ok(batch) => batch,
        Err(error) => {
            let status = match error {
                BatchError::Malformed(_) => 400,
                BatchError::TooLarge(_) => 413,
            };
            return failed(status, &ErrorBody::new("InvalidBatch", &error.to_string()), version);
        }
    };
    if batch.form == Form::Json && version == Version::V4 {
        let message =
            "JSON batches belong to OData 4.01; send multipart/mixed, or allow OData-MaxVersion 4.01.";
        return failed(415, &ErrorBody::new("UnsupportedMediaType", message), version);
    }
    let mut run = Run::new(batch, service.root, request.headers);
    while let Some(part) = run.next_request() {
        run.answer(of_batch(service, request, &part));
    }
    let mut wishes = Wishes::of(request, version);
    wishes.apply("continue-on-error");
    let (content_type, body) = run.finish();
    let response = Response { status: 200, headers: Vec::new(), body }
        .with("Content-Type", content_type)
        .with("OData-Version", version.header());
    match wishes.applied() {
        Some(applied) => response.with("Preference-Applied", applied),
        None => response,
    }
}

/// The answer to one request of a batch.
fn of_batch(service: &Service<'_>, outer: &Request<'_>, part: &batch::Request) -> batch::Response {
    let url = part.url.split('#').next().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let inner = Request {
        method: &part.method,
        path,
        query,
        headers: &part.headers,
        body: &part.body,
        now: outer.now,
    };
    let response = match path.trim_start_matches('/').starts_with("$batch") {
        true => {
            let message = "A batch cannot be part of a batch.";
            failed(400, &ErrorBody::new("InvalidBatch", message), headers::version(&inner))
        }
        false => at_once(service, &inner),
    };
    batch::Response {
        status: response.status,
        headers: response.headers,
        body: response.body,
        ..batch::Response::default()
    }
}
