"""Scripts that look at a page as it was really drawn: sizes, distances and contrast."""

TARGET, TICK, GAP = 44, 56, 8  # pixels; 44 is WCAG 2.2, 2.5.5

#: Controls that are too small for a thumb, and ticks or main acts too near to each other. Takes [TARGET, TICK, GAP].
TOO_SMALL = """
([least, tick, gap]) => {
  const found = [], acts = [];
  for (const each of document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")) {
    const label = each.matches("[type=radio], [type=checkbox]") ? each.closest("label") : null;
    const box = (label || each).getBoundingClientRect();
    const isShown = box.width > 0 && box.height > 0 && getComputedStyle(each).visibility !== "hidden";
    const isSkip = each.matches(".skip") || each.closest(".vh");
    const isAct = each.matches(".tick button, .levels button, .dock button, .dock a");
    if (!isShown || isSkip) continue;
    if (box.height < (isAct ? tick : least) - 0.5) found.push(`${each.outerHTML.slice(0, 120)}: ${box.height}`);
    if (isAct) acts.push([each, box]);
  }
  for (const [one, a] of acts) for (const [other, b] of acts) {
    if (one === other || Boolean(one.closest(".dock")) !== Boolean(other.closest(".dock"))) continue;
    const x = Math.max(a.left - b.right, b.left - a.right), y = Math.max(a.top - b.bottom, b.top - a.bottom);
    const isNear = x < gap - 0.5 && y < gap - 0.5;
    if (isNear) found.push(`${one.outerHTML.slice(0, 80)}: ${Math.max(x, y)} px from the next`);
  }
  return found;
}
"""

#: The least contrast of text, of running text and of edges (of controls, and of the ring around what has the focus).
CONTRAST = """
() => {
  const channels = (words) => (words.match(/[\\d.]+/g) || []).map(Number);
  const over = ([r, g, b, a = 1], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const own = channels(getComputedStyle(element).backgroundColor);
    return (own[3] ?? 1) === 1 ? own.slice(0, 3) : over(own, behind(element.parentElement));
  };
  const least = { text: [21, ""], body: [21, ""], edges: [21, ""] };
  const see = (kind, value, what) => { if (value < least[kind][0]) least[kind] = [value, what]; };
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".vh, .skip");

  const ink = getComputedStyle(document.body).color;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement, words = texts.currentNode.textContent.trim();
    if (!words || element.closest("script, style, option, noscript") || !isShown(element)) continue;
    const { color } = getComputedStyle(element), ground = behind(element);
    const value = ratio(over(channels(color), ground), ground);
    see("text", value, words);
    if (color === ink && element.closest("p, li, dd, td")) see("body", value, words);
  }
  const probe = document.createElement("i");
  probe.style.color = "var(--focus)";
  document.body.append(probe);
  const ring = channels(getComputedStyle(probe).color);
  probe.remove();
  for (const each of document.querySelectorAll("button, .button, input:not([type=hidden]), select, textarea")) {
    if (!isShown(each)) continue;
    const style = getComputedStyle(each), around = behind(each.parentElement), what = each.outerHTML.slice(0, 100);
    see("edges", ratio(ring.slice(0, 3), around), `focus of ${what}`);
    if (parseFloat(style.borderTopWidth) === 0 || each.matches("[type=radio], [type=checkbox]")) continue;
    see("edges", Math.max(ratio(channels(style.borderTopColor), around), ratio(behind(each), around)), what);
  }
  return least;
}
"""
NUMBERS = {"text": "T11", "body": "T11 body", "edges": "T11 edges"}


def report(figure, found):
    """The least of many pages, with the words or the control where it was found."""
    for kind, number in NUMBERS.items():
        value, what = min(page[kind] for page in found)
        print(f"{kind}: {value:.2f} at {what}")
        figure(number, round(value, 2))
