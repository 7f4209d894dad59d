// Doorway in the browser. Every page works without this file; it adds the moment of the tap and an id for what was
// said, keeps a double tap from becoming two, and says in words what changed and what could not be saved.
"use strict";

const TAP_GUARD_MS = 700; // a stressed thumb taps twice within this time

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.once !== undefined && isSecondTap(form)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  const id = form.querySelector("[name$=op_id]");
  if (id) id.value = operationFor(form, event.submitter) || id.value;
  const at = form.querySelector("[type=hidden][name$=at]");
  if (at) at.value = new Date().toISOString(); // the moment of the tap, not of its arrival
}, true);

const lastTap = new WeakMap();
function isSecondTap(form) {
  const now = Date.now();
  const isSecond = now - (lastTap.get(form) || 0) < TAP_GUARD_MS;
  lastTap.set(form, now);
  return isSecond;
}

// The same words sent again from the same form are the same operation, so that a tap whose answer got lost can be
// repeated; other words are another one. Without a secure context the id that came with the page stands.
const operations = new WeakMap();
function operationFor(form, button) {
  if (!window.crypto?.randomUUID) return "";
  const said = new URLSearchParams(new FormData(form, button));
  for (const name of [...said.keys()]) {
    if (/(op_id|at|csrfmiddlewaretoken)$/.test(name)) said.delete(name);
  }
  if (!operations.has(form)) operations.set(form, new Map());
  const known = operations.get(form);
  const words = said.toString();
  if (!known.has(words)) known.set(words, window.crypto.randomUUID());
  return known.get(words);
}

// One polite announcement per tick, outside of what was swapped.
document.body.addEventListener("announce", (event) => {
  document.getElementById("announce").textContent = event.detail.value;
});

// What could not be saved says so loudly, beside nothing that moves, until something is saved again.
const unsaved = () => document.getElementById("unsaved"); // looked up each time: the whole page may be swapped
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    if (event.detail.requestConfig?.verb === "get") return; // a panel that did not load has its link
    const place = event.target.closest("[data-unsaved]") || document.body;
    const isTold = event.detail.xhr?.status === 409; // the answer itself says what to do
    unsaved().textContent = isTold ? event.detail.xhr.responseText : place.dataset.unsaved;
    unsaved().hidden = false;
  });
}
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.requestConfig.verb !== "get") unsaved().hidden = true;
});

// "3 min ago": minutes, never seconds, and only as long as minutes say something.
const LONGEST_AGE = 120;
function refreshAges() {
  for (const age of document.querySelectorAll("[data-since]")) {
    const minutes = Math.floor((Date.now() - Date.parse(age.dataset.since)) / 60000);
    const words = minutes < 1 ? age.dataset.now : age.dataset.minutes.replace("0", String(minutes));
    age.textContent = minutes > LONGEST_AGE ? "" : words;
  }
}
refreshAges();
setInterval(refreshAges, 30000);

// An error summary takes the focus, so that it is read first.
document.querySelector(".errors")?.focus();
