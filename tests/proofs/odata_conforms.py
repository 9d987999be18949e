"""The reference service of the `odata` crate keeps every rule for reading services of the conformance levels of OData 4.0
and 4.01 (Part 1: Protocol §13): a line for each, with its level and number. Rules for services that can be changed
do not apply: that nothing can is one of the rules below."""

import urllib.parse
import xml.etree.ElementTree as xml

from support.reference import V4, V401, Service

RULES = []
LAPTOP = "Products(0000a001-0000-4000-8000-000000000001)"
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def rule(level, number, text):
    """Registers a check of the rule `number` of a level."""
    return lambda check: RULES.append((level, number, text, check))


def same(left, right):
    assert left == right, f"{left!r} is not {right!r}"


def metadata(service, **headers):
    return xml.fromstring(service.get("$metadata", Accept="application/xml", **headers).text)


# OData 4.0, minimal.


@rule("4.0 minimal", 1, "a service document at the root")
def _(service):
    document = service.get("").json
    assert document["@odata.context"].endswith("$metadata"), document
    kinds = {entry["name"]: entry["kind"] for entry in document["value"]}
    same((kinds["Products"], kinds["Company"]), ("EntitySet", "Singleton"))


@rule("4.0 minimal", 2, "data in JSON, with the control information of its level")
def _(service):
    for level in ("none", "minimal", "full"):
        answer = service.get(LAPTOP, Accept=f"application/json;odata.metadata={level}", **V4)
        assert f"odata.metadata={level}" in answer.headers["content-type"], answer.headers
        same("@odata.context" in answer.json, level != "none")
        same("@odata.type" in answer.json, level != "none")
        same("Category@odata.navigationLink" in answer.json, level == "full")


@rule("4.0 minimal", 3, "partial results through next links alone")
def _(service):
    page = service.get("Products?$count=true", Prefer="odata.maxpagesize=3")
    found, links = list(page.value), 0
    while "@odata.nextLink" in page.json:
        page = service.get(page.json["@odata.nextLink"].removeprefix(service.root))
        found, links = found + page.value, links + 1
    same((len({product["ID"] for product in found}), len(found), links), (7, 7, 2))
    same(page.json["@odata.count"], 7)


@rule("4.0 minimal", 4, "OData-Version in every answer")
def _(service):
    for path, status in (("", 200), ("$metadata", 200), (LAPTOP, 200), ("Nothing", 404), ("Products?$top=x", 400)):
        answer = service.get(path)
        same((answer.status, answer.headers["OData-Version"]), (status, "4.01"))


@rule("4.0 minimal", 5.1, "Accept is kept to, or the request fails")
def _(service):
    service.get("Products", Accept="application/atom+xml").refused(406)
    wanted = service.get("Products", Accept="text/html;q=0.9,application/json;odata.metadata=none;q=0.8")
    assert wanted.headers["content-type"].startswith("application/json;metadata=none"), wanted.headers
    same(service.get("Products?$format=json", Accept="application/atom+xml").status, 200)


@rule("4.0 minimal", 5.2, "OData-MaxVersion is kept to, or the request fails")
def _(service):
    same(service.get("Products", **V4).headers["OData-Version"], "4.0")
    same(service.get("Products", OData_MaxVersion="9.9").headers["OData-Version"], "4.01")
    service.get("Products", OData_MaxVersion="3.0").refused(406)


@rule("4.0 minimal", 6, "extensible: own options are let be, options of the standard that are unknown refused")
def _(service):
    same(len(service.names("colour=blue&_=1")), 7)
    service.get("Products?$colour=blue").refused(400)


@rule("4.0 minimal", 7, "what the grammar has is done, or 501 with its name; what it has not is 400 with its place")
def _(service):
    error = service.get("Products?$filter=Name/@Core.Description eq 'x'").refused(501)
    same(error["target"], "$filter")
    error = service.get("Products?$filter=Price gt (1").refused(400)
    assert "position 10" in error["message"], error
    error = service.get("Products?$apply=identity/ancestors($root/Products,Tree,ID,filter(true))").refused(501)
    assert "position 10" in error["message"], error


