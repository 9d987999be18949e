//! What the feed offers, in the terms of the Capabilities vocabulary: the tests of the feed keep it true.

use odata::edm::capabilities::{self, Offer};
use odata::edm::{Annotated as _, Annotation, EntitySet, Model, Value};

const FORMATS: [&str; 7] = [
    "application/json",
    "application/json;odata.metadata=full",
    "application/json;odata.metadata=none",
    "application/x-ndjson",
    "text/csv",
    "application/vnd.apache.arrow.stream",
    "application/vnd.apache.parquet",
];

const ENCODINGS: [&str; 3] = ["zstd", "gzip", "br"];

/// The transformations of `$apply`.
const TRANSFORMATIONS: [&str; 18] = [
    "aggregate",
    "bottomcount",
    "bottompercent",
    "bottomsum",
    "compute",
    "concat",
    "filter",
    "groupby",
    "identity",
    "join",
    "orderby",
    "outerjoin",
    "search",
    "skip",
    "top",
    "topcount",
    "toppercent",
    "topsum",
];

/// What `$apply` takes, everywhere.
fn aggregation() -> Annotation {
    let names = TRANSFORMATIONS.iter().map(|name| Value::from(*name)).collect();
    let rollup = ("Org.OData.Aggregation.V1.RollupType".to_owned(), "SingleHierarchy".to_owned());
    let supported = Value::record([
        ("Transformations", Value::Collection(names)),
        ("Rollup", Value::Enum(rollup.0, rollup.1)),
        ("From", true.into()),
    ]);
    Annotation::new("Org.OData.Aggregation.V1.ApplySupportedDefaults", supported)
}

fn truth(term: &str, name: &str, holds: bool) -> Annotation {
    Annotation::capability(term, Value::record([(name, holds.into())]))
}

/// What holds for the whole service.
pub(super) fn of_service(model: Model) -> Model {
    let has_navigation = model.entity_types.iter().any(|entity| !entity.navigation.is_empty());
    let offer = Offer {
        formats: &FORMATS,
        encodings: &ENCODINGS,
        functions: &capabilities::FUNCTIONS,
        cross_joins: true,
    };
    capabilities::of_service(model, &offer)
        .annotate(truth("ExpandRestrictions", "Expandable", has_navigation))
        .annotate(aggregation())
}

/// What holds for each table.
pub(super) fn of_set(set: EntitySet) -> EntitySet {
    capabilities::of_read_only(set.annotate(truth("ChangeTracking", "Supported", true)))
}
