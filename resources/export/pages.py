"""HSDS pages: what a list endpoint answers, and a whole export as one page, written while it is read."""

import json

from resources.export import hsds, leaving


def page(contents, *, number, size, total):
    """A page of a list, as HSDS 3.1 names its parts."""
    pages = -(-total // size)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": contents,
    }


def written(entries):
    """All of `entries` as one page, in pieces of text. The counts stand behind the contents: they are true then."""
    yield '{"contents": [\n'
    count = 0
    for batch in leaving.batches(entries):
        for document in hsds.services(batch):
            yield (",\n" if count else "") + json.dumps(document, ensure_ascii=False)
            count += 1
    whole = page([None] * count, number=1, size=max(count, 1), total=count)
    del whole["contents"]
    yield "\n], " + json.dumps(whole).removeprefix("{") + "\n"