@rule("4.0 minimal", 8, "types of the standard alone, or of its own schema")
def _(service):
    document = metadata(service)
    own = {schema.get("Namespace") for schema in document.iter(EDM + "Schema")}
    for element in document.iter():
        for name in (element.get("Type") or "").removeprefix("Collection(").rstrip(")").split():
            assert name.rpartition(".")[0] in own | {"Edm"}, name


@rule("4.0 minimal", 9, "no annotation, header or content of its own that a client must understand")
def _(service):
    own = [name for name in service.get("Products").headers if name.lower().startswith("x-")]
    same(own, [])
    others = [name for name in service.get("Company").json if "@" in name and "@odata." not in name]
    same(others, [])


@rule("4.0 minimal", 10, "changes are refused as declared, and what is not there stays 404")
def _(service):
    declared = [element.get("Property") for element in metadata(service).iter(EDM + "PropertyValue") if element.get("Bool") == "false"]
    same({"Insertable", "Updatable", "Deletable"} <= set(declared), True)
    for method, path in (("POST", "Products"), ("PATCH", LAPTOP), ("PUT", "Company"), ("DELETE", LAPTOP)):
        answer = service.ask(method, path, {"Content-Type": "application/json"}, "{}")
        answer.refused(405)
        same(answer.headers["Allow"], "GET, HEAD")
    service.ask("DELETE", "Products(00000000-0000-0000-0000-000000000000)").refused(404)


@rule("4.0 minimal", 11, "entity tags: unchanged is 304, changed is 412")
def _(service):
    tag = service.get(LAPTOP).headers["ETag"]
    same(service.get(LAPTOP, If_None_Match=tag).status, 304)
    service.get(LAPTOP, If_Match='W/"99"').refused(412)


@rule("4.0 minimal", 12, "$expand")
def _(service):
    laptop = service.get(f"{LAPTOP}?$expand=Category,Descriptions").json
    same((laptop["Category"]["Name"], len(laptop["Descriptions"])), ("Electronics", 2))


@rule("4.0 minimal", 13, "$metadata in XML")
def _(service):
    same(metadata(service, **V4).get("Version"), "4.0")


@rule("4.0 minimal", 14, "headers and preferences with the prefix")
def _(service):
    answer = service.get("Products", Prefer="odata.maxpagesize=2", **V4)
    same((len(answer.value), answer.headers["Preference-Applied"]), (2, "odata.maxpagesize=2"))


@rule("4.0 minimal", 15, "enumerations and durations with their type")
def _(service):
    same(service.names("$filter=Status has ReferenceService.ProductStatus'Featured'"), ["Laptop", "Smartphone", "Premium Laptop Pro"])
    same(service.names("$filter=ShippingTime eq duration'P1D'", **V4), ["Laptop"])


@rule("4.0 minimal", 16, "the late answer as a whole message for 4.0")
def _(service):
    begun = service.get("Products?$top=1", Prefer="respond-async", **V4)
    same(begun.status, 202)
    late = service.get(begun.headers["Location"].removeprefix(service.root), Accept="application/http", **V4)
    same(late.headers["content-type"], "application/http")
    assert late.text.startswith("HTTP/1.1 200 OK"), late.text[:200]


# OData 4.0, intermediate. Number 1 is the level before, 2 is its rule 7; 9 and 10 say again what others do.


@rule("4.0 intermediate", 3, "$select")
def _(service):
    laptop = service.get(f"{LAPTOP}?$select=Name,Dimensions/Length").json
    shown = {name: value for name, value in laptop.items() if "@" not in name}
    same(shown, {"Name": "Laptop", "Dimensions": {"Length": 35.5}})


@rule("4.0 intermediate", 4, "casts to derived types")
def _(service):
    same(len(service.get("Products/ReferenceService.SpecialProduct").value), 3)
    same(service.names("$filter=ReferenceService.SpecialProduct/SpecialFeature eq 'Speed set by hand'"), ["Gaming Mouse Ultra"])
    service.get("Products(0000a001-0000-4000-8000-000000000003)/ReferenceService.SpecialProduct").refused(404)


