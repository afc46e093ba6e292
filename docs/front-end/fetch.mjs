import { meros } from "meros/browser";
import { Refusal, gatewayFetch, plain } from "./gateway.mjs";
import { QUESTION } from "./question.mjs";

/** The parts as they come. Throws a Refusal, or BrokenOff when they end too early. */
export async function* parts(url, token, body, signal) {
  const headers = {
    "accept": "multipart/mixed, application/graphql-response+json",
    "content-type": "application/json",
  };
  const sent = { method: "POST", body: JSON.stringify(body), headers, signal };
  const came = await meros(await gatewayFetch(token)(url, sent));
  const all = came instanceof Response ? [{ body: { ...(await came.json()), hasNext: false } }] : came;
  for await (const { body: part } of all) {
    yield part;
    const failed = [part, ...(part.incremental ?? [])].flatMap(({ errors }) => errors ?? []);
    if (failed.length) throw new Refusal(200, failed);
  }
}

/** The answer so far, again with each part. */
export async function* answers(url, token, variables, signal) {
  let data = null;
  for await (const part of parts(url, token, { query: QUESTION, variables }, signal)) {
    data = put(structuredClone(data), part);
    yield data;
  }
}

// The `path` of each piece says where it belongs.
function put(data, { data: first, incremental = [] }) {
  const root = first ?? data;
  for (const { path, data: more } of incremental) {
    const above = path.slice(0, -1).reduce((held, step) => held[step], root);
    const last = path.at(-1);
    above[last] = above[last] && more ? Object.assign(above[last], more) : more;
  }
  return root;
}

export function open(url, token) {
  const ask = (variables, show) => {
    const leaving = new AbortController();
    follow(answers(url, token, variables, leaving.signal), show);
    return () => leaving.abort();
  };
  return { ask };
}

async function follow(coming, show) {
  let data;
  try {
    for await (data of coming) show({ data });
    show({ data, ended: true });
  } catch (failure) {
    if (failure.name !== "AbortError") show({ data, error: plain(failure), ended: true });
  }
}
