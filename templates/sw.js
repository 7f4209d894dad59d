{# Without a connection: one page, the eleven steps, and the files it needs. No page of anybody's is ever kept. #}
const KEPT = "{{ page.address|safe }}", PAGE = "/offline/", PATIENCE_MS = 6000;

oninstall = (event) => event.waitUntil(prepare());
async function prepare() {
  const page = await fetch(KEPT, { credentials: "omit", cache: "reload" }), cache = await caches.open(KEPT);
  if (!page.ok) throw page;
  await cache.addAll(new Set((await page.clone().text()).match(/[^"]+\.(js|css|svg)(?=")/g)));
  await cache.put(PAGE, page);
  await skipWaiting();
}

onactivate = (event) => event.waitUntil(takeOver());
async function takeOver() {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
  await clients.claim();
}

onfetch = (event) => {
  const { request } = event, { method, destination } = request;
  if (method !== "GET" || !/document|script|style|image/.test(destination)) return;
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