@rule("4.0 intermediate", 5, "$top")
def _(service):
    same(service.names("$top=2"), ["Laptop", "Wireless Mouse"])


@rule("4.0 intermediate", 6, "/$value of media entities and of properties")
def _(service):
    item = service.get("MediaItems").value[0]
    same(service.get(f"MediaItems({item['ID']})/$value").headers["content-type"], item["ContentType"])
    name = service.get(f"{LAPTOP}/Name/$value")
    same((name.text, name.headers["content-type"].split(";")[0]), ("Laptop", "text/plain"))


@rule("4.0 intermediate", 7.1, "eq and ne on every property of a set")
def _(service):
    for name, value in service.get(LAPTOP).json.items():
        if "@" in name or isinstance(value, (dict, list)):
            continue
        if name.startswith("Special"):
            name = f"ReferenceService.SpecialProduct/{name}"
        quoted = not isinstance(value, (int, float)) and name not in ("ID", "CategoryID", "ReleaseDate", "OpenTime", "CreatedAt")
        literal = f"binary'{value}'" if name == "Data" else f"'{value}'" if quoted else value
        counts = [len(service.names("$filter=" + urllib.parse.quote(f"{name} {op} {literal}"))) for op in ("eq", "ne")]
        assert counts[0] >= 1 and sum(counts) == 7, f"{name}: {counts}"


@rule("4.0 intermediate", 7.2, "aliases in $filter")
def _(service):
    same(service.names("$filter=Price lt @most and contains(Name,@word)&@most=100&@word='Mouse'"), ["Wireless Mouse"])
    service.get("Products?$filter=Price lt @most").refused(400)


@rule("4.0 intermediate", 7.3, "the other operators")
def _(service):
    for condition, count in (
        ("Price gt 249.99", 3), ("Price ge 249.99", 4), ("Price lt 29.99", 1), ("Price le 29.99", 2),
        ("not (Price gt 100 and Rating eq 5)", 4), ("Price gt 1000 or Price lt 20", 2), ("Status has 'OnSale'", 3),
        ("Price add 0.01 eq 250", 1), ("Price sub 500 gt 400", 2), ("Price mul 2 gt 1999", 2), ("-Rating lt -4", 3),
        ("Rating div 2 eq 2", 6), ("Rating mod 2 eq 1", 4), ("(Price gt 1)", 7),
    ):  # fmt: skip
        same((condition, len(service.names("$filter=" + condition))), (condition, count))


@rule("4.0 intermediate", 7.4, "the canonical functions; what is none is refused")
def _(service):
    for condition, count in (
        ("contains(Name,'Laptop')", 2), ("endswith(Name,'Pro')", 1), ("startswith(Name,'Coffee')", 1), ("length(Name) eq 10", 2),
        ("indexof(Name,'Mouse') gt 0", 2), ("substring(Name,1) eq 'aptop'", 1), ("substring(Name,0,6) eq 'Gaming'", 1),
        ("tolower(Name) eq 'laptop'", 1), ("toupper(Name) eq 'LAPTOP'", 1), ("trim(Name) eq 'Laptop'", 1),
        ("concat(concat(Name,', '),ProductType) eq 'Laptop, SpecialProduct'", 1), ("year(CreatedAt) eq 2024", 5),
        ("month(CreatedAt) eq 7", 2), ("day(CreatedAt) eq 15", 2), ("hour(CreatedAt) eq 14", 2), ("minute(CreatedAt) eq 45", 1),
        ("second(CreatedAt) eq 0", 7), ("fractionalseconds(CreatedAt) eq 0", 7), ("date(CreatedAt) eq 2024-07-01", 1),
        ("time(CreatedAt) eq 10:00:00", 1), ("totaloffsetminutes(CreatedAt) eq 0", 7), ("now() gt CreatedAt", 7),
        ("mindatetime() lt CreatedAt and maxdatetime() gt CreatedAt", 7), ("totalseconds(ShippingTime) eq 86400", 1),
        ("round(Price) eq 1000", 1), ("floor(Price) eq 999", 1), ("ceiling(Price) eq 1000", 1),
        ("cast(Rating,Edm.String) eq '5'", 3), ("isof(ReferenceService.SpecialProduct)", 3),
        ("geo.distance(Location,geography'SRID=4326;POINT(-122.3321 47.6062)') lt 1000", 1),
        ("geo.intersects(Location,geography'SRID=4326;POLYGON((-123 47,-122 47,-122 48,-123 48,-123 47))')", 1),
        ("geo.length(Route) gt 0", 6), ("matchesPattern(Name,'^[A-L]')", 3),
    ):  # fmt: skip
        found = service.get("Products?$filter=" + urllib.parse.quote(condition))
        assert found.status == 200, f"{condition}: {found.text[:200]}"
        same((condition, len(found.value)), (condition, count))
    service.get("Products?$filter=lengthy(Name) eq 3").refused(400, 501)


