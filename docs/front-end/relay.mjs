import relay from "relay-runtime";
import question from "./__generated__/TeamAroundChildQuery.graphql.js";
import first from "./__generated__/TeamAroundChildFirst.graphql.js";
import rest from "./__generated__/TeamAroundChildRest.graphql.js";
import { parts } from "./fetch.mjs";
import { plain } from "./gateway.mjs";

const { Environment, Network, Observable, RecordSource, Store, fetchQuery, getSelector } = relay;

// Relay wants each piece by itself, with its path and label.
function* pieces({ data, errors, incremental = [], hasNext }) {
  const extensions = { is_final: !hasNext };
  if (data !== undefined) yield { data, errors, extensions };
  for (const { path, label, data: more, errors: failed } of incremental) {
    yield { path, label, data: more, errors: failed, extensions };
  }
}

function network(url, token) {
  return Network.create(({ text, name }, variables) =>
    Observable.create((sink) => {
      const leaving = new AbortController();
      const send = async () => {
        const body = { query: text, operationName: name, variables };
        for await (const part of parts(url, token, body, leaving.signal)) {
          for (const piece of pieces(part)) sink.next(piece);
        }
      };
      send().then(
        () => sink.complete(),
        (failure) => failure.name === "AbortError" || sink.error(failure),
      );
      return () => leaving.abort();
    }),
  );
}

/** A store for one question. Never share it between two: Relay keeps what it has read. */
export function environment(url, token) {
  return new Environment({ network: network(url, token), store: new Store(new RecordSource()) });
}

// What has come of a deferred fragment; in a component useFragment does this.
const come = (environment, parent) => (fragment) => {
  const { data, isMissingData } = environment.lookup(getSelector(fragment, parent));
  return isMissingData ? {} : data;
};

export function open(url, token) {
  const ask = (variables, show) => {
    const once = environment(url, token);
    let data;
    const next = ({ child }) => {
      data = { child: child && Object.assign({}, child, ...[first, rest].map(come(once, child))) };
      show({ data });
    };
    const error = (failure) => show({ data, error: plain(failure), ended: true });
    const complete = () => show({ data, ended: true });
    const { unsubscribe } = fetchQuery(once, question, variables).subscribe({ next, error, complete });
    return unsubscribe;
  };
  return { ask };
}
