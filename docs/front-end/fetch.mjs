import { Refusal, boundary, gatewayFetch, plain } from "./gateway.mjs";
import { QUESTION } from "./question.mjs";

/** The parts as they come. Throws a Refusal, or BrokenOff when they end too early. */
export async function* parts(url, token, body, signal) {
  const headers = {
    "accept": "multipart/mixed, application/graphql-response+json",
    "content-type": "application/json",
  };
  const sent = { method: "POST", body: JSON.stringify(body), headers, signal };
  const response = await gatewayFetch(token)(url, sent);
  for await (const part of read(response)) {
    yield part;
    const failed = [part, ...(part.incremental ?? [])].flatMap(({ errors }) => errors ?? []);
    if (failed.length) throw new Refusal(200, failed);
  }
}

// Each part ends with the boundary. The bytes come in any pieces, so look for it in all of them.
async function* read(response) {
  const type = response.headers.get("content-type");
  if (!type.startsWith("multipart/")) return yield { ...(await response.json()), hasNext: false };
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let came = await reader.read(); !came.done; came = await reader.read()) {
    const pieces = (text + came.value).split(`\r\n--${boundary(type)}`);
    text = pieces.pop();
    for (const piece of pieces.filter(Boolean)) yield JSON.parse(piece.slice(piece.indexOf("\r\n\r\n")));
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
