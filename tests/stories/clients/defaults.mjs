// Normalising caches as they come, with no advice of ours: does one child's answer touch another's?
import * as apollo4 from "@apollo/client";
import * as apollo3 from "apollo-client-3/core/index.js";
import { Client, cacheExchange, fetchExchange } from "@urql/core";
import { cacheExchange as graphcache } from "@urql/exchange-graphcache";
import { pipe, subscribe } from "wonka";
import { QueryClient, QueryObserver } from "@tanstack/query-core";
import { GraphQLClient } from "graphql-request";
import { parts } from "./fetch.mjs";
import { gatewayFetch } from "./gateway.mjs";
import { WHOLE } from "./question.mjs";

// With every id that there is, as a developer who reads that caches want ids would have it.
const QUESTION = WHOLE.replace("involvements {", "involvements { id agency { id name } sources { agency { id } } ")
  .replace("child { ", "child { id involvements { id role practitioner { name } } ");

function apollo({ ApolloClient, HttpLink, InMemoryCache, gql }) {
  return (url, token) => {
    const link = new HttpLink({ uri: url, fetch: gatewayFetch(token) });
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    const ask = (variables, show) => {
      const next = ({ data, loading }) => show({ data, ended: !loading });
      const error = (failure) => show({ error: failure, ended: true });
      const watching = client.watchQuery({ query: gql(QUESTION), variables }).subscribe({ next, error });
      return () => watching.unsubscribe();
    };
    return { client, ask };
  };
}

function urql(cache) {
  return (url, token) => {
    const fetch = gatewayFetch(token);
    const client = new Client({ url, fetch, exchanges: [cache, fetchExchange], preferGetMethod: false });
    const ask = (variables, show) => {
      const next = ({ data, error, stale, hasNext }) => show({ data, error, ended: !stale && !hasNext });
      return pipe(client.query(QUESTION, variables), subscribe(next)).unsubscribe;
    };
    return { client, ask };
  };
}

// What the pages warn of: each of these does it, unless it is told otherwise.
const bare = {
  "urql by GET": (url, token) => {
    const fetchOptions = { headers: { authorization: `Bearer ${token()}` } };
    const client = new Client({ url, fetchOptions, exchanges: [fetchExchange] });
    const next = (show) => ({ data, error, hasNext }) => show({ data, error, ended: !hasNext });
    return { ask: (variables, show) => pipe(client.query(QUESTION, variables), subscribe(next(show))).unsubscribe };
  },
  "graphql-request by default": (url, token) => {
    const client = new GraphQLClient(url, { headers: { authorization: `Bearer ${token()}` } });
    const ask = (variables, show) => {
      client.request(QUESTION, variables).catch((error) => show({ error, ended: true }));
      return () => {};
    };
    return { ask };
  },
  "TanStack Query by default": (url, token) => {
    const client = new QueryClient({ defaultOptions: { queries: { retryDelay: 1 } } });
    const ask = (variables, show) => {
      const queryFn = async () => (await parts(url, token, { query: WHOLE, variables }).next()).value.data;
      const observer = new QueryObserver(client, { queryKey: ["child", variables], queryFn });
      return observer.subscribe(({ data, error, fetchStatus }) => show({ data, error, ended: fetchStatus === "idle" }));
    };
    return { client, ask };
  },
};

export const clients = {
  ...bare,
  "Apollo Client 3 by default": apollo(apollo3),
  "Apollo Client 4 by default": apollo(apollo4),
  "urql by default": urql(cacheExchange),
  "urql with graphcache": urql(graphcache({})),
};
