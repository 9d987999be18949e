//! What is done afterwards: routing, sending, reminding, forgetting.

pub(crate) mod deliver;
pub(crate) mod forget;
pub(crate) mod remind;
pub(crate) mod route;
