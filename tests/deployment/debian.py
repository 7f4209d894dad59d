"""The install script on a Debian of its own: from nothing to a page over TLS, once more, a new release, and back.

systemd runs there as the first process, PostgreSQL, Redis and nginx are Debian's. Nothing reaches out of it.
"""

import re
import shutil
import time

from tests.deployment import EXPOSURE, machine
from tests.deployment.place import ROOT

HOST = "doorway.example"
SOURCE = "/root/doorway"
PROGRAMS = [
    "web@8001",
    "web@8002",
    "worker@urgent",
    "worker@routine",
    "worker@background",
    "beat",
    "sweeper",
    "auditor",
]
PAGE = f"curl -sS --max-time 10 --cacert /etc/doorway/secrets/tls_certificate --resolve {HOST}:443:127.0.0.1"
#: A page each tenth of a second, and one line for each that was no 200.
WATCH = (
    f"while [ ! -e /tmp/enough ]; do {PAGE} -o /dev/null -w '%{{http_code}}\\n' https://{HOST}/account/sign-in/ "
    ">> /tmp/pages 2>> /tmp/page-errors; sleep 0.1; done"
)


def run():
    needed = re.search(r'^NEEDED="(.+)"$', (ROOT / "config/deploy/install").read_text(), re.M)[1].split()
    tar, wheels = machine.ready(needed), machine.wheels()
    with machine.started(tar) as debian:
        print("   systemd runs", flush=True)
        shutil.copytree(wheels, debian.root / "root/wheels")
        left_out = shutil.ignore_patterns(".git", ".venv", ".local", "__pycache__", "staticfiles", ".*_cache")
        shutil.copytree(ROOT, debian.root / SOURCE.lstrip("/"), ignore=left_out)
        problems = []
        for what, step in STEPS:
            began = time.monotonic()
            found = step(debian) or []
            problems += [f"{what}: {each}" for each in found]
            print(f"   {'WRONG' if found else 'well '} {what} ({time.monotonic() - began:.0f} s)", flush=True)
        return problems


def install(debian, words, *, seconds=600):
    return debian.run(f"cd {SOURCE} && config/deploy/install --wheels /root/wheels {words} 2>&1", seconds=seconds)


def from_nothing(debian):
    install(debian, f"--host {HOST} --release one")
    return [each for each in PROGRAMS if not debian.holds(f"systemctl -q is-active doorway-{each}")]


def answers(debian):
    page = debian.run(f"{PAGE} https://{HOST}/account/sign-in/")
    both = "grep '\"is_ready\": true' | grep '\"beat\"' | grep -q '\"sweeper\"'"
    ready = debian.holds(f"{PAGE} -f https://{HOST}/readyz | {both}", seconds=120)
    clocks = debian.run(f"{PAGE} https://{HOST}/readyz")
    return [
        *([] if "csrfmiddlewaretoken" in page else ["no sign-in page"]),
        *([] if ready else [f"not ready: {clocks}"]),
        *(
            []
            if debian.run(f"{PAGE} -o /dev/null -w '%{{http_code}}' http://127.0.0.1/") == "301"
            else ["no way to TLS"]
        ),
    ]


def person(debian):
    words = "--email ana@doorway.example --name 'Ana Reyes' --role admin --site Riverside"
    place = "--country US --time-zone America/New_York --emergency-number 911"
    said = debian.run(f"doorway-manage create_person {words} {place} 2>&1", is_checked=False)
    return [] if f"https://{HOST}/" in said.stdout else [said.stdout[-300:]]


def nothing_again(debian):
    """A second time nothing starts anew, and no secret changes."""
    facts = "systemctl show -p MainPID --value " + " ".join(f"doorway-{each}" for each in PROGRAMS)
    facts += " nginx postgresql@* redis-server; cat /etc/doorway/secrets/* | sha256sum; ls /opt/doorway/releases"
    before = debian.run(facts)
    install(debian, "--release one")
    after = debian.run(facts)
    return [] if before == after else [f"{before} became {after}"]


def shut_in(debian):
    """As nobody, with no secret in an environment, nothing to write to, and what systemd says of it."""
    problems, secrets = [], debian.run("grep -h . /etc/doorway/secrets/{*_url,*_key,data_keys}").splitlines()
    for each in PROGRAMS:
        unit = f"doorway-{each}"
        pid = debian.run(f"systemctl show -p MainPID --value {unit}")
        if debian.run(f"stat -c %U /proc/{pid}") != "doorway":
            problems.append(f"{unit} runs as somebody else")
        environment = debian.run(f"tr '\\0' '\\n' < /proc/{pid}/environ")
        if "CREDENTIALS_DIRECTORY" not in environment or any(each in environment for each in secrets):
            problems.append(f"{unit} has a secret in its environment")
        if debian.run(f"grep -c NoNewPrivs:.1 /proc/{pid}/status") != "1":
            problems.append(f"{unit} may gain rights")
        said = debian.run(f"systemd-analyze security --no-pager --threshold={EXPOSURE} {unit}", is_checked=False)
        if said.returncode:
            problems.append(f"{unit}: {said.stdout.strip().splitlines()[-1:]}")
    tries = {"write to the code": "touch /opt/doorway/current/x", "read the owner's secret": f"cat {OWNERS}"}
    for what, line in tries.items():
        if not debian.run(f"runuser -u doorway -- {line}", is_checked=False).returncode:
            problems.append(f"the programs' user can {what}")
    verified = debian.run("systemd-analyze verify --man=no /etc/systemd/system/doorway*.service 2>&1", is_checked=False)
    return problems + [line for line in verified.stdout.splitlines() if "doorway" in line]


