//! From a request to its answer: path, options, format, rows.

use std::cmp::Ordering;

use odata::edm::{EntityType, Model};
use odata::expr::{Literal, evaluate, order};
use odata::json::{ErrorBody, context_url, service_document, write_int, write_literal, write_string};
use odata::negotiate::{Agreed, Document, Format, Metadata, Version, Wish, negotiate};
use odata::path::{DataPath, Resource, Root, Segment, parse_path};
use odata::query::{Context, ExpandKind, Options, OrderItem, SearchExpr, SystemOption, parse_options};
use odata::{QueryError, csdl};

use crate::data;

pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a [(String, String)],
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) version: &'static str,
    pub(crate) body: Vec<u8>,
}

const OFFERED: [SystemOption; 9] = [
    SystemOption::Count,
    SystemOption::Expand,
    SystemOption::Filter,
    SystemOption::OrderBy,
    SystemOption::Search,
    SystemOption::Select,
    SystemOption::Skip,
    SystemOption::SkipToken,
    SystemOption::Top,
];

pub(crate) fn answer(request: &Request<'_>, root: &str) -> Answer {
    if request.method != "GET" {
        return failed(405, &ErrorBody::new("MethodNotAllowed", "This service only reads; send GET."));
    }
    let model = data::model();
    match respond(request, root, &model) {
        Ok(answer) => answer,
        Err(error) => failed(error.kind.status(), &ErrorBody::from(&error)),
    }
}

fn failed(status: u16, body: &ErrorBody) -> Answer {
    let content_type = "application/json".to_owned();
    Answer {
        status,
        content_type,
        version: Version::V401.header(),
        body: body.to_json().to_string().into_bytes(),
    }
}

fn respond(request: &Request<'_>, root: &str, model: &Model) -> Result<Answer, QueryError> {
    let resource = parse_path(request.path, model)?;
    let entity = match &resource {
        Resource::Data(path) => path.entity_type(model).unwrap_or(&model.entity_types[0]),
        _ => &model.entity_types[0],
    };
    let context = Context::new(model, entity).offering(&OFFERED);
    let options = parse_options(request.query, &context)?;
    let document = match &resource {
        Resource::Metadata => Document::Metadata,
        Resource::Data(path) if matches!(path.segments.last(), Some(Segment::Count | Segment::Value)) => {
            Document::RawValue
        }
        _ => Document::Data,
    };
    let agreed = match agree(request, &options, document) {
        Ok(agreed) => agreed,
        Err(refusal) => {
            return Ok(failed(refusal.status(), &ErrorBody::new("NotAcceptable", &refusal.to_string())));
        }
    };
    let body = match &resource {
        Resource::ServiceDocument => {
            service_document(model, root, metadata(&agreed)).to_string().into_bytes()
        }
        Resource::Metadata if agreed.format == Format::Xml => {
            csdl::to_xml(model, agreed.version).into_bytes()
        }
        Resource::Metadata => csdl::to_json(model).to_string().into_bytes(),
        Resource::Data(path) => data(path, &options, &agreed, root, model)?,
        Resource::Batch
        | Resource::Entity
        | Resource::EntityAs(_)
        | Resource::All(_)
        | Resource::CrossJoin(_) => {
            return Err(QueryError::not_implemented("Read a collection by its name instead."));
        }
    };
    Ok(Answer { status: 200, content_type: agreed.content_type(), version: agreed.version.header(), body })
}

