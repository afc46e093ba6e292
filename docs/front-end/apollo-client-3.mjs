import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client/core/index.js";
import { gatewayFetch, keeping, plain } from "./gateway.mjs";
import { QUESTION } from "./question.mjs";

const FRESH = { fetchPolicy: "no-cache", errorPolicy: "all" };

export function open(url, token) {
  const client = new ApolloClient({
    link: new HttpLink({ uri: url, fetch: gatewayFetch(token) }),
    cache: new InMemoryCache(), // required, and never written to
    defaultOptions: { watchQuery: FRESH, query: FRESH },
    devtools: { enabled: false },
  });
  const ask = (variables, shown) => {
    const show = keeping(shown);
    // After the first part this client already says that loading is over. Only completeness tells.
    const next = ({ data, error, errors }) => {
      const failure = error ?? (errors?.length ? { errors } : undefined);
      show({ data, error: failure && plain(failure), ended: Boolean(failure ?? data?.child?.completeness) });
    };
    const error = (failure) => show({ error: plain(failure), ended: true });
    const watching = client.watchQuery({ query: gql(QUESTION), variables }).subscribe({ next, error });
    return () => watching.unsubscribe();
  };
  return { client, ask };
}
