//! Commands that end by themselves, and what they say when something is wrong.

use crate::harness::{Server, folder, quarterdeck, said};

#[test]
fn a_wrong_setting_is_told_before_anything_is_made() {
    let folder = folder();
    let file = folder.path().join("deck.toml");
    let data = folder.path().join("data");
    std::fs::write(&file, format!("data_dir = {data:?}\n[server]\nlisten_on = \"127.0.0.1:0\"\n"))
        .expect("written");
    let (code, text) = said(quarterdeck(&["serve", "--config"]).arg(&file));
    assert_eq!(code, Some(1));
    let expected =
        "deck.toml line 3: there is no setting \"server.listen_on\"; did you mean \"server.listen\"?\n";
    assert!(text.starts_with("quarterdeck: ") && text.ends_with(expected), "{text}");
    assert!(!data.exists());
}

#[test]
fn a_setting_can_come_from_the_environment() {
    let (code, text) = said(quarterdeck(&["serve"]).env("QUARTERDECK_SERVER__LISTEN", "everywhere"));
    assert_eq!(code, Some(1));
    assert!(text.contains("QUARTERDECK_SERVER__LISTEN must be an address and a port"), "{text}");
}

#[test]
fn the_help_teaches() {
    let (code, text) = said(&mut quarterdeck(&["--help"]));
    assert_eq!(code, Some(0));
    for words in ["serve", "init", "demo", "snapshot", "doctor", "Try it with a simulated fleet:"] {
        assert!(text.contains(words), "{words} is missing from\n{text}");
    }
    let (code, text) = said(&mut quarterdeck(&["sreve"]));
    assert_eq!(code, Some(2));
    assert!(text.contains("'serve'"), "{text}");
}

#[test]
fn the_version_is_told() {
    let expected = format!("quarterdeck {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(said(&mut quarterdeck(&["version"])), (Some(0), expected));
}

#[test]
fn the_doctor_finds_nothing_on_a_healthy_folder_and_says_what_is_wrong_on_another() {
    let folder = folder();
    let data = folder.path().join("data");
    Server::start(&data).stop();
    let doctor = |settings: &[(&str, &str)]| {
        let mut command = quarterdeck(&["doctor", "--listen", "127.0.0.1:0", "--data-dir"]);
        said(command.arg(&data).envs(settings.iter().copied()))
    };
    let (code, text) = doctor(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("0 wrong, 0 to look at"), "{text}");
    let (code, text) = doctor(&[("QUARTERDECK_DATABASE__URL", "postgres://nobody@127.0.0.1:1/none")]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("WRONG    database"), "{text}");
}

#[test]
fn a_demo_leaves_a_tenant_of_somebody_else_alone() {
    let folder = folder();
    let data = folder.path().join("data");
    Server::start(&data).stop();
    let (code, text) = said(quarterdeck(&["demo", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("Start on a fresh folder"), "{text}");
    assert!(!data.join("demo.json").exists());
}
