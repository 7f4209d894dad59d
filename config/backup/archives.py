"""Making an archive, looking through one, and putting one back. Each refuses with one sentence, and leaves no half.

Inside the encryption stand a manifest (what the database held, in numbers) and then what PostgreSQL's `pg_dump` said.
Both are of the same moment: they share a snapshot.
"""

import json
import os
import subprocess
from datetime import UTC, datetime

from psycopg import errors, sql

from config.backup import contents, keys, programs
from config.backup.streams import Refused, Sealer, pieces

FORMAT = 1
AT_ONCE = 1024 * 1024
LENGTH = 8  # bytes that say how long the manifest is
WAIT_FOR_LOCKS = "--lock-wait-timeout=60000"  # milliseconds; then whoever changes tables just now goes first


def make(file, *, url, key):
    """Write an archive of the database at `url` into the open `file`. Returns its manifest; raises Refused."""
    sealer = Sealer(file, key, format=FORMAT, made_at=now())
    with contents.connect(url) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            manifest = manifest_of(connection)
        except errors.InsufficientPrivilege:
            raise Refused(
                "This role may not see every row. Name one that does (superuser or BYPASSRLS) in BACKUP_DATABASE_URL."
            ) from None
        said = json.dumps(manifest).encode()
        sealer.write(len(said).to_bytes(LENGTH, "big") + said)
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]
        dump(sealer, snapshot, url=url, version=contents.major(connection))
    sealer.close()
    file.flush()
    os.fsync(file.fileno())
    return manifest


def now():
    return datetime.now(UTC).isoformat(timespec="seconds")


def manifest_of(connection):
    return {
        "format": FORMAT,
        "made_at": now(),
        "postgresql": contents.major(connection),
        "migrations": contents.migrations(connection),
        "data_keys": keys.data_fingerprints(),
        "roles": contents.roles(connection),
        "shape": contents.shape(connection),
        "sequences": contents.sequences(connection),
        "tables": contents.tables(connection),
    }


def dump(sealer, snapshot, *, url, version):
    program = programs.find("pg_dump", version=version)
    words = ["--format=custom", "--compress=1", f"--snapshot={snapshot}", WAIT_FOR_LOCKS]
    with programs.start(program, *words, url=url, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        while piece := running.stdout.read(AT_ONCE):
            sealer.write(piece)
        said = running.stderr.read().decode(errors="replace")
    if running.returncode:
        raise Refused(f"pg_dump did not finish: {last_line(said)}")


def last_line(said):
    """What a program said at the end. Of an error about rows only the first part: the rest would quote them."""
    lines = [line for line in said.strip().splitlines() if "DETAIL" not in line and "CONTEXT" not in line]
    return lines[-1][:200] if lines else "it said nothing"


def opened(file, key):
    """(manifest, pieces of the dump) of an archive; the pieces have to be read to the end. Raises Refused."""
    found = pieces(file, key)
    first = next(found)
    size = int.from_bytes(first[:LENGTH], "big") + LENGTH
    while len(first) < size:
        first += next(found)
    return json.loads(first[LENGTH:size]), following(first[size:], found)


def following(rest, found):
    yield rest
    yield from found


def look_through(path, *, key):
    """Read an archive to its end. Returns the manifest; raises Refused unless every byte is as it was written."""
    with path.open("rb") as file:
        manifest, dumped = opened(file, key)
        for _piece in dumped:
            pass
    return manifest


def put_back(path, *, url, key, is_without_keys=False):
    """Put an archive into the empty database at `url`. Returns the manifest; raises Refused.

    The archive is read to its end before anything is written, and written in one transaction: what is refused has left
    nothing behind. Afterwards the database was compared with the manifest, table by table.
    """
    manifest = look_through(path, key=key)
    missing = sorted(set(manifest["data_keys"]) - set(keys.data_fingerprints()))
    if missing and not is_without_keys:
        raise Refused(f"The words in this archive cannot be read here: the key {missing[0]} is missing.")
    with contents.connect(url) as connection:
        if not contents.is_empty(connection):
            raise Refused("The database is not empty. An archive is put back into an empty one only.")
        if contents.major(connection) < manifest["postgresql"]:
            raise Refused(f"The archive needs PostgreSQL {manifest['postgresql']} or newer.")
        make_roles(connection, manifest["roles"])
        version = contents.major(connection)
    with path.open("rb") as file:
        load(opened(file, key)[1], url=url, version=version)
    with contents.connect(url) as connection:
        compare(connection, manifest)
    return manifest


def make_roles(connection, names):
    """Roles that the archive grants something to; one that is missing is made, and may not sign in."""
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    for name in set(names) - known:
        try:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
        except errors.InsufficientPrivilege:
            raise Refused(f"The role {name} is missing, and this role may not make it.") from None


def load(dumped, *, url, version):
    program = programs.find("pg_restore", version=version)
    words = ["--exit-on-error", "--single-transaction", f"--dbname={programs.environment(url)['PGDATABASE']}"]
    with programs.start(program, *words, url=url, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        try:
            for piece in dumped:
                running.stdin.write(piece)
            running.stdin.close()
        except BrokenPipeError:
            pass  # it has ended, and says why
        except BaseException:
            running.kill()  # half a dump must not become half a database
            raise
        said = running.stderr.read().decode(errors="replace")
    if running.returncode:
        raise Refused(f"pg_restore did not finish, and nothing was kept: {last_line(said)}")


def compare(connection, manifest):
    """Whether what is there is what the manifest says; raises Refused and names the first difference."""
    found = contents.tables(connection)
    for name, said in manifest["tables"].items():
        if found.get(name) != said:
            raise Refused(f"Do not use this database: table {name} is not as it was.")
    if set(found) != set(manifest["tables"]):
        raise Refused("Do not use this database: it has tables that the archive does not have.")
    for kind, said in contents.shape(connection).items():
        if manifest["shape"].get(kind) != said:
            raise Refused(f"Do not use this database: its {kind} are not as they were.")
    for name, value in contents.sequences(connection).items():
        if value < manifest["sequences"].get(name, 0):
            raise Refused(f"Do not use this database: the sequence {name} has gone back.")
