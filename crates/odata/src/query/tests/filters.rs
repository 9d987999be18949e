//! Filters that are accepted and refused, and the evaluator's answers.

use super::{accepted, parse};
use crate::expr::render;

fn filter(text: &str) -> String {
    let query = format!("$filter={}", crate::percent::encode(text, ""));
    render(&accepted(&query).filter.expect("given"), "Test")
}

#[test]
fn filters_are_read_resolved_and_written_back() {
    let cases = [
        ("DateKey eq 20180214", "dateKey eq 20180214"),
        ("dateKey ge 20180214 and dateKey lt 20180221", "dateKey ge 20180214 and dateKey lt 20180221"),
        ("deviceName eq 'it''s'", "deviceName eq 'it''s'"),
        ("(dateKey eq 1 or dateKey eq 2) and isDeleted", "(dateKey eq 1 or dateKey eq 2) and isDeleted"),
        ("dateKey eq 1 or dateKey eq 2 and isDeleted", "dateKey eq 1 or dateKey eq 2 and isDeleted"),
        ("not contains(deviceName,'x')", "not (contains(deviceName,'x'))"),
        ("NOT (isDeleted EQ true)", "not (isDeleted eq true)"),
        ("dateKey add 2 mul 3 eq 7", "dateKey add 2 mul 3 eq 7"),
        ("(dateKey add 2) mul 3 eq 7", "(dateKey add 2) mul 3 eq 7"),
        ("dateKey sub (2 sub 1) eq 7", "dateKey sub (2 sub 1) eq 7"),
        ("-dateKey eq -5", "-(dateKey) eq -5"),
        ("price divby 2 gt 1.50", "price divby 2 gt 1.5"),
        ("weight eq INF or weight ne -INF", "weight eq INF or weight ne -INF"),
        ("deviceName in ('a', 'b')", "deviceName in ('a','b')"),
        ("id eq 01234567-89AB-CDEF-0123-456789abcdef", "id eq 01234567-89ab-cdef-0123-456789abcdef"),
        ("id eq 'a1234567-89AB-CDEF-0123-456789abcdef'", "id eq a1234567-89ab-cdef-0123-456789abcdef"),
        ("a1234567-89ab-cdef-0123-456789abcdef eq id", "a1234567-89ab-cdef-0123-456789abcdef eq id"),
        ("lastSync ge 2018-02-21T23:18:51.3277273Z", "lastSync ge 2018-02-21T23:18:51.3277273Z"),
        ("lastSync ge 2018-02-21", "lastSync ge 2018-02-21T00:00:00Z"),
        ("lastSync sub duration'P1D' lt now()", "lastSync sub duration'P1D' lt now()"),
        ("bought lt 2020-01-01 and opens gt 10:30", "bought lt 2020-01-01 and opens gt 10:30:00"),
        ("age gt duration'PT36H'", "age gt duration'P1DT12H'"),
        ("age gt 'PT1H'", "age gt duration'PT1H'"),
        ("color eq Test.color'red'", "color eq Test.color'red'"),
        ("color eq 'RED'", "color eq Test.color'red'"),
        ("color has Test.color'red,green'", "color has Test.color'red,green'"),
        ("color eq 'GREEN, red,green'", "color eq Test.color'red,green'"),
        ("color has 'green'", "color has Test.color'green'"),
        ("address/city eq 'Utrecht'", "address/city eq 'Utrecht'"),
        ("address eq null", "address eq null"),
        ("owner ne null and owner/name eq 'x'", "owner ne null and owner/name eq 'x'"),
        ("$it/deviceName eq 'x'", "deviceName eq 'x'"),
        ("Test.device/deviceName eq 'x'", "deviceName eq 'x'"),
        ("tags/any(t:t eq 'x')", "tags/any(t:t eq 'x')"),
        ("tags/any()", "tags/any()"),
        ("tags/$count gt 2", "tags/$count gt 2"),
        ("tags/$count($filter=$this ne 'x') gt 2", "tags/$count($filter=($this ne 'x')) gt 2"),
        (
            "apps/$count($filter=version eq $it/deviceName) eq 0",
            "apps/$count($filter=(version eq $it/deviceName)) eq 0",
        ),
        ("apps/$count($filter=key gt 2) eq 0", "apps/$count($filter=(key gt 2)) eq 0"),
        (
            "apps/all(a:a/key gt 2 and a/version ne deviceName)",
            "apps/all(a:a/key gt 2 and a/version ne deviceName)",
        ),
        (
            "licenses/any(l:l/sku eq 01234567-89ab-cdef-0123-456789abcdef)",
            "licenses/any(l:l/sku eq 01234567-89ab-cdef-0123-456789abcdef)",
        ),
        ("substring(deviceName,1,2) eq 'x'", "substring(deviceName,1,2) eq 'x'"),
        ("TOLOWER(deviceName) eq 'x'", "tolower(deviceName) eq 'x'"),
        ("cast(dateKey,Edm.String) eq '1'", "cast(dateKey,Edm.String) eq '1'"),
        ("isof(dateKey,Edm.Int32)", "isof(dateKey,Edm.Int32)"),
        ("case(dateKey gt 1:'a',true:'b') eq 'a'", "case(dateKey gt 1:'a',true:'b') eq 'a'"),
        ("photo eq binary'AQID'", "photo eq binary'AQID'"),
        ("year(lastSync) eq 2018", "year(lastSync) eq 2018"),
        ("isDeleted eq false", "isDeleted eq false"),
        ("9223372036854775808 gt dateKey", "9223372036854775808.0 gt dateKey"),
        ("@p eq null", "null eq null"),
        ("deviceName in [\"a\",'it''s', \"\\\"\\u0041\"]", "deviceName in ('a','it''s','\"A')"),
        ("deviceName in []", "false"),
        ("deviceName in ( )", "false"),
        ("color eq Test.color'red,32'", "color eq Test.color'red,32'"),
        ("color has '2'", "color has Test.color'green'"),
        ("hassubset(tags,[\"a\"])", "hassubset(tags,['a'])"),
        ("hassubset(tags,[])", "hassubset(tags,[])"),
        ("tags/any( t : t eq 'x' )", "tags/any(t:t eq 'x')"),
        ("tags/any( )", "tags/any()"),
        ("address eq {\"city\":\"x\"}", "address eq {\"city\":\"x\"}"),
        ("Test.tablet/pen eq true", "Test.tablet/pen eq true"),
        ("address/Test.villa/garden", "address/Test.villa/garden"),
        (
            "$root/devices(01234567-89ab-cdef-0123-456789abcdef)/deviceName eq deviceName",
            "$root/devices(01234567-89ab-cdef-0123-456789abcdef)/deviceName eq deviceName",
        ),
        ("$root/me/name eq 'x'", "$root/me/name eq 'x'"),
        ("$root/me/devices/any(d:d/id eq id)", "$root/me/devices/any(d:d/id eq id)"),
        ("now( ) gt lastSync", "now() gt lastSync"),
        ("case( dateKey gt 0 : 1 , true : -1 ) eq 1", "case(dateKey gt 0:1,true:-1) eq 1"),
        ("isof(deviceName,Edm.GeographyPoint)", "isof(deviceName,Edm.GeographyPoint)"),
    ];
    for (text, expected) in cases {
        assert_eq!(filter(text), expected, "{text}");
    }
}

