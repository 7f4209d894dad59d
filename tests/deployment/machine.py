"""A Debian of its own: a folder with its system, and systemd as the first process of namespaces that end with it.

Nothing of it reaches out: it has a network of its own with nothing on it but itself. What it needs is fetched before.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from config.local import browser
from config.local.processes import Program
from tests.config.living import descendants
from tests.deployment import CannotRun
from tests.deployment.place import ROOT

KEPT = ROOT / ".local" / "deployment"
BASE = "systemd,systemd-sysv,dbus,python3,ca-certificates,procps,util-linux,curl,openssl"
CGROUPS = [Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup")]
#: What belongs to the machine underneath and not to the one made here.
DROPPED = "-sys_time,-sys_module,-sys_rawio,-sys_boot,-mknod,-syslog,-wake_alarm,-mac_admin,-mac_override"
BOOT = """
set -eu
root=$1
echo $$ > "$2/cgroup.procs"
exec unshare --mount --pid --fork --uts --ipc --net --cgroup --kill-child sh -eu -c '
    root=$1
    mount --make-rprivate /
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --bind "$root/proc/sys" "$root/proc/sys"
    mount -o remount,ro,bind "$root/proc/sys"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
    for each in null zero full random urandom tty; do
        touch "$root/dev/$each"
        mount --bind "/dev/$each" "$root/dev/$each"
    done
    mkdir "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"; ln -s /proc/self/fd "$root/dev/fd"
    mount -t tmpfs tmpfs "$root/dev/shm"
    mount -t tmpfs -o mode=0755 tmpfs "$root/run"
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    hostname doorway-test
    ip link set lo up
    cd "$root"
    mkdir -p .before
    pivot_root . .before
    umount -l /.before
    mount --make-rshared /
    exec env -i container=doorway-test PATH=/usr/sbin:/usr/bin:/sbin:/bin setpriv --bounding-set DROPPED \\
        /lib/systemd/systemd --system --log-target=journal --show-status=false
' sh "$root"
""".replace("DROPPED", DROPPED)


def suite():
    facts = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    if facts.get("ID", "").strip('"') != "debian":
        raise CannotRun("this machine is no Debian, so it cannot make another one")
    return facts["VERSION_CODENAME"].strip('"')


def ready(packages):
    """A tar of the system with systemd in it and with those packages fetched, not installed. Made once, then kept."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise CannotRun("only root on Linux can start a system in namespaces")
    browser.install([] if shutil.which("mmdebstrap") else ["mmdebstrap"], what="a Debian to install on")
    if not shutil.which("mmdebstrap"):
        raise CannotRun("mmdebstrap is missing. On Debian: apt-get install mmdebstrap")
    name = f"{suite()}-{abs(hash_of(' '.join([BASE, *packages])))}.tar"
    if not (KEPT / name).exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="doorway-debian-", dir="/var/tmp") as folder:
            make(Path(folder) / "root", packages)
            said = quietly(["tar", "-C", Path(folder) / "root", "--one-file-system", "-cf", KEPT / f"{name}.new", "."])
            if said.returncode:
                raise CannotRun(f"the Debian could not be kept: {said.stderr[-200:]}")
        (KEPT / f"{name}.new").rename(KEPT / name)
    return KEPT / name


def hash_of(text):
    import zlib

    return zlib.crc32(text.encode())


def make(root, packages):
    print("   making a Debian (once) …", flush=True)
    done = quietly(["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={BASE}", suite(), root])
    if done.returncode:
        raise CannotRun(f"Debian's packages could not be had: {done.stderr.strip().splitlines()[-1][:160]}")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    for words in (["update", "-qq"], ["install", "--download-only", "-y", "-qq", "--no-install-recommends", *packages]):
        done = quietly(["chroot", root, "apt-get", *words])
        if done.returncode:
            raise CannotRun(f"Debian's packages could not be fetched: {done.stderr.strip()[-160:]}")


