{# Without a connection: one page, the eleven steps, and the files it needs. No page of anybody's is ever kept. #}
"use strict";
const NAME = "doorway-{{ version }}", PAGE = "/offline/", PATIENCE_MS = 6000;

self.addEventListener("install", (event) => event.waitUntil(prepare()));
async function prepare() {
  const page = await fetch(PAGE, { credentials: "omit", cache: "reload" });
  if (!page.ok) throw new Error("no page to keep");
  const html = await page.clone().text(), cache = await caches.open(NAME);
  await cache.addAll(new Set(Array.from(html.matchAll(/(?:src|href)="([^"]+\.(?:js|css|svg))"/g), ([, file]) => file)));
  await cache.put(PAGE, page);
  await self.skipWaiting();
}

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
async function takeOver() {
  for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
  await clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { method, mode, destination, url } = event.request, isPage = mode === "navigate";
  if (method !== "GET" || !url.startsWith(origin)) return;
  if (isPage || /script|style|image/.test(destination)) event.respondWith(answer(event.request, isPage && PAGE));
});

{# The kept page answers for itself at once, for every other page only when the network does not. #}
async function answer(request, page) {
  const kept = await caches.match(page || request);
  if (kept && new URL(request.url).pathname === page) return kept;
  try {
    const fresh = await Promise.race([fetch(request), new Promise((_, no) => setTimeout(no, PATIENCE_MS))]);
    return [502, 503, 504].includes(fresh.status) && kept || fresh;
  } catch { return kept || Response.error(); }
}
