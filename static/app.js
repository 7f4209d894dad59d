// Doorway in the browser. Every page works without this file. What it adds, in this order: the moment of a tap and an
// id for what was said; what could not be saved is told, and typed words are not lost by leaving; a tap waits on the
// device until the server has it; the screen can be hidden; the end of the session is told, and survived.
// One file, because all of it together has to stay below six kilobytes on the wire (tests/test_weight.py).
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

function request(address, { headers, ...how } = {}) {
  const [, token = ""] = /csrftoken=(\w+)/.exec(document.cookie) || [];
  const ours = { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": token, ...headers };
  return fetch(address, { ...how, headers: ours, signal: AbortSignal.timeout(TIMEOUT_MS) });
}

async function post(address, body, headers, isFresh) {
  const answer = await request(address, { method: "POST", body, headers });
  if (answer.status !== 403 || isFresh) return answer;
  await request("/"); // any page with a form brings a new token
  return post(address, body, headers, true);
}

// The tap ----------------------------------------------------------------------------------------------------

const TAP_GUARD_MS = 700; // a stressed thumb taps twice within this time
const lastTap = new WeakMap();
const operations = new WeakMap();

on(document, "submit", (event) => {
  const { target: form, submitter: button } = event;
  if (form.dataset.once !== undefined && isSecondTap(form)) return stop(event);
  const id = form.querySelector("[name$=op_id]"), at = form.querySelector("[type=hidden][name$=at]");
  if (id) id.value = operationFor(form, button) || id.value;
  if (at) at.value = now(); // the moment of the tap, not of its arrival
  if (form.id === "again") return signInAgain(event);
  if (form.dataset.signOut !== undefined) return leave(event);
  if (!keepIfTap(event)) asksFirst(event);
}, true);

function isSecondTap(form) {
  const isSecond = Date.now() - lastTap.get(form) < TAP_GUARD_MS;
  lastTap.set(form, Date.now());
  return isSecond;
}

// The same words sent again from the same form are the same operation, so that what was sent and whose answer got lost
// can be sent once more; other words are another one. Without a secure context the id that came with the page stands.
function operationFor(form, button) {
  const facts = [...new FormData(form, button)].filter(([name]) => !/(op_id|at|csrfmiddlewaretoken)$/.test(name));
  const words = new URLSearchParams(facts).toString(), last = operations.get(form);
  if (last?.words === words) return last.id;
  const id = crypto.randomUUID?.();
  operations.set(form, { words, id });
  return id;
}

// What is told -----------------------------------------------------------------------------------------------

// One polite announcement per tick, outside of what was swapped.
const announce = (words) => { byId("announce").textContent = words; };
on(document, "announce", ({ detail }) => announce(detail.value));

// What could not be saved says so loudly, beside nothing that moves, until something is saved again.
function warn(words = "") {
  byId("unsaved").textContent = words;
  byId("unsaved").hidden = !words;
}

on(document, "htmx:sendError htmx:responseError htmx:timeout", ({ target, detail: { requestConfig, xhr } }) => {
  if (requestConfig?.verb === "get") return; // a panel that did not load has its link
  const isTold = xhr?.status === 409; // the answer itself says what to do
  warn(isTold ? xhr.responseText : (target.closest("[data-unsaved]") || document.body).dataset.unsaved);
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
on(document, "htmx:afterRequest", ({ target, detail: { successful, requestConfig: { verb, formData } } }) => {
  if (!successful || verb === "get") return;
  warn();
  for (const field of all(TYPED, target.closest("form") || target)) {
    if (field.value === formData.get(field.name)) field.defaultValue = field.value;
  }
});

// The outbox: a tap is written on this device, shown, then sent; the first send and each retry are the same code.
// Only choices are kept, never words. Where nothing can be kept, forms go their plain way. -----------------------

const CHOICES = ["outcome", "reason", "level", "at", "op_id", "session", "id"];
const STEPS_AFTER_MS = 4000; // a departure whose answer is not here by then goes on with the steps kept on the device
const SOONEST_MS = 2000, LATEST_MS = 60000; // between two attempts

const bar = () => byId("outbox");
const wordsFor = (name) => bar().dataset[name];
const isOffline = () => Boolean(byId("offline-steps"));
const departureHere = () => ID.exec(location)?.[0];
const departureOf = (tap) => tap.fields.id || ID.exec(tap.url)?.[0];
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
  if (!owner || !crypto.randomUUID || !navigator.locks) throw new Error("no place for an outbox");
  const asked = indexedDB.open("doorway", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("taps", { keyPath: "n", autoIncrement: true });
  return new Promise((yes, no) => {
    asked.onsuccess = () => yes(asked.result);
    asked.onerror = asked.onblocked = () => no(asked.error);
  });
}

async function taps(deed, fact) { // getAll, add, put or delete
  const writing = (await opened).transaction("taps", "readwrite", { durability: "strict" });
  const asked = writing.objectStore("taps")[deed](fact);
  return new Promise((yes, no) => {
    writing.oncomplete = () => yes(asked.result);
    writing.onabort = () => no(writing.error);
  });
}
const own = async () => (await taps("getAll")).filter((tap) => tap.owner === owner);

function keepIfTap(event) {
  const { target: form, submitter: button } = event;
  if (form.dataset.outbox === undefined || !canKeep) return false;
  const fields = Object.fromEntries(new FormData(form, button));
  delete fields.csrfmiddlewaretoken;
  if (Object.keys(fields).some((name) => !CHOICES.includes(name))) return false;
  stop(event);
  fields.op_id = crypto.randomUUID();
  keep({ op_id: fields.op_id, owner, url: new URL(form.action).pathname, fields, at: fields.at || now() }, form, button);
  return true;
}

async function keep(tap, form, button) {
  try {
    await taps("add", tap);
  } catch {
    if (button?.name) form.append(make("input", { type: "hidden", name: button.name, value: button.value }));
    return form.submit();
  }
  tappedHere.add(tap.op_id);
  announce(said(tap, button));
  if (tap.fields.id) begin(tap.fields.id);
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
  const [line, again, signIn, list] = all("p, button, a, ul", bar()), stuck = wordsFor(state);
  line.textContent = count && stuck ? `${numbered(count)} ${stuck}` : refused.length ? wordsFor("look") : "";
  again.hidden = !count;
  signIn.hidden = !count || state !== "signedOut";
  signIn.search = `?next=${departureHere() ? `/departures/${departureHere()}/` : "/"}`;
  list.replaceChildren(...refused.map(refusal));
  bar().hidden = !line.textContent;
}

const numbered = (count) => (count === 1 ? wordsFor("one") : wordsFor("many").replace("0", count));
const clock = ({ at }) => new Date(at).toTimeString().slice(0, 5);

function mark(tap, words, pressed) {
  const button = buttonOf(tap), form = document.querySelector(`form[action="${baseOf(tap)}"]`);
  const step = (button || form)?.closest("article"), place = step || button?.form;
  if (!place) return;
  for (const other of all("button", step || place)) pressed.delete(other);
  pressed.add(button);
  place.querySelector(".kept")?.remove();
  const what = isUndo(tap) ? wordsFor("undone") : (!button && byId("offline-steps")?.dataset[tap.fields.outcome]) || "";
  if (words) place.append(make("p", { className: "kept", textContent: `${what} ${words} ${clock(tap)}`.trim() }));
}

// What is taken back stands where it was said; a level is the answer of the second step.
const baseOf = ({ url }) => url.replace("undo/", "").replace("steps/check-safety", "level");

function buttonOf({ url, fields }) {
  return all(`form[data-outbox][action="${url}"] button`).find((button) =>
    fields.id ? button.form.elements.id.value === fields.id : !button.name || fields[button.name] === button.value);
}

function refusal(tap) {
  const remove = make("button", { className: "plain", textContent: wordsFor("remove") }), id = departureOf(tap);
  const step = byId(`${tap.url.split("/")[4]}-title`)?.lastChild.textContent;
  const codes = tap.url.split("/").slice(3).concat(tap.fields.outcome, tap.fields.level);
  const what = buttonOf(tap)?.textContent || codes.join(" ").replace(/[-_]/g, " ");
  const why = wordsFor(`refused${tap.refused}`) || wordsFor("refused");
  const line = make("li", { textContent: `${clock(tap)} ${step || ""} ${what.trim()}: ${why} ` });
  if (tap.refused !== 404) line.append(make("a", { className: "plain", href: `/departures/${id}/`, textContent: wordsFor("open") }), " ");
  on(remove, "click", () => taps("delete", tap.n).then(showWaiting));
  line.append(remove);
  return line;
}

// What the server has of a departure, in codes: kept for its therapist and for a day, so that the page without a
// connection can show it. It looks like taps, by address. -------------------------------------------------------

const SEEN = "seen-", DAY_MS = 24 * 60 * 60 * 1000;
const seen = () => (isOffline() ? recall(departureHere()) : seenHere());

function seenHere() {
  const found = {}, head = document.querySelector(".live-head[data-said]");
  const add = (url, { said: code, at }, name) => { if (code) found[url] = { url, fields: { [name]: code }, at }; };
  if (head) add(location.pathname, head.dataset, "ending");
  for (const step of all("article[data-said]")) {
    const { name, form } = step.querySelector(".tick button, .levels button");
    add(new URL(form.action).pathname, step.dataset, name);
  }
  return found;
}

function recall(id) {
  try { return JSON.parse(localStorage[SEEN + id]).found; } catch { return {}; }
}

function remember(id, found) {
  try { localStorage[SEEN + id] = JSON.stringify({ owner, at: Date.now(), found }); } catch { /* then not */ }
}

function forgetAllBut(person) {
  for (const key of Object.keys(localStorage).filter((each) => each.startsWith(SEEN))) {
    const { owner: whose, at } = JSON.parse(localStorage[key]);
    if (whose !== person || Date.now() - at > DAY_MS) delete localStorage[key];
  }
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

let state = "", wait = SOONEST_MS, retry, isFlushing, isAskedAgain;

async function flush() {
  clearTimeout(retry);
  isAskedAgain = true;
  if (isFlushing || !canKeep) return;
  isFlushing = true;
  const before = state;
  try {
    while (isAskedAgain) {
      isAskedAgain = false;
      state = await navigator.locks.request("outbox", sendAll);
      if (state) break;
    }
    await showWaiting();
  } catch { canKeep = false; } // the place was closed or emptied under us: forms go their plain way from now on
  isFlushing = false;
  wait = state ? Math.min(wait * 2, LATEST_MS) : SOONEST_MS;
  if (!state) return;
  if (!before) announce(bar().querySelector("p").textContent);
  retry = setTimeout(flush, before ? wait : SOONEST_MS);
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
    const answer = await post(tap.url, new URLSearchParams(tap.fields), headers);
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

// The answer's steps replace those on the page, but never one somebody is writing in.
function swap(html, events) {
  const answer = make("template", { innerHTML: html }).content, focused = document.activeElement.closest("article");
  for (const step of all("article", answer)) {
    const old = byId(step.id);
    step.setAttribute("hx-swap-oob", "true");
    if (!old || !all(TYPED, old).some(isTyped)) continue;
    Object.assign(old.dataset, step.dataset);
    step.remove();
  }
  htmx.swap(document.body, [...answer.children].map((each) => each.outerHTML).join(""), { swapStyle: "none", swapDelay: 0, settleDelay: 0 });
  if (focused && document.activeElement === document.body) {
    const first = byId(focused.id)?.querySelector(".tick button, .levels button, summary");
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
  byId("offline-start").hidden = true;
  byId("offline-steps").classList.remove("waiting");
  byId("whole-page").href = `/departures/${id}/`;
  for (const form of all("form[data-path]")) {
    form.setAttribute("action", `/departures/${id}/${form.dataset.path}`);
    form.hidden = false;
  }
  const ending = seen()[`/departures/${id}/`], place = byId("offline-ending");
  if (ending) place.textContent = `${place.dataset[ending.fields.ending]} ${clock(ending)}`;
}

// Signing out empties this device, unless something still waits: then the person chooses, for their own taps.
function leave(event) {
  const { target: form, submitter: { value: choice } } = event;
  try { forgetAllBut(); } catch { /* nothing could be kept */ }
  if (!canKeep || form.dataset.ready) return;
  stop(event);
  (async () => {
    if (!choice) await flush();
    const mine = await own(), others = (await taps("getAll")).length - mine.length;
    if (mine.length && !choice) {
      byId("sign-out-count").textContent = numbered(mine.length);
      byId("sign-out-choice").hidden = false;
      return byId("sign-out-choice").focus();
    }
    if (choice === "delete") for (const tap of mine) await taps("delete", tap.n);
    form.elements.kept.value = choice === "keep" || others ? "yes" : "";
    form.dataset.ready = "yes";
    form.submit();
  })().catch(() => form.submit());
}

// The screen: hidden by a button, or Shift three times. What was typed stays behind the cover, which nobody can read. --

const SHIFTS = 3, SHIFTS_WITHIN_MS = 5000;
let title = "", isHidden = false, shifts = [];

function hide() {
  if (isHidden || !byId("cover")) return;
  isHidden = true;
  title = document.title;
  document.title = byId("cover-title").textContent;
  byId("cover").showModal();
}

function unhide() {
  isHidden = false;
  document.title = title;
  byId("cover").close();
}

on(document, "keydown", (event) => {
  const { key, repeat, timeStamp, target } = event, open = all("dialog[open]");
  if (key === "Escape" && open.some((dialog) => dialog.matches(".screen"))) event.preventDefault();
  if (key === "Enter" && isHidden && open.every((dialog) => dialog.id === "cover")) {
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
  document.documentElement.toggleAttribute("data-away", isAway);
  if (isAway) return;
  // The screen stays awake while a departure goes on; a device that cannot, or will not now, is left alone.
  if (document.querySelector("[data-awake]")) navigator.wakeLock?.request("screen").catch(() => {});
  flush();
  if (endsAt && Date.now() > endsAt - WARN_SECONDS * 1000) look();
}

// The end of the session. Only the server knows it: whatever the clock here says, it is asked before anybody is told. --

const WARN_SECONDS = 125; // two minutes, and some for the way
const TRY_AGAIN_MS = 15000;
const TYPING_MS = 10000; // nobody who typed this lately meant to be away, and a dialog would swallow the next letters
const tabs = new BroadcastChannel("session");
const notHeard = []; // what the server refused because nobody was signed in, and is said again afterwards
let endsAt = 0, nextLook, typedAt = 0, isSigningIn = false;

// Ask how long is left, or for more (POST), and put the dialogs right. True when somebody is signed in.
async function look(isForMore) {
  const ending = byId("session-ends"), { address, who } = ending.dataset;
  let found;
  clearTimeout(nextLook);
  try {
    const answer = await (isForMore ? post(address) : request(address));
    if (answer.status === 401) return isOver();
    found = await answer.json();
  } catch {
    nextLook = setTimeout(look, TRY_AGAIN_MS);
    if (isForMore) ending.querySelector(".problem").hidden = false;
    return false;
  }
  if (found.who !== who) {
    sent = document;
    location.assign("/"); // this page belongs to somebody else
    return true;
  }
  for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = found.token;
  goOnSignedIn(found, isForMore);
  return true;
}

function isOver() {
  endsAt = 0;
  byId("session-ends").close();
  if (!byId("sign-in-again").open) byId("sign-in-again").showModal();
  return false;
}

async function goOnSignedIn({ seconds, is_final: isFinal }, isForMore) {
  const ending = byId("session-ends"), isNear = seconds <= WARN_SECONDS;
  endsAt = Date.now() + seconds * 1000;
  nextLook = setTimeout(look, 1000 * (isNear ? seconds + 1 : seconds - WARN_SECONDS));
  if (byId("sign-in-again").open) {
    byId("sign-in-again").close();
    flush();
  }
  if (!isNear || isForMore) ending.close();
  else if (!isFinal && Date.now() - typedAt < TYPING_MS) look(true);
  else if (!ending.open) {
    byId("session-goes-on").hidden = isFinal;
    byId("session-is-final").hidden = !isFinal;
    ending.querySelector(".problem").hidden = true;
    ending.showModal();
  }
  for (const say of notHeard.splice(0)) await say();
}

async function signInAgain(event) {
  const form = event.target, problem = form.querySelector(".problem"), password = byId("again-password");
  stop(event);
  if (isSigningIn) return;
  isSigningIn = true;
  problem.hidden = true;
  try {
    const facts = new FormData(form);
    facts.delete("csrfmiddlewaretoken"); // the cookie has a newer one
    const answer = await post(form.action, facts);
    password.value = "";
    if (answer.status === 400) {
      const { errors, fields } = (await answer.json()).form;
      problem.textContent = [...errors, ...Object.values(fields).flatMap((field) => field.errors)].join(" ");
    } else if (answer.ok && await look()) {
      tabs.postMessage("");
      return;
    } else throw new Error(answer.status);
  } catch {
    problem.textContent = problem.dataset.elsewhere;
  } finally {
    isSigningIn = false;
  }
  problem.hidden = false;
  password.focus();
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
function asksFirst(event) {
  const { target, submitter } = event;
  if (!endsAt || Date.now() < endsAt || target.closest("dialog")) return;
  stop(event);
  notHeard.push(() => target.requestSubmit(submitter));
  look().then((isIn) => {
    if (isIn || byId("sign-in-again").open) return;
    notHeard.pop();
    warn(document.body.dataset.unsaved);
  });
}

// The start ---------------------------------------------------------------------------------------------------

document.documentElement.dataset.script = "on"; // buttons that do nothing without it may be shown
document.querySelector(".errors")?.focus(); // an error summary is read first
refreshAges();

on(document, "click", (event) => {
  const { target } = event, pressed = (selector) => target.closest(selector);
  if (pressed("#hide-screen")) hide();
  else if (pressed("#cover button")) unhide();
  else if (pressed("#session-ends button")) look(true).then(() => tabs.postMessage(""));
  else if (pressed("#outbox button:not(.plain)")) flush();
  else if (pressed("#outbox [data-sign-in]") && byId("sign-in-again")) {
    event.preventDefault(); // here is better than on another page
    isOver();
  }
});
on(document, "cancel", (event) => { if (event.target.matches(".screen")) event.preventDefault(); }, true);
on(document, "close", ({ target }) => { // closed by a gesture that cannot be refused
  if (target.id === "cover" ? isHidden : target.id === "sign-in-again" && !endsAt) target.showModal();
}, true);
on(document, "input", () => { typedAt = Date.now(); });
on(tabs, "message", () => look());
on(document, "visibilitychange", onSight);
on(window, "pagehide pageshow", onSight);
on(window, "online", flush);
on(window, "beforeinstallprompt", (event) => event.preventDefault()); // the person asks for it, on their own page

if (byId("session-ends")) {
  const seconds = Number(byId("session-ends").dataset.seconds);
  endsAt = Date.now() + seconds * 1000;
  nextLook = setTimeout(look, 1000 * Math.max(1, seconds - WARN_SECONDS));
}
if (owner) {
  try { forgetAllBut(owner); } catch { /* nothing can be kept here */ }
  rememberHere();
}
if (isOffline()) {
  if (departureHere()) begin(departureHere());
  else document.querySelector("#offline-start [name=id]").value = crypto.randomUUID?.();
}
if (bar()) navigator.serviceWorker?.register("/sw.js").catch(() => {}); // signed out, nothing is kept again
})();
