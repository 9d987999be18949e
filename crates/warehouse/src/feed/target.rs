//! What a path of the feed names: a table, some of its rows, one row, or a part of one.

use ::model::{Table, Version};
use api::Failure;
use odata::expr::{Comparison, Expr, ExprKind, Literal, Path, Span};
use odata::path::{DataPath, Root, Segment};
use odata::query::Options;

use super::not_offered;

/// What is asked for.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) table: &'static Table,
    pub(super) version: Version,
    /// Values that properties must have.
    pub(super) equals: Vec<(String, Literal)>,
    pub(super) form: Form,
    /// The path for links.
    pub(super) address: String,
    /// A navigation property of the one row.
    pub(super) onward: Option<Onward>,
    /// Whether the one row is what a navigation property leads to; there may be none.
    pub(super) is_related: bool,
}

/// In which form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Collection,
    /// Only the ids: `/$ref`.
    References,
    Count,
    Entity,
    /// Only the id of one entity.
    Reference,
    /// A property of one entity, with its name; raw is `/$value`.
    Property {
        name: String,
        is_raw: bool,
    },
}

/// Where a path goes on behind one row.
#[derive(Clone, Debug)]
pub(super) struct Onward {
    pub(super) navigation: String,
    /// The key of the row there, for a navigation property that leads to many.
    pub(super) key: Vec<(String, Literal)>,
    pub(super) form: Form,
}

impl Target {
    /// Reads a path; `address` is how it was written.
    pub(super) fn of(path: &DataPath, version: Version, address: &str) -> Result<Self, Failure> {
        let Root::Set(set) = &path.root else {
            return Err(not_offered("The feed has entity sets only; read one of them."));
        };
        let table = ::model::table(set).ok_or_else(|| Failure::not_found(format!("There is no {set}.")))?;
        let (key, rest) = match path.segments.as_slice() {
            [Segment::Key(key), rest @ ..] => (Some(key.clone()), rest),
            rest => (None, rest),
        };
        let mut onward = None;
        let form = match (rest, key.is_some()) {
            ([], false) => Form::Collection,
            ([Segment::Count], false) => Form::Count,
            ([Segment::Reference], false) => Form::References,
            ([Segment::Navigation(name), behind @ ..], true) => {
                onward = Some(Onward::of(name, behind)?);
                Form::Entity
            }
            (rest, true) => single(rest)?,
            _ => return Err(not_offered(format!("This part of {set} is not offered; read {set} itself."))),
        };
        let equals = key.unwrap_or_default();
        Ok(Self {
            table,
            version,
            equals,
            form,
            address: address.trim_matches('/').to_owned(),
            onward,
            is_related: false,
        })
    }

    /// All rows of `table`, for requests at `address`.
    pub(super) const fn whole(table: &'static Table, version: Version, address: String) -> Self {
        let (form, onward) = (Form::Collection, None);
        Self { table, version, equals: Vec::new(), form, address, onward, is_related: false }
    }

    pub(super) const fn is_single(&self) -> bool {
        matches!(self.form, Form::Entity | Form::Reference | Form::Property { .. })
    }

    /// All that rows must satisfy: what the path says, and `$filter`.
    pub(super) fn condition(&self, options: &Options) -> Option<Expr> {
        let equal = |(name, value): &(String, Literal)| {
            let ty = value.ty().unwrap_or(odata::edm::EdmType::String);
            let path = Expr::new(ExprKind::Path(Path::property(name, ty)), Span::default());
            let value = Expr::new(ExprKind::Literal(value.clone()), Span::default());
            let same = ExprKind::Compare(Comparison::Eq, Box::new(path), Box::new(value));
            Expr::new(same, Span::default())
        };
        let mut terms: Vec<_> = self.equals.iter().map(equal).collect();
        terms.extend(options.filter.clone());
        match terms.len() {
            0 => None,
            1 => terms.pop(),
            _ => Some(Expr::new(ExprKind::And(terms), Span::default())),
        }
    }

    /// Refuses options that are for collections when one entity is asked for.
    pub(super) fn check(&self, options: &Options) -> Result<(), Failure> {
        if !self.is_single() {
            return Ok(());
        }
        let unfit = [
            ("$filter", options.filter.is_some()),
            ("$top", options.top.is_some()),
            ("$skip", options.skip.is_some()),
            ("$count", options.count),
            ("$orderby", !options.orderby.is_empty()),
            ("$search", options.search.is_some()),
            ("$apply", !options.apply.is_empty()),
            ("$skiptoken", options.skiptoken.is_some()),
            ("$deltatoken", options.deltatoken.is_some()),
        ];
        match unfit.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => {
                let message =
                    format!("{option} is for collections; a single entity takes $select and $expand.");
                Err(Failure::bad_request(message).target(*option))
            }
            None => Ok(()),
        }
    }
}

fn single(rest: &[Segment]) -> Result<Form, Failure> {
    let property = |name: &String, is_raw| Ok(Form::Property { name: name.clone(), is_raw });
    match rest {
        [] => Ok(Form::Entity),
        [Segment::Reference] => Ok(Form::Reference),
        [Segment::Property(name)] => property(name, false),
        [Segment::Property(name), Segment::Value] => property(name, true),
        _ => {
            Err(not_offered("This part of an entity is not offered; read the entity, or one property of it."))
        }
    }
}

impl Onward {
    fn of(name: &str, behind: &[Segment]) -> Result<Self, Failure> {
        let (key, form) = match behind {
            [] => (Vec::new(), Form::Collection),
            [Segment::Reference] => (Vec::new(), Form::References),
            [Segment::Count] => (Vec::new(), Form::Count),
            [Segment::Key(key), rest @ ..] => (key.clone(), single(rest)?),
            rest => (Vec::new(), single(rest)?),
        };
        Ok(Self { navigation: name.to_owned(), key, form })
    }
}
