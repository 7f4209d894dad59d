"""The browser the journeys drive: CHROMIUM, else one that is installed, else Debian's if it may be installed."""

import os
import shutil
import subprocess
import sys

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
ON_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find():
    """The path of a Chromium or Chrome that runs, or None."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), ON_MACOS]
    return next((path for path in candidates if path and runs(path)), None)


def runs(path):
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def install():
    """Debian's chromium, for whoever may install packages."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Debian's chromium for the browser tests …", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", NAMES[0]]):
        subprocess.run(["apt-get", *words], env=env, capture_output=True, check=False)  # noqa: S603, S607


def main():
    if not find():
        install()
    if not find():
        print("No browser for the journeys: install Chromium or Chrome, or set CHROMIUM to its path.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