@rule("4.0 intermediate", 7.5, "$filter on expanded entities")
def _(service):
    laptop = service.get(f"{LAPTOP}?$expand=Descriptions($filter=LanguageKey eq 'DE')").json
    same([text["LanguageKey"] for text in laptop["Descriptions"]], ["DE"])


# OData 4.0, advanced. What the intermediate level recommends is demanded here.


@rule("4.0 advanced", 4, "/$count of sets, navigation and collections")
def _(service):
    same(service.get("Products/$count").text, "7")
    same(service.get("Products/$count?$filter=Price gt 500").text, "3")
    same(service.get(f"{LAPTOP}/Descriptions/$count").text, "2")


@rule("4.0 advanced", 5, "any and all")
def _(service):
    same(len(service.names("$filter=Descriptions/any()")), 5)
    same(service.names("$filter=Descriptions/any(d:d/LanguageKey eq 'ES' and contains(d/LongText,'cámaras'))"), ["Smartphone"])
    same(len(service.names("$filter=Descriptions/all(d:d/LanguageKey eq 'EN')")), 3)


@rule("4.0 advanced", 6, "$skip")
def _(service):
    same(service.names("$orderby=Price&$skip=5"), ["Laptop", "Premium Laptop Pro"])


@rule("4.0 advanced", 7, "$count")
def _(service):
    answer = service.get("Products?$count=true&$filter=Price gt 500&$top=1")
    same((answer.json["@odata.count"], len(answer.value)), (3, 1))


@rule("4.0 advanced", 8, "$orderby, asc and desc, on every property that has an order; null is least")
def _(service):
    cheap = service.names("$orderby=Price asc")
    same(cheap, service.names("$orderby=Price desc")[::-1])
    for name in ("Name", "Rating", "Weight", "ReleaseDate", "OpenTime", "ShippingTime", "CreatedAt", "Status", "ID"):
        same(len(service.names(f"$orderby={name} desc,Name")), 7)
    same(service.get("Products?$orderby=Description&$select=Description").value[0]["Description"], None)
    same(service.names("$orderby=Category/Name desc,Price&$top=1"), ["Coffee Mug"])


@rule("4.0 advanced", 9.1, "references of expanded properties")
def _(service):
    laptop = service.get(f"{LAPTOP}?$expand=Descriptions/$ref").json
    same({name for text in laptop["Descriptions"] for name in text}, {"@odata.id"})


@rule("4.0 advanced", 9.3, "casts in $expand")
def _(service):
    laptop = service.get(f"{LAPTOP}?$expand=RelatedProducts/ReferenceService.SpecialProduct").json
    same([product["Name"] for product in laptop["RelatedProducts"]], ["Premium Laptop Pro"])


@rule("4.0 advanced", 9.4, "order, count, pages, search, levels and computed values inside $expand")
def _(service):
    texts = "Descriptions($orderby=LanguageKey desc;$count=true;$skip=1;$top=1;$compute=length(Description) as Size)"
    laptop = service.get(f"{LAPTOP}?$expand={texts}").json
    same((laptop["Descriptions@odata.count"], [text["LanguageKey"] for text in laptop["Descriptions"]]), (2, ["DE"]))
    same(laptop["Descriptions"][0]["Size"], len("Ein schneller Rechner"))
    found = service.get(f"{LAPTOP}?$expand=Descriptions($search=Rechner)").json["Descriptions"]
    same(len(found), 1)
    related = service.get(f"{LAPTOP}?$expand=RelatedProducts($levels=2)").json["RelatedProducts"]
    same(["RelatedProducts" in one for one in (related[0], related[0]["RelatedProducts"][0])], [True, False])
    deepest = service.get(f"{LAPTOP}?$expand=RelatedProducts($levels=max)").json["RelatedProducts"]
    assert deepest[0]["RelatedProducts"], deepest


