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
        cross_joins: false,
    };
    capabilities::of_service(model, &offer).annotate(truth(
        "ExpandRestrictions",
        "Expandable",
        has_navigation,
    ))
}

/// What holds for each table.
pub(super) fn of_set(set: EntitySet) -> EntitySet {
    capabilities::of_read_only(set.annotate(truth("ChangeTracking", "Supported", true)))
}
