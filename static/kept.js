// What waits on this device, where somebody has to decide about it: taps that the server refused, and signing out while
// some wait. Asked for by app.js, which lends its tools, when that is so.

export function list(place, refused, tools) {
  place.replaceChildren(...refused.map((tap) => lineOf(tap, tools)));
}

function lineOf(tap, { all, byId, taps, showWaiting, wordsFor, clock, departureOf, buttonOf }) {
  const line = byId("refusal").content.cloneNode(true), [words, open, remove] = all("span, a, button", line);
  const [, , , deed, slug] = tap.url.split("/"), { outcome = "", level = outcome } = tap.fields;
  const step = byId(`${slug}-title`)?.lastChild.textContent || slug || deed;
  const what = `${step} ${buttonOf(tap)?.textContent || level}`.replace(/[-_]/g, " ");
  const why = wordsFor(`refused${tap.refused}`) || wordsFor("refused");
  words.textContent = `${clock(tap)} ${what}: ${why}`;
  open.href = `/departures/${departureOf(tap)}/`;
  open.hidden = tap.refused === 404;
  remove.addEventListener("click", () => taps("delete", tap.n).then(showWaiting));
  return line;
}

export async function leave(form, choice, { byId, own, taps, flush, numbered }) {
  try {
    if (!choice) await flush();
    const mine = await own(), others = (await taps("getAll")).length - mine.length;
    if (mine.length && !choice) {
      byId("sign-out-count").textContent = numbered(mine.length);
      byId("sign-out-choice").hidden = false;
      return byId("sign-out-choice").focus();
    }
    if (choice === "delete") for (const tap of mine) await taps("delete", tap.n);
    form.elements.kept.value = choice === "keep" || others ? "yes" : "";
  } catch { /* nothing is kept that could be asked about */ }
  form.submit();
}