def wheels():
    """A folder with what requirements.txt pins, and what the two of it that are source need to be built."""
    folder = KEPT / f"wheels-{hash_of((ROOT / 'requirements.txt').read_text()):08x}"
    if not (folder / "complete").exists():
        print("   fetching Python packages (once) …", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", folder]
        folder.mkdir()
        wanted = folder / "wanted.txt"  # the Python there may be an older one than ours
        wanted.write_text(re.sub(r" ; python_full_version [^\\\n]+", " ", (ROOT / "requirements.txt").read_text()))
        for words in (["--require-hashes", "--no-deps", "-r", wanted], ["setuptools", "wheel"]):
            done = quietly([*pip, *words])
            if done.returncode:
                raise CannotRun(f"Python packages could not be fetched: {done.stderr.strip()[-200:]}")
        (folder / "complete").touch()
    return folder


def quietly(command, **more):
    words = [str(each) for each in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **more)


class Machine:
    """`run("systemctl …")` is a shell line in it."""

    def __init__(self, root, program):
        self.root, self.program, self.pid = root, program, None

    def run(self, line, *, seconds=120, is_checked=True):
        enter = ["nsenter", "--target", self.pid, "--all", "--root", "--wd=/root", "env", "-i", *CLEAN]
        done = quietly([*enter, "bash", "-c", f"cd /root; {line}"], timeout=seconds)
        if is_checked and done.returncode:
            raise AssertionError(f"{line[:80]} → {done.returncode}: {(done.stdout + done.stderr)[-1500:]}")
        return done.stdout.strip() if is_checked else done

    def holds(self, line, *, seconds=60):
        """Whether a shell line comes true in time."""
        deadline = time.monotonic() + seconds
        while self.run(line, is_checked=False).returncode:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.5)
        return True


CLEAN = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]


@contextmanager
def started(tar):
    """A Machine that was unpacked anew and has booted."""
    with tempfile.TemporaryDirectory(prefix="doorway-debian-", dir="/var/tmp") as folder:
        root = Path(folder) / "root"
        root.mkdir()
        assert quietly(["tar", "-C", root, "-xf", tar]).returncode == 0
        (root / ".before").mkdir()
        (root / "etc/machine-id").write_text("")
        (root / "etc/dpkg/dpkg.cfg.d/soon").write_text("force-unsafe-io\n")  # it is thrown away
        (root / "etc/resolv.conf").unlink(missing_ok=True)
        group = own_cgroup()
        program = Program("Debian", ["sh", "-c", BOOT, "sh", root, group], log=Path(folder) / "boot.log")
        machine = Machine(root, program)
        try:
            machine.pid = first_process(machine)
            if not machine.holds("systemctl is-system-running | grep -qE 'running|degraded'", seconds=90):
                said = (Path(folder) / "boot.log").read_text()[-400:]
                raise CannotRun(f"systemd does not start in namespaces here: {said.strip() or 'it said nothing'}")
            yield machine
        finally:
            program.stop()
            removed(group)


def own_cgroup():
    """A group of the second hierarchy for the machine alone: it must not manage the one it runs in."""
    for each in CGROUPS:
        if (each / "cgroup.controllers").exists():
            group = each / f"doorway-{os.getpid()}"
            with suppress(FileExistsError):
                group.mkdir()
            return group
    raise CannotRun("there is no cgroup2 hierarchy here, and systemd needs one")


def removed(group):
    for _try in range(50):
        with suppress(OSError):
            for each in sorted(group.rglob("*"), key=lambda path: -len(path.parts)):
                if each.is_dir():
                    each.rmdir()
            group.rmdir()
            return
        time.sleep(0.1)


def first_process(machine):
    """The id, out here, of its systemd."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for pid in descendants(machine.program.process.pid):
            with suppress(OSError):
                if re.match(r"systemd$", Path(f"/proc/{pid}/comm").read_text()):
                    return pid
        if not machine.program.is_running:
            break
        time.sleep(0.1)
    raise CannotRun(f"systemd does not start in namespaces here: {machine.program.last_words()[-300:]}")
