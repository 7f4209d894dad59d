{# Without a connection: one page, the eleven steps, and the files it needs. No page of anybody's is ever kept. #}
const NAME = "{{ version }}", PAGE = "/offline/", PATIENCE_MS = 6000;

oninstall = (event) => event.waitUntil(prepare());
async function prepare() {
  const page = await fetch(PAGE, { credentials: "omit", cache: "reload" });
  if (!page.ok) throw page;
  const html = await page.clone().text(), cache = await caches.open(NAME);
  await cache.addAll(new Set(html.match(/[^"]+\.(js|css|svg)(?=")/g)));
  await cache.put(PAGE, page);
  await skipWaiting();
}

onactivate = (event) => event.waitUntil(takeOver());
async function takeOver() {
  for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
  await clients.claim();
}

onfetch = (event) => {
  const { request } = event, { method, destination, url } = request;
  if (method !== "GET" || !url.startsWith(origin) || !/document|script|style|image/.test(destination)) return;
  event.respondWith(answer(request, destination === "document" && PAGE));
};

{# The kept page answers for itself at once, and for every other page when the network does not. #}
async function answer(request, page) {
  const kept = await caches.match(page || request);
  if (kept && new URL(request.url).pathname === page) return kept;
  try {
    const fresh = await Promise.race([fetch(request), new Promise((_, no) => setTimeout(no, PATIENCE_MS))]);
    return fresh.status > 501 && kept || fresh;
  } catch { return kept || Response.error(); }
}
