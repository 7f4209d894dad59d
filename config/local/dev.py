"""`make dev`: Doorway on the demo's data for whoever changes it, until Ctrl-C.

DEBUG is on, the web server and every other program start again when code changes, and a toolbar shows what each page
asked of the database. The data are those of `make demo`, in `.local/demo`: the two do not run at the same time.
"""

import argparse
import shlex
import sys
from functools import partial
from pathlib import Path

from config.local import demo

ROOMS = ["accounts", "config", "followups", "protocols", "resources", "sessions_app"]


def main():
    options = argparse.ArgumentParser(description="Run Doorway for whoever changes it.")
    options.add_argument("--port", type=int, default=demo.WANTED_PORT)
    options.add_argument(
        "--folder", type=Path, default=demo.PROJECT / ".local" / "demo", help="where everything is kept"
    )
    chosen = options.parse_args()
    return demo.serve(chosen.folder.resolve(), partial(run, port=chosen.port))


def run(running, folder, *, port):
    """As the demo, with the programs that reload; only they have DEBUG."""
    env, public = demo.prepare(running, folder, port=port)
    debugging = env | {"DEBUG": "true"}
    programs = demo.start_programs(running, folder, commands(folder, public), port=public, env=debugging)
    demo.greet(folder, port, public, env=env)
    demo.say(f"What the programs say is in {folder / 'logs'}; code that changes starts them again.")
    demo.watch(programs)


def commands(folder, port):
    """The demo's programs by name, each started again when code changes; the web server does so by itself."""
    web = [demo.PYTHON, "manage.py", "runserver", f"127.0.0.1:{port}"]
    return {name: reloaded(words) for name, words in demo.commands(folder, port).items()} | {"web": web}


def reloaded(words):
    """A command that runs `words` again whenever a Python file of a room changes."""
    watching = [demo.PYTHON, "-m", "watchfiles", "--target-type", "command", "--filter", "python"]
    watching += ["--sigint-timeout", "10", "--verbosity", "warning"]
    return [*watching, shlex.join(map(str, words)), *ROOMS]


if __name__ == "__main__":
    sys.exit(main())
