"""axe: whether people who use Doorway in other ways than by eye and mouse can use every page of every role.

The browser complains as well: of what the content policy stops, of a script that breaks, of a host that is not ours. It
also says which features of Permissions-Policy it does not know. Doorway shuts those for browsers that do.
"""

from tests.security import CannotRun, Result, certificates, crawl

NAME = "axe"
ORDER = 40
ROLES = ["therapist", "supervisor", "admin", "privacy", None]
UNKNOWN_TO_IT = "Error with Permissions-Policy header: Unrecognized feature"
BROKEN = '<!doctype html><html><title></title><body><img src="x"><input><p style="color:#aaa;background:#bbb">Grey</p>'
OF_THE_CANARY = {"image-alt", "label", "html-has-lang", "document-title", "color-contrast"}


def run(target):
    """axe looks at one page of each route with each role's session, in a real browser"""
    from config.local import browser

    program = browser.find()
    if not program:
        raise CannotRun("there is no Chromium and no Chrome. On Debian: apt-get install chromium")
    walks = [crawl.walked(target, role) for role in ROLES]
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        trusted = f"--ignore-certificate-errors-spki-list={certificates.mark_of(target.ca_file)}"
        chromium = play.chromium.launch(executable_path=program, args=["--no-sandbox", trusted])
        tab = chromium.new_page()
        tab.set_content(BROKEN)
        known = set(faults_of(tab)) & OF_THE_CANARY
        found, looked_at = [], 0
        for walk in walks:
            for line in faults_of_role(chromium, target, walk):
                looked_at += 1
                found += line
        chromium.close()
    return Result(f"{looked_at} pages", canary=(len(known), len(OF_THE_CANARY)), found=found)


def faults_of_role(chromium, target, walk):
    """For each page the list of what is wrong with it: rules of axe, scripts that complain, foreign hosts asked."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, bypass_csp=False)
    cookies = walk.visitor.cookies
    context.add_cookies(
        [{"name": name, "value": value, "url": target.url, "secure": True} for name, value in cookies.items()]
    )
    tab, said = context.new_page(), []
    tab.on("console", lambda each: said.append(each.text) if is_complaint(each) else None)
    tab.on("pageerror", lambda each: said.append(str(each)))
    tab.on("request", lambda each: None if each.url.startswith((target.url, "data:")) else said.append(each.url))
    for route, addresses in walk.pages.items():
        said.clear()
        answer = tab.goto(target.url + addresses[0], wait_until="load") if is_page(walk, addresses[0]) else None
        if answer and answer.status == 200 and "html" in answer.headers.get("content-type", ""):
            yield [f"{walk.role} {addresses[0]} ({route}): {each}" for each in [*faults_of(tab), *said]]
    context.close()


def is_complaint(message):
    return message.type in ("error", "warning") and not message.text.startswith(UNKNOWN_TO_IT)


def is_page(walk, address):
    """Not a file to download, which a browser cannot go to."""
    answer = walk.visitor.get(address)
    return answer.status == 200 and "html" in answer.headers.get("Content-Type", "") and b"<html" in answer.data[:4000]


def faults_of(tab):
    from axe_playwright_python.sync_playwright import Axe

    return [each["id"] for each in Axe().run(tab).response["violations"]]
