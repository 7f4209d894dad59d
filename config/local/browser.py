"""The browsers the journeys drive: CHROMIUM, else one that is installed, else Debian's if it may be installed.

The same engine without a window costs two thirds of the processor; most journeys are driven in it where it is there. A
second engine, WebKitGTK on a screen that nobody sees, is Debian's as well; without it its tests are skipped.
"""

import os
import shutil
import subprocess
import sys

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
WITHOUT_WINDOW = ["chromium-headless-shell", "chrome-headless-shell"]
SECOND_ENGINE = {"WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb"}  # programs, and Debian's packages of them
ON_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find():
    """The path of a Chromium or Chrome that runs, or None."""
    return first([os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), ON_MACOS])


def find_quick():
    """The path of one without a window, else of any. It hears of no push, and its Tab key does not come round."""
    return find() if os.environ.get("CHROMIUM") else first(map(shutil.which, WITHOUT_WINDOW)) or find()


def first(candidates):
    return next((path for path in candidates if path and runs(path)), None)


def runs(path):
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def missing():
    """Debian's packages of what is not here."""
    more = [] if any(map(shutil.which, WITHOUT_WINDOW)) else WITHOUT_WINDOW[:1]
    more += [package for program, package in SECOND_ENGINE.items() if not shutil.which(program)]
    return more if find() else [NAMES[0], *more]


def install(packages, *, what="the browser tests"):
    """Debian's packages, one after the other, for whoever may install some; what cannot be had is left out."""
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing Debian's {', '.join(packages)} for {what} …", flush=True)
    apt(["update", "-qq"])
    for package in packages:
        apt(["install", "-y", "-qq", "--no-install-recommends", package])


def apt(words):
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *words], env=env, capture_output=True, check=False)  # noqa: S603, S607


def main():
    install(missing())
    if not find():
        print("No browser for the journeys: install Chromium or Chrome, or set CHROMIUM to its path.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
