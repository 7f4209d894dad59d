// A tap is written on this device, shown, then sent; the first send and each retry are the same code. Only choices are
// kept, never words. Where nothing can be kept, forms go their plain way.
"use strict";
(() => {
const CHOICES = ["outcome", "reason", "level", "at", "op_id", "session", "id"];
const TIMEOUT_MS = 8000; // one send
const STEPS_AFTER_MS = 4000; // a departure whose answer is not here by then goes on with the steps kept on the device
const SOONEST_MS = 2000, LATEST_MS = 60000; // between two attempts
const ID = /[0-9a-f-]{36}/;

const announce = (words) => { document.getElementById("announce").textContent = words; };
const bar = () => document.getElementById("outbox"); // looked up each time: the whole page may be swapped
const isOffline = () => Boolean(document.getElementById("offline-steps"));
const owner = remembered(bar().dataset.owner);
let canKeep = true;
const opened = open();
opened.catch(() => { canKeep = false; });

function remembered(mark) { // the offline page knows nobody: it keeps taps for who was last signed in here
  try {
    if (mark) localStorage.owner = mark;
    return mark || localStorage.owner;
  } catch { return mark; }
}

async function open() {
  if (!owner || !crypto.randomUUID || !navigator.locks) throw new Error("no place for an outbox");
  const asked = indexedDB.open("doorway", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("taps", { keyPath: "n", autoIncrement: true });
  return new Promise((yes, no) => {
    asked.onsuccess = () => yes(asked.result);
    asked.onerror = asked.onblocked = () => no(asked.error);
  });
}

async function taps(how, mode = "readwrite") {
  const writing = (await opened).transaction("taps", mode, { durability: "strict" });
  const asked = how(writing.objectStore("taps"));
  return new Promise((yes, no) => {
    writing.oncomplete = () => yes(asked.result);
    writing.onabort = () => no(writing.error);
  });
}
const all = () => taps((store) => store.getAll(), "readonly");
const own = async () => (await all()).filter((tap) => tap.owner === owner);
const forget = (tap) => taps((store) => store.delete(tap.n));

// Runs after app.js, which has filled in the moment and has stopped the second of two quick taps.
document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  if (event.defaultPrevented) return;
  if (form.dataset.signOut !== undefined) return leave(event);
  if (form.dataset.outbox === undefined || !canKeep) return;
  const fields = Object.fromEntries(new FormData(form, button));
  delete fields.csrfmiddlewaretoken;
  if (Object.keys(fields).some((name) => !CHOICES.includes(name))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  fields.op_id = crypto.randomUUID();
  keep({ op_id: fields.op_id, owner, url: new URL(form.action).pathname, fields, at: fields.at }, form, button);
}, true);

async function keep(tap, form, button) {
  try {
    tap.n = await taps((store) => store.add(tap));
  } catch {
    if (button.name) form.append(make("input", { type: "hidden", name: button.name, value: button.value }));
    return form.submit();
  }
  tappedHere.add(tap.op_id);
  announce(said(tap, button));
  if (tap.fields.id) begin(tap.fields.id);
  await show();
  flush();
}
const tappedHere = new Set();
const make = (name, facts) => Object.assign(document.createElement(name), facts);

function said(tap, button) {
  const { said: words, undone } = bar().dataset;
  const step = button.closest("article")?.querySelector(".n")?.textContent;
  const label = button.firstElementChild?.firstChild || button; // of a level: not what it asks
  const what = tap.url.endsWith("/undo/") ? undone : label.textContent.trim();
  return step ? words.replace("0", step) + what : what;
}

// What the page shows of what waits: the button pressed, and since when it is kept.
async function show() {
  const waiting = await own(), words = bar().dataset;
  for (const old of document.querySelectorAll(".kept:not(.saved)")) old.remove();
  for (const tap of waiting) if (!tap.refused) mark(tap, state ? words.kept : words.saving);
  const refused = waiting.filter((tap) => tap.refused), count = waiting.length - refused.length;
  const text = { "signed-out": words.signedOut, stuck: words.stuck }[state];
  const [line, again, signIn, list] = bar().querySelectorAll("p, button, a, ul");
  line.textContent = count && text ? `${numbered(count)} ${text}` : refused.length ? words.look : "";
  again.hidden = !count;
  signIn.hidden = !count || state !== "signed-out";
  signIn.search = `?next=${ID.test(location) ? `/departures/${ID.exec(location)[0]}/` : "/"}`;
  list.replaceChildren(...refused.map(refusal));
  bar().hidden = !line.textContent;
}

const numbered = (count) => (count === 1 ? bar().dataset.one : bar().dataset.many.replace("0", count));
const clock = (tap) => new Date(tap.at).toTimeString().slice(0, 5);

function mark(tap, words) {
  const button = buttonOf(tap), place = button?.closest("article") || button?.form;
  if (!place) return;
  if (tap.url.endsWith("/undo/") || button.name) {
    for (const each of place.querySelectorAll("[name=outcome], [name=level]")) each.ariaPressed = each === button;
  }
  place.querySelector(".kept")?.remove();
  place.append(make("p", { className: "kept", textContent: `${words} ${clock(tap)}` }));
  return place.lastChild;
}

function buttonOf({ url, fields }) {
  return [...document.querySelectorAll(`form[action="${url}"] button`)].find((button) =>
    fields.id ? button.form.elements.id.value === fields.id : !button.name || fields[button.name] === button.value);
}

function refusal(tap) {
  const words = bar().dataset, remove = make("button", { className: "plain", textContent: words.remove });
  const step = tap.url.split("/")[4] || "", title = document.getElementById(`${step}-title`)?.textContent || step;
  const what = buttonOf(tap)?.textContent || tap.fields.outcome || tap.fields.level || "";
  const why = words[`refused${tap.refused}`] || words.refused;
  const line = make("li", { textContent: `${clock(tap)} ${title} ${what}: ${why} ` });
  remove.addEventListener("click", () => forget(tap).then(show));
  line.append(remove);
  return line;
}

let state = "", wait = SOONEST_MS, timer, isFlushing, isAskedAgain;
async function flush() {
  clearTimeout(timer);
  isAskedAgain = true;
  if (isFlushing || !canKeep) return;
  isFlushing = true;
  const before = state;
  try {
    while (isAskedAgain) {
      isAskedAgain = false;
      state = await navigator.locks.request("outbox", pass);
      if (state) isAskedAgain = false;
    }
    await show();
  } catch { canKeep = false; } // the place was closed or emptied under us: forms go their plain way from now on
  isFlushing = false;
  wait = state ? Math.min(wait * 2, LATEST_MS) : SOONEST_MS;
  if (!state) return;
  if (!before) announce(bar().querySelector("p").textContent);
  timer = setTimeout(flush, before ? wait : SOONEST_MS);
}

async function pass() {
  const held = new Set(); // departures of which a tap made the server stumble: theirs wait, others go on
  let outcome = "";
  for (;;) {
    const tap = (await own()).find((each) => !each.refused && !held.has(departureOf(each)));
    if (!tap) return outcome;
    const slow = tap.fields.id && setTimeout(goOn, STEPS_AFTER_MS, tap);
    const answer = await send(tap);
    clearTimeout(slow);
    const status = answer?.status || 0;
    if (answer?.ok && answer.headers.get("X-Op")) {
      await forget(tap);
      await arrived(tap, answer);
    } else if (status === 401 || answer?.headers.get("HX-Redirect")) {
      goOn(tap);
      return "signed-out";
    } else if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      await taps((store) => store.put({ ...tap, refused: status }));
    } else {
      outcome = "stuck";
      goOn(tap);
      if (status !== 500) return outcome;
      held.add(departureOf(tap));
    }
  }
}

const departureOf = (tap) => tap.fields.id || ID.exec(tap.url)?.[0];

async function send(tap, isFresh) {
  const [, token] = /csrftoken=(\w+)/.exec(document.cookie) || [];
  const headers = { "HX-Request": "true", "X-CSRFToken": token || "", "X-Outbox": owner };
  try {
    const body = new URLSearchParams(tap.fields), signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(tap.url, { method: "POST", headers, body, signal, redirect: "manual" });
    answer.html = await answer.text();
    if (answer.status !== 403 || isFresh) return answer;
    await fetch("/", { signal: AbortSignal.timeout(TIMEOUT_MS) }); // a page with forms brings a new token
    return send(tap, true);
  } catch { return null; }
}

async function arrived(tap, answer) {
  const on = answer.headers.get("HX-Redirect"), anew = answer.headers.get("HX-Location");
  if (isOffline()) {
    mark(tap, bar().dataset.saved)?.classList.add("saved");
  } else if (on || anew) {
    if (!tappedHere.has(tap.op_id)) return;
    if (on) return location.assign(on);
    const { path, ...how } = JSON.parse(anew);
    await htmx.ajax("GET", path, how);
  } else {
    swap(tap.url, answer.html, JSON.parse(answer.headers.get("HX-Trigger") || "{}"));
  }
  await show();
}

// The answer's steps replace those on the page, but never one somebody is writing in.
function swap(url, html, events) {
  if (!ID.test(location.pathname) || !url.startsWith(location.pathname)) return;
  const answer = document.createElement("template"), focused = document.activeElement.closest("article");
  answer.innerHTML = html;
  for (const step of answer.content.querySelectorAll("article")) {
    const fields = document.querySelectorAll(`[id="${step.id}"] :is(input:not([type=hidden]), textarea)`);
    step.setAttribute("hx-swap-oob", "true");
    if ([...fields].some(({ value, defaultValue = value }) => value !== defaultValue)) step.remove();
  }
  htmx.swap(document.body, answer.innerHTML, { swapStyle: "none", swapDelay: 0, settleDelay: 0 });
  if (focused && document.activeElement === document.body) {
    const first = document.getElementById(focused.id)?.querySelector(".tick button, .levels button, summary");
    first?.focus({ preventScroll: true });
  }
  delete events.announce; // said when it was tapped
  for (const [name, detail] of Object.entries(events)) htmx.trigger(document.body, name, detail);
}

// A departure that could not be sent goes on with the steps that are kept on the device.
function goOn(tap) {
  const { id } = tap.fields;
  if (id && tappedHere.has(tap.op_id) && !isOffline() && navigator.serviceWorker?.controller) {
    location.assign(`/offline/#${id}`);
  }
}
function begin(id) {
  if (!isOffline()) return;
  if (!location.href.includes(id)) history.replaceState(null, "", `/offline/#${id}`);
  document.getElementById("offline-start").hidden = true;
  document.getElementById("offline-steps").classList.remove("waiting");
  document.getElementById("whole-page").href = `/departures/${id}/`;
  for (const form of document.querySelectorAll("form[data-path]")) {
    form.setAttribute("action", `/departures/${id}/${form.dataset.path}`);
    form.hidden = false;
  }
}
if (isOffline()) {
  const [known] = ID.exec(location) || [];
  if (known) begin(known);
  else document.querySelector("#offline-start [name=id]").value = crypto.randomUUID?.();
}

// Signing out empties this device, unless something still waits: then the person chooses, for their own taps.
function leave(event) {
  const form = event.target, choice = event.submitter?.value;
  if (!canKeep || form.dataset.ready) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  (async () => {
    if (!choice) await flush();
    const waiting = await all(), mine = waiting.filter((tap) => tap.owner === owner);
    if (mine.length && !choice) {
      document.getElementById("sign-out-count").textContent = numbered(mine.length);
      document.getElementById("sign-out-choice").hidden = false;
      return document.getElementById("sign-out-choice").focus();
    }
    if (choice === "delete") for (const tap of mine) await forget(tap);
    form.elements.kept.value = choice === "keep" || waiting.length > mine.length ? "yes" : "";
    form.dataset.ready = "yes";
    form.submit();
  })().catch(() => form.submit());
}

bar().querySelector("button").addEventListener("click", flush);
for (const name of ["online", "pageshow"]) window.addEventListener(name, flush);
document.addEventListener("signed-in", flush);
document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
navigator.serviceWorker?.register("/sw.js").catch(() => {});
})();
