"""Two at once, on purpose: each runs in a thread with a database connection of its own."""

import threading
from contextlib import suppress

from django.db import connection


def both(deed, *, seconds=20):
    """Run `deed` in two threads at once; returns what each returned, and raises what either raised."""
    results, errors = [], []

    def run():
        try:
            results.append(deed())
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, daemon=True) for _ in range(2)]
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


def hold_first(monkeypatch, module, name, *, seconds=10):
    """Stop the first thread that calls `module.name`, before the call, until the returned event is set."""
    original, is_first, let_go = getattr(module, name), threading.Semaphore(1), threading.Event()

    def wait_then_call(*args, **kwargs):
        if is_first.acquire(blocking=False):
            let_go.wait(seconds)
        return original(*args, **kwargs)

    monkeypatch.setattr(module, name, wait_then_call)
    return let_go