@rule("4.0 advanced", 10, "$search")
def _(service):
    same(service.names("$search=laptop AND NOT premium"), ["Laptop"])
    same(service.names('$search="wireless mouse" OR mug'), ["Wireless Mouse", "Coffee Mug"])


@rule("4.0 advanced", 11, "multipart batches, with requests that refer to others")
def _(service):
    body = (
        "--b\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\nGET Products?$top=1 HTTP/1.1\r\n\r\n\r\n"
        "--b\r\nContent-Type: application/http\r\n\r\nGET Nothing HTTP/1.1\r\n\r\n\r\n--b--\r\n"
    )
    headers = {"Content-Type": "multipart/mixed;boundary=b", "Prefer": "odata.continue-on-error"}
    answer = service.ask("POST", "$batch", headers, body)
    assert answer.headers["content-type"].startswith("multipart/mixed"), answer.headers
    same([answer.text.count(line) for line in ("HTTP/1.1 200", "HTTP/1.1 404")], [1, 1])


@rule("4.0 advanced", 12, "the conventions for paths: every kind of resource has its address")
def _(service):
    category = "Categories(0000b002-0000-4000-8000-000000000001)"
    for path in (
        "Company/Name", f"{category}/Products", f"{LAPTOP}/Category/Name", f"{LAPTOP}/ShippingAddress/City", f"{LAPTOP}/$ref",
        "ProductDescriptions(ProductID=0000a001-0000-4000-8000-000000000001,LanguageKey='EN')", f"{LAPTOP}/Photo",
        f"{category}/Products(0000a001-0000-4000-8000-000000000001)", f"{category}/Products/$ref", "Products/$count",
        "GetTopProducts(count=2)", f"{LAPTOP}/ReferenceService.GetTotalPrice(taxRate=0.1)", "Products/GetAveragePrice()",
        "GetTopProducts(count=3)/$count", f"$entity?$id={LAPTOP}", "$entity/ReferenceService.Product?$id=" + LAPTOP, "$all",
        "$all/ReferenceService.Product", "Products(ID=0000a001-0000-4000-8000-000000000001)",
    ):  # fmt: skip
        answer = service.get(path)
        assert answer.status == 200, f"{path}: {answer.status} {answer.text[:200]}"


@rule("4.0 advanced", 13, "answers that come later")
def _(service):
    begun = service.get("Products?$top=1", Prefer="respond-async", **V401)
    same((begun.status, begun.headers["Preference-Applied"]), (202, "respond-async"))
    late = service.get(begun.headers["Location"].removeprefix(service.root), **V401)
    same((late.status, len(late.value)), (200, 1))


@rule("4.0 advanced", 14, "changes since a time")
def _(service):
    link = service.get("Products", Prefer="odata.track-changes").json["@odata.deltaLink"]
    changes = service.get(link.removeprefix(service.root)).json
    same((changes["value"], "@odata.deltaLink" in changes), ([], True))


@rule("4.0 advanced", 15, "cross joins")
def _(service):
    pairs = service.get("$crossjoin(Products,Categories)?$filter=Products/CategoryID eq Categories/ID&$expand=Products($select=Name)&$count=true")
    same((pairs.json["@odata.count"], pairs.value[0]["Products"]["Name"]), (7, "Laptop"))


# OData 4.01, minimal.


@rule("4.01 minimal", 2, "JSON of 4.01: its media type, and whole control information")
def _(service):
    answer = service.get("Products?$count=true", **V401)
    same(answer.headers["content-type"], "application/json;metadata=minimal")
    same(list(answer.json)[0], "@odata.context")


