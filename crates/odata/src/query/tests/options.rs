//! Every option but `$filter`: accepted, refused, limited.

use super::{accepted, model, parse};
use crate::error::ErrorKind::{self, BadRequest, NotImplemented};
use crate::expr::{Literal, Span, evaluate, render};
use crate::query::{
    AggregateMethod, Context, ExpandKind, Levels, Limits, SearchExpr, Step, SystemOption, Transformation,
    parse_options,
};

#[test]
fn simple_options_are_read() {
    let options =
        accepted("api-version=v1.0&$skip= 0 &$top=1000&%24count=TRUE&MaxHistoryDays=7&$skiptoken=a%2Bb");
    assert_eq!((options.top, options.skip, options.count), (Some(1000), Some(0), true));
    assert_eq!(options.skiptoken.as_deref(), Some("a+b"));
    assert_eq!(options.custom("maxhistorydays"), Some("7"));
    assert_eq!(options.custom("API-VERSION"), Some("v1.0"));
    assert_eq!(options.custom("other"), None);
    assert_eq!(accepted("&&x&y=1&").custom, [("x".into(), String::new()), ("y".into(), "1".into())]);
    assert_eq!(
        accepted("$format=application/json;odata.metadata=none").format.as_deref().map(str::len),
        Some(36)
    );
}

#[test]
fn names_of_options_need_no_dollar_and_no_case() {
    let options = accepted("Top=5&FILTER=isdeleted&OrderBy=dateKey&id=x&index=1");
    assert_eq!(options.top, Some(5));
    assert!(options.filter.is_some());
    assert_eq!(options.orderby.len(), 1);
    assert_eq!(options.custom("id"), Some("x"));
}

