// What the screen owes the people in the room: it can be hidden at once, stays lit while a client is leaving, and asks
// for the password over the page when the session has ended. Others on the page say `signed-out` to the document when
// the server does not know them any more, and hear `signed-in` when it does again.
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

// The end of the session. Only the server knows it: whatever the clock here says, it is asked before anybody is told.
const WARN_SECONDS = 125; // two minutes, and some for the way
const TRY_AGAIN_MS = 15000;
const TYPING_MS = 10000; // nobody who typed this lately meant to be away, and a dialog would swallow the next letters
const ending = document.getElementById("session-ends");
const signIn = document.getElementById("sign-in-again");
const tabs = new BroadcastChannel("session");
const BY_SCRIPT = { "X-Requested-With": "XMLHttpRequest" };
const notHeard = []; // what the server refused because nobody was signed in, and is said again afterwards
let endsAt = 0;
let timer = 0;
let typedAt = 0;
let isSigningIn = false;

async function ask(method) {
  const token = signIn.querySelector("[name=csrfmiddlewaretoken]").value;
  const how = { method, headers: { ...BY_SCRIPT, "X-CSRFToken": token }, signal: AbortSignal.timeout(TRY_AGAIN_MS) };
  const answer = await fetch(ending.dataset.address, how);
  if (answer.status !== 401 && !answer.ok) throw new Error(answer.status);
  return answer.ok ? answer.json() : null;
}

// Ask how long is left, or for more, and put the dialogs right. True when somebody is signed in.
async function look(method = "GET") {
  let found;
  clearTimeout(timer);
  try {
    found = await ask(method);
  } catch {
    timer = setTimeout(look, TRY_AGAIN_MS);
    if (method === "POST") ending.querySelector(".problem").hidden = false;
    return false;
  }
  if (!found) return isOver();
  if (found.who !== ending.dataset.who) {
    location.assign(ending.dataset.now); // this page belongs to somebody else
    return true;
  }
  for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = found.token;
  return goOn(found, method);
}

function isOver() {
  endsAt = 0;
  ending.close();
  if (!signIn.open) signIn.showModal();
  return false;
}

function goOn({ seconds, is_final: isFinal }, method) {
  const isNear = seconds <= WARN_SECONDS;
  endsAt = Date.now() + seconds * 1000;
  timer = setTimeout(look, 1000 * (isNear ? seconds + 1 : seconds - WARN_SECONDS));
  if (signIn.open) {
    signIn.close();
    document.dispatchEvent(new Event("signed-in"));
  }
  sayAgain();
  if (!isNear || method === "POST") ending.close();
  else if (!isFinal && Date.now() - typedAt < TYPING_MS) look("POST");
  else if (!ending.open) {
    document.getElementById("session-goes-on").hidden = isFinal;
    document.getElementById("session-is-final").hidden = !isFinal;
    ending.querySelector(".problem").hidden = true;
    ending.showModal();
  }
  return true;
}

async function sayAgain() {
  for (const say of notHeard.splice(0)) await say();
}

async function signInAgain(event) {
  event.preventDefault();
  if (isSigningIn) return;
  isSigningIn = true;
  const problem = signIn.querySelector(".problem");
  const password = signIn.querySelector("[type=password]");
  problem.hidden = true;
  try {
    const page = new DOMParser().parseFromString(await (await fetch(event.target.action)).text(), "text/html");
    const facts = new FormData(event.target);
    facts.set("csrfmiddlewaretoken", page.querySelector("[name=csrfmiddlewaretoken]").value);
    const answer = await fetch(event.target.action, { method: "POST", body: facts, headers: BY_SCRIPT });
    password.value = "";
    if (answer.status === 400) {
      const { errors, fields } = (await answer.json()).form;
      problem.textContent = [...errors, ...Object.values(fields).flatMap((field) => field.errors)].join(" ");
    } else if (answer.ok && await look()) {
      tabs.postMessage("look");
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
function onAnswer(event) {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status !== 401) return;
  event.preventDefault();
  const { verb, path, elt, formData } = requestConfig;
  formData.delete("csrfmiddlewaretoken"); // the form has a new one by then
  notHeard.push(() => htmx.ajax(verb, path, { source: elt, values: formData }).catch(() => {}));
  isOver();
}

// A whole page cannot be sent when the session has ended meanwhile, a sleeping device for instance: what was typed
// would be lost on the way to the sign-in page.
function onSubmit(event) {
  const { target, submitter } = event;
  if (!endsAt || Date.now() < endsAt || target.closest("dialog")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  notHeard.push(() => target.requestSubmit(submitter));
  look().then((isIn) => {
    if (isIn || signIn.open) return;
    notHeard.pop();
    const unsaved = document.getElementById("unsaved");
    unsaved.textContent = document.body.dataset.unsaved;
    unsaved.hidden = false;
  });
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

  const seconds = Number(ending.dataset.seconds);
  endsAt = Date.now() + seconds * 1000;
  timer = setTimeout(look, 1000 * Math.max(1, seconds - WARN_SECONDS));
  ending.querySelector("button").addEventListener("click", () => look("POST").then(() => tabs.postMessage("look")));
  signIn.querySelector("form").addEventListener("submit", signInAgain);
  signIn.addEventListener("cancel", (event) => event.preventDefault());
  signIn.addEventListener("close", () => endsAt || signIn.showModal());
  tabs.addEventListener("message", () => look());
  document.addEventListener("signed-out", isOver);
  document.querySelector("#outbox a")?.addEventListener("click", (event) => {
    event.preventDefault(); // here is better than on another page
    isOver();
  });
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("input", () => { typedAt = Date.now(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() > endsAt - WARN_SECONDS * 1000) look();
  });
  document.body.addEventListener("htmx:beforeOnLoad", onAnswer);
}
}
