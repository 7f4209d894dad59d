// Notifications on this device. Loaded by the page about being told, and by no other.
"use strict";
(() => {
const form = document.getElementById("add-device");
const say = (name) => { form.querySelector("[role=status]").textContent = form.dataset[name] || ""; };
// A worker with a place of its own: it handles no page, and what is kept for the time without a connection is not its.
const worker = () => navigator.serviceWorker.register("/push-worker.js", { scope: "/push/" });
const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function here() {
  const registration = await navigator.serviceWorker.getRegistration("/push/");
  return registration?.pushManager.getSubscription();
}

async function turnOn(event) {
  event.preventDefault();
  if (await Notification.requestPermission() !== "granted") return say("denied");
  try {
    await (await here())?.unsubscribe(); // it may be somebody else's, or made for an older key
    const registration = await worker();
    await ready(registration);
    const made = await registration.pushManager.subscribe({
      userVisibleOnly: true, applicationServerKey: form.dataset.key,
    });
    form.elements.endpoint.value = made.endpoint;
    for (const name of ["p256dh", "auth"]) form.elements[name].value = base64url(made.getKey(name));
    form.submit();
  } catch { say("failed"); }
}

async function ready({ installing, waiting }) {
  const coming = installing || waiting;
  if (coming && coming.state !== "activated") {
    await new Promise((yes) => coming.addEventListener("statechange", () => coming.state === "activated" && yes()));
  }
}

// Which of the devices in the list is this one; switched off there, it is switched off here as well.
async function markThisOne() {
  const subscription = await here();
  if (!subscription) return;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  const mark = base64url(digest), line = document.querySelector(`[data-mark="${mark}"]`);
  if (!line) return;
  line.querySelector(".this-one").hidden = false;
  form.hidden = true;
  line.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await subscription.unsubscribe().catch(() => {});
    event.target.submit();
  });
}

if (!("PushManager" in window && "serviceWorker" in navigator)) return say("missing");
form.querySelector("button").hidden = false;
form.addEventListener("submit", turnOn);
markThisOne();
})();
