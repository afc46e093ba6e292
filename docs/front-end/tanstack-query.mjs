import { QueryClient, QueryObserver } from "@tanstack/query-core"; // with React: useQuery(options)
import { answers } from "./fetch.mjs";
import { plain } from "./gateway.mjs";

/** Options for one question. Make them once per question, as when the practitioner presses "Ask". */
export function childQuery(client, url, token, variables) {
  const queryKey = ["child", crypto.randomUUID()]; // never the variables: keys are shown and stored
  return {
    queryKey,
    queryFn: async ({ signal }) => {
      let data = null;
      for await (data of answers(url, token, variables, signal)) client.setQueryData(queryKey, data);
      return data;
    },
    retry: false,
    gcTime: 0,
    staleTime: "static", // no second request by itself: every question counts, and is in the log
    networkMode: "always", // tell at once that the network is gone, and do not send it later
    structuralSharing: false,
  };
}

export function open(url, token) {
  const client = new QueryClient(); // no persister
  const ask = (variables, show) => {
    const observer = new QueryObserver(client, childQuery(client, url, token, variables));
    return observer.subscribe(({ data, error, fetchStatus }) =>
      show({ data, error: error && plain(error), ended: fetchStatus === "idle" }),
    );
  };
  return { client, ask };
}
