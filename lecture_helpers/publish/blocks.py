"""The cells of a notebook as the blocks of a page: prose for where no cell runs, code folded."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lecture_helpers.publish.prose import prose

ELSEWHERE = re.compile(r"<!-- elsewhere:(.*?)-->", re.DOTALL)
ONLY_NOTEBOOK = "**How to use it.**"
HEADING = re.compile(r'<h2 id="(.+?)">(.+?)</h2>')


@dataclass
class Block:
    """Prose (``html``, of which ``rest`` is folded under ``folded``), or code and its outputs."""

    html: str | None = None
    folded: str = ""
    rest: str = ""
    code: list[str] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)
    solution: bool = False
    checked: bool = False


def without_kernel(source: str) -> str:
    r"""The prose of a cell for a page and for slides, where no cell runs.

    A paragraph with a comment ``<!-- elsewhere: words -->`` says these words there, or nothing.

    >>> without_kernel("One.\n\nPress play. <!-- elsewhere: Press a button. -->")
    'One.\n\nPress a button.'
    """
    kept = []
    for block in re.split(r"\n\s*\n", source):
        found = ELSEWHERE.search(block)
        words = found[1].strip() if found else block
        if words and not words.startswith(ONLY_NOTEBOOK):
            kept.append(words)
    return "\n\n".join(kept)


def blocks(cells: list) -> Iterator[Block]:
    """The blocks of executed cells.

    Code that shows nothing is folded together with the code after it. What an exercise's check
    says is left out, since nobody has written anything; the teacher's part is folded.
    """
    waiting: list[str] = []
    for cell in cells:
        if cell.cell_type == "code":
            solution = "solution" in cell.metadata.get("tags", [])
            checked = ".check(" in cell.source
            outputs = [] if checked else cell.outputs
            if not (outputs or solution or checked):
                waiting.append(cell.source)
                continue
            shown = [*([] if solution else waiting), cell.source]
            if solution and waiting:
                yield Block(code=waiting)
            waiting = []
            yield Block(
                code=shown, outputs=outputs, solution=solution, checked=checked and not solution
            )
        elif cell.cell_type == "markdown":
            if waiting:
                yield Block(code=waiting)
                waiting = []
            yield _of_prose(cell)
    if waiting:
        yield Block(code=waiting)


def _of_prose(cell) -> Block:
    made = prose(without_kernel(cell.source))
    if cell.metadata.get("slideshow", {}).get("slide_type") != "notes":
        return Block(html=made)
    heading, end, rest = made.partition("</h2>")
    return Block(html=heading + end, folded="The script, minute by minute", rest=rest)


def contents(made: list[Block]) -> list[tuple[str, str]]:
    """Words and id of every section, as they are read: not escaped."""
    found = [HEADING.findall(block.html) for block in made if block.html]
    return [
        (html.unescape(re.sub("<[^>]+>", "", words)), html.unescape(at))
        for pairs in found
        for at, words in pairs
    ]
