// A published OpenAPI document in one file, with examples of ours put in: which Prism then serves.
import { readFileSync, writeFileSync } from "node:fs";
import parser from "@stoplight/json-schema-ref-parser";

const [document, ours, out] = process.argv.slice(2);
const { $RefParser = parser } = parser;
const api = await new $RefParser().dereference(document, { dereference: { circular: "ignore" } });
for (const { path, like, status, type, examples } of JSON.parse(readFileSync(ours))) {
  const item = (api.paths[path] ??= structuredClone(api.paths[like]));
  const responses = item.get.responses;
  const response = structuredClone(responses[status] ?? responses[`${status[0]}XX`]);
  delete response.content[type].example;
  const named = Object.entries(examples).map(([name, value]) => [name, { value }]);
  response.content[type].examples = Object.fromEntries(named);
  responses[status] = response;
}
writeFileSync(out, JSON.stringify(api));
