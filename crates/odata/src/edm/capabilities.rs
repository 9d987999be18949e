//! What a service over this crate can say of itself in the terms of the Capabilities vocabulary.
//!
//! Nothing here is added by itself: what a service declares, it must keep.

use super::{Annotated as _, Annotation, EntitySet, Model, Value};

/// Every canonical function but those on places and collections.
pub const FUNCTIONS: [&str; 31] = [
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

/// What services over this crate differ in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offer<'o> {
    /// Media types of answers.
    pub formats: &'o [&'o str],
    /// Encodings of content; none leaves the term out.
    pub encodings: &'o [&'o str],
    /// What `$filter` may call.
    pub functions: &'o [&'o str],
    pub cross_joins: bool,
}

/// What holds for a whole service: both versions, all of reading, batches, keys as segments and answers that come later.
#[must_use]
pub fn of_service(model: Model, offer: &Offer<'_>) -> Model {
    let level = "Org.OData.Capabilities.V1.ConformanceLevelType".to_owned();
    let metadata = Value::texts(&["application/xml", "application/json"]);
    let batch = Value::record([
        ("Supported", true.into()),
        ("ContinueOnErrorSupported", true.into()),
        ("EtagReferencesSupported", true.into()),
        ("SupportedFormats", Value::texts(&["multipart/mixed", "application/json"])),
    ]);
    let mut model = model
        .annotate(Annotation::core("ODataVersions", "4.0 4.01".into()))
        .annotate(Annotation::capability("ConformanceLevel", Value::Enum(level, "Advanced".to_owned())))
        .annotate(Annotation::capability("SupportedFormats", Value::texts(offer.formats)))
        .annotate(Annotation::capability("SupportedMetadataFormats", metadata));
    if !offer.encodings.is_empty() {
        model = model.annotate(Annotation::capability("AcceptableEncodings", Value::texts(offer.encodings)));
    }
    model
        .annotate(Annotation::capability("FilterFunctions", Value::texts(offer.functions)))
        .annotate(Annotation::capability("AsynchronousRequestsSupported", true.into()))
        .annotate(Annotation::capability("BatchSupported", true.into()))
        .annotate(Annotation::capability("BatchSupport", batch))
        .annotate(Annotation::capability("CrossJoinSupported", offer.cross_joins.into()))
        .annotate(Annotation::capability("KeyAsSegmentSupported", true.into()))
        .annotate(Annotation::capability("ComputeSupported", true.into()))
}

/// What holds for a set that is read in every way and never written.
#[must_use]
pub fn of_read_only(set: EntitySet) -> EntitySet {
    let holds = |term: &str, name: &str, holds: bool| {
        Annotation::capability(term, Value::record([(name, holds.into())]))
    };
    set.annotate(Annotation::capability("IndexableByKey", true.into()))
        .annotate(Annotation::capability("TopSupported", true.into()))
        .annotate(Annotation::capability("SkipSupported", true.into()))
        .annotate(holds("CountRestrictions", "Countable", true))
        .annotate(holds("FilterRestrictions", "Filterable", true))
        .annotate(holds("SortRestrictions", "Sortable", true))
        .annotate(holds("SearchRestrictions", "Searchable", true))
        .annotate(holds("InsertRestrictions", "Insertable", false))
        .annotate(holds("UpdateRestrictions", "Updatable", false))
        .annotate(holds("DeleteRestrictions", "Deletable", false))
}