OWNERS = "/etc/doorway/secrets/owner_database_url"


def paper(debian):
    """A filed paper can be drawn by a program that is shut in as a worker is."""
    unit = "[Service]\nType=oneshot\nLoadCredential=database_url:/etc/doorway/secrets/work_database_url\n"
    draw = "import weasyprint; weasyprint.HTML(string='<p lang=en>Paper').write_pdf('/tmp/paper.pdf')"
    unit += f'ExecStart=/opt/doorway/current/.venv/bin/python -c "{draw}"\n'
    (debian.root / "etc/systemd/system/doorway-paper-test.service").write_text(unit)
    done = debian.run("systemctl daemon-reload; systemctl start doorway-paper-test", is_checked=False)
    debian.run("rm /etc/systemd/system/doorway-paper-test.service; systemctl daemon-reload")
    return [] if not done.returncode else [debian.run("journalctl -u doorway-paper-test --no-pager | tail -5")]


def database(debian):
    """Checksums on, synchronous, no values in its log, and the application's own check agrees."""
    ask = "runuser -u postgres -- psql -XAtc"
    facts = {name: debian.run(f"{ask} 'SHOW {name}'") for name in ("data_checksums", "synchronous_commit")}
    problems = [f"{name} is {value}" for name, value in facts.items() if value != "on"]
    checked = debian.run("doorway-manage check --deploy --database default 2>&1", is_checked=False)
    if checked.returncode or "no issues" not in checked.stdout:
        problems.append(checked.stdout[-400:])
    if not debian.run("redis-cli config get maxmemory-policy 2>&1").startswith("NOAUTH"):
        problems.append("Redis answers without a password")
    return problems


def killed(debian):
    """SIGKILL to each program: systemd starts it again."""
    problems = []
    for each in PROGRAMS:
        before = debian.run(f"systemctl show -p MainPID --value doorway-{each}")
        debian.run(f"systemctl kill --kill-who=all -s SIGKILL doorway-{each}")
        fresh = f"p=$(systemctl show -p MainPID --value doorway-{each}); [ $p != 0 ] && [ $p != {before} ]"
        if not debian.holds(fresh, seconds=20):
            problems.append(f"{each} did not come back")
    return problems + ([] if debian.holds(f"{PAGE} -f -o /dev/null https://{HOST}/healthz") else ["no page"])


def hanging(debian):
    """A sweeper that hangs is started again, for it gives no sign of life."""
    folder = debian.root / "run/systemd/system/doorway-sweeper.service.d"
    debian.run(f"mkdir -p /{folder.relative_to(debian.root)}; "
               "printf '[Service]\\nWatchdogSec=20\\n' > /run/systemd/system/doorway-sweeper.service.d/soon.conf; "
               "systemctl daemon-reload; systemctl restart doorway-sweeper")  # fmt: skip
    time.sleep(22)  # a whole watchdog's time in which it is well
    pid = debian.run("systemctl show -p MainPID --value doorway-sweeper")
    started_again = debian.run("systemctl show -p NRestarts --value doorway-sweeper")
    debian.run(f"kill -STOP {pid}")
    fresh = "[ $(systemctl show -p NRestarts --value doorway-sweeper) -gt 0 ]"
    problems = [] if started_again == "0" else ["it was started again while it was well"]
    return problems + ([] if debian.holds(fresh, seconds=90) else ["nobody started it again"])


def next_release(debian):
    """A new release is laid over the one that runs, then the one before comes back: every page comes meanwhile."""
    style = debian.root / f"{SOURCE.lstrip('/')}/static/app.css"
    style.write_text(style.read_text() + "\n.of-release-two { color: inherit }\n")
    debian.run(f'(setsid bash -c "{WATCH}" > /dev/null 2>&1 &)'.replace("$", "\\$"))
    install(debian, "--release two")
    which = [debian.run("basename $(readlink /opt/doorway/current)")]
    install(debian, "--back")
    which.append(debian.run("basename $(readlink /opt/doorway/current)"))
    debian.run("sleep 1; touch /tmp/enough; sleep 1")
    pages = debian.run("sort /tmp/pages | uniq -c | tr -s ' '")
    number = int(debian.run("wc -l < /tmp/pages"))
    print(f"     {number} pages asked for meanwhile:{pages}".replace("\n", ","))
    problems = [] if which == ["two", "one"] else [f"the releases that ran: {which}"]
    bad = debian.run("grep -vc '^200$' /tmp/pages || true")
    return problems + ([] if bad == "0" and number > 20 else [f"pages: {pages}"])


STEPS = [
    ("from nothing to running programs", from_nothing),
    ("a page over TLS, both clocks tick", answers),
    ("the first person gets a link", person),
    ("a second time changes nothing", nothing_again),
    ("what runs is shut in", shut_in),
    ("a paper can be drawn in there", paper),
    ("PostgreSQL and Redis are set up", database),
    ("each program killed comes back", killed),
    ("one that hangs comes back", hanging),
    ("a release over the one that runs, and back", next_release),
]
