// Without a connection: one page, the eleven steps, and the files it needs. No page of anybody's is ever kept.
"use strict";
const NAME = "doorway-{{ version }}", PAGE = "/offline/", PATIENCE_MS = 6000;

self.addEventListener("install", (event) => event.waitUntil(prepare()));
async function prepare() {
  const cache = await caches.open(NAME), page = await fetch(`${PAGE}?language={{ language }}`, { credentials: "omit", cache: "reload" });
  if (!page.ok) throw new Error("no page to keep");
  const html = await page.clone().text();
  await cache.addAll(new Set(Array.from(html.matchAll(/(?:src|href)="([^"]+\.(?:js|css|svg))"/g), ([, file]) => file)));
  await cache.put(PAGE, page);
  await self.skipWaiting();
}

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event, isFile = ["script", "style", "image"].includes(request.destination);
  if (request.method !== "GET" || !(isFile || request.mode === "navigate")) return;
  if (new URL(request.url).origin !== location.origin) return;
  event.respondWith(isFile ? networkFirst(request, request) : page(request));
});

async function page(request) {
  const isPage = new URL(request.url).pathname === PAGE;
  return (isPage && await caches.match(PAGE)) || networkFirst(request, PAGE);
}

async function networkFirst(request, kept) {
  try {
    const answer = await Promise.race([fetch(request), new Promise((_, no) => setTimeout(no, PATIENCE_MS))]);
    if (![502, 503, 504].includes(answer.status)) return answer;
    return await caches.match(kept) || answer;
  } catch { return await caches.match(kept) || Response.error(); }
}
