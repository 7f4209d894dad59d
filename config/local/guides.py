"""`make guides`: the pictures of the guides, from a demo of their own with made-up people, at the width of a phone.

Run it after a page of `config.guide` looks different. The pictures are WebP and small: a guide is read on a phone, too.
"""

import base64
import os
import re
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from config.local import browser, demo
from config.local.processes import DidNotStart

FOLDER = demo.PROJECT / "static" / "guide"
PHONE = {"width": 390, "height": 640}
QUALITY = 62
PASSWORD = "doorway-demo-only"  # noqa: S105 # pragma: allowlist secret
NOT_IN_PICTURES = ".demo-strip, #debug { display: none !important }"


def tap_and_look(tab, address):
    """Ana's one tap, and the steps that follow it."""
    tab.goto(address + "/")
    tab.get_by_role("button", name="Client is leaving").first.click()
    tab.wait_for_url(re.compile(r"/departures/[0-9a-f-]{36}/"))


def at(path, *, scroll_to=""):
    def look(tab, address):
        tab.goto(address + path)
        show(tab, scroll_to)

    return look


def by_link(path, pattern, *, scroll_to=""):
    """The page behind the first link of `path` whose address has that pattern."""

    def look(tab, address):
        tab.goto(address + path)
        tab.wait_for_load_state("networkidle")
        links = [each.get_attribute("href") for each in tab.locator("a").all()]
        tab.goto(address + next(each for each in links if each and re.search(pattern, each)))
        show(tab, scroll_to)

    return look


def report(tab, address):
    """The newest report of the demo that came back with a question."""
    tab.goto(address + "/departures/")
    links = [each.get_attribute("href") for each in tab.locator("main a").all()]
    for link in [each for each in links if re.fullmatch(r"/departures/[0-9a-f-]{36}/", each or "")][1:]:
        tab.goto(f"{address}{link}report/")
        if tab.get_by_text("What your supervisor asks").count():
            return
    raise DidNotStart("No report of the demo came back to its author with a question.")


def show(tab, selector):
    """Bring that to the top of the picture."""
    if selector:
        tab.locator(selector).first.evaluate("each => each.scrollIntoView({block: 'start', behavior: 'instant'})")


def here(selector):
    return lambda tab, _address: show(tab, selector)


#: {whose sign-in: {picture: how to come to what it shows}}, in the order in which they are taken.
PICTURES = {
    "ana": {
        "now": at("/"),
        "steps": tap_and_look,
        "level": here("#check-safety"),
        "follow-ups": at("/follow-ups/"),
        "report": report,
    },
    "sam": {
        "review-queue": at("/review/"),
        "review": by_link("/review/", r"^/review/[0-9a-f-]{36}/$"),
        "team": at("/follow-ups/"),
    },
    "kim": {
        "people": at("/account/people/"),
        "policy": at("/follow-ups/policies/"),
        "working": at("/follow-ups/working/"),
        "directory": at("/resources/"),
    },
    "pat": {
        "trail": at("/trail/"),
        "emergency": at("/emergency/reviews/"),
        "keeping": at("/keeping/"),
    },
}


def main():
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="doorway-guides-") as folder:
        return demo.serve(Path(folder) / "demo", run)


def run(running, folder):
    """Start a demo, take every picture, and stop it again. Refuses a database that was there before."""
    from playwright.sync_api import sync_playwright

    if os.environ.get("DATABASE_URL"):
        raise DidNotStart("Pictures are of made-up people only, and DATABASE_URL names another database. Unset it.")
    env, port = demo.prepare(running, folder, port=demo.WANTED_PORT)
    demo.manage("collectstatic", "--noinput", "--verbosity=0", env=env)
    demo.start_programs(running, folder, demo.commands(folder, port), port=port, env=env)
    with sync_playwright() as playwright, ExitStack() as closing:
        path = browser.find()
        if path is None:
            raise DidNotStart("No browser for the pictures: install Chromium or Chrome.")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        closing.callback(chromium.close)
        for name, looks in PICTURES.items():
            take_all(chromium, name, looks, f"http://127.0.0.1:{port}")
    demo.say(f"{len(list(FOLDER.glob('*.webp')))} pictures are in {FOLDER}")


def take_all(chromium, name, looks, address):
    """The pictures of one person, who signs in first."""
    context = chromium.new_context(viewport=PHONE, bypass_csp=True, locale="en-GB")
    tab = context.new_page()
    tab.goto(f"{address}/account/sign-in/")
    tab.locator("[name=login]").fill(f"{name}@doorway.example")
    tab.locator("[name=password]").fill(PASSWORD)
    tab.locator("[name=password]").press("Enter")
    tab.wait_for_selector(".main-nav")
    for picture, look in looks.items():
        look(tab, address)
        tab.wait_for_load_state("networkidle")
        take(tab, FOLDER / f"{picture}.webp")
    context.close()


def take(tab, file):
    tab.add_style_tag(content=NOT_IN_PICTURES)
    talk = tab.context.new_cdp_session(tab)
    asked = {"format": "webp", "quality": QUALITY}
    file.write_bytes(base64.b64decode(talk.send("Page.captureScreenshot", asked)["data"]))


if __name__ == "__main__":
    sys.exit(main())
