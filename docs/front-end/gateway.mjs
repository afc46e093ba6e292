// Sends questions to the gateway, for any client. Copy this file into your screen as it is.

/** The gateway, or something in front of it, refused. Holds nothing of what you asked. */
export class Refusal extends Error {
  constructor(status, errors = [], retryAfter = null) {
    const [{ message, extensions } = {}] = errors;
    super(message ?? "Something in front of the gateway refused this, or failed. Try again later.");
    this.name = "Refusal";
    this.status = status;
    this.code = extensions?.code ?? "NOT_FROM_THE_GATEWAY";
    this.retryAfter = retryAfter === null ? null : Number(retryAfter); // in seconds
    // Each input to correct: its place, such as ["known", "nhsNumber"], and what to write there.
    this.inputs = errors.flatMap(({ message, extensions }) =>
      extensions?.path ? [{ path: extensions.path, message }] : [],
    );
  }
}

/** The answer ended before it was whole, or never began. What came is true; the rest is unknown. */
export class BrokenOff extends Error {
  constructor() {
    super("The answer broke off. What is not shown here is not known.");
    this.name = "BrokenOff";
  }
}

/** A `fetch` to give to your client. `token` is a function, so that a renewed token is used. */
export function gatewayFetch(token) {
  return async (url, { method, body, headers, signal } = {}) => {
    if (method !== "POST" || String(url).includes("?")) {
      throw new Refusal(405, [{ message: "Set your client to POST: a URL must hold no question." }]);
    }
    const sent = new Headers(headers);
    sent.set("authorization", `Bearer ${token()}`);
    const kept = { cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };
    const response = await unbroken(fetch(url, { method, body, headers: sent, signal, ...kept }));
    const type = response.headers.get("content-type") ?? "";
    // A line's end before it: no text of an agency can hold one.
    const end = type.startsWith("multipart/") ? `\r\n--${boundary(type)}--` : "\n\nevent: complete";
    const parts = type.startsWith("multipart/") || type.startsWith("text/event-stream");
    return response.ok && parts ? inParts(response, end) : whole(response);
  };
}

/** Keeps the rows on the screen where a client drops them with an error. */
export function keeping(show) {
  let kept;
  return (shown) => show({ ...shown, data: (kept = shown.data ?? kept) });
}

/** What to show, and what to hand to an error tracker, in place of any client's own error. */
export function plain(error) {
  const known = (each) => each instanceof Refusal || each instanceof BrokenOff;
  const found = [error, error?.networkError, error?.cause].find(known);
  if (found) return found;
  const failed = [error?.errors, error?.graphQLErrors, error?.source?.errors].find((each) => each?.length);
  return failed ? new Refusal(200, failed) : new BrokenOff();
}

// An answer in one piece. Without any data it is a refusal, whatever its status is.
async function whole(response) {
  const text = await unbroken(response.text());
  const answer = parsed(text);
  if (answer === null && response.headers.get("content-type")?.includes("json")) throw new BrokenOff();
  if (Object.values(answer?.data ?? {}).every((value) => value === null)) {
    throw new Refusal(response.status, answer?.errors, response.headers.get("retry-after"));
  }
  return new Response(text, { headers: { "content-type": "application/json" } });
}

// An answer in parts. Some clients take any end for the end of the answer, so look for the real one.
function inParts(response, end) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let tail = "";
  const body = new ReadableStream({
    async pull(out) {
      const { value, done } = await unbroken(reader.read());
      if (!done) {
        tail = (tail + decoder.decode(value, { stream: true })).slice(-200);
        out.enqueue(value);
      } else if (tail.includes(end)) out.close();
      else out.error(new BrokenOff());
    },
    cancel: (why) => reader.cancel(why),
  });
  return new Response(body, { headers: response.headers });
}

/** What is between two parts, by their `Content-Type`. */
export const boundary = (type) => /boundary="?([^";]+)"?/.exec(type)?.[1] ?? "-";

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function unbroken(promise) {
  try {
    return await promise;
  } catch (failure) {
    throw failure?.name === "AbortError" ? failure : new BrokenOff();
  }
}
