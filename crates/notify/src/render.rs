//! What a channel's other side receives: mail, or a webhook's body. Pure.

pub(crate) mod chat;
pub(crate) mod mail;
pub(crate) mod webhook;
