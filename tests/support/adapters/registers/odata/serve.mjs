// An OData v4 service by SAP's CAP (npm @sap/cds) over SQLite in memory: the model beside this file,
// the rows of the file that is named, for whoever has the password. CAP comes under SAP's developer
// licence, which is for tests and not for use by an agency: nothing of it is in what we hand out.
import { readFileSync } from "node:fs";
import cds from "@sap/cds";
import express from "express";

const [rows, password] = process.argv.slice(2);
const model = new URL("service.cds", import.meta.url).pathname;
Object.assign(cds.env.requires, {
  db: { kind: "sqlite", impl: "@cap-js/sqlite", driver: "sql.js", credentials: { url: ":memory:" } },
  auth: { ...cds.env.requires.kinds["basic-auth"], users: { gateway: { password } } },
});
cds.log.levels = { cds: "error" };
cds.model = cds.compile.for.nodejs(await cds.load(model));
await cds.deploy(model, { silent: true }).to(await cds.connect.to("db"));
for (const { workers, ...child } of JSON.parse(readFileSync(rows))) {
  await INSERT.into("Register.Children").entries(child);
  await INSERT.into("Register.Workers").entries(workers.map((one) => ({ ...one, child_id: child.id })));
}
const app = (cds.app = express());
app.get("/odata/health", (_, response) => response.json({ status: "up" }));
await cds.serve("all").from(cds.model).in(app);
const server = app.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
