//! The program as its operator and its clients meet it.

mod commands;
mod connectors;
mod harness;
mod living;
mod serving;
