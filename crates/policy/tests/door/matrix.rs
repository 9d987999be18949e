//! Role × resource × action, as a text that is reviewed when it changes.
//!
//! The text is what the door answers, not what the tables say. Rewrite it with `UPDATE_EXPECT=1 cargo nextest run -p
//! quarterdeck-policy`, and read the difference.

use std::fmt::Write as _;
use std::path::Path;

use policy::{Action, Caller, Need, Scope, permit};

use super::{built_in, user};

#[test]
fn the_matrix_is_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix.txt");
    let matrix = matrix();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &matrix).expect("the source folder can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = matrix.lines().zip(committed.lines()).find(|(is, was)| is != was);
    assert!(
        matrix == committed,
        "permissions changed, first at {differing:?}; if that is meant, run with UPDATE_EXPECT=1 and commit tests/matrix.txt"
    );
}

fn matrix() -> String {
    let columns = columns();
    let mut text = String::from("Who is permitted what, tenant-wide. x = permitted, . = denied.\n\n");
    for (at, (name, _)) in columns.iter().enumerate() {
        writeln!(text, "{}{name}", "| ".repeat(at)).expect("a string takes any text");
    }
    writeln!(text, "{}", "| ".repeat(columns.len()).trim_end()).expect("a string takes any text");
    for operation in Action::all() {
        for (_, caller) in &columns {
            text.push_str(if permit(caller, Need::Action(operation.action)).is_ok() { "x " } else { ". " });
        }
        writeln!(text, "{}", operation.action).expect("a string takes any text");
    }
    text
}

fn columns() -> Vec<(String, Caller)> {
    let roles = policy::role::built_in().iter().map(|role| {
        let assignment = built_in(role.id, Scope::AllDevicesAndLicensedUsers);
        (role.display_name.to_owned(), user(&[], vec![assignment]))
    });
    let directory = policy::directory_role::all()
        .iter()
        .map(|role| (format!("Entra {}", role.display_name), user(&[role.template_id], Vec::new())));
    roles.chain(directory).chain([("no role".to_owned(), user(&[], Vec::new()))]).collect()
}
