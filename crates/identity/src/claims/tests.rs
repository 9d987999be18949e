//! What is accepted, and a table of what is not (RFC 8725; checklist J3 to J6).

use super::*;

fn origin() -> Origin {
    Origin::parse("https://deck.example").expect("an origin")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn person() -> Person {
    Person {
        id: Uuid::from_u128(7),
        user_principal_name: "ada@deck.example".into(),
        display_name: "Ada".into(),
        given_name: Some("Ada".into()),
        surname: None,
        mail: None,
        directory_roles: vec!["62e90394-69f5-4237-9190-012177145e10".into()],
    }
}

fn minted(edit: impl FnOnce(&mut Map<String, Value>)) -> Map<String, Value> {
    let origin = origin();
    let mint = Mint {
        origin: &origin,
        tenant: TenantId(Uuid::from_u128(1)),
        client: "client",
        authenticated: true,
        now: at(1000),
        token_id: Uuid::from_u128(3),
    };
    let sign_in = SignIn { session: Uuid::from_u128(4), at: at(900), method: "pwd".into() };
    let scopes = ["get_data_warehouse".to_owned()];
    let mut claims =
        object(mint.delegated("https://api.manage.microsoft.com/", &scopes, &person(), &sign_in));
    edit(&mut claims);
    claims
}

fn check(claims: &Map<String, Value>, second: i64) -> Result<TokenClaims, ClaimsRefusal> {
    accept(claims, &origin(), &["https://api.manage.microsoft.com/".to_owned()], at(second))
}

#[test]
fn a_minted_token_is_accepted_and_read() {
    let claims = check(&minted(|_| {}), 1000).expect("ours");
    assert_eq!(claims.scopes, ["get_data_warehouse"]);
    assert_eq!(claims.client_id, "client");
    assert!(matches!(claims.subject, Subject::User { id, .. } if id == Uuid::from_u128(7)));
}

#[test]
fn wrong_claims_are_refused() {
    let other_tenant = Uuid::from_u128(2).to_string();
    let cases: [(&str, Option<Value>, ClaimsRefusal); 12] = [
        ("iss", Some(json!("https://evil.example/")), ClaimsRefusal::Issuer),
        ("iss", None, ClaimsRefusal::Issuer),
        ("tid", Some(json!(other_tenant)), ClaimsRefusal::Issuer),
        ("tid", None, ClaimsRefusal::Tenant),
        ("aud", Some(json!("https://api.manage.microsoft.com")), ClaimsRefusal::Audience),
        ("aud", Some(json!("00000003-0000-0000-c000-000000000000")), ClaimsRefusal::Audience),
        ("aud", None, ClaimsRefusal::Audience),
        ("exp", None, ClaimsRefusal::Time),
        ("exp", Some(json!("9999999999")), ClaimsRefusal::Time),
        ("exp", Some(json!(i64::MAX)), ClaimsRefusal::Time),
        ("nbf", Some(json!(1061)), ClaimsRefusal::Time),
        ("idtyp", None, ClaimsRefusal::Shape),
    ];
    for (name, value, refusal) in cases {
        let claims = minted(|claims| match value.clone() {
            Some(value) => drop(claims.insert(name.to_owned(), value)),
            None => drop(claims.remove(name)),
        });
        assert_eq!(check(&claims, 1000), Err(refusal), "{name} = {value:?}");
    }
}

#[test]
fn times_are_kept_with_a_minute_of_skew() {
    let claims = minted(|_| {});
    for (second, ok) in [(939, false), (940, true), (1000, true), (4659, true), (4660, false)] {
        assert_eq!(check(&claims, second).is_ok(), ok, "at {second}");
    }
}

#[test]
fn an_app_never_becomes_a_person() {
    let claims = minted(|claims| {
        claims.insert("idtyp".into(), json!("app"));
        claims.insert("roles".into(), json!(["get_data_warehouse"]));
    });
    let claims = check(&claims, 1000).expect("well formed");
    assert!(matches!(claims.subject, Subject::App { .. }));
    assert_eq!((claims.scopes.len(), claims.roles.as_slice()), (0, &["get_data_warehouse".to_owned()][..]));
}
