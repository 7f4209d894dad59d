// Doorway in the browser. Every page works without this file; it adds the moment of the tap,
// keeps a double tap from becoming two, and says in words what changed.
"use strict";

const TAP_GUARD_MS = 700; // a stressed thumb taps twice within this time

// The moment of the tap, not of its arrival.
document.addEventListener("submit", (event) => {
  const at = event.target.elements.namedItem("at");
  if (at && at.type === "hidden") at.value = new Date().toISOString();
  if (event.target.dataset.once !== undefined) guard(event);
}, true);

const lastTap = new WeakMap();
function guard(event) {
  const now = Date.now();
  if (now - (lastTap.get(event.target) || 0) < TAP_GUARD_MS) {
    event.preventDefault();
    event.stopPropagation();
  }
  lastTap.set(event.target, now);
}

// One polite announcement per tick, outside of what was swapped.
document.body.addEventListener("announce", (event) => {
  document.getElementById("announce").textContent = event.detail.value;
});

// A saved draft says so quietly; one that could not be saved says so loudly.
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    const place = event.target.closest("[data-unsaved]");
    const words = place ? place.dataset.unsaved : document.body.dataset.unsaved;
    const shown = document.getElementById("unsaved");
    if (shown && words) { shown.textContent = words; shown.hidden = false; }
  });
}
document.body.addEventListener("htmx:afterRequest", (event) => {
  const shown = document.getElementById("unsaved");
  if (shown && event.detail.successful) shown.hidden = true;
});

// "3 min ago": minutes, never seconds.
function refreshAges() {
  for (const age of document.querySelectorAll("[data-since]")) {
    const minutes = Math.floor((Date.now() - Date.parse(age.dataset.since)) / 60000);
    age.textContent = minutes < 1 ? age.dataset.now : age.dataset.minutes.replace("0", String(minutes));
  }
}
refreshAges();
setInterval(refreshAges, 30000);

// An error summary takes the focus, so that it is read first.
document.querySelector(".errors")?.focus();
