// What a screen says, in order, whichever client brought the answer. Copy it, or write your own.

const WORDS = {
  HAS_RECORD: "has a record",
  NO_RECORD: "no record there",
  NONE_FOUND: "nothing found, which proves nothing",
  NOTHING_TO_SHARE: "tells nothing here, whether or not it knows the child",
  AMBIGUOUS: "may hold a record: look below",
  MORE_NEEDED: "needs more details to search",
  NOT_ASKED: "not asked",
  NOT_PERMITTED: "not permitted",
};

/** Lines to show for `data` so far; `error` is from `plain`, `ended` says that no more will come. */
export function screen({ data, error = null, ended = false }) {
  const answer = data?.child;
  const rows = answer?.answers ?? [];
  const whole = Boolean(answer?.completeness) && !error;
  return {
    restriction: restriction(answer),
    problem: problem(error, ended, whole),
    rows: rows.filter(Boolean).map(row),
    waitingFor: error || ended ? [] : waitingFor(answer, rows),
    unresolved: (answer?.unresolved ?? []).map(({ grade, agency }) => `${agency.name}: ${grade}`),
    completeness: whole ? completeness(answer.completeness) : `Not known${ended ? "" : " yet"}.`,
    whole,
  };
}

/** Asks one question at a time: a late answer never stands under another child. `ask` takes a signal. */
export function oneAtATime(ask, show) {
  let asking = new AbortController();
  return async (given) => {
    asking.abort();
    const { signal } = (asking = new AbortController());
    show({}); // nothing of the question before is left on the screen
    const shown = await ask(given, signal);
    if (!signal.aborted) show({ ...shown, ended: true });
  };
}

// RESTRICTED, UNKNOWN and "not yet" look the same.
function restriction(answer) {
  return answer?.restriction === "NONE_KNOWN"
    ? "No restriction known"
    : "Shielded, or not known: show nothing that locates the child";
}

function problem(error, ended, whole) {
  if (error?.name === "Refusal") return `${what(error)} (${error.code})${later(error)}`;
  if (error) return error.message;
  return ended && !whole ? "The answer broke off. What is not shown here is not known." : null;
}

const what = ({ message, inputs }) => (inputs.length ? inputs.map((each) => each.message).join(" ") : message);
const later = ({ retryAfter }) => (retryAfter ? ` Ask again in ${retryAfter} seconds.` : "");

function waitingFor(answer, rows) {
  const there = new Set(rows.filter(Boolean).map(({ agency }) => agency.id));
  const asked = (answer?.asked ?? []).map(({ agency }) => agency);
  return asked.filter(({ id }) => !there.has(id)).map(({ name }) => name);
}

function row({ agency, outcome, answered, detail, ring, involvements }) {
  const words = WORDS[outcome] ?? (answered ? "answered; ring to ask what" : "no answer");
  const who = (involvements ?? []).map(({ role, practitioner }) => `${practitioner?.name ?? "no name"}, ${role}`);
  const said = detail?.includes(ring?.telephone); // the sentence may say already who to ring
  const call = ring?.telephone && !said ? [`ring ${[ring.name, ring.telephone].filter(Boolean).join(", ")}`] : [];
  return [`${agency.name}: ${words}`, ...who, ...(detail ? [detail] : []), ...call].join("; ");
}

function completeness({ complete, inScope, answered, notConnected }) {
  const others = notConnected.length ? ` Not connected: ${notConnected.join(", ")}.` : "";
  const count = `${answered} of ${inScope} agencies answered.`;
  return (complete ? `Complete: ${count}` : `Not complete: ${count}`) + others;
}
