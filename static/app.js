// Doorway in the browser. Every page works without this file. What it adds, in this order: the moment of a tap and an
// id for what was said; what could not be saved is told, and typed words are not lost by leaving; a tap waits on the
// device until the server has it; the screen can be hidden; the end of the session is told, and survived.
// One file, because all of it together has to stay below six kilobytes on the wire (tests/config/test_weight.py).
"use strict";
(() => {
const TIMEOUT_MS = 8000; // one request
const ID = /[0-9a-f-]{36}/; // of a departure

// Elements are looked up each time: htmx may swap the whole page.
const byId = (id) => document.getElementById(id);
const all = (selector, place = document) => [...place.querySelectorAll(selector)];
const make = (name, facts) => Object.assign(document.createElement(name), facts);
const now = () => new Date().toISOString();
const on = (target, names, hear, isEarly) => {
  for (const name of names.split(" ")) target.addEventListener(name, hear, isEarly);
};
const stop = (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
};

async function ask(address, how, isLast) {
  const [, token = ""] = /csrftoken=(\w+)/.exec(document.cookie) || [], signal = AbortSignal.timeout(TIMEOUT_MS);
  const headers = { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": token, ...how.headers };
  const answer = await fetch(address, { ...how, headers, signal });
  if (answer.status !== 403 || isLast) return answer;
  await fetch("/", { signal }); // any page with a form brings a new token, the one for signing in as well
  return ask(address, how, true);
}

// The tap ----------------------------------------------------------------------------------------------------

const TAP_GUARD_MS = 700; // a stressed thumb taps twice within this time

on(document, "submit", (event) => {
  const { target: form, submitter: button } = event;
  if ("once" in form.dataset && isSecondTap(form)) return stop(event);
  const id = form.querySelector("[name$=op_id]"), at = form.querySelector("[type=hidden][name$=at]");
  if (id) id.value = operationFor(form, button) || id.value;
  if (at) at.value = now(); // the moment of the tap, not of its arrival
  if (form.id === "again") return signInAgain(event);
  if ("signOut" in form.dataset) return leave(event);
  const tap = tapOf(form, button);
  if (!tap) return asksFirst(event);
  stop(event);
  keep(tap, form, button);
}, true);

function isSecondTap(form) {
  const isSecond = Date.now() - form.tappedAt < TAP_GUARD_MS;
  form.tappedAt = Date.now();
  return isSecond;
}

// The same words sent again from the same form are the same operation, so that what was sent and whose answer got lost
// can be sent once more; other words are another one. Without a secure context the id that came with the page stands.
function operationFor(form, button) {
  const facts = [...new FormData(form, button)].filter(([name]) => !/(op_id|at|csrfmiddlewaretoken)$/.test(name));
  const words = String(new URLSearchParams(facts));
  if (form.lastSaid !== words) Object.assign(form, { lastSaid: words, operation: crypto.randomUUID?.() });
  return form.operation;
}

// What is told -----------------------------------------------------------------------------------------------

// One polite announcement per tick, outside of what was swapped.
const announce = (words) => { byId("announce").textContent = words; };
on(document, "announce", ({ detail }) => announce(detail.value));

// The step that comes next opens; it stands on the page already.
on(document, "next-step", ({ detail }) => { byId(detail.value).querySelector("details").open = true; });

// What could not be saved says so loudly, beside nothing that moves, until something is saved again.
function warn(words = "") {
  Object.assign(byId("unsaved"), { textContent: words, hidden: !words });
}

on(document, "htmx:afterRequest", ({ target, detail: { successful, xhr, requestConfig: { verb, formData } } }) => {
  if (verb === "get" || xhr.status === 401) return; // a panel that did not load has its link; a sign-in is asked for
  const isTold = xhr.status === 409; // the answer itself says what to do
  if (!successful) return warn(isTold ? xhr.responseText : target.closest("[data-unsaved]").dataset.unsaved);
  warn();
  for (const field of all(TYPED, target.closest("form") || target)) {
    if (field.value === formData.get(field.name)) field.defaultValue = field.value;
  }
});

// "3 min ago": minutes, never seconds, and only as long as minutes say something.
const LONGEST_AGE = 120;
function refreshAges() {
  for (const age of all("[data-since]")) {
    const minutes = Math.floor((Date.now() - Date.parse(age.dataset.since)) / 60000);
    const words = minutes < 1 ? age.dataset.now : age.dataset.minutes.replace("0", minutes);
    age.textContent = minutes > LONGEST_AGE ? "" : words;
  }
}
setInterval(refreshAges, 30000);

// Typed words that are not saved: the browser asks before they are lost. Taps never make it ask.
const TYPED = "form[method=post] :is(textarea, input:not([type]), [type=text], [type=tel])";
const isTyped = ({ value, defaultValue }) => value !== defaultValue;
let sent; // the form that is on its way, and so are its words; or everything, when nobody must be asked

on(window, "submit", ({ target, defaultPrevented }) => { if (!defaultPrevented) sent = target; });
on(window, "beforeunload", (event) => {
  const wasRefused = document.querySelector(".errors"); // what came back from the server is not saved either
  const isLost = (field) => field.form !== sent && (wasRefused ? field.value : isTyped(field));
  if (sent !== document && all(TYPED).some(isLost)) event.returnValue = "ask";
  sent = null;
});

// The outbox -------------------------------------------------------------------------------------------------
// A tap is written on this device, shown, then sent; the first send and each retry are the same code. Only choices are
// kept, never words. Where nothing can be kept, forms go their plain way.

const CHOICE = /^(outcome|reason|level|at|op_id|session|id)$/; // what may be kept
const STEPS_AFTER_MS = 4000; // a departure whose answer is not here by then goes on with the steps kept on the device
const SOONEST_MS = 2000, LATEST_MS = 60000; // between two attempts

const bar = () => byId("outbox");
const wordsFor = (name) => bar().dataset[name];
const isOffline = () => Boolean(byId("offline-steps"));
const departureHere = () => ID.exec(location)?.[0];
const departureOf = (tap) => tap.fields.id || ID.exec(tap.url)?.[0];
const pathOf = (form) => form.getAttribute("action");
const isUndo = (tap) => tap.url.endsWith("/undo/");
const tappedHere = new Set();
const owner = bar() && remembered(wordsFor("owner"));
const opened = open();
let canKeep = true;
opened.catch(() => { canKeep = false; });

function remembered(mark) { // the offline page knows nobody: it keeps taps for who was last signed in here
  try {
    if (mark) localStorage.owner = mark;
    return localStorage.owner;
  } catch { return mark; }
}

async function open() {
  if (!owner || !crypto.randomUUID || !navigator.locks) throw new Error();
  const asked = indexedDB.open("doorway", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("taps", { keyPath: "n", autoIncrement: true });
  return until(asked, "success", asked);
}

function until(target, event, asked) {
  return new Promise((yes, no) => {
    on(target, event, () => yes(asked.result));
    on(target, "error abort", no);
  });
}

async function taps(deed, fact) { // getAll, add, put or delete
  const mode = deed === "getAll" ? "readonly" : "readwrite";
  const writing = (await opened).transaction("taps", mode, { durability: "strict" });
  return until(writing, "complete", writing.objectStore("taps")[deed](fact));
}
const own = async () => (await taps("getAll")).filter((tap) => tap.owner === owner);

function tapOf(form, button) {
  const fields = Object.fromEntries(new FormData(form, button)), { dataset } = form;
  delete fields.csrfmiddlewaretoken;
  if (!("outbox" in dataset && canKeep) || !Object.keys(fields).every((name) => CHOICE.test(name))) return null;
  fields.op_id = crypto.randomUUID();
  return { op_id: fields.op_id, owner, url: pathOf(form), fields, at: now() };
}

async function keep(tap, form, button) {
  try {
    await taps("add", tap);
  } catch {
    canKeep = form.tappedAt = false;
    return form.requestSubmit(button);
  }
  tappedHere.add(tap.op_id);
  announce(said(tap, button));
  begin(tap.fields.id);
  await showWaiting();
  flush();
}

function said(tap, button) {
  const step = button.closest("article")?.querySelector(".n")?.textContent;
  const label = button.firstElementChild?.firstChild || button; // of a level: not what it asks
  const what = isUndo(tap) ? wordsFor("undone") : label.textContent.trim();
  return step ? wordsFor("said").replace("0", step) + what : what;
}

// What the page shows: what the server has, and on top of it what waits, with the button pressed and the time.
async function showWaiting() {
  const waiting = await own(), refused = waiting.filter((tap) => tap.refused), count = waiting.length - refused.length;
  const pressed = new Set();
  for (const old of all(".kept")) old.remove();
  for (const tap of Object.values(seen())) mark(tap, isOffline() && wordsFor("saved"), pressed);
  for (const tap of waiting) if (!tap.refused) mark(tap, wordsFor(state ? "kept" : "saving"), pressed);
  for (const button of all("article :is(button[name=outcome], button[name=level])")) {
    button.ariaPressed = pressed.has(button);
  }
  const [line, signIn, list] = all("p, a, ul", bar()), stuck = wordsFor(state);
  line.textContent = count && stuck ? `${numbered(count)} ${stuck}` : refused.length ? wordsFor("look") : "";
  bar().dataset.state = count && state;
  signIn.search = `?next=${departureHere() ? `/departures/${departureHere()}/` : "/"}`;
  bar().hidden = !line.textContent;
  if (refused.length) rarely().then((kept) => kept.list(list, refused, tools), () => {});
  else list.replaceChildren();
}

const numbered = (count) => wordsFor(count === 1 ? "one" : "many").replace("0", count);
const clock = ({ at }) => new Date(at).toTimeString().slice(0, 5);

function mark(tap, words, pressed) {
  const button = buttonOf(tap), form = document.querySelector(`form[action="${baseOf(tap)}"]`);
  const place = (button || form)?.closest("article") || button?.form;
  if (!place) return;
  for (const other of all("button", place)) pressed.delete(other);
  pressed.add(button);
  place.querySelector(".kept")?.remove();
  const what = wordsFor(isUndo(tap) ? "undone" : button ? "" : tap.fields.outcome) || "";
  if (words) place.append(make("p", { className: "kept", textContent: `${what} ${words} ${clock(tap)}`.trim() }));
}

// What is taken back stands where it was said; a level is the answer of the second step.
const baseOf = ({ url }) => url.replace("undo/", "").replace("steps/check-safety", "level");

function buttonOf({ url, fields }) {
  return all(`form[data-outbox][action="${url}"] button`).find((button) =>
    fields.id ? button.form.elements.id.value === fields.id : !button.name || fields[button.name] === button.value);
}

// What is rarely needed is asked for when it is: taps that were refused, and signing out while some wait (kept.js).
const rarely = () => import(wordsFor("script"));
const tools = { all, byId, own, taps, flush, showWaiting, wordsFor, numbered, clock, departureOf, buttonOf };

// What the server has ----------------------------------------------------------------------------------------
// In codes, by departure, kept for its therapist and for a day, so that the page without a connection can show it.
// It looks like taps, by address.

const DAY_MS = 24 * 60 * 60 * 1000;
const seen = () => (isOffline() ? recall(departureHere()) : seenHere());

function seenHere() {
  const found = {};
  for (const place of all("[data-said]")) {
    const { form, name } = place.querySelector(".tick button, .levels button") || { name: "ending" }; // or the head
    const { said: code, at } = place.dataset, url = form ? pathOf(form) : `/departures/${departureHere()}/`;
    if (code) found[url] = { url, fields: { [name]: code }, at };
  }
  return found;
}

function recall(id) {
  try { return JSON.parse(localStorage[id]).found; } catch { return {}; }
}

function remember(id, found) {
  try { localStorage[id] = JSON.stringify({ owner, at: Date.now(), found }); } catch { /* then not */ }
}

function forgetAllBut(person) {
  try {
    for (const key of Object.keys(localStorage).filter((each) => ID.test(each))) {
      const { owner: whose, at } = JSON.parse(localStorage[key]);
      if (whose !== person || Date.now() - at > DAY_MS) delete localStorage[key];
    }
  } catch { /* nothing can be kept here */ }
}

function rememberHere() {
  if (document.querySelector(".live-head")) remember(departureHere(), seenHere());
}

function hasArrived(tap) {
  const id = departureOf(tap), found = recall(id), { outcome, level } = tap.fields;
  if (!tap.fields.id) found[baseOf(tap)] = { url: baseOf(tap), fields: { outcome, level }, at: tap.at };
  if (isUndo(tap)) delete found[baseOf(tap)];
  remember(id, found);
}

// Sending ----------------------------------------------------------------------------------------------------

let state = "", wait = SOONEST_MS, turns = 0, retry;

// One tab at a time. Of several that were asked for meanwhile only the last one sends: it finds all there is.
async function flush() {
  const before = state, turn = ++turns;
  try {
    state = await navigator.locks.request("outbox", () => (turn === turns ? sendAll() : state));
    await showWaiting();
  } catch { canKeep = false; } // the place was closed or emptied under us: forms go their plain way from now on
  clearTimeout(retry);
  wait = before && state ? Math.min(wait * 2, LATEST_MS) : SOONEST_MS;
  if (!state) return;
  if (!before) announce(bar().querySelector("p").textContent);
  retry = setTimeout(flush, wait);
}

// Oldest first. Empty when nothing is left that could be sent, else why it is left: a name of the words in the bar.
async function sendAll() {
  const held = new Set(); // departures of which a tap made the server stumble: theirs wait, others go on
  for (;;) {
    const tap = (await own()).find((each) => !each.refused && !held.has(departureOf(each)));
    if (!tap) return held.size ? "stuck" : "";
    const slow = tap.fields.id && setTimeout(goOn, STEPS_AFTER_MS, tap);
    const answer = await send(tap);
    clearTimeout(slow);
    const status = answer?.status || 0;
    if (answer?.ok && answer.headers.get("X-Op")) {
      await taps("delete", tap.n);
      await show(tap, answer);
    } else if (status === 401) {
      goOn(tap);
      return "signedOut";
    } else if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      await taps("put", { ...tap, refused: status });
    } else {
      goOn(tap);
      if (status !== 500) return "stuck";
      held.add(departureOf(tap));
    }
  }
}

async function send(tap) {
  try {
    const headers = { "HX-Request": "true", "X-Outbox": owner, "X-Sent-At": now() };
    const answer = await ask(tap.url, { method: "POST", body: new URLSearchParams(tap.fields), headers });
    answer.html = await answer.text();
    return answer;
  } catch { return null; }
}

async function show(tap, answer) {
  const next = answer.headers.get("HX-Redirect"), anew = answer.headers.get("HX-Location");
  hasArrived(tap);
  if (isOffline()) return showWaiting();
  if (next) {
    if (tappedHere.has(tap.op_id) || next === location.pathname) return location.assign(next);
  } else if (anew) {
    const { path, ...how } = JSON.parse(anew);
    if (path === location.pathname) await htmx.ajax("GET", path, how);
  } else if (tap.url.startsWith(location.pathname) && departureHere()) {
    swap(answer.html, JSON.parse(answer.headers.get("HX-Trigger") || "{}"));
  }
  rememberHere();
  await showWaiting();
}

// The parts of the answer replace those on the page, but never a step somebody is writing in.
function swap(innerHTML, events) {
  const answer = make("template", { innerHTML }).content, focused = document.activeElement;
  const { id } = focused, stepId = focused.closest("article")?.id;
  for (const part of [...answer.children]) {
    const old = byId(part.id);
    if (all(TYPED, old || part).some(isTyped)) Object.assign(old.dataset, part.dataset);
    else {
      old?.replaceWith(part);
      htmx.process(part);
    }
  }
  if (!focused.isConnected) {
    (byId(id) || byId(stepId)?.querySelector(".tick button, .levels button"))?.focus({ preventScroll: true });
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
  if (!isOffline() || !id) return;
  if (!departureHere()) history.replaceState(null, "", `/offline/#${id}`);
  document.body.dataset.begun = "";
  byId("whole-page").href = `/departures/${id}/`;
  for (const form of all("form[data-path]")) {
    form.action = `/departures/${id}/${form.dataset.path}`;
  }
  const ending = seen()[`/departures/${id}/`], place = byId("offline-ending");
  if (ending) place.textContent = `${place.dataset[ending.fields.ending]} ${clock(ending)}`;
}

// Signing out empties this device, unless something still waits: then the person chooses, for their own taps.
async function leave(event) {
  const { target: form, submitter: { value: choice } } = event;
  forgetAllBut();
  if (!canKeep) return;
  stop(event);
  try {
    await (await rarely()).leave(form, choice, tools);
  } catch { // nobody could be asked
    form.elements.kept.value = "yes";
    form.submit();
  }
}

// The screen -------------------------------------------------------------------------------------------------
// Hidden by a button, or Shift three times; and by itself when nobody has touched it for a while, then shown by a tap
// anywhere. What was typed stays behind the cover, which nobody can read.

const SHIFTS = 3, SHIFTS_WITHIN_MS = 5000;
let title = "", isHidden = false, isByItself = false, shifts = [], touchedAt, hiding;

function touched() {
  touchedAt = Date.now();
  clearTimeout(hiding);
  if (byId("cover")) hiding = setTimeout(hideIfDue, byId("cover").dataset.seconds * 1000, true);
}
on(window, "pointerdown pointermove keydown input wheel", touched, { capture: true, passive: true });

function hideIfDue(isDue) { // a device that slept has run no timers
  if (isHidden || !isDue && Date.now() - touchedAt < byId("cover")?.dataset.seconds * 1000) return;
  isByItself = true;
  hide();
}

function hide() {
  if (isHidden || !byId("cover")) return;
  isHidden = true;
  title = document.title;
  document.title = byId("cover-title").textContent;
  byId("cover").showModal();
}

function unhide() {
  isHidden = isByItself = false;
  document.title = title;
  byId("cover").close();
  const { activeElement: here } = document; // Chromium gives a field the focus back and no cursor
  here.blur();
  here.focus();
}

// A page that was renewed behind the cover brings a cover of its own.
on(document, "htmx:afterSwap", () => { if (isHidden && !byId("cover").open) byId("cover").showModal(); });

on(document, "keydown", (event) => {
  const { key, repeat, timeStamp, target } = event;
  if (key === "Escape" && document.querySelector(".screen[open]")) event.preventDefault();
  if (key === "Enter" && isHidden && !document.querySelector("dialog[open]:not(#cover)")) {
    event.preventDefault(); // else the button that gets the focus back is pressed as well
    if (!repeat) unhide();
  } else if (key === "Enter" && repeat && !target.matches("textarea")) {
    event.preventDefault(); // still held down from the dialog that just closed
  }
  if (key !== "Shift") shifts = [];
  else if (!repeat) shifts = [...shifts.filter((at) => timeStamp - at < SHIFTS_WITHIN_MS), timeStamp];
  if (shifts.length < SHIFTS) return;
  shifts = [];
  hide();
}, true);

// The operating system takes a picture of what goes to the background; the style sheet leaves nothing on it.
function onSight({ type }) {
  const isAway = type === "pagehide" || document.hidden;
  document.documentElement.dataset.away = isAway;
  if (isAway) return;
  hideIfDue();
  // The screen stays awake while a departure goes on; a device that cannot, or will not now, is left alone.
  if (document.querySelector("[data-awake]")) navigator.wakeLock?.request("screen").catch(() => {});
  flush();
  if (endsAt && Date.now() > endsAt - WARN_SECONDS * 1000) look();
}

// The end of the session -------------------------------------------------------------------------------------
// Only the server knows it: whatever the clock here says, it is asked before anybody is told.

const WARN_SECONDS = 125; // two minutes, and some for the way
const TRY_AGAIN_MS = 15000;
const TYPING_MS = 10000; // nobody who typed this lately meant to be away, and a dialog would swallow the next letters
const tabs = new BroadcastChannel("session");
const notHeard = []; // what the server refused because nobody was signed in, and is said again afterwards
let endsAt = 0, nextLook, typedAt = 0;

// Ask how long is left, or for more (method POST), and put the dialogs right. True when somebody is signed in.
async function look(method) {
  const ending = byId("session-ends"), { address, who } = ending.dataset;
  let found;
  clearTimeout(nextLook);
  try {
    const answer = await ask(address, { method });
    if (answer.status === 401) return isOver();
    found = await answer.json();
  } catch {
    nextLook = setTimeout(look, TRY_AGAIN_MS);
    if (method) ending.querySelector(".problem").hidden = false;
    return false;
  }
  if (found.who !== who) {
    sent = document;
    location.assign("/"); // this page belongs to somebody else
    return true;
  }
  for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = found.token;
  goOnSignedIn(found, method);
  return true;
}

function isOver() {
  endsAt = 0;
  byId("session-ends").close();
  if (!byId("sign-in-again").open) byId("sign-in-again").showModal();
  return false;
}

function goOnSignedIn({ seconds, is_final: isFinal }, method) {
  const ending = byId("session-ends"), isNear = seconds <= WARN_SECONDS;
  endsAt = Date.now() + seconds * 1000;
  nextLook = setTimeout(look, 1000 * (isNear ? seconds + 1 : seconds - WARN_SECONDS));
  if (byId("sign-in-again").open) {
    byId("sign-in-again").close();
    flush();
  }
  if (!isNear || method) ending.close();
  else if (!isFinal && Date.now() - typedAt < TYPING_MS) look("POST");
  else if (!ending.open) {
    ending.dataset.final = isFinal;
    ending.querySelector(".problem").hidden = true;
    ending.showModal();
  }
  for (const say of notHeard.splice(0)) say();
}

async function signInAgain(event) {
  const { target: form, submitter } = event, problem = form.querySelector(".problem");
  let words = problem.dataset.elsewhere;
  stop(event);
  problem.hidden = true;
  try {
    const { signIn } = await import(form.dataset.script), said = await signIn(form, submitter, ask);
    if (said === undefined && await look()) return tabs.postMessage("");
    words = said ?? words;
  } catch { /* no connection: try again */ }
  form.tappedAt = 0; // the next one is no second tap
  Object.assign(problem, { textContent: words, hidden: !words });
  form.querySelector("fieldset:enabled input:not([type=email])").focus();
}

// htmx is told that nobody is signed in: the page stays, and the request is made again after signing in.
on(document, "htmx:beforeOnLoad", (event) => {
  const { xhr, requestConfig: { verb, path, elt, formData } } = event.detail;
  if (xhr.status !== 401) return;
  event.preventDefault();
  formData.delete("csrfmiddlewaretoken"); // the form has a new one by then
  notHeard.push(() => htmx.ajax(verb, path, { source: elt, values: formData }).catch(() => {}));
  isOver();
});

// A whole page cannot be sent when the session has ended meanwhile, a sleeping device for instance: what was typed
// would be lost on the way to the sign-in page.
async function asksFirst(event) {
  const { target, submitter } = event;
  if (!endsAt || Date.now() < endsAt || target.closest("dialog")) return;
  stop(event);
  target.tappedAt = 0;
  notHeard.push(() => target.requestSubmit(submitter));
  if (await look() || byId("sign-in-again").open) return;
  notHeard.pop();
  warn(document.body.dataset.unsaved);
}

// The start ---------------------------------------------------------------------------------------------------

document.documentElement.dataset.away = false; // known at all: buttons that need this file may be shown
document.querySelector(".errors")?.focus(); // an error summary is read first
refreshAges();
touched();

const deeds = {
  hide, unhide, flush,
  stay: () => look("POST").then(() => tabs.postMessage("")),
  signIn(event) {
    if (!byId("sign-in-again")) return;
    stop(event); // here is better than on another page
    isOver();
  },
};
on(document, "click", (event) => {
  if (isByItself && event.target.closest("#cover")) return unhide();
  deeds[event.target.closest("[data-deed]")?.dataset.deed]?.(event);
});
on(document, "cancel", (event) => { if (event.target.matches(".screen")) event.preventDefault(); }, true);
on(document, "close", ({ target }) => { // closed by a gesture that cannot be refused
  if (target.id === "cover" ? isHidden : target.id === "sign-in-again" && !endsAt) target.showModal();
  else if (isByItself && Date.now() - touchedAt < TYPING_MS) unhide(); // by whoever has just answered over the cover
}, true);
on(document, "input", () => { typedAt = Date.now(); });
on(tabs, "message", () => look());
on(window, "visibilitychange pagehide pageshow", onSight, true);
on(window, "online", flush);
on(window, "beforeinstallprompt", (event) => event.preventDefault()); // the person asks for it, on their own page

if (byId("session-ends")) {
  const { seconds } = byId("session-ends").dataset;
  endsAt = Date.now() + seconds * 1000;
  nextLook = setTimeout(look, 1000 * Math.max(1, seconds - WARN_SECONDS));
}
if (owner) {
  forgetAllBut(owner);
  rememberHere();
}
if (isOffline()) byId("offline-id").value = crypto.randomUUID?.();
begin(departureHere());
if (bar()) navigator.serviceWorker?.register("/sw.js").catch(() => {}); // signed out, nothing is kept again
})();
