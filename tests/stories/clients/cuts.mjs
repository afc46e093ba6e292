// After how many bytes of an answer in parts `gatewayFetch` takes it for whole, if a proxy cuts it there.
//
//   node cuts.mjs < {"gateway": "file:///.../gateway.mjs", "type", "body"}
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const { gateway, type, body } = JSON.parse(readFileSync(0, "utf8"));
const { gatewayFetch } = await import(gateway);
const bytes = Buffer.from(body);
const proxy = createServer((asked, answer) => {
  answer.writeHead(200, { "content-type": type });
  answer.end(bytes.subarray(0, Number(asked.url.slice(1))));
});
await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
const ask = gatewayFetch(() => "token");
const whole = [];
for (let count = 0; count <= bytes.length; count += 1) {
  const url = `http://127.0.0.1:${proxy.address().port}/${count}`;
  const read = ask(url, { method: "POST", body: "{}" }).then((answer) => answer.text());
  await read.then(() => whole.push(count), ({ name }) => name === "BrokenOff" || process.exit(1));
}
process.stdout.write(JSON.stringify(whole));
process.exit(0);
