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

/// A data folder with a tenant and one published day.
fn data_with_a_day(folder: &std::path::Path, name: &str) -> String {
    let data = folder.join(name).display().to_string();
    for arguments in
        [&["init", "--listen", "127.0.0.1:0", "--data-dir", &data][..], &["snapshot", "--data-dir", &data]]
    {
        let (code, text) = said(&mut quarterdeck(arguments));
        assert_eq!(code, Some(0), "{text}");
    }
    data
}

#[test]
fn a_backup_goes_out_and_back_and_wrong_ones_are_told() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let data = data_with_a_day(folder.path(), "data");
    let backup = path("backup");
    let (code, text) = said(&mut quarterdeck(&["export", "--data-dir", &data, "--to", &backup]));
    assert_eq!((code, text.contains("names every file with its SHA-256")), (Some(0), true), "{text}");
    assert!(text.contains("writing: 100 %"), "{text}");
    let manifest = folder.path().join("backup/manifest.json");
    let good = std::fs::read_to_string(&manifest).expect("there");
    let tenant = serde_json::from_str::<serde_json::Value>(&good).expect("JSON")["tenant"].clone();
    let tenant = tenant.as_str().expect("an id").to_owned();
    // Into a deck of its own, with no day yet.
    let other = path("other");
    let (code, text) = said(&mut quarterdeck(&["init", "--listen", "127.0.0.1:0", "--data-dir", &other]));
    assert_eq!(code, Some(0), "{text}");
    let restore = |arguments: &[&str]| {
        let mut command = quarterdeck(&["restore"]);
        said(command.args(arguments))
    };
    let wrong = |arguments: &[&str], words: &str| {
        let (code, text) = restore(arguments);
        assert_eq!(code, Some(1), "{text}");
        let last = text.lines().last().unwrap_or_default();
        assert!(last.starts_with("quarterdeck: ") && last.contains(words), "{words} is not in\n{text}");
    };
    wrong(
        &["--from", &path("nowhere"), "--data-dir", &other],
        "give the folder of an export that came to its end",
    );
    wrong(&["--from", &backup, "--data-dir", &path("none")], "make one with quarterdeck init");
    wrong(&["--from", &backup, "--data-dir", &other], "--from-tenant");
    wrong(&["--from", &backup, "--data-dir", &data], "a backup is only taken back into an empty one");
    let newer = good.replacen("\"format\": 1", "\"format\": 2", 1);
    let stranger = good.replacen("\"name\": \"devices\"", "\"name\": \"gadgets\"", 1);
    for (text, words) in [
        (&newer, "use the version that wrote it"),
        (&stranger, "table gadgets, which this version does not have"),
    ] {
        assert_ne!(*text, good);
        std::fs::write(&manifest, text).expect("written");
        wrong(&["--from", &backup, "--data-dir", &other, "--from-tenant", &tenant], words);
    }
    std::fs::write(&manifest, &good).expect("written");
    let csv = folder.path().join("backup/csv/dates.csv");
    let table = std::fs::read_to_string(&csv).expect("there");
    for (damage, words) in
        [(table.replacen('2', "3", 1), "its SHA-256 is another"), (table[1..].to_owned(), "bytes, not")]
    {
        std::fs::write(&csv, damage).expect("written");
        wrong(&["--from", &backup, "--check"], words);
        wrong(&["--from", &backup, "--data-dir", &other, "--from-tenant", &tenant], words);
    }
    std::fs::write(&csv, table).expect("written");
    // Nothing of all that was half done: it is taken back now, and only once.
    let (code, text) = restore(&["--from", &backup, "--data-dir", &other, "--from-tenant", &tenant]);
    assert_eq!((code, text.contains("holds the days up to")), (Some(0), true), "{text}");
    assert!(text.contains("checking: 100 %") && text.contains("restoring: 100 %"), "{text}");
    wrong(&["--from", &backup, "--data-dir", &other, "--from-tenant", &tenant], "holds days already");
}