@rule("4.01 minimal", 3, "AsyncResult with the late answer")
def _(service):
    begun = service.get("Products?$top=1", Prefer="respond-async", **V401)
    late = service.get(begun.headers["Location"].removeprefix(service.root), **V401)
    same(late.headers["AsyncResult"], "200")


@rule("4.01 minimal", 4, "headers and preferences with and without the prefix")
def _(service):
    for prefix in ("", "odata."):
        answer = service.get("Products", Prefer=f"{prefix}maxpagesize=2", **V401)
        same((len(answer.value), answer.headers["Preference-Applied"]), (2, f"{prefix}maxpagesize=2"))
    for name in ("Isolation", "OData-Isolation"):
        assert service.get("Products", **{name: "snapshot"}).status in (200, 412), name


@rule("4.01 minimal", 5, "an unknown $schemaversion is refused")
def _(service):
    same(service.get("Products?$schemaversion=*").status, 200)
    service.get("Products?$schemaversion=2001-01-01").refused(404)


@rule("4.01 minimal", 6, "options with and without $")
def _(service):
    same(service.names("filter=Price gt 500&orderby=Price&top=1"), ["Smartphone"])


@rule("4.01 minimal", 7, "names of options, operators and functions in any case")
def _(service):
    same(service.names("$FILTER=TOLOWER(Name) EQ 'laptop' AND Price Gt 1"), ["Laptop"])


@rule("4.01 minimal", 8, "identifiers as $metadata has them")
def _(service):
    assert "Name" in service.get("products?$select=name").value[0]


@rule("4.01 minimal", 9.1, "texts cast to primitive types, for readers of either version")
def _(service):
    for version in (V4, V401):
        same(service.names("$filter=cast('999.99',Edm.Double) eq Price", **version), ["Laptop"])


@rule("4.01 minimal", 9.2, "enumerations and durations with or without their type")
def _(service):
    for version in (V4, V401):
        same(service.names("$filter=Status eq 'Discontinued' and ShippingTime eq 'P2D'", **version), ["Office Chair"])


@rule("4.01 minimal", 9.3, "function imports without parameters, with or without parentheses")
def _(service):
    for version in (V4, V401):
        same(service.get("GetTopProducts", **version).value, service.get("GetTopProducts()", **version).value)


@rule("4.01 minimal", 9.4, "an action without parameters takes an empty object or nothing")
def _(service):
    for body in (None, "{}"):
        same(service.ask("POST", "Reseed", {"Content-Type": "application/json"}, body).status, 200)


@rule("4.01 minimal", 9.5, "operations of the default namespace with or without it")
def _(service):
    for name in ("GetAveragePrice()", "ReferenceService.GetAveragePrice()"):
        same(round(service.get(f"Products/{name}").value, 2), 606.49)


@rule("4.01 minimal", 9.6, "aliases in keys and arguments, also with a slash, a backslash or NUL")
def _(service):
    same(service.get("Products(@key)/Name?@key=0000a001-0000-4000-8000-000000000001").value, "Laptop")
    for octet in ("%2F", "%5C", "%00"):
        text = service.get(f"{LAPTOP}/GetInfo(format=@text)?@text='a{octet}b'").value
        assert f"a{urllib.parse.unquote(octet)}b" in text, repr(text)


@rule("4.01 minimal", 9.7, "arguments as plain options")
def _(service):
    same(service.get(f"{LAPTOP}/CalculatePrice?discount=10").status, 200)


@rule("4.01 minimal", 9.8, "navigation compared with null (demanded of the intermediate level)")
def _(service):
    same((len(service.names("$filter=Category ne null")), len(service.names("$filter=Category eq null"))), (7, 0))


@rule("4.01 minimal", 9.9, "in (demanded of the intermediate level), and divby")
def _(service):
    same(service.names("$filter=Name in ('Laptop','Smartphone') and Rating divby 2 eq 2.5"), ["Laptop", "Smartphone"])


@rule("4.01 minimal", 9.11, "substring from the end")
def _(service):
    same(service.names("$filter=substring(Name,-3,2) eq 'Mu'"), ["Coffee Mug"])


