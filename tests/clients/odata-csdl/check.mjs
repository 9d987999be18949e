// node check.mjs document.xml document.json: both say the same, as far as the reference converter goes, and the JSON fits
// the OASIS schema.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const schema = require("odata-csdl/schemas/csdl.schema.json");
const { Ajv } = require("ajv");
const { xml2json } = require("odata-csdl");

const [xml, json] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const document = JSON.parse(json);

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const validate = ajv.compile(schema);
if (!validate(document)) {
  fail("the JSON does not fit the schema", validate.errors);
}

const messages = [];
const converted = xml2json(xml, { messages });
if (messages.length > 0) {
  fail("the converter has something to say about the XML", messages);
}
if (!validate(converted)) {
  fail("the converted XML does not fit the schema", validate.errors);
}
// Annotations may stand beside an element or under its name; everything else is the same.
compare(converted, document, "");

function compare(left, right, place) {
  if (left === null || typeof left !== "object") {
    if (left !== right) fail(`${place} differs`, [left, right]);
    return;
  }
  const names = new Set([...Object.keys(left), ...Object.keys(right ?? {})]);
  for (const name of names) {
    if (name.includes("@") || name === "$Annotations" || name === "$Reference") continue;
    compare(left[name], right?.[name], `${place}/${name}`);
  }
}

function fail(what, details) {
  console.error(what, JSON.stringify(details?.slice?.(0, 5) ?? details, null, 1));
  process.exit(1);
}
