import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { GraphQL17Alpha9Handler } from "@apollo/client/incremental";
import { gatewayFetch, keeping, plain } from "./gateway.mjs";
import { QUESTION } from "./question.mjs";

const FRESH = { fetchPolicy: "no-cache", errorPolicy: "all" };

export function open(url, token) {
  const client = new ApolloClient({
    link: new HttpLink({ uri: url, fetch: gatewayFetch(token) }),
    cache: new InMemoryCache(), // required, and never written to
    incrementalHandler: new GraphQL17Alpha9Handler(),
    defaultOptions: { watchQuery: FRESH, query: FRESH },
    devtools: { enabled: false },
  });
  const ask = (variables, shown) => {
    const show = keeping(shown);
    const next = ({ data, error, dataState }) =>
      show({ data, error: error && plain(error), ended: Boolean(error) || dataState === "complete" });
    const error = (failure) => show({ error: plain(failure), ended: true });
    const watching = client.watchQuery({ query: gql(QUESTION), variables }).subscribe({ next, error });
    return () => watching.unsubscribe();
  };
  return { client, ask };
}