@rule("4.01 minimal", 9.12, "keys as segments, beside the parentheses")
def _(service):
    same(service.get("Products/0000a001-0000-4000-8000-000000000001/Name").value, "Laptop")


@rule("4.01 minimal", 9.14, "structures compared as a whole")
def _(service):
    same(service.names('$filter=Dimensions eq {"Length":35.5,"Width":24,"Height":1.8,"Unit":"cm"}'), ["Laptop"])


@rule("4.01 minimal", 11, "no identifiers that differ by case alone")
def _(service):
    for parent in metadata(service).iter():
        names = [child.get("Name") for child in parent if child.tag.endswith("Property")]
        same(len(names), len({name.lower() for name in names}))


@rule("4.01 minimal", 12, "Core.ODataVersions, and capabilities that tell the level")
def _(service):
    told = {element.get("Term"): element for element in metadata(service).iter(EDM + "Annotation")}
    assert "4.01" in told["Org.OData.Core.V1.ODataVersions"].get("String")
    level = told["Org.OData.Capabilities.V1.ConformanceLevel"]
    assert level.get("EnumMember").endswith("/Advanced"), level.attrib


# OData 4.01, intermediate and advanced.


@rule("4.01 intermediate", 5, "$select inside $select")
def _(service):
    laptop = service.get(f"{LAPTOP}?$select=ShippingAddress($select=City)").json
    same(laptop["ShippingAddress"], {"City": "Seattle"})


@rule("4.01 intermediate", 11, "/$filter in the path")
def _(service):
    same(service.get("Products/$filter(@expensive)/$count?@expensive=Price gt 500").text, "3")


@rule("4.01 advanced", 3, "the count of a filtered or searched collection in an expression")
def _(service):
    names = [category["Name"] for category in service.get("Categories?$filter=Products/$count($filter=Price gt 500) gt 1").value]
    same(names, ["Electronics"])
    names = [category["Name"] for category in service.get("Categories?$filter=Products/$count($search=mug) eq 1").value]
    same(names, ["Kitchen"])


@rule("4.01 advanced", 4, "$compute")
def _(service):
    query = "$compute=Price mul 2 as Double&$filter=Double gt 1900&$orderby=Double desc&$select=Name,Double"
    same([product["Double"] for product in service.get(f"Products?{query}").value], [3999.98, 1999.98])


@rule("4.01 advanced", 6, "$metadata in JSON")
def _(service):
    document = service.get("$metadata", Accept="application/json", **V401).json
    same((document["$Version"], document["$EntityContainer"]), ("4.01", "ReferenceService.Container"))


@rule("4.01 advanced", 7, "batches in JSON")
def _(service):
    asked = [
        {"id": "one", "method": "GET", "url": "Products?$top=1"},
        {"id": "two", "method": "GET", "url": "Nothing"},
        {"id": "three", "method": "GET", "url": "Products", "dependsOn": ["two"]},
    ]
    same({name: part["status"] for name, part in service.batch(asked).items()}, {"one": 200, "two": 404, "three": 424})


@rule("4.01 advanced", 9, "aliases given among nested options")
def _(service):
    laptop = service.get(f"{LAPTOP}?$expand=Descriptions(@key='DE';$filter=LanguageKey eq @key)").json
    same([text["LanguageKey"] for text in laptop["Descriptions"]], ["DE"])


@rule("4.01 advanced", 10, "identifiers in another case, where none fits exactly")
def _(service):
    same(service.get("PRODUCTS?$filter=name eq 'Laptop'").value[0]["Name"], "Laptop")


if __name__ == "__main__":
    broken = []
    with Service() as running:
        for level, number, text, check in RULES:
            try:
                check(running)
                print(f"{level} {number}: {text}")
            except Exception as trouble:  # every rule is told of, not only the first that is broken
                broken.append(f"{level} {number}: {text}: {trouble}")
                print(f"BROKEN {broken[-1]}")
    assert not broken, f"{len(broken)} of {len(RULES)} rules are broken:\n" + "\n".join(broken)
    print(f"{len(RULES)} rules of the conformance levels are kept")
