import { Client, fetchExchange } from "@urql/core";
import { pipe, subscribe } from "wonka";
import { gatewayFetch, keeping, plain } from "./gateway.mjs";
import { QUESTION } from "./question.mjs";

export function open(url, token) {
  const client = new Client({
    url,
    fetch: gatewayFetch(token),
    exchanges: [fetchExchange], // no cacheExchange, no retryExchange, no persisted queries by GET
    preferGetMethod: false,
    requestPolicy: "network-only",
  });
  const ask = (variables, shown) => {
    const show = keeping(shown);
    const next = ({ data, error, hasNext }) => show({ data, error: error && plain(error), ended: !hasNext });
    const { unsubscribe } = pipe(client.query(QUESTION, variables), subscribe(next));
    return unsubscribe;
  };
  return { client, ask };
}
