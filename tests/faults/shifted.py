"""Run a Python module whose clock is wrong: `python -m tests.faults.shifted SECONDS AFTER celery -A config beat …`.

The clock on the wall (`time.time`, `datetime.now`) is moved by time-machine, AFTER seconds from the start; the
monotonic clock is not. Children that are forked later have the wrong clock too.
"""

import datetime
import runpy
import sys
import threading
import time

import time_machine


def move(seconds):
    now = datetime.datetime.now(datetime.UTC)
    time_machine.travel(now + datetime.timedelta(seconds=seconds), tick=True).start()
    print(f"clock moved by {seconds} s: it is {datetime.datetime.now(datetime.UTC)}", flush=True)


def later(seconds, after):
    time.sleep(after)
    move(seconds)


if __name__ == "__main__":
    shift, wait, module, *rest = sys.argv[1:]
    if float(wait):
        threading.Thread(target=later, args=[float(shift), float(wait)], daemon=True).start()
    else:
        move(float(shift))
    sys.argv = [module, *rest]
    if module.endswith(".py"):
        runpy.run_path(module, run_name="__main__")
    else:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
