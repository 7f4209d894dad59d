"""The trail to take off the machine: one line for each link of the chain, with what anybody needs to check it.

Entries of the trail are there in full: they hold ids and codes. Rows of the histories hold clients' words, so of them
goes out the hash alone, which is enough for the chain.
"""

import csv
import json
from datetime import UTC

from accounts.audit_chain import AuditLink
from accounts.audit_verification import BATCH, TRAIL, read, sha256

FIELDS = ["position", "at", "kind", "form", "source", "row", "content_hash", "hash", "content"]

#: What an outsider runs on a file of lines; nothing of Doorway is in it. Says the head, or the first line that lies.
CHECK = """
import hashlib, json, sys

def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()

previous = None
for line in sys.stdin:
    link = json.loads(line)
    said = [link[name] for name in ("position", "at", "kind", "form", "source", "row", "content_hash")]
    previous = previous or ("0" * 64 if link["position"] == 1 else link["previous"])
    if link["hash"] != sha256("|".join(map(str, [previous, *said]))):
        sys.exit(f"broken at {link['position']}")
    if "content" in link and link["content_hash"] != sha256(link["content"]):
        sys.exit(f"changed at {link['position']}")
    previous = link["hash"]
print("whole until", link["position"], previous)
"""


def lines(*, since=1, until=None):
    """Yield one dict for each link from position `since` on, sealed before the moment `until` (all without it).

    `content` is there for entries of the trail that are as they were sealed last; the first line has `previous`.
    """
    links, last = AuditLink.objects.order_by("position"), since - 1
    links = links.filter(at__lt=until) if until else links
    while batch := list(links.filter(position__gt=last)[:BATCH]):
        contents = contents_of(batch)
        for link in batch:
            yield line_of(link, contents, is_first=link.position == since)
        last = batch[-1].position


def contents_of(batch):
    """{hash of content: content} of the entries of the trail among these links."""
    found, entries = {}, [link for link in batch if link.source == TRAIL]
    for form in {link.form_id for link in entries}:
        rows = read(TRAIL, form, [link.row_id for link in entries if link.form_id == form]) or {}
        found |= {sha256(content): content for content, _moment in rows.values()}
    return found


def line_of(link, contents, *, is_first):
    at = link.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    said = [link.position, at, link.kind, link.form_id, link.source, link.row_id, link.content_hash, link.hash]
    line = dict(zip(FIELDS, said, strict=False))
    if link.content_hash in contents:
        line["content"] = contents[link.content_hash]
    if is_first and link.position > 1:
        line["previous"] = AuditLink.objects.get(position=link.position - 1).hash
    return line


def write_lines(out, *, since=1, until=None):
    """As JSON, a line each. Returns how many."""
    count = 0
    for line in lines(since=since, until=until):
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
        count += 1
    return count


def write_table(out, *, since=1, until=None):
    """As CSV, a row each, with headings. No cell begins with anything that a spreadsheet takes for a formula."""
    table, count = csv.writer(out), 0
    table.writerow([*FIELDS, "previous"])
    for line in lines(since=since, until=until):
        count += 1
        table.writerow([line.get(name, "") for name in [*FIELDS, "previous"]])
    return count
