"""One hand, two engines: what a person does with a phone, whichever browser is on it."""

import os
import re
import signal
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Error as PageIsGone

from tests.config.living import descendants, is_alive
from tests.conftest import PASSWORD
from tests.followups.programs import eventually
from tests.journeys import webkit
from tests.journeys.webkit_browser import PHONE

CAN_BE_TAPPED = "button, a[href], summary"
HAS_IT = re.compile("Kept on this device|Sav(ing|ed)|Undo")
HAS_OFFLINE_PAGE = "return Boolean(navigator.serviceWorker && navigator.serviceWorker.controller)"


class Hand:
    """What both engines have in common. Words are those on the screen; `within` is a CSS selector."""

    def __init__(self, folder, address):
        self.folder, self.address = folder, address
        self.start()

    def sign_in(self, person):
        self.go("/account/sign-in/")
        self.write("#id_login", person.email)
        self.write("#id_password", PASSWORD)
        self.tap("Sign in")
        eventually(lambda: not self.run("return location.pathname").startswith("/account/"), what="the sign-in")

    def ready_for_a_dead_spot(self):
        """The page without a connection is kept, and the service worker sees to this page."""
        eventually(lambda: self.run(HAS_OFFLINE_PAGE), what="the offline page")

    def sees(self, words, *, seconds=60):
        return eventually(lambda: words in self.text(), seconds=seconds, what=f"“{words}” on the screen")

    def text(self):
        return self.run("return document.body ? document.body.innerText : ''") or ""

    def tick(self, slug):
        """Done, at that step; returns once the page says that the device, or the server, has it."""
        self.tap("Done", within=f"#{slug}")
        words = f"const step = document.getElementById('{slug}'); return step ? step.innerText : ''"
        eventually(lambda: HAS_IT.search(self.run(words) or ""), what=f"the tick at {slug}")

    def pressed(self):
        """The steps that are shown as answered, in the order of the page."""
        shown = "[...document.querySelectorAll('article [aria-pressed=true]')]"
        return self.run(f"return {shown}.map((button) => button.closest('article').id)")

    def kill(self):
        """SIGKILL to the browser and all it started, as a phone does that runs out of memory."""
        family = [pid for pid in self.processes() if is_alive(pid)]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        eventually(lambda: not any(map(is_alive, family)), what="the end of the browser")
        self.put_down()
        return family


class Chromium(Hand):
    def __init__(self, folder, address, *, playwright, arguments):
        self.playwright, self.arguments = playwright, arguments
        super().__init__(folder, address)

    def start(self):
        phone = dict(zip(("width", "height"), PHONE, strict=True))
        start = self.playwright.chromium.launch_persistent_context
        self.context = start(self.folder, viewport=phone, **self.arguments)
        self.context.set_default_timeout(60_000)
        self.page = self.context.pages[0]

    def put_down(self):
        with suppress(PageIsGone):
            self.context.close()

    def processes(self):
        mine = f"--user-data-dir={self.folder}".encode()
        return [int(each.parent.name) for each in Path("/proc").glob("[0-9]*/cmdline") if mine in words_of(each)]

    def go(self, path):
        self.page.goto(self.address + path)

    def reload(self):
        self.page.goto(self.page.url)

    def run(self, script):
        try:
            return self.page.evaluate(f"() => {{ {script} }}")
        except PageIsGone:  # on its way to the next one
            return None

    def find(self, words, within):
        place = self.page.locator(within).first
        # Words may begin a longer name: "Undo Stay calm".
        name = re.compile(rf"^\s*(✓\s*)?{re.escape(words)}")
        return place.locator(CAN_BE_TAPPED).filter(has_text=name, visible=True).first

    def tap(self, words, *, within="body"):
        """As soon as it lies still under the finger; what moved away, or is gone, was not tapped."""
        from selenium.common.exceptions import ElementNotInteractableException, StaleElementReferenceException

        def touch():
            with suppress(ElementNotInteractableException, StaleElementReferenceException):
                self.find(words, within).click()
                return True
            return False

        eventually(touch, what=f"a tap on “{words}”")

    def double_tap(self, words, *, within="body"):
        self.find(words, within).dblclick()

    def write(self, field, words):
        self.page.locator(field).fill(words)


class WebKit(Hand):
    def __init__(self, folder, address, *, display):
        self.display = display
        super().__init__(folder, address)

    def start(self):
        self.running = webkit.driven(self.folder, display=self.display)
        self.driver, self.driver_pid = self.running.__enter__()

    def put_down(self):
        with suppress(Exception):  # gone already
            self.driver.quit()
        self.running.__exit__(None, None, None)

    def processes(self):
        return descendants(self.driver_pid)

    def go(self, path):
        self.driver.get(self.address + path)

    def reload(self):
        self.driver.refresh()

    def run(self, script):
        from selenium.common.exceptions import WebDriverException

        try:
            return self.driver.execute_script(script)
        except WebDriverException:  # on its way to the next page
            return None

    def find(self, words, within):
        from selenium.common.exceptions import WebDriverException

        def look():
            with suppress(WebDriverException):
                place = self.driver.find_element("css selector", within)
                for each in place.find_elements("css selector", CAN_BE_TAPPED):
                    if each.is_displayed() and each.text.strip().removeprefix("✓").strip().startswith(words):
                        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", each)
                        return each
            return None

        return eventually(look, what=f"something called “{words}”")

    def tap(self, words, *, within="body"):
        """As soon as it lies still under the finger; what moved away, or is gone, was not tapped."""
        from selenium.common.exceptions import ElementNotInteractableException, StaleElementReferenceException

        def touch():
            with suppress(ElementNotInteractableException, StaleElementReferenceException):
                self.find(words, within).click()
                return True
            return False

        eventually(touch, what=f"a tap on “{words}”")

    def double_tap(self, words, *, within="body"):
        from selenium.webdriver import ActionChains

        ActionChains(self.driver, duration=20).double_click(self.find(words, within)).perform()

    def write(self, field, words):
        place = eventually(lambda: self.driver.find_elements("css selector", field), what=field)[0]
        place.clear()
        place.send_keys(words)


def words_of(cmdline):
    try:
        return cmdline.read_bytes().split(b"\0")
    except OSError:  # it ended while we looked
        return []
