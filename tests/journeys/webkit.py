"""The second engine, Safari's family, on a screen that nobody sees."""

import ctypes.util
import os
import shutil
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from config.local.processes import Program

DRIVER = "WebKitWebDriver"
LIBRARIES = ["gtk-3", "webkit2gtk-4.1"]
BROWSER = Path(__file__).with_name("webkit_browser.py")
PATIENCE = 60  # seconds for one answer of the driver; it would wait for ever for a browser that does not start


def missing():
    """What this machine lacks for the second engine, as a sentence; empty when it has everything."""
    lacks = [name for name in (DRIVER, "Xvfb") if not shutil.which(name)]
    lacks += [name for name in LIBRARIES if not ctypes.util.find_library(name)]
    lacks += [] if find_spec("selenium") else ["selenium"]
    return f"WebKitGTK is not driven here: {', '.join(lacks)} missing" if lacks else ""


@contextmanager
def screen(folder):
    """A screen without glass; yields the name that programs know it by."""
    log = folder / "screen.log"
    command = ["Xvfb", "-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "800x1000x24"]
    program = Program("Xvfb", command, log=log)
    try:
        program.wait_until(lambda: any(line.strip().isdigit() for line in log.read_text().splitlines()))
        number = next(line.strip() for line in log.read_text().splitlines() if line.strip().isdigit())
        yield f":{number}"
    finally:
        program.stop()


@contextmanager
def driven(folder, *, display):
    """Start the browser with everything it keeps in `folder`; yields Selenium's handle on it, and its driver's id."""
    from selenium import webdriver
    from selenium.webdriver.remote.client_config import ClientConfig
    from selenium.webdriver.webkitgtk.service import Service

    options = webdriver.WebKitGTKOptions()
    options.binary_location = sys.executable
    for argument in (str(BROWSER), str(folder)):
        options.add_argument(argument)
    service = Service(shutil.which(DRIVER), env=os.environ | {"DISPLAY": display, "NO_AT_BRIDGE": "1"})
    service.start()
    try:
        patient = ClientConfig(remote_server_addr=service.service_url, timeout=PATIENCE)
        yield webdriver.Remote(service.service_url, options=options, client_config=patient), service.process.pid
    finally:
        service.stop()
