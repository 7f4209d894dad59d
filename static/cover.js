// The page covers itself when nobody has touched it for a while, as "Hide screen" does (app.js); then a tap anywhere
// lifts the cover. What was typed stays behind it.
"use strict";
(() => {
const TOUCHES = "pointerdown pointermove keydown input wheel scroll";
const cover = () => document.getElementById("cover");
const limit = cover().dataset.seconds * 1000;
let touchedAt, waiting, isOurs = false;

function hide() {
  if (cover().open) return;
  isOurs = true;
  document.getElementById("hide-screen").click();
}

function lift() {
  if (isOurs && cover().open) cover().querySelector("button").click();
  isOurs = false;
}

function touched() {
  touchedAt = Date.now();
  clearTimeout(waiting);
  waiting = setTimeout(hide, limit);
}

const isDue = () => Date.now() - touchedAt >= limit;
for (const name of TOUCHES.split(" ")) addEventListener(name, touched, { capture: true, passive: true });
// A device that slept has run no timers: what is due is covered before it is seen.
for (const name of ["visibilitychange", "pageshow"]) addEventListener(name, () => { if (isDue()) hide(); }, true);
addEventListener("click", ({ target }) => { if (target === cover() && isOurs) lift(); });
// Whoever has just answered another dialog over the cover need not lift that one too.
addEventListener("close", ({ target }) => {
  if (target !== cover() && !isDue() && !document.querySelector("dialog[open]:not(#cover)")) lift();
}, true);
touched();
})();
