// What these pages do beside standing still: parts that arrive, a warning before the time is over,
// and a page that goes blank. Without it every page works as well, only less live.
"use strict";

const html = globalThis.trustedTypes
  ? trustedTypes.createPolicy("pages", { createHTML: (text) => text })
  : { createHTML: (text) => text };
document.documentElement.classList.add("ta-js");
const byId = (id) => document.getElementById(id);

// ---- parts that arrive -------------------------------------------------------------------------

let asking = null;
let sent = { form: null, at: 0 };
const TWICE_MS = 1000;

// Who presses twice means once: the second form would be refused, in place of the page that comes.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const again = form === sent.form && Date.now() - sent.at < TWICE_MS;
  sent = { form, at: Date.now() };
  if (again) return event.preventDefault();
  if (!form.matches("form[data-live]")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  form.querySelectorAll("button").forEach((button) => (button.disabled = true));
  form.inert = true; // the answer takes the form's place, and what is typed meanwhile would go too
  ask(form.getAttribute("action"), body, form.dataset.keep);
});

// What comes takes the place of the page, or where `keep` names a place, of that place alone.
async function ask(action, body, keep) {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const response = await fetch(action, {
      method: "POST",
      body,
      signal,
      headers: { Accept: "application/x-ndjson, text/html" },
      cache: "no-store",
      redirect: "error",
    });
    const parts = response.headers.get("content-type")?.startsWith("application/x-ndjson");
    // Whoever is not signed in any more sees nothing of what they asked before.
    const place = response.status === 401 ? null : keep;
    await (parts ? show(response.body, signal) : replace(await response.text(), signal, place));
  } catch {
    if (!signal.aborted) brokeOff();
  }
  if (!signal.aborted) asked();
}

// Where no other page came, what was typed stays there to read and to copy.
function asked() {
  document.querySelectorAll("form[inert]").forEach((form) => (form.inert = false));
}

async function show(stream, signal) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let whole = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done || signal.aborted) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) whole = put(JSON.parse(line)) || whole;
  }
  if (!whole && !signal.aborted) brokeOff();
}

function put({ page, slots = {}, into = {}, gone = [], say, end }) {
  if (page !== undefined) become(page);
  for (const [id, text] of Object.entries(slots)) inside(id, text);
  for (const [id, text] of Object.entries(into)) byId(id)?.insertAdjacentHTML("beforeend", html.createHTML(text));
  for (const id of gone) byId(id)?.remove();
  if (say) announce(say);
  return Boolean(end);
}

function inside(id, text) {
  const place = byId(id);
  if (place) place.innerHTML = html.createHTML(text);
}

// A page of ours as text: its main part takes the place of this one's.
function become(text) {
  const came = new DOMParser().parseFromString(html.createHTML(text), "text/html");
  document.title = came.title;
  document.body.classList.add("ta-live");
  byId("main-content").replaceWith(document.adoptNode(came.querySelector("main")));
  focusFirst();
}

async function replace(text, signal, keep) {
  if (signal.aborted) return;
  const place = keep && byId(keep);
  if (!place) return become(text);
  const came = new DOMParser().parseFromString(html.createHTML(text), "text/html");
  came.querySelectorAll("#whole, .ta-cut-off").forEach((each) => each.remove());
  place.replaceChildren(...document.adoptNode(came.querySelector("main")).childNodes);
  focusFirst(place);
}

function brokeOff() {
  const told = byId("broke-off");
  const state = byId("state");
  if (state && told) {
    state.replaceChildren(told.content.cloneNode(true));
    byId("waiting")?.remove();
    announce(state.textContent);
  } else {
    const note = document.createElement("p");
    note.className = "govuk-body ta-notice ta-notice--stop";
    note.tabIndex = -1;
    note.textContent = "The answer broke off, or nobody could be reached. What is not shown here is not known. Open this page again from the first page.";
    byId("main-content").prepend(note);
    note.focus();
  }
}

function focusFirst(place = document) {
  const first = place.querySelector(".govuk-error-summary, [data-first]") ?? place.querySelector("h1");
  if (!first) return;
  first.tabIndex = -1;
  first.focus();
  if (place === document) scrollTo(0, 0);
}

// Rows may come by the dozen: what is said to a screen reader waits until it can be heard.
const heard = [];
let speaking = 0;

function announce(text) {
  heard.push(text);
  if (!speaking) speaking = setTimeout(speak, 700);
}

function speak() {
  speaking = 0;
  const said = heard.splice(0);
  byId("said").textContent = said.length > 4 ? `${said.length} more. ${said.at(-1)}` : said.join(" ");
}

// ---- the time that is left, and a page that is left --------------------------------------------

const idle = Number(document.body.dataset.idle || 0) * 1000;
const WARN_MS = 120_000;
const AWAY_MS = 300_000;
let last = Date.now();
let stayed = Date.now();
let left = null;

if (idle) {
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, busy, { passive: true });
  byId("idle-warning").querySelector("[data-stay]").addEventListener("click", () => stay());
  setInterval(watch, 1000);
}

function busy() {
  if (byId("idle-warning").open) return;
  last = Date.now();
  if (last - stayed > 60_000) stay();
}

async function stay() {
  last = stayed = Date.now();
  byId("idle-warning").close();
  const response = await fetch("/stay", { cache: "no-store", redirect: "error" }).catch(() => null);
  if (response && !response.ok) blank();
}

function watch() {
  if (!byId("idle-warning")) return;
  const still = idle - (Date.now() - last);
  if (still <= 0) blank();
  else if (still <= Math.min(WARN_MS, idle / 2)) warn(still);
}

function warn(still) {
  const warning = byId("idle-warning");
  const seconds = Math.ceil(still / 1000);
  const told = warning.querySelector("[data-left]");
  told.textContent = seconds > 60 ? told.dataset.minutes : `${Math.ceil(seconds / 10) * 10} ${told.dataset.seconds}`;
  if (!warning.open) warning.showModal();
}

function blank() {
  asking?.abort();
  const told = byId("blank");
  if (!told) return;
  document.title = "Team Around";
  byId("idle-warning")?.remove();
  byId("main-content").replaceWith(told.content.cloneNode(true));
  byId("said").textContent = "";
  told.remove();
}

// Covered at once when somebody else may look at the screen; cleared for good after some minutes.
document.addEventListener("visibilitychange", () => {
  if (!idle) return;
  const away = document.visibilityState === "hidden";
  document.documentElement.classList.toggle("ta-away", away);
  if (away) left = Date.now();
  else if (left && Date.now() - left > AWAY_MS) blank();
});
addEventListener("pagehide", blank);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
  if (event.target.closest("[data-clear]")) blank();
});
if (document.querySelector(".govuk-error-summary")) focusFirst();
