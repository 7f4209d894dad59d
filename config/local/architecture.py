"""The picture of the rooms in CONTRIBUTING.md, drawn from the contract that `lint-imports` keeps.

`python -m config.local.architecture` writes it anew after the contract in pyproject.toml was changed; a test compares.
"""

import sys
import tomllib
from itertools import pairwise
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
PAGE = PROJECT / "CONTRIBUTING.md"
FIRST, LAST = "<!-- the rooms: begin -->\n", "<!-- the rooms: end -->\n"
#: What each room answers. A room without a question has not been understood yet, and cannot be drawn.
QUESTIONS = {
    "config": "wiring; knows no departure",
    "followups": "what comes next?",
    "sessions_app": "what was done?",
    "protocols": "what should be done?",
    "resources": "where to turn?",
    "accounts": "who may, and who did?",
}


def layers(pyproject):
    """The rooms from top to bottom as the contract names them: a list of rows, each with the rooms that share it."""
    contracts = tomllib.loads(pyproject)["tool"]["importlinter"]["contracts"]
    (contract,) = [each for each in contracts if each["type"] == "layers"]
    return [[room.strip() for room in row.replace(":", "|").split("|")] for row in contract["layers"]]


def picture(rows):
    """A Mermaid diagram: an arrow from each room to those one row below it. Raises KeyError for an unknown room."""
    lines = ["flowchart TD"]
    lines += [f'    {room}["<b>{room}</b><br>{QUESTIONS[room]}"]' for row in rows for room in row]
    for upper, lower in pairwise(rows):
        lines += [f"    {above} -->|may import| {below}" for above in upper for below in lower]
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def drawn_into(page, block):
    """The page with the block between its two marks."""
    before, _, rest = page.partition(FIRST)
    _, _, after = rest.partition(LAST)
    return before + FIRST + block + LAST + after


def main():
    block = picture(layers((PROJECT / "pyproject.toml").read_text()))
    PAGE.write_text(drawn_into(PAGE.read_text(), block))
    print(f"{PAGE.name} shows the rooms as the contract has them.")


if __name__ == "__main__":
    sys.exit(main())