#[test]
fn refused_filters_say_where_and_what_to_write() {
    let cases = [
        ("", 0, "missing here"),
        ("dateKey", 0, "'dateKey' is a number; compare it"),
        ("dateKye eq 1", 0, "Did you mean 'dateKey'?"),
        ("deviceName eq 10", 14, "'deviceName' is text: write '10' in single quotes"),
        ("10 eq deviceName", 0, "write '10' in single quotes"),
        ("dateKey eq '20180214'", 11, "write 20180214 without quotes"),
        ("dateKey eq 'abc'", 11, "write a number such as 5"),
        ("lastSync gt '2018-02-21T00:00:00Z'", 12, "write 2018-02-21T00:00:00Z without quotes"),
        ("lastSync gt 2018-02-21T00:00:00", 12, "has no time zone"),
        ("bought eq 2018-02-21T00:00:00Z", 10, "write 2018-02-21 without a time"),
        ("isDeleted eq 1", 13, "write true or false"),
        ("isDeleted eq 'true'", 13, "write true without quotes"),
        ("id eq 'nonsense'", 6, "not a GUID"),
        ("color eq 'rde'", 9, "Did you mean 'red'?"),
        ("color eq Test.colour'red'", 9, "Did you mean 'color'?"),
        ("color gt 'red'", 0, "not by their order"),
        ("color has 1", 10, "'has' needs an enumeration value"),
        ("deviceName eq 'abc", 14, "Close the text"),
        ("(dateKey eq 1", 0, "Close the parenthesis"),
        ("dateKey eq 1)", 12, "Remove this parenthesis"),
        ("dateKey = 1", 8, "Write eq"),
        ("dateKey != 1", 8, "Write ne"),
        ("dateKey >= 1", 8, "Write ge"),
        ("dateKey eq 1 && isDeleted", 13, "Write and, or"),
        ("deviceName like 'x'", 11, "contains(property,'text')"),
        ("substringof('x',deviceName)", 0, "contains(property,'text')"),
        ("contain(deviceName,'x')", 0, "Did you mean 'contains'?"),
        ("contains(deviceName)", 0, "takes 2 arguments, not 1"),
        ("contains(dateKey,'1')", 9, "'dateKey' is a number"),
        ("contains(deviceName,1)", 20, "write '1' in single quotes"),
        ("contains(deviceName,'a'", 23, "')' after the arguments"),
        ("not deviceName eq 'x'", 4, "put a comparison after 'not' in parentheses"),
        ("deviceName add 'x' eq 'y'", 0, "concat(a,b)"),
        ("deviceName eq dateKey", 14, "'deviceName' (text)"),
        ("tags eq 'x'", 0, "any(x:x eq"),
        ("tags/length eq 1", 5, "is a collection"),
        ("deviceName/any(x:x eq 'a')", 11, "not a collection"),
        ("tags/some(x:x eq 'a')", 5, "only any and all"),
        ("tags/any(x eq 'a')", 11, "Put ':'"),
        ("tags/any(t:tags/any(t:t eq 'x'))", 20, "new variable"),
        ("address eq 'x'", 0, "can only be compared with null"),
        ("deviceName/city eq 'x'", 11, "nothing after '/'"),
        ("photo gt binary'AQID'", 0, "has no order"),
        ("deviceName in 'a'", 14, "Write a list"),
        ("deviceName in ('a' 'b')", 19, "Put ','"),
        ("deviceName in (1)", 15, "write '1' in single quotes"),
        ("lastSync eq datetime'2018-01-01'", 12, "notation of OData 3"),
        ("dateKey eq 5L", 11, "write 5 without the letter"),
        ("dateKey eq 1 eq", 15, "missing here"),
        ("dateKey eq 2024-02-30", 11, "not a date"),
        ("cast(dateKey,Edm.Foo) eq 1", 13, "not a primitive"),
        ("$root/devics eq 1", 6, "Did you mean 'devices'?"),
        ("deviceName eq \"x\"", 14, "single quotes"),
        ("deviceName in [\"x]", 15, "Close the text"),
        ("deviceName in ['x'", 18, "']' after the last"),
        ("hassubset(tags,[deviceName])", 15, "Only literals"),
        ("address eq {\"city\":5}", 11, "Text is needed here"),
        ("address eq {\"city\"", 11, "JSON object is broken"),
        ("cast(Test.device) eq 1", 0, "of the whole entity"),
        ("price/@Measures.Currency eq 'x'", 6, "Annotations"),
        ("@Core.Messages/any()", 0, "Annotations"),
        ("tags/all()", 9, "new variable"),
        ("any()", 0, "There is no function 'any'"),
    ];
    let mut surprises = Vec::new();
    for (text, position, expected) in cases {
        let query = format!("$filter={}", crate::percent::encode(text, ""));
        let error = parse(&query).expect_err(text);
        let fits = error.message.contains(expected) && error.position == Some(position);
        if !fits || error.target.as_deref() != Some("$filter") {
            surprises.push(format!("{text}: {error}; expected {position}: {expected}"));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}
