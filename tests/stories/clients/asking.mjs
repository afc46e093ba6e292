// Runs every case of one recipe in one process, and writes what its screen showed: a line a case.
//
//   node asking.mjs < {"recipe", "control", "cases": [{"name", "url", "token", "shut", "leaves", "children"}]}
import { readFileSync } from "node:fs";
import { inspect } from "node:util";

const { recipe, control, cases } = JSON.parse(readFileSync(0, "utf8"));
const PATIENCE_MS = 300_000; // as tests/support/patience.py
const whole = (seen) => inspect(seen, { depth: Infinity, showHidden: true, maxStringLength: null });
const said = []; // whatever a client says on the console
const kept = []; // whatever a client does with a browser's stores

globalThis.window = globalThis; // else some take this for a server, where they retry less and keep more
for (const level of ["debug", "error", "info", "log", "warn"]) {
  console[level] = (...words) => said.push(words.map(whole).join(" "));
}
process.on("unhandledRejection", (failure) => said.push(`unhandled: ${whole(failure)}`));
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
  const get = (_, key) => void kept.push(`${name}.${String(key)}`);
  Object.defineProperty(globalThis, name, { value: new Proxy({}, { get, set: get }), configurable: true });
}

const [file, name] = recipe.split("#");
const module = await import(file);
const open = name ? module.clients[name] : module.open;
const { screen } = await import("./screen.mjs");

async function run({ name: called, url, token, shut, leaves, before, children }) {
  said.length = kept.length = 0;
  await tell(shut ? "shut" : "open");
  if (before) await tell(before);
  const { client, ask } = open(url, () => token);
  const views = [];
  for (const variables of children) views.push(await watched(ask, variables, leaves));
  const states = views.map(({ states }) => states);
  const errors = views.flatMap(({ errors }) => errors);
  for (const { stop } of views) stop();
  await new Promise((passed) => setTimeout(passed, recipe.includes("tanstack") ? 10 : 0));
  return { name: called, states, errors, said: [...said], kept: [...kept], held: held(client) };
}

/** What a screen shows until the client says that no more will come, or until the user leaves. */
function watched(ask, variables, leaves) {
  const states = [];
  const errors = [];
  return new Promise((ended, failed) => {
    const late = setTimeout(() => failed(new Error(whole(states))), PATIENCE_MS);
    const end = () => {
      clearTimeout(late);
      ended({ states, errors, stop });
    };
    let over = false;
    const stop = ask(variables, (shown) => {
      if (shown.error) errors.push(whole(shown.error));
      states.push(screen(shown));
      const two = states.at(-1).rows.length > 1;
      if (two && leaves) setTimeout(() => (stop(), end()));
      else if (two && states.at(-1).rows.length < 3) tell("open");
      if (shown.ended && !over) setTimeout(end);
      over ||= Boolean(shown.ended);
    });
  });
}

function held(client) {
  const cache = client?.cache?.extract?.() ?? client?.getQueryCache?.().getAll() ?? null;
  return whole(cache);
}

// One after the other: an "open" of the case before must not come after the "shut" of this one.
let telling = Promise.resolve();
function tell(what) {
  telling = telling.then(() => fetch(`${control}/${what}`, { method: "POST" }));
  return telling;
}

for (const each of cases) process.stdout.write(`${JSON.stringify(await run(each))}\n`);
await new Promise((passed) => setTimeout(passed, recipe.includes("tanstack") ? 1_200 : 0));
process.exit(0);
