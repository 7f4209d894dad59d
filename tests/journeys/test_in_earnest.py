"""What only the server as it runs in earnest can tell: weight on the wire, speed on a slow network, Lighthouse."""

import json
import shutil
import subprocess
import time

import pytest
from django.conf import settings

from config.local.processes import free_port
from tests.followups.programs import Doorway, keep_real_password
from tests.journeys.conftest import Window

pytestmark = [pytest.mark.journey, pytest.mark.processes]
KB = 1024
SLOW_NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
LIGHTHOUSE = "lighthouse@13.5.0"
KINDS = {"performance": "T19 speed", "accessibility": "T19 access", "best-practices": "T19 manners"}


@pytest.fixture(scope="module")
def in_earnest(django_db_setup, django_db_blocker, tmp_path_factory, collected):
    """The address of the web server with its compressed files."""
    with django_db_blocker.unblock():
        running = Doorway(tmp_path_factory.mktemp("doorway"), mail_port=1, static=collected)
    running.start_web()
    yield running.url
    running.stop()


@pytest.fixture
def open_real_window(transactional_db, in_earnest, browser):
    """Open a browser that has never been here; its service worker stays away, so that each file is counted once."""
    contexts = []

    def opened(person):
        keep_real_password(person)
        context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers="block")
        contexts.append(context)
        context.set_default_timeout(60_000)
        return Window(context, in_earnest, has_javascript=True).sign_in(person)

    yield opened
    for context in contexts:
        context.close()


class Scales:
    """Weighs everything that comes over the wire to one window, headers and all, in bytes."""

    def __init__(self, window):
        self.talk = window.tab.context.new_cdp_session(window.tab)
        self.address, self.bytes = {}, {}
        self.talk.on("Network.responseReceived", self.name)
        self.talk.on("Network.loadingFinished", self.weigh)
        self.talk.send("Network.enable")
        self.talk.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def name(self, event):
        self.address[event["requestId"]] = event["response"]["url"]

    def weigh(self, event):
        self.bytes[event["requestId"]] = event["encodedDataLength"]

    def show(self):
        """Kilobytes of everything."""
        return sum(self.bytes.values()) / KB


@pytest.mark.target("T18")
def test_the_first_load_is_light(open_real_window, in_earnest, therapist, departure, starter, figure):
    window = open_real_window(therapist)
    for path in ("/", f"/departures/{departure.pk}/"):
        scales = Scales(window)
        window.go(path)
        print(f"{path}: { ({scales.address[key]: size for key, size in scales.bytes.items()}) }")
        figure("T18", round(scales.show(), 1))
        scales.talk.detach()


@pytest.mark.clock
@pytest.mark.target("T3")
def test_the_steps_come_soon_over_a_slow_network(open_real_window, therapist, session, figure):
    window = open_real_window(therapist)
    talk = window.tab.context.new_cdp_session(window.tab)
    talk.send("Network.enable")
    talk.send("Network.emulateNetworkConditions", SLOW_NETWORK)
    before = time.perf_counter()
    window.tab.get_by_role("button", name="Client is leaving", exact=True).click()
    window.tab.locator("#stay-calm").wait_for(state="visible")
    figure("T3 4G", round(1000 * (time.perf_counter() - before)))


@pytest.fixture
def lighthouse(request):
    """Run it on an address in the browser at a port: `lighthouse(address, port)`. Only `make ux` takes the time."""
    if not request.config.pluginmanager.has_plugin("table of targets"):
        pytest.skip("Lighthouse is for `make ux` only")
    if not shutil.which("npx"):
        pytest.skip("Lighthouse needs Node and npm, which are not here")
    place = settings.BASE_DIR / ".local" / "lighthouse"
    place.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", place, LIGHTHOUSE]
    is_there = (place / "node_modules/.bin/lighthouse").exists()
    if not is_there and subprocess.run(install, capture_output=True, check=False).returncode:
        pytest.skip("Lighthouse could not be installed")

    def run(address, port):
        found = place / "found.json"
        command = ["npx", "--no-install", "--prefix", place, "lighthouse", address, "--quiet", "--form-factor=mobile"]
        command += [f"--only-categories={','.join(KINDS)}", f"--port={port}", "--disable-storage-reset"]
        command += ["--output=json", f"--output-path={found}"]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        said = json.loads(found.read_text())
        for name, audit in said["audits"].items():
            if audit["scoreDisplayMode"] == "binary" and audit["score"] == 0:
                print(f"{address}: {name}: {json.dumps(audit.get('details', {}).get('items', []))[:600]}")
        return {kind: facts["score"] * 100 for kind, facts in said["categories"].items()}

    return run


@pytest.fixture
def port_of_a_browser(transactional_db, in_earnest, playwright, browser_type_launch_args, tmp_path, therapist):
    """A browser with a folder of its own: whoever opens another tab in it is signed in as well."""
    keep_real_password(therapist)
    port = free_port()
    how = {**browser_type_launch_args, "args": [*browser_type_launch_args["args"], f"--remote-debugging-port={port}"]}
    context = playwright.chromium.launch_persistent_context(tmp_path, **how)
    Window(context, in_earnest, has_javascript=True).sign_in(therapist)
    yield port
    context.close()


@pytest.mark.clock
@pytest.mark.target("T19")
def test_lighthouse_has_little_to_say(lighthouse, port_of_a_browser, in_earnest, departure, figure):
    for path in ("/", f"/departures/{departure.pk}/"):
        for kind, score in lighthouse(in_earnest + path, port_of_a_browser).items():
            figure(KINDS[kind], round(score))
