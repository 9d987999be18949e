//! Feeds of what expires: addresses for calendars and feed readers, which cannot sign in. A token in the address stands
//! for the person who made it, and works as long as that person may see the page.

pub mod manage;
pub mod read;
