// Asks one question with a client by others, as its own documentation says, and writes each state
// that a screen would show as a line of JSON: {answers, completeness, error, over}.
//
//   node asking.mjs CLIENT < {"url", "token", "query", "variables"}
import { readFileSync } from "node:fs";

const asked = JSON.parse(readFileSync(0, "utf8"));
const headers = { authorization: `Bearer ${asked.token}` };

function show(data, error, over) {
  const answers = (data?.child?.answers ?? []).map((row) => row?.agency?.id ?? null);
  const held = data?.child?.completeness;
  const completeness = held ? { inScope: held.inScope, complete: held.complete } : null;
  console.log(JSON.stringify({ answers, completeness, error: error?.message ?? null, over }));
}

async function apollo3() {
  const { default: apollo } = await import("apollo-client-3/core/core.cjs");
  const link = new apollo.HttpLink({ uri: asked.url, headers });
  const client = new apollo.ApolloClient({ link, cache: new apollo.InMemoryCache() });
  // It says after the first part already that it loads no more; only completeness tells.
  await watched(client, apollo.gql, (shown) => Boolean(shown.data?.child?.completeness));
}

async function apollo4(handler) {
  const apollo = await import("apollo-client-4");
  const incremental = await import("apollo-client-4/incremental");
  const link = new apollo.HttpLink({ uri: asked.url, headers });
  const incrementalHandler = new incremental[handler]();
  const cache = new apollo.InMemoryCache();
  const client = new apollo.ApolloClient({ link, cache, incrementalHandler });
  await watched(client, apollo.gql, (shown) => shown.dataState === "complete");
}

function watched(client, gql, isOver) {
  const question = { query: gql(asked.query), variables: asked.variables };
  return new Promise((ended) => {
    const next = (shown) => {
      const over = isOver(shown) || Boolean(shown.error);
      show(shown.data, shown.error, over);
      if (over) ended();
    };
    const error = (failure) => ended(show(null, failure, true));
    client.watchQuery({ ...question, fetchPolicy: "no-cache" }).subscribe({ next, error });
  });
}

async function urql() {
  const { Client, fetchExchange } = await import("@urql/core");
  const { pipe, subscribe } = await import("wonka");
  const client = new Client({
    url: asked.url,
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers },
  });
  await new Promise((ended) => {
    const next = ({ data, error, hasNext }) => {
      show(data, error, !hasNext);
      if (!hasNext) ended();
    };
    pipe(client.query(asked.query, asked.variables), subscribe(next));
  });
}

async function meros() {
  const { meros: parts } = await import("meros/browser");
  const body = JSON.stringify({ query: asked.query, variables: asked.variables });
  const accept = "multipart/mixed, application/graphql-response+json";
  const sent = { ...headers, accept, "content-type": "application/json" };
  const came = await parts(await fetch(asked.url, { method: "POST", body, headers: sent }));
  if (came instanceof Response) return show((await came.json()).data, null, true);
  let data = null;
  for await (const { body: part } of came) {
    data = part.data ?? data;
    for (const { path, data: more } of part.incremental ?? []) put(data, path, more);
    show(data, null, !part.hasNext);
  }
}

// All that a client written by hand has to know of the shape by paths.
function put(data, path, more) {
  const above = path.slice(0, -1).reduce((held, step) => held[step], data);
  const last = path.at(-1);
  above[last] = above[last] && more ? Object.assign(above[last], more) : more;
}

const clients = {
  "Apollo Client 3": apollo3,
  "Apollo Client 4, 2022": () => apollo4("Defer20220824Handler"),
  "Apollo Client 4, alpha 2": () => apollo4("GraphQL17Alpha2Handler"),
  "Apollo Client 4, alpha 9": () => apollo4("GraphQL17Alpha9Handler"),
  urql,
  meros,
};
await clients[process.argv[2]]();
process.exit(0);
