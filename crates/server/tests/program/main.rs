//! The program as its operator and its clients meet it.

mod commands;
mod harness;
mod living;
mod serving;
