//! Functions and actions (CSDL 4.01 §12) and their imports into the container (§13.5, §13.6).
//!
//! Actions are declared so that `$metadata` is whole and a request for one earns the right refusal; a service that only
//! reads calls functions alone.

use super::{Annotation, EdmType};

/// A function or an action. Several with one name are overloads.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    pub name: String,
    pub kind: OperationKind,
    /// The first parameter is what it is called on.
    pub is_bound: bool,
    /// Paths may go on after a call.
    pub is_composable: bool,
    pub parameters: Vec<Parameter>,
    pub returns: Option<Returns>,
    /// The path from the binding parameter to the set the returned entities are in, such as `product/RelatedProducts`.
    pub entity_set_path: Option<String>,
    pub doc: String,
    pub annotations: Vec<Annotation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationKind {
    Function,
    Action,
}

/// One parameter, in declared order.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub ty: EdmType,
    pub nullable: bool,
    /// May be left out of a call (`Core.OptionalParameter`).
    pub is_optional: bool,
    pub max_length: Option<u32>,
    pub precision: Option<u32>,
    pub scale: Option<u32>,
}

/// What a call gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Returns {
    pub ty: EdmType,
    pub nullable: bool,
}

/// An unbound function or action offered by the container.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationImport {
    pub name: String,
    pub kind: OperationKind,
    /// Unqualified name of the operation; for a function all its unbound overloads.
    pub operation: String,
    /// The set the returned entities are in.
    pub entity_set: Option<String>,
    /// Listed in the service document; only for functions.
    pub is_listed: bool,
    pub doc: String,
}

impl Operation {
    /// A composable function, unbound until [`Operation::bound_to`].
    #[must_use]
    pub fn function(name: &str, returns: EdmType) -> Self {
        Self {
            name: name.to_owned(),
            kind: OperationKind::Function,
            is_bound: false,
            is_composable: true,
            parameters: Vec::new(),
            returns: Some(Returns { ty: returns, nullable: false }),
            entity_set_path: None,
            doc: String::new(),
            annotations: Vec::new(),
        }
    }

    /// An action, unbound until [`Operation::bound_to`], that gives nothing until [`Operation::returning`].
    #[must_use]
    pub fn action(name: &str) -> Self {
        Self {
            kind: OperationKind::Action,
            is_composable: false,
            returns: None,
            ..Self::function(name, EdmType::Boolean)
        }
    }

    /// Is called on a value of `ty`.
    #[must_use]
    pub fn bound_to(mut self, name: &str, ty: EdmType) -> Self {
        self.is_bound = true;
        self.parameters.insert(0, Parameter::new(name, ty).required());
        self
    }

    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    #[must_use]
    pub fn returning(mut self, ty: EdmType, nullable: bool) -> Self {
        self.returns = Some(Returns { ty, nullable });
        self
    }

    /// Nothing may follow a call.
    #[must_use]
    pub fn not_composable(mut self) -> Self {
        self.is_composable = false;
        self
    }

    #[must_use]
    pub fn entity_set_path(mut self, path: &str) -> Self {
        self.entity_set_path = Some(path.to_owned());
        self
    }

    #[must_use]
    pub fn doc(mut self, doc: &str) -> Self {
        doc.clone_into(&mut self.doc);
        self
    }

    /// What it is called on, if it is bound.
    #[must_use]
    pub fn binding(&self) -> Option<&EdmType> {
        self.parameters.first().filter(|_| self.is_bound).map(|parameter| &parameter.ty)
    }

    /// The parameters a call names: all but the binding one.
    #[must_use]
    pub fn arguments(&self) -> &[Parameter] {
        if self.is_bound { self.parameters.get(1..).unwrap_or_default() } else { &self.parameters }
    }
}

impl Parameter {
    /// A nullable parameter without facets.
    #[must_use]
    pub fn new(name: &str, ty: EdmType) -> Self {
        Self {
            name: name.to_owned(),
            ty,
            nullable: true,
            is_optional: false,
            max_length: None,
            precision: None,
            scale: None,
        }
    }

    /// Never null.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// May be left out.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }
}

impl OperationImport {
    #[must_use]
    pub fn new(kind: OperationKind, name: &str, operation: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            operation: operation.to_owned(),
            entity_set: None,
            is_listed: false,
            doc: String::new(),
        }
    }

    #[must_use]
    pub fn entity_set(mut self, set: &str) -> Self {
        self.entity_set = Some(set.to_owned());
        self
    }

    /// Shows in the service document.
    #[must_use]
    pub fn listed(mut self) -> Self {
        self.is_listed = true;
        self
    }
}
