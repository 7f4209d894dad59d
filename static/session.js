// What the screen owes the people in the room: it can be hidden at once, and stays lit while a client is leaving.
"use strict";

{
const cover = document.getElementById("cover");
const hideButton = document.getElementById("hide-screen");

// Hide screen: by button, or Shift three times. Everything typed stays behind the cover, which nobody can read.
const SHIFTS = 3;
const SHIFTS_WITHIN_MS = 5000;
let title = "";
let isHidden = false;
let shifts = [];

function hide() {
  if (isHidden) return;
  isHidden = true;
  title = document.title;
  document.title = document.getElementById("cover-title").textContent;
  cover.showModal();
}

function show() {
  isHidden = false;
  document.title = title;
  cover.close();
}

function onKey(event) {
  const isTopmost = isHidden && [...document.querySelectorAll("dialog[open]")].every((dialog) => dialog === cover);
  if (event.key === "Escape" && document.querySelector("dialog.screen[open]")) event.preventDefault();
  if (event.key === "Enter" && isTopmost) {
    event.preventDefault(); // else the button that gets the focus back is pressed as well
    if (!event.repeat) show();
  } else if (event.key === "Enter" && event.repeat && !event.target.matches("textarea")) {
    event.preventDefault(); // still held down from the dialog that just closed
  }
  if (event.key !== "Shift") shifts = [];
  else if (!event.repeat) {
    shifts = [...shifts.filter((at) => event.timeStamp - at < SHIFTS_WITHIN_MS), event.timeStamp];
    if (shifts.length === SHIFTS) {
      shifts = [];
      hide();
    }
  }
}

// The screen stays awake on the page of a departure that goes on; a device that cannot, or will not now, is left alone.
function stayAwake() {
  if (document.visibilityState !== "visible" || !document.querySelector("[data-awake]")) return;
  navigator.wakeLock?.request("screen").catch(() => {});
}

if (cover) {
  hideButton.hidden = false;
  hideButton.addEventListener("click", hide);
  cover.querySelector("button").addEventListener("click", show);
  cover.addEventListener("cancel", (event) => event.preventDefault());
  cover.addEventListener("close", () => isHidden && cover.showModal()); // closed by a gesture that cannot be refused
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("visibilitychange", stayAwake);
  stayAwake();
}
}
