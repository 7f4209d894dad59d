"""Two at once, on purpose: each runs in a thread with a database connection of its own."""

import threading
from contextlib import suppress

from django.db import connection


def both(deed, other=None, *, seconds=20):
    """Run `deed` twice, or `deed` and `other`, at once; returns what each returned, raises what either raised."""
    results, errors = [], []

    def run(each):
        try:
            results.append(each())
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[each], daemon=True) for each in (deed, other or deed)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), "one of the two never came back"
    if errors:
        raise errors[0]
    return results


def meet_after(monkeypatch, module, name, *, seconds=1):
    """Make both threads wait for each other when `module.name` has returned for the first time in each.

    A lock that holds one of them back before that point breaks the meeting up instead of hanging the test.
    """
    original, barrier, met = getattr(module, name), threading.Barrier(2), threading.local()

    def wait_then_go_on(*args, **kwargs):
        result = original(*args, **kwargs)
        if not getattr(met, "already", False):
            met.already = True
            with suppress(threading.BrokenBarrierError):
                barrier.wait(seconds)
        return result

    monkeypatch.setattr(module, name, wait_then_go_on)


class Held:
    """Stops the first thread that calls `module.name`, before the call: `reached` says so, `let_go` lets it go on."""

    def __init__(self, monkeypatch, module, name, *, seconds=10):
        original, is_first = getattr(module, name), threading.Semaphore(1)
        self.reached, self.let_go = threading.Event(), threading.Event()

        def wait_then_call(*args, **kwargs):
            if is_first.acquire(blocking=False):
                self.reached.set()
                self.let_go.wait(seconds)
            return original(*args, **kwargs)

        monkeypatch.setattr(module, name, wait_then_call)