fn agree(
    request: &Request<'_>,
    options: &Options,
    document: Document,
) -> Result<Agreed, odata::negotiate::Refusal> {
    let header = |name: &str| {
        let found = request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let wish = Wish {
        accept: header("accept"),
        format: options.format.as_deref(),
        odata_version: header("odata-version"),
        odata_max_version: header("odata-maxversion"),
    };
    negotiate(&wish, document)
}

fn metadata(agreed: &Agreed) -> Metadata {
    match agreed.format {
        Format::Json { metadata, .. } => metadata,
        Format::Xml | Format::Text => Metadata::None,
    }
}

/// Walks from all rows of the first set along the segments.
fn data(
    path: &DataPath,
    options: &Options,
    agreed: &Agreed,
    root: &str,
    model: &Model,
) -> Result<Vec<u8>, QueryError> {
    let Root::Set(set) = &path.root else {
        return Err(QueryError::not_found("There are no singletons."));
    };
    let entity = model.type_of_set(set).ok_or_else(|| QueryError::not_found("There is no such set."))?;
    let mut value = Literal::Collection(data::rows(&entity.name));
    for segment in &path.segments {
        value = match (segment, value) {
            (Segment::Key(key), Literal::Collection(rows)) => rows
                .into_iter()
                .find(|row| key.iter().all(|(name, wanted)| member(row, name) == *wanted))
                .ok_or_else(|| QueryError::not_found("There is no entity with this key."))?,
            (Segment::Property(name) | Segment::Navigation(name), row) => member(&row, name),
            (Segment::Count, Literal::Collection(rows)) => {
                return Ok(matching(rows, options).len().to_string().into_bytes());
            }
            (Segment::Value, value) => return Ok(raw(&value).into_bytes()),
            (_, value) => value,
        };
    }
    let context = context_url(root, path, options, model);
    let context = (metadata(agreed) != Metadata::None).then_some(context);
    Ok(write(value, path.entity_type(model), options, context.as_deref(), model))
}

fn write(
    value: Literal,
    entity: Option<&EntityType>,
    options: &Options,
    context: Option<&str>,
    model: &Model,
) -> Vec<u8> {
    let mut out = b"{".to_vec();
    if let Some(context) = context {
        out.extend_from_slice(b"\"@odata.context\":");
        write_string(&mut out, context);
        out.push(b',');
    }
    match (value, entity) {
        (Literal::Collection(rows), Some(entity)) => {
            let mut rows = matching(rows, options);
            if options.count {
                out.extend_from_slice(b"\"@odata.count\":");
                write_int(&mut out, i64::try_from(rows.len()).unwrap_or(i64::MAX));
                out.push(b',');
            }
            rows.sort_by(|left, right| compare(&options.orderby, left, right));
            let page = rows.into_iter().skip(size(options.skip, 0)).take(size(options.top, usize::MAX));
            let page = page.map(|row| shown(&row, entity, options, model)).collect();
            out.extend_from_slice(b"\"value\":");
            write_literal(&mut out, &Literal::Collection(page), false);
            out.push(b'}');
        }
        (row @ Literal::Record(_), Some(entity)) => {
            let mut inside = Vec::new();
            write_literal(&mut inside, &shown(&row, entity, options, model), false);
            out.extend_from_slice(&inside[1..]);
        }
        (value, _) => {
            out.extend_from_slice(b"\"value\":");
            write_literal(&mut out, &value, false);
            out.push(b'}');
        }
    }
    out
}

fn size(given: Option<u64>, otherwise: usize) -> usize {
    given.map_or(otherwise, |size| usize::try_from(size).unwrap_or(usize::MAX))
}

/// The value at `a/b` inside a row.
fn member(row: &Literal, path: &str) -> Literal {
    path.split('/').fold(row.clone(), |value, name| match value {
        Literal::Record(members) => {
            members.into_iter().find(|(known, _)| known == name).map_or(Literal::Null, |(_, value)| value)
        }
        _ => Literal::Null,
    })
}

fn matching(rows: Vec<Literal>, options: &Options) -> Vec<Literal> {
    let holds = |row: &Literal| {
        let filtered = options
            .filter
            .as_ref()
            .is_none_or(|filter| evaluate(filter, &|path| member(row, path)) == Literal::Bool(true));
        filtered && options.search.as_ref().is_none_or(|search| mentions(search, row))
    };
    rows.into_iter().filter(holds).collect()
}

/// A word is found anywhere in a text of the row, in any case.
fn mentions(search: &SearchExpr, row: &Literal) -> bool {
    match search {
        SearchExpr::Word(word) | SearchExpr::Phrase(word) => {
            let Literal::Record(members) = row else { return false };
            let word = word.to_lowercase();
            members.iter().any(|(_, value)| match value {
                Literal::String(text) => text.to_lowercase().contains(&word),
                _ => false,
            })
        }
        SearchExpr::Not(inner) => !mentions(inner, row),
        SearchExpr::And(terms) => terms.iter().all(|term| mentions(term, row)),
        SearchExpr::Or(terms) => terms.iter().any(|term| mentions(term, row)),
    }
}

/// Null comes first.
fn compare(items: &[OrderItem], left: &Literal, right: &Literal) -> Ordering {
    items
        .iter()
        .map(|item| {
            let [left, right] = [left, right].map(|row| evaluate(&item.expr, &|path| member(row, path)));
            let found = order(&left, &right).unwrap_or_else(|| right.is_null().cmp(&left.is_null()));
            if item.descending { found.reverse() } else { found }
        })
        .find(|found| found.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// The chosen properties and the expanded entities.
fn shown(row: &Literal, entity: &EntityType, options: &Options, model: &Model) -> Literal {
    let names: Vec<String> = match &options.select {
        Some(paths) => paths.iter().map(ToString::to_string).collect(),
        None => entity.properties.iter().map(|property| property.name.clone()).collect(),
    };
    let mut members: Vec<(String, Literal)> =
        names.into_iter().map(|name| (name.clone(), member(row, &name))).collect();
    for item in &options.expand {
        let name = item.path.to_string();
        let target =
            entity.find_navigation(&name).and_then(|related| model.find_entity_type(&related.target));
        let (Some(target), ExpandKind::Entities) = (target, item.kind) else { continue };
        let related = match member(row, &name) {
            Literal::Collection(rows) => {
                let mut rows = matching(rows, &item.options);
                rows.sort_by(|left, right| compare(&item.options.orderby, left, right));
                Literal::Collection(rows.iter().map(|row| shown(row, target, &item.options, model)).collect())
            }
            Literal::Null => Literal::Null,
            row => shown(&row, target, &item.options, model),
        };
        members.push((name, related));
    }
    Literal::Record(members)
}

/// `/$value`: text without quotes.
fn raw(value: &Literal) -> String {
    match value {
        Literal::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(target: &str) -> (u16, String) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request { method: "GET", path, query, headers: &[] };
        let answer = answer(&request, "http://host/");
        (answer.status, String::from_utf8(answer.body).expect("text"))
    }

    #[test]
    fn a_script_of_requests_and_answers() {
        let cases = [
            ("/books/$count?$filter=price%20gt%2012.5", 200, "3"),
            (
                "/books?$select=title&$filter=author/name eq 'Ursula Vos'&$orderby=published",
                200,
                r#"{"@odata.context":"http://host/$metadata#books(title)","value":[{"title":"The lamp keeper"},{"title":"Harbour in the fog"}]}"#,
            ),
            (
                "/books?$top=1&$skip=1&$count=true&$orderby=published desc,id&select=Id,Published",
                200,
                r#"{"@odata.context":"http://host/$metadata#books(id,published)","@odata.count":5,"value":[{"id":2,"published":"2014-11-30"}]}"#,
            ),
            (
                "/books?$orderby=published&$top=1&$select=id&$format=application/json;metadata=none",
                200,
                r#"{"value":[{"id":3}]}"#,
            ),
            ("/books(4)/title/$value", 200, "The lamp keeper"),
            (
                "/books/4/price",
                200,
                r#"{"@odata.context":"http://host/$metadata#books(4)/price","value":9.99}"#,
            ),
            (
                "/authors(3)?$expand=books($select=tags)",
                200,
                r#"{"@odata.context":"http://host/$metadata#authors(books(tags))/$entity","id":3,"name":"Anna de Wit","books":[{"tags":[]}]}"#,
            ),
            ("/books/$count?$search=the NOT lamp", 200, "2"),
            ("/books/$count?$filter=tags/any(t:t eq 'sea') and tags/$count eq 1", 200, "1"),
            ("/authors(1)/books/$count", 200, "2"),
            (
                "/books?$filter=titel eq 'x'",
                400,
                r#"{"error":{"code":"UnknownProperty","message":"'book' has no property 'titel'. Did you mean 'title'? ($filter, position 1)","target":"$filter"}}"#,
            ),
            (
                "/books?$apply=identity",
                501,
                r#"{"error":{"code":"NotImplemented","message":"$apply is not available here; leave it out. ($apply, position 1)","target":"$apply"}}"#,
            ),
            (
                "/books(9)",
                404,
                r#"{"error":{"code":"ResourceNotFound","message":"There is no entity with this key."}}"#,
            ),
        ];
        for (target, status, body) in cases {
            assert_eq!(get(target), (status, body.to_owned()), "{target}");
        }
        assert!(get("/$metadata").1.starts_with("<?xml"));
        assert!(get("/?$format=json").1.contains(r#"{"name":"books","kind":"EntitySet","url":"books"}"#));
        assert_eq!(get("/books?$format=atom").0, 406);
    }
}
