"""A release is laid over the one that runs: both answer while the tables change, and after it, and nobody waits.

The newer one is the same code with one more column, one more migration and other static files. Four people work all
the while. Then one node goes back to the older release, which has to work with the newer tables.
"""

import importlib.util
import re
import subprocess
import time
from pathlib import Path

from tests.deployment import clinicians, nodes
from tests.deployment.place import copy_of_the_code

PROGRAMS = ["web-1", "web-2", "worker-urgent-1", "worker-routine-1", "beat-1", "sweeper-1"]
FIELD = '    device_kind = models.CharField(max_length=20, blank=True, db_default=models.Value(""))\n'
BETWEEN = 4  # seconds of work between two steps of the deployment


def run(here):
    with here.to_itself():
        older = copy_of_the_code(here.folder / "older")
        newer = newer_release(here, here.folder / "newer")
        return judged(here, older, newer)


def newer_release(here, folder):
    """The code with a column more in the table that every tap writes, and another style sheet."""
    copy_of_the_code(folder)
    model = folder / "sessions_app/models/responses.py"
    text = model.read_text()
    first = re.search(r"^class StepResponse\(.*?\n(?=    \w+ = models\.)", text, re.M | re.S)
    model.write_text(text[: first.end()] + FIELD + text[first.end() :])
    with (folder / "static/app.css").open("a") as style:
        style.write("\n.of-the-newer-release { color: inherit }\n")
    manage(here, folder, "makemigrations", "sessions_app", "-n", "one_more")
    manage(here, folder, "collectstatic", "--noinput", "--verbosity=0")
    return folder


def manage(here, code, *words):
    env = here.env | {"STATIC_ROOT": str(here.folder / f"static-{code.name}")}
    done = subprocess.run(
        [code / "config/deploy/run", "manage", *words], cwd="/", env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"manage {words[0]} of {code.name}: {done.stderr[-600:]}"
    return done.stdout


def judged(here, older, newer):
    problems = [f"the made-up migration breaks a rule: {each}" for each in broken_rules(newer)]
    people = here.world.people[:4]
    earlier = nodes.made_ready(people)
    manage(here, older, "collectstatic", "--noinput", "--verbosity=0")
    here.nginx.start()
    for name in PROGRAMS:
        start(here, name, older)
    here.world.bound = 0
    working = clinicians.at_work(here, people, password=nodes.password())
    due = here.world.make(nodes.DUE)
    phases = [("before", None)]
    phases.append(("tables change under the older release", lambda: manage(here, newer, "migrate", "--noinput")))
    phases.append(("one node of each", lambda: change_over(here, "web-1", newer)))
    phases.append(("static files of both", lambda: problems.extend(static_files(here))))
    phases += [(f"{name} changed over", lambda name=name: change_over(here, name, newer)) for name in PROGRAMS[1:]]
    phases.append(("one node goes back", lambda: change_over(here, "web-1", older)))
    for what, step in phases:
        problems += worked_through(here, working, what, step)
        due += here.world.make(2)
    ledgers = clinicians.stopped(working)
    here.world.settle(due, seconds=nodes.LEFT_BEHIND, hurry=False)
    return problems + told(here, ledgers, due, earlier)


def broken_rules(newer):
    """What the linter of migrations says of the one that was made."""
    from tests.test_migrations_are_safe import lint

    [file] = (newer / "sessions_app/migrations").glob("*_one_more.py")
    spec = importlib.util.spec_from_file_location("one_more", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lint(module.Migration.operations, is_atomic=module.Migration.atomic)


def start(here, name, code):
    here.run(name, code=code, STATIC_ROOT=str(here.folder / f"static-{code.name}"))


def change_over(here, name, code):
    """What the install script does with a program: ask it to stop, wait, start the other release's."""
    here.programs[name].stop()
    start(here, name, code)


def worked_through(here, working, what, step):
    """Make one step while people work; a problem when nothing was acknowledged meanwhile."""
    before, began = ticks(working), time.monotonic()
    if step:
        step()
    time.sleep(BETWEEN)
    done = ticks(working) - before
    print(f"   {what}: {done} ticks in {time.monotonic() - began:.0f} s", flush=True)
    ended = [problem for each in working for problem in each.ledger.problems]
    return ended + ([] if done else [f"nobody could work: {what}"])


def ticks(working):
    return sum(len(each.ledger.ticks) for each in working)


def static_files(here):
    """Each node's page names files that only this node has; through the proxy every one of them comes."""
    problems, names = [], set()
    for name in ("web-1", "web-2"):
        manifest = Path(here.folder / f"static-{here.code[name][0].name}" / "staticfiles.json").read_text()
        names |= set(re.findall(r'"app\.css": "(app\.[0-9a-f]+\.css)"', manifest))
    if len(names) != 2:
        problems.append("the two releases have the same style sheet: the check would see nothing")
    asker = clinicians.Clinician(here, here.world.people[0], password=nodes.password())
    for each in names:
        for _turn in range(4):
            asker.look(f"/static/{each}")
    print(f"   {len(names)} style sheets, each asked for four times, {asker.ledger.reloads} times again")
    return problems + ([f"{asker.ledger.failed_pages} did not come"] if asker.ledger.failed_pages else [])


def told(here, ledgers, due, earlier):
    counts = here.world.judge(due)
    repeats = sum(each.repeats for each in ledgers)
    failed, pages = (sum(getattr(each, name) for each in ledgers) for name in ("failed_pages", "pages"))
    longest = max(each.longest for each in ledgers)
    print(f"   {sum(len(each.ticks) for each in ledgers)} ticks acknowledged, {repeats} of all taps sent again")
    reloads = sum(each.reloads for each in ledgers)
    print(f"   longest tap {longest:.1f} s; {pages} pages, {reloads} times one was loaded again, {failed} never came")
    print(f"   reminders: {counts.line}")
    problems = (
        nodes.kept(ledgers, earlier=earlier)
        + counts.problems
        + [each for ledger in ledgers for each in ledger.problems]
    )
    return problems + ([f"{failed} pages never came"] if failed else [])