#[test]
fn selections_keep_metadata_spelling_and_order() {
    let select = |text: &str| {
        let options = accepted(&format!("$select={text}"));
        options.select.map(|paths| paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(select("DateKey, deviceName,dateKey").as_deref(), Some("dateKey deviceName"));
    assert_eq!(select("*"), None);
    assert_eq!(select("deviceName,*"), None);
    assert_eq!(select("address/city,owner").as_deref(), Some("address/city owner"));
    assert_eq!(
        select("address($select=city),licenses(select=sku)").as_deref(),
        Some("address/city licenses/sku")
    );
    assert_eq!(select("Test.*"), None);
    assert_eq!(select("Test.*,id").as_deref(), Some("id"));
    assert_eq!(select("Test.device/deviceName").as_deref(), Some("deviceName"));
}

#[test]
fn sort_orders_are_expressions_with_direction() {
    let options = accepted("$orderby=deviceName desc,length(deviceName) , DateKey ASC");
    let shown: Vec<(String, bool)> =
        options.orderby.iter().map(|item| (render(&item.expr, "Test"), item.descending)).collect();
    let expected = [("deviceName", true), ("length(deviceName)", false), ("dateKey", false)];
    assert_eq!(shown, expected.map(|(text, descending)| (text.to_owned(), descending)));
}

#[test]
fn searches_are_trees() {
    use SearchExpr::{And, Not, Or, Phrase, Word};
    let word = |text: &str| Word(text.to_owned());
    let search = |text: &str| {
        accepted(&format!("$search={}", crate::percent::encode(text, ""))).search.expect("given")
    };
    assert_eq!(search("blue"), word("blue"));
    assert_eq!(search("a b"), And(vec![word("a"), word("b")]));
    assert_eq!(
        search("a AND b OR NOT c"),
        Or(vec![And(vec![word("a"), word("b")]), Not(Box::new(word("c")))])
    );
    assert_eq!(search("(a OR b) c"), And(vec![Or(vec![word("a"), word("b")]), word("c")]));
    assert_eq!(search("\"a \\\"b\\\" AND\""), Phrase("a \"b\" AND".to_owned()));
    assert_eq!(search("\"displayName:x\""), Phrase("displayName:x".to_owned()));
    assert_eq!(search("a;b 08/15"), And(vec![word("a;b"), word("08/15")]));
    assert_eq!(search("'\"blue gre'"), Phrase("blue gre".to_owned()));
    assert_eq!(search("Daniel's"), word("Daniel's"));
    assert_eq!(search("AND OR"), And(vec![word("AND"), word("OR")]));
    assert_eq!(search("AND OR NOT"), Or(vec![word("AND"), word("NOT")]));
    assert_eq!(search("NOT NOT"), Not(Box::new(word("NOT"))));
    assert_eq!(search("ANDROID notes and"), And(vec![word("ANDROID"), word("notes"), word("and")]));
}

#[test]
fn chosen_collections_carry_their_own_options() {
    let options = accepted(
        "$select=tags($filter=contains($it,'a');$top=2;$orderby=$it desc),licenses(select=sku;count=true)",
    );
    let [(tags, first), (licenses, second)] = options.select_options.as_slice() else { panic!("two") };
    assert_eq!((tags.to_string().as_str(), first.top), ("tags", Some(2)));
    assert_eq!(render(first.filter.as_ref().expect("given"), "Test"), "contains($it,'a')");
    assert_eq!((licenses.to_string().as_str(), second.count), ("licenses", true));
    let chosen: Vec<String> = options.select.expect("given").iter().map(ToString::to_string).collect();
    assert_eq!(chosen, ["tags", "licenses/sku"]);
    assert_eq!(
        accepted("$select=Test.tablet/pen,Test.related(depth)")
            .select
            .map(|paths| paths[0].to_string())
            .as_deref(),
        Some("Test.tablet/pen")
    );
    assert!(accepted("$index&$top=1").index);
    assert_eq!(accepted("$schemaversion=*").schemaversion.as_deref(), Some("*"));
}

#[test]
fn expansions_follow_types_and_structures() {
    let paths = |text: &str| {
        let items = accepted(&format!("$expand={text}")).expand;
        items.iter().map(|item| item.path.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(paths("Test.tablet/owner,owner"), "Test.tablet/owner owner");
    assert_eq!(paths("apps/$ref,owner($expand=devices/Test.tablet($filter=pen))"), "apps owner");
    assert_eq!(paths("address/maker($select=name)"), "address/maker");
    let all = accepted("$expand=*($levels=2)").expand;
    assert_eq!((all.len(), all[0].levels), (2, Some(Levels::Number(2))));
    let nested =
        &accepted("$expand=owner($expand=devices/Test.tablet($filter=pen))").expand[0].options.expand[0];
    assert_eq!(nested.path.to_string(), "devices/Test.tablet");
    assert_eq!(accepted("$expand=apps($apply=aggregate($count as n))").expand[0].options.apply.len(), 1);
}

#[test]
fn expansions_carry_their_own_options() {
    let options = accepted(
        "$expand=owner($select=name;$expand=devices($filter=deviceName eq 'a;b)';$top=2;$levels=max)),apps/$count",
    );
    let [owner, apps] = options.expand.as_slice() else { panic!("two items") };
    assert_eq!((owner.path.to_string().as_str(), owner.kind), ("owner", ExpandKind::Entities));
    assert_eq!(apps.kind, ExpandKind::Count);
    let devices = &owner.options.expand[0];
    assert_eq!((devices.levels, devices.options.top), (Some(Levels::Max), Some(2)));
    let filter = devices.options.filter.as_ref().expect("given");
    assert_eq!(render(filter, "Test"), "deviceName eq 'a;b)'");
    assert_eq!(accepted("$expand=*/$ref").expand.len(), 2);
    let search = &accepted("$expand=apps($search=a OR b;$count=true;$orderby=key desc)").expand[0].options;
    assert!(search.search.is_some() && search.count && search.orderby[0].descending);
}

#[test]
fn computed_names_are_known_everywhere() {
    let options =
        accepted("$filter=double gt 2&$orderby=double&$select=double&$compute=price mul 2 as double");
    assert_eq!(options.compute[0].name, "double");
    assert_eq!(options.select.expect("given")[0].to_string(), "double");
}

#[test]
fn aggregations_are_steps() {
    let options = accepted(
        "$apply=filter(isDeleted eq false)/groupby((deviceName,address/city),aggregate(price with sum as total,\
         $count as n))/filter(total gt 5)/topcount(3,total)&$orderby=total desc",
    );
    let kinds: Vec<&Transformation> = options.apply.iter().map(|step| &step.kind).collect();
    let [_, Transformation::GroupBy(paths, steps), _, Transformation::Ranked(..)] = kinds.as_slice() else {
        panic!("four steps")
    };
    assert_eq!(paths.len(), 2);
    let [Step { kind: Transformation::Aggregate(items), .. }] = steps.as_slice() else { panic!("one step") };
    assert_eq!(
        items.iter().map(|item| item.method).collect::<Vec<_>>(),
        [AggregateMethod::Sum, AggregateMethod::Count]
    );
    let both = accepted("$apply=concat(aggregate(price with max as m),groupby((deviceName)))/identity");
    assert_eq!(both.apply.len(), 2);
}

#[test]
fn steps_and_their_paths_know_where_they_stood() {
    let text = "filter(isDeleted eq false)/groupby((deviceName, address/city),aggregate(price with sum as total))/identity";
    let steps = accepted(&format!("$apply={text}")).apply;
    let stood = |span: Span| &text[span.start..span.end];
    assert_eq!(stood(steps[0].span), "filter(isDeleted eq false)");
    assert_eq!(stood(steps[2].span), "identity");
    let Transformation::GroupBy(paths, inside) = &steps[1].kind else { panic!("groups") };
    let grouped: Vec<&str> = paths.iter().map(|path| stood(path.span)).collect();
    assert_eq!(grouped, ["deviceName", "address/city"]);
    assert_eq!(stood(inside[0].span), "aggregate(price with sum as total)");
}

#[test]
fn aliases_stand_for_expressions() {
    let shown = |query: &str| render(&accepted(query).filter.expect("given"), "Test");
    assert_eq!(shown("$filter=dateKey eq @p&@p=5"), "dateKey eq 5");
    assert_eq!(shown("@p=dateKey add 1&$filter=@p gt @q&@q=2"), "dateKey add 1 gt 2");
    assert_eq!(shown("$filter=deviceName in @p&@p=[\"a\",\"it's\"]"), "deviceName in ('a','it''s')");
    assert_eq!(shown("$filter=dateKey in @p&@p=(1,2)"), "dateKey in (1,2)");
    assert_eq!(shown("$filter=deviceName eq @p&@p=null"), "deviceName eq null");
}

#[test]
fn refused_options_say_which_and_where() {
    let cases: [(&str, ErrorKind, &str, Option<usize>, &str); 87] = [
        ("$fliter=1", BadRequest, "$fliter", None, "Did you mean '$filter'?"),
        ("$whatever=1", BadRequest, "$whatever", None, "unknown query option"),
        ("$top=5&top=6", BadRequest, "$top", None, "more than once"),
        ("@p=1&@p=2", BadRequest, "@p", None, "more than once"),
        ("$top=-1", BadRequest, "$top", Some(0), "0 or more"),
        ("$top=", BadRequest, "$top", Some(0), "0 or more"),
        ("$top=1.5", BadRequest, "$top", Some(0), "0 or more"),
        ("$skip=99999999999999999999", BadRequest, "$skip", Some(0), "too large"),
        ("$top=5 6", BadRequest, "$top", Some(2), "not expected"),
        ("$count=yes", BadRequest, "$count", Some(0), "true or false"),
        ("$count=true x", BadRequest, "$count", Some(5), "not expected"),
        ("$skiptoken=", BadRequest, "$skiptoken", Some(0), "Give this option a value"),
        ("$filter=%zz", BadRequest, "$filter", Some(0), "hexadecimal"),
        ("$filter=%FF", BadRequest, "$filter", Some(0), "UTF-8"),
        ("$select=", BadRequest, "$select", Some(0), "name is missing"),
        ("$select=deviceNmae", BadRequest, "$select", Some(0), "Did you mean 'deviceName'?"),
        ("$select=id,,dateKey", BadRequest, "$select", Some(3), "name is missing"),
        ("$select=id dateKey", BadRequest, "$select", Some(3), "put ','"),
        ("$select=deviceName/x", BadRequest, "$select", Some(11), "nothing after"),
        ("$select=address($top=1)", BadRequest, "$select", Some(8), "is no collection"),
        ("$select=tags($expand=x)", BadRequest, "$select", Some(5), "no option '$expand'"),
        ("$select=tags($top=1;$top=2)", BadRequest, "$select", Some(12), "more than once"),
        ("$select=@Core.Messages", NotImplemented, "$select", Some(0), "Annotations"),
        ("$schemaversion=7", ErrorKind::NotFound, "$schemaversion", Some(0), "no version '7'"),
        ("$index=5", NotImplemented, "$index", Some(0), "for changes"),
        ("$index=x", BadRequest, "$index", Some(0), "whole number"),
        ("$compute=price", BadRequest, "$compute", Some(0), "invalid compute expression format"),
        ("$expand=$value", NotImplemented, "$expand", Some(0), "begins with '$'"),
        ("$expand=owner($levels=04)", BadRequest, "$expand", Some(14), "levels from 1"),
        ("$expand=*($top=1)", BadRequest, "$expand", Some(2), "Only $levels"),
        ("$expand=deviceName", BadRequest, "$expand", Some(0), "no navigation property"),
        ("$expand=owner(@x=1;@x=2)", BadRequest, "$expand", Some(11), "more than once"),
        ("$expand=owner/Test.app", BadRequest, "$expand", Some(6), "not derived"),
        ("$select=Test.phone/x", BadRequest, "$select", Some(0), "There is no type 'Test.phone'"),
        ("$orderby=deviceName down", BadRequest, "$orderby", Some(11), "asc, desc"),
        ("$orderby=", BadRequest, "$orderby", Some(0), "missing here"),
        ("$orderby=tags", BadRequest, "$orderby", Some(0), "not a collection"),
        ("$orderby=id,", BadRequest, "$orderby", Some(3), "missing here"),
        ("$search=", BadRequest, "$search", Some(0), "is missing"),
        ("$search=a AND ()", BadRequest, "$search", Some(7), "is missing"),
        ("$search=\"a", BadRequest, "$search", Some(0), "Close the phrase"),
        ("$search=(a", BadRequest, "$search", Some(0), "Close the parenthesis"),
        ("$search=a)", BadRequest, "$search", Some(1), "Remove this parenthesis"),
        ("$expand=owners", BadRequest, "$expand", Some(0), "Did you mean 'owner'?"),
        ("$expand=address/country", BadRequest, "$expand", Some(8), "no navigation property"),
        ("$expand=owner,owner", BadRequest, "$expand", Some(6), "expanded twice"),
        ("$expand=owner($top=1;$top=2)", BadRequest, "$expand", Some(13), "more than once"),
        ("$expand=owner($tpo=1)", BadRequest, "$expand", Some(6), "Did you mean '$top'?"),
        ("$expand=owner($format=json)", BadRequest, "$expand", Some(6), "inside $expand"),
        ("$expand=owner($select=x)", BadRequest, "$expand", Some(14), "no property 'x'"),
        ("$expand=owner($top=1", BadRequest, "$expand", Some(12), "Put ';'"),
        ("$expand=apps($levels=0)", BadRequest, "$expand", Some(13), "from 1"),
        ("$expand=apps/key", BadRequest, "$expand", Some(5), "no type 'key'"),
        ("$expand=apps/$ref($select=key)", BadRequest, "$expand", Some(10), "cannot be used here"),
        ("$expand=apps/$count($top=1)", BadRequest, "$expand", Some(12), "cannot be used here"),
        ("$compute=price mul 2", BadRequest, "$compute", Some(0), "as double"),
        ("$compute=price mul 2 as price", BadRequest, "$compute", Some(15), "is taken"),
        ("$apply=summarize(x)", BadRequest, "$apply", Some(0), "no transformation"),
        ("$apply=ancestors()", BadRequest, "$apply", Some(0), "needs a hierarchy"),
        (
            "$apply=ancestors($root/users,h,id,filter(x eq 1))",
            NotImplemented,
            "$apply",
            Some(0),
            "'ancestors'",
        ),
        ("$apply=Test.latest()", NotImplemented, "$apply", Some(0), "'Test.latest'"),
        ("$apply=Test.other()", BadRequest, "$apply", Some(0), "no transformation"),
        (
            "$apply=groupby((rolluprecursive($root/users,h,id)))",
            NotImplemented,
            "$apply",
            Some(9),
            "rolluprecursive",
        ),
        ("$apply=groupby((rollup(null)))", BadRequest, "$apply", Some(20), "at least one"),
        ("$apply=groupby((rollup(null,nothing)))", BadRequest, "$apply", Some(21), "no property"),
        ("$apply=topcount(0,price)", BadRequest, "$apply", Some(9), "above 0"),
        ("$apply=toppercent(101,price)", BadRequest, "$apply", Some(11), "up to 100"),
        ("$apply=aggregate(price with median as x)", BadRequest, "$apply", Some(21), "no aggregation method"),
        ("$apply=aggregate(price with Test.median as x)", NotImplemented, "$apply", Some(21), "Test.median"),
        (
            "$apply=aggregate(price with sum as x,price with max as x)",
            BadRequest,
            "$apply",
            Some(48),
            "is taken",
        ),
        ("$apply=aggregate(price with sum)", BadRequest, "$apply", Some(24), "with 'as'"),
        ("$apply=compute(price as dateKey)", BadRequest, "$apply", Some(17), "is taken"),
        ("$apply=compute(price as x,price as x)", BadRequest, "$apply", Some(28), "is taken"),
        ("$apply=filter(x gt 1)/compute(price as x)", BadRequest, "$apply", Some(7), "no property 'x'"),
        ("$apply=concat(identity)", BadRequest, "$apply", Some(15), "two sequences"),
        ("$apply=concat()", BadRequest, "$apply", Some(7), "no transformation"),
        (
            "$apply=aggregate(price with sum as x)/filter(price gt 1)",
            BadRequest,
            "$apply",
            Some(38),
            "is gone",
        ),
        ("$apply=groupby((dateKey))&$filter=price gt 1", BadRequest, "$filter", Some(0), "is gone"),
        ("$apply=groupby((dateKey))&$select=price", BadRequest, "$select", Some(0), "is gone"),
        ("$apply=join(price as x)", BadRequest, "$apply", Some(5), "needs a collection"),
        ("$apply=expand(address)", BadRequest, "$apply", Some(7), "navigation property"),
        ("$apply=groupby(deviceName)", BadRequest, "$apply", Some(8), "in parentheses"),
        ("$apply=aggregate(deviceName with sum as x)", BadRequest, "$apply", Some(26), "needs numbers"),
        ("$levels=2", BadRequest, "$levels", Some(0), "inside $expand"),
        ("$index=2", NotImplemented, "$index", Some(0), "for changes"),
        ("$filter=dateKey eq @p&@p=1 eq", BadRequest, "@p", Some(4), "missing here"),
        ("$filter=@p&@p=@q&@q=@p", BadRequest, "@q", Some(0), "defined by itself"),
    ];
    let mut surprises = Vec::new();
    for (query, kind, target, position, expected) in cases {
        let error = parse(query).expect_err(query);
        let place = (error.kind, error.target.as_deref(), error.position);
        if place != (kind, Some(target), position) || !error.message.contains(expected) {
            surprises.push(format!("{query}: {error} {place:?}; expected {target} {position:?}: {expected}"));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn options_not_offered_are_501() {
    let model = model();
    let context =
        Context::new(&model, &model.entity_types[0]).offering(&[SystemOption::Top, SystemOption::Expand]);
    for (query, target) in [("$filter=isDeleted", "$filter"), ("$expand=apps($select=key)", "$expand")] {
        let error = parse_options(query, &context).expect_err(query);
        assert_eq!((error.kind, error.target.as_deref()), (NotImplemented, Some(target)), "{error}");
        assert!(error.position.is_some());
    }
    assert!(parse_options("$top=1&$format=json&custom=1", &context).is_ok());
}

#[test]
fn names_match_exactly_when_asked() {
    let model = model();
    let context = Context { ignore_case: false, ..Context::new(&model, &model.entity_types[0]) };
    assert!(parse_options("$select=DateKey", &context).is_err());
    assert!(parse_options("$select=dateKey", &context).is_ok());
}

#[test]
fn limits_are_enforced_without_running_out_of_stack() {
    let model = model();
    let limits = Limits { query_bytes: 500_000, ..Limits::default() };
    let context = Context::new(&model, &model.entity_types[0]).limits(limits);
    let deep = |open: &str, core: &str, close: &str, times: usize| {
        format!("$filter={}{core}{}", open.repeat(times), close.repeat(times))
    };
    let accepted = [
        deep("(", "isDeleted", ")", 99),
        deep("not ", "isDeleted", "", 99),
        deep("tolower(", "deviceName", ")", 99) + " eq 'x'",
        format!("$filter={}isDeleted", "isDeleted and ".repeat(2000)),
        format!("$filter=dateKey in (1{})", ",1".repeat(999)),
        format!("$filter=dateKey{} eq 1", " add 1".repeat(99)),
    ];
    for query in accepted {
        assert!(parse_options(&query, &context).is_ok(), "{}", &query[..60]);
    }
    let refused = [
        deep("(", "isDeleted", ")", 101),
        deep("(", "isDeleted", ")", 100_000),
        deep("not ", "isDeleted", "", 100_000),
        deep("-", "dateKey", "", 100_000),
        deep("tolower(", "deviceName", ")", 10_000),
        deep("tags/any(a:", "true", ")", 10_000),
        format!("$filter={}isDeleted", "isDeleted and ".repeat(6000)),
        format!("$filter=dateKey in (1{})", ",1".repeat(1000)),
        format!("$filter=dateKey{} eq 1", " add 1".repeat(20_000)),
        format!("$search={}a", "(".repeat(100_000)),
        format!("$search={}a", "NOT ".repeat(100_000)),
        format!("$expand={}", "owner($expand=devices($expand=".repeat(10_000)),
        format!("$apply={}", "concat(".repeat(10_000)),
        format!("$select={}", "address($select=".repeat(10_000)),
        format!("$orderby={}id", "id,".repeat(2000)),
        "a=1&".repeat(101),
        format!("$filter=isDeleted{}", " ".repeat(500_000)),
        // Trees that are high without being nested deeply.
        format!("$filter={}dateKey{} eq 1", "(".repeat(25), format!("{})", " add 1".repeat(90)).repeat(25)),
    ];
    for query in refused {
        let error = parse_options(&query, &context).expect_err(&query[..60]);
        assert_eq!(error.kind, BadRequest, "{}: {error}", &query[..60]);
    }
    // Every alias doubles the one before: 2^30 terms if nothing counted them.
    let bomb: String = (0..30).map(|n| format!("&@a{n}=@a{0} and @a{0}", n + 1)).collect();
    let error =
        parse_options(&format!("$filter=@a0{bomb}&@a30=isDeleted"), &context).expect_err("too many terms");
    assert_eq!(error.code, crate::error::code::LIMIT_EXCEEDED);
}

#[test]
fn the_highest_trees_fit_on_a_small_stack() {
    let lambdas: String = (0..99).map(|n| format!("tags/any(v{n}:")).collect();
    let chain = format!("({}", "dateKey".to_owned() + &" add 1".repeat(390) + ")");
    let highest = [
        format!("$filter={lambdas}true{}", ")".repeat(99)),
        format!("$filter={}isDeleted{}", "not (".repeat(49), ")".repeat(49)),
        format!("$filter={}deviceName{} eq 'x'", "tolower(".repeat(99), ")".repeat(99)),
        format!("$filter={}dateKey{} eq 1", "-(".repeat(49), ")".repeat(49)),
        format!("$filter={}{chain}{} eq 1", "(".repeat(98), ")".repeat(98)),
        format!("$filter={}true{}", "case(true:".repeat(99), ")".repeat(99)),
    ];
    let navigation = |n| if n % 2 == 0 { "$expand=owner(" } else { "$expand=devices(" };
    let deepest = [
        format!("{}$top=1{}", (0..10).map(navigation).collect::<String>(), ")".repeat(10)),
        format!("$search={}a{}", "(".repeat(99), ")".repeat(99)),
        format!("$search={}a", "NOT ".repeat(99)),
        format!("$apply={}identity{}", "concat(identity,".repeat(10), ")".repeat(10)),
        format!(
            "$filter=@a0{}&@a98=isDeleted",
            (0..98).map(|n| format!("&@a{n}=@a{}", n + 1)).collect::<String>()
        ),
    ];
    let run = move || {
        let model = model();
        let context = Context::new(&model, &model.entity_types[0]);
        for query in highest {
            let options = parse_options(&query, &context).unwrap_or_else(|error| panic!("{error}: {query}"));
            let filter = options.filter.expect("given");
            let tags = || Literal::Collection(vec!["a".into()]);
            let answer = evaluate(&filter, &|path| if path == "tags" { tags() } else { Literal::Null });
            assert!(matches!(answer, Literal::Bool(_) | Literal::Null), "{query}");
            assert!(render(&filter.clone(), "Test").len() > 99);
        }
        for query in deepest {
            assert_eq!(parse_options(&query, &context).map(|_| ()), Ok(()), "{query}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).expect("a thread");
    thread.join().expect("no panic and no overflow");
}
