//! What the settings accept, and what they say about the rest.

use super::*;

fn check(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let environment = environment.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let sources = Sources { file: None, environment, overrides: Vec::new() };
    from_texts("deck.toml", text, &sources).map_err(|error| error.to_string())
}

fn refused(text: &str) -> String {
    check(text, &[]).expect_err("must be refused")
}

#[test]
fn an_empty_file_is_enough() {
    let config = check("", &[]).expect("the defaults are valid");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8443");
    assert_eq!(config.server.public_origin, None);
    assert!(config.server.trusted_proxies.is_empty());
}

#[test]
fn a_file_is_read_by_section() {
    let text = "data_dir = \"/srv/deck\"\n[server]\nlisten = \"[::]:443\"\ntrusted_proxies = [\"10.0.0.0/8\"]\n\
                connections_max = 10\n[server.tls]\ncertificate_file = \"a.pem\"\n[log]\nformat = \"json\"\n";
    let config = check(text, &[]).expect("a valid file");
    assert_eq!(config.files.data_dir, PathBuf::from("/srv/deck"));
    assert_eq!(config.server.connections_max.get(), 10);
    assert_eq!(config.server.trusted_proxies.len(), 1);
    assert_eq!(config.tls.certificate_file, Some(PathBuf::from("a.pem")));
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn a_wrong_name_is_told_with_its_line_and_the_nearest_name() {
    insta::assert_snapshot!(refused("[server]\nlisten = \"127.0.0.1:1\"\npublic_orgin = \"https://a.b\"\n"),
        @r#"deck.toml line 3: there is no setting "server.public_orgin"; did you mean "server.public_origin"?"#);
    insta::assert_snapshot!(refused("listen = \"127.0.0.1:1\"\n"),
        @r#"deck.toml line 1: there is no setting "listen"; did you mean "server.listen"?"#);
    insta::assert_snapshot!(refused("[sever]\nlisten = \"127.0.0.1:1\"\n"),
        @r#"deck.toml line 1: there is no setting "sever"; `quarterdeck config` lists them all"#);
    insta::assert_snapshot!(refused("[database]\npassword = \"hunter2\"\n"),
        @r#"deck.toml line 2: there is no setting "database.password", and secrets are not read from here; put the secret into a file that only this server may read, and name that file in a setting that ends in _file"#);
}

#[test]
fn everything_wrong_is_told_at_once() {
    insta::assert_snapshot!(
        refused("[server]\nlisten = 8443\nconnections_max = -1\n[log]\nlevel = \"loud\"\n[server.tls]\nextra_names = [1]\n"),
        @r#"
    deck.toml line 2: server.listen must be text in quotes
    deck.toml line 7: server.tls.extra_names must be a list of texts, such as ["a", "b"]
    deck.toml line 3: server.connections_max must be a whole number from 1 to 4294967295, and is "-1"
    deck.toml line 5: log.level must be error, warn, info, debug or trace, and is "loud"
    "#);
}

#[test]
fn a_file_that_is_not_toml_names_the_line() {
    let message = refused("[server]\nlisten = \n");
    assert!(message.starts_with("deck.toml line 2: this is not TOML: "), "{message}");
}

#[test]
fn a_password_in_a_url_is_refused_and_not_repeated() {
    for url in ["postgres://deck:hunter2@db/deck", "postgres://deck@db/deck?password=hunter2"] {
        let message = refused(&format!("[database]\nurl = \"{url}\"\n"));
        assert!(message.contains("database.url must not hold a password"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
        let message = check("", &[("QUARTERDECK_DATABASE__URL", url)]).expect_err("must be refused");
        assert!(!message.contains("hunter2"), "{message}");
    }
    assert!(check("[database]\nurl = \"postgres://deck@db/deck\"\n", &[]).is_ok());
}

/// A valid value that differs from the default, for each shape and special type.
fn another_value(key: &Key) -> &'static str {
    match key.path().as_str() {
        "server.listen" => "127.0.0.2:1",
        "server.public_origin" => "https://deck.contoso.com",
        "server.trusted_proxies" => "10.0.0.0/8, ::1",
        "database.url" => "sqlite:x.db",
        "lake.url" => "s3://days/deck",
        "otlp.endpoint" => "http://127.0.0.1:4318",
        "log.format" => "json",
        "log.level" => "debug",
        "feed.refusals" => "original",
        "mail.security" => "none",
        "outbound.private_addresses" => "refuse",
        _ if key.shape == setting::Shape::Number => "77",
        _ => "other",
    }
}

#[test]
fn every_setting_can_be_given_by_the_environment() {
    let plain = format!("{:?}", check("", &[]).expect("the defaults are valid"));
    for key in KEYS {
        let set = check("", &[(&key.variable(), another_value(key))]);
        let set = set.unwrap_or_else(|error| panic!("{}: {error}", key.variable()));
        assert_ne!(format!("{set:?}"), plain, "{} changes nothing", key.variable());
    }
}

#[test]
fn the_environment_wins_over_the_file_and_can_unset() {
    let text = "[server]\nlisten = \"127.0.0.1:1\"\npublic_origin = \"https://a.contoso.com\"\n";
    let environment =
        [("QUARTERDECK_SERVER__LISTEN", "127.0.0.1:2"), ("QUARTERDECK_SERVER__PUBLIC_ORIGIN", "")];
    let config = check(text, &environment).expect("valid");
    assert_eq!(config.server.listen.port(), 2);
    assert_eq!(config.server.public_origin, None);
}

#[test]
fn a_wrong_variable_is_told_but_strangers_are_left_alone() {
    insta::assert_snapshot!(check("", &[("QUARTERDECK_SERVER__LISTN", "x")]).expect_err("refused"),
        @"there is no setting for the variable QUARTERDECK_SERVER__LISTN; did you mean QUARTERDECK_SERVER__LISTEN?");
    insta::assert_snapshot!(check("", &[("QUARTERDECK_DATADIR", "x")]).expect_err("refused"),
        @"there is no setting for the variable QUARTERDECK_DATADIR; did you mean QUARTERDECK_DATA_DIR?");
    insta::assert_snapshot!(check("", &[("QUARTERDECK_LOG__LEVEL", "loud")]).expect_err("refused"),
        @r#"QUARTERDECK_LOG__LEVEL must be error, warn, info, debug or trace, and is "loud""#);
    assert!(check("", &[("QUARTERDECK_SERVICE_HOST", "10.0.0.1"), ("PATH", "x")]).is_ok());
}

#[test]
fn the_documentation_is_what_the_declaration_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/config.md");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == markdown(),
        "docs/config.md is stale; run: cargo run -p quarterdeck-server -- config --markdown > docs/config.md"
    );
}

proptest::proptest! {
    #[test]
    fn no_file_makes_it_panic(text in "(\\[[a-z.]{0,12}\\]\n|[a-z_.]{1,12} ?= ?[\"a-z0-9\\[\\],.]{0,12}\n){0,6}") {
        let _ = check(&text, &[]);
    }
}
