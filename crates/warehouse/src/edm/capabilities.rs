//! What the feed offers, in the terms of the Capabilities vocabulary: the tests of the feed keep it true.

use odata::edm::{Annotated as _, Annotation, EntitySet, Model, Value};

/// Every canonical function but those on places and collections, which no column has.
const FUNCTIONS: [&str; 31] = [
    "concat",
    "contains",
    "endswith",
    "indexof",
    "length",
    "matchesPattern",
    "startswith",
    "substring",
    "tolower",
    "toupper",
    "trim",
    "date",
    "day",
    "fractionalseconds",
    "hour",
    "maxdatetime",
    "mindatetime",
    "minute",
    "month",
    "now",
    "second",
    "time",
    "totaloffsetminutes",
    "totalseconds",
    "year",
    "ceiling",
    "floor",
    "round",
    "cast",
    "isof",
    "case",
];

const FORMATS: [&str; 7] = [
    "application/json",
    "application/json;odata.metadata=full",
    "application/json;odata.metadata=none",
    "application/x-ndjson",
    "text/csv",
    "application/vnd.apache.arrow.stream",
    "application/vnd.apache.parquet",
];

fn capability(term: &str, value: Value) -> Annotation {
    Annotation::capability(term, value)
}

fn texts(texts: &[&str]) -> Value {
    Value::Collection(texts.iter().map(|text| Value::from(*text)).collect())
}

fn record(members: &[(&str, Value)]) -> Value {
    Value::Record(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

fn truth(name: &'static str, holds: bool) -> (&'static str, Value) {
    (name, holds.into())
}

/// What holds for the whole service.
pub(super) fn of_service(model: Model) -> Model {
    let level = "Org.OData.Capabilities.V1.ConformanceLevelType".to_owned();
    let has_navigation = model.entity_types.iter().any(|entity| !entity.navigation.is_empty());
    let batch = record(&[
        truth("Supported", true),
        truth("ContinueOnErrorSupported", true),
        truth("EtagReferencesSupported", true),
        ("SupportedFormats", texts(&["multipart/mixed", "application/json"])),
    ]);
    model
        .annotate(Annotation::core("ODataVersions", "4.0 4.01".into()))
        .annotate(capability("ConformanceLevel", Value::Enum(level, "Advanced".to_owned())))
        .annotate(capability("SupportedFormats", texts(&FORMATS)))
        .annotate(capability("SupportedMetadataFormats", texts(&["application/xml", "application/json"])))
        .annotate(capability("AcceptableEncodings", texts(&["zstd", "gzip", "br"])))
        .annotate(capability("FilterFunctions", texts(&FUNCTIONS)))
        .annotate(capability("AsynchronousRequestsSupported", true.into()))
        .annotate(capability("BatchSupported", true.into()))
        .annotate(capability("BatchSupport", batch))
        .annotate(capability("CrossJoinSupported", false.into()))
        .annotate(capability("KeyAsSegmentSupported", true.into()))
        .annotate(capability("ComputeSupported", true.into()))
        .annotate(capability("ExpandRestrictions", record(&[truth("Expandable", has_navigation)])))
}

/// What holds for each table.
pub(super) fn of_set(set: EntitySet) -> EntitySet {
    let not = |term: &str, name: &'static str| capability(term, record(&[truth(name, false)]));
    set.annotate(capability("ChangeTracking", record(&[truth("Supported", true)])))
        .annotate(capability("IndexableByKey", true.into()))
        .annotate(capability("TopSupported", true.into()))
        .annotate(capability("SkipSupported", true.into()))
        .annotate(capability("CountRestrictions", record(&[truth("Countable", true)])))
        .annotate(capability("FilterRestrictions", record(&[truth("Filterable", true)])))
        .annotate(capability("SortRestrictions", record(&[truth("Sortable", true)])))
        .annotate(capability("SearchRestrictions", record(&[truth("Searchable", true)])))
        .annotate(not("InsertRestrictions", "Insertable"))
        .annotate(not("UpdateRestrictions", "Updatable"))
        .annotate(not("DeleteRestrictions", "Deletable"))
}
