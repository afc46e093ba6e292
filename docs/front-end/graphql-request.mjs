import { GraphQLClient } from "graphql-request";
import { gatewayFetch, plain } from "./gateway.mjs";
import { WHOLE } from "./question.mjs";

export function open(url, token) {
  const client = new GraphQLClient(url, { fetch: gatewayFetch(token), method: "POST", errorPolicy: "all" });
  const ask = (variables, show) => {
    const leaving = new AbortController();
    client.rawRequest({ query: WHOLE, variables, signal: leaving.signal }).then(
      ({ data, errors }) => show({ data, error: errors && plain({ errors }), ended: true }),
      (failure) => leaving.signal.aborted || show({ error: plain(failure), ended: true }),
    );
    return () => leaving.abort();
  };
  return { client, ask };
}
