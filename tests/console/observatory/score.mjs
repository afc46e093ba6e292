// What the rules of Mozilla's HTTP Observatory find in a response of ours, as JSON on standard input.
// It is told that the address answers by TLS alone, as the pages' proxy has it.
import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { AxiosHeaders } from "axios";
import { CookieJar } from "tough-cookie";

// The browsers' list of preloaded addresses is fetched when the package is set up; ours is not in it.
const rules = "@mdn/mdn-http-observatory";
writeFileSync(new URL(`node_modules/${rules}/conf/hsts-preload.json`, import.meta.url), "{}");
const { ALL_TESTS } = await import(`${rules}/src/constants.js`);
const { getScoreModifier } = await import(`${rules}/src/grader/grader.js`);
const { Requests } = await import(`${rules}/src/types.js`);

const { headers, html, cookies } = JSON.parse(await text(process.stdin));
const requests = new Requests("pages.example");
const response = () => ({
  headers: new AxiosHeaders(headers),
  request: { headers: new AxiosHeaders() },
  status: 200,
  statusText: "OK",
  verified: true,
  data: html,
  config: { headers: new AxiosHeaders() },
});
for (const kind of ["auto", "cors", "http", "https"]) requests.responses[kind] = response();
requests.resources.path = html;
const secure = { url: new URL("https://pages.example/"), status: 200 };
requests.responses.httpRedirects = [{ url: new URL("http://pages.example/"), status: 301 }, secure];
requests.responses.httpsRedirects = [secure];
const jar = new CookieJar();
for (const cookie of cookies) jar.setCookieSync(cookie, "https://pages.example/");
requests.session = { url: new URL("https://pages.example/"), jar };
const found = ALL_TESTS.map((test) => test(requests));
const scores = found.map(({ result }) => getScoreModifier(result));
console.log(JSON.stringify({
  failed: found.filter(({ pass }) => !pass).map(({ result }) => result),
  score: 100 + scores.reduce((sum, each) => sum + each, 0),
  rules: found.map(({ result }, number) => `${result} ${scores[number]}`),
}));
