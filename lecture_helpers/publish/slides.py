"""A lesson's fifty minutes as slides: which cells, how they are parted, what the teacher says."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lecture_helpers.publish.frames import WIDGET_VIEW
from lecture_helpers.widgets.rendering.pixels import decode_png

DEEPER, TEACHER = "Going deeper", "For the teacher: fifty minutes"
LEFT_OUT, LEFT_UNSAID = ("The cast",), ("**How to use it.**", "When you are through you can say")
ELSEWHERE = "*More of it stands in the lesson.*"
TALL = 0.5  # a picture of this height over its width fills a slide
WORDS = 125  # on a slide, about; a line of a formula or of a table counts as ten
FOLDED = re.compile(r"<details><summary><b>(.+?)</b></summary>\s*(.+?)\s*</details>", re.DOTALL)
HEADING = re.compile(r"^(#{1,3}) +(.+?)\s*$", re.MULTILINE)


@dataclass
class Slide:
    """A heading, paragraphs of Markdown or an output of a cell, and what the teacher says."""

    heading: str = ""
    section: str = ""
    topic: str = ""
    text: list[str] = field(default_factory=list)
    output: Any = None
    notes: str = ""


def slide_types(cells: list) -> Iterator[str]:
    """How each cell of a notebook is shown in slides, in nbconvert's words.

    Prose begins a slide, pictures stand on their own, code without a picture is left out, and so
    is what goes deeper. The teacher's table is notes.
    """
    heading, deeper = "", False
    for cell in cells:
        found = re.findall(r"^## +(.+?)\s*$", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and found:
            heading = found[-1]
            deeper = deeper or heading == DEEPER
        if deeper or heading in LEFT_OUT:
            yield "skip"
        elif heading == TEACHER:
            yield "notes"
        elif cell.cell_type == "markdown":
            yield "slide"
        else:
            yield "subslide" if any(map(_shown, cell.outputs)) else "skip"


def _shown(output) -> bool:
    return "image/png" in output.get("data", {})


def slides(cells: list) -> list[Slide]:
    """The slides of executed cells, as the metadata of these say; the first one is the title."""
    made: list[Slide] = []
    script = ""
    for cell in cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "skip")
        if kind == "notes":
            script = cell.source
        elif kind == "slide":
            made += _parted(cell.source, made[-1] if made else Slide())
        elif kind == "subslide":
            for output in cell.outputs:
                made += _of_output(output, made)
    made = [slide for slide in made if slide.text or slide.output]
    for slide in made:
        slide.notes = "\n\n".join(filter(None, [slide.notes, _spoken(script, slide.section)]))
    return made


def _of_output(output, before: list[Slide]) -> list[Slide]:
    """An explorer under its question, a sentence of the ledger, or a picture that is not tall."""
    data, last = output.get("data", {}), before[-1]
    if WIDGET_VIEW in data and _shown(output):
        heading, rest = _question(last)
        return [Slide(heading, last.section, last.topic, output=output, notes=rest)]
    if "text/markdown" in data and "<details" not in data["text/markdown"]:
        return _parted(_beginning(data["text/markdown"]), last)
    if _shown(output):
        height, width = decode_png(base64.b64decode(data["image/png"])).shape[:2]
        if height <= TALL * width:
            return [Slide(last.topic, last.section, last.topic, output=output)]
    return []


def _beginning(words: str) -> str:
    """As many whole sentences as a slide holds."""
    sentences = re.split(r"(?<=[.?!]) ", words.strip())
    kept = sentences[:1]
    while len(kept) < len(sentences) and _weight_of(" ".join(kept)) < WORDS / 2:
        kept.append(sentences[len(kept)])
    more = [ELSEWHERE] if len(kept) < len(sentences) else []
    return "\n\n".join([" ".join(kept), *more])


def _question(slide: Slide) -> tuple[str, str]:
    """The question at the end of a slide, taken off it, and what follows it there."""
    asked = re.match(r"\*\*(.+?)\*\* *(.*)", slide.text[-1], re.DOTALL) if slide.text else None
    if not asked:
        return slide.heading, ""
    slide.text.pop()
    return asked[1], asked[2]


def _parted(source: str, last: Slide) -> list[Slide]:
    """The slides of a cell of Markdown: a new one at every heading and where one is full."""
    made: list[Slide] = []
    heading, section = last.topic, last.section
    for block in _blocks(FOLDED.sub(r"**\1.** \2", source)):
        found = HEADING.match(block)
        if block.startswith(LEFT_UNSAID):
            continue
        if found:
            heading = found[2]
            section = heading if len(found[1]) < 3 else section
            if made and not made[-1].text:
                made.pop()
            made.append(Slide(heading, section, heading))
            continue
        if not made or _weight(made[-1].text) + _weight([block]) > WORDS and made[-1].text:
            made.append(Slide(heading, section, heading))
        made[-1].text.append(block)
    return made


def _blocks(source: str) -> Iterator[str]:
    """Headings, paragraphs, formulas and items of lists, one by one.

    >>> list(_blocks("## A\\n\\nOne.\\n\\n- b\\n- c"))
    ['## A', 'One.', '- b', '- c']
    """
    for block in re.split(r"\n\s*\n", source.strip()):
        if re.match(r"[-*] |\d+\. ", block):
            yield from re.split(r"\n(?=[-*] |\d+\. )", block)
        else:
            yield block


def _weight(blocks: list[str]) -> int:
    return sum(_weight_of(block) for block in blocks)


def _weight_of(block: str) -> int:
    if block.startswith(("$$", "|")):
        return 10 * (1 + block.count("\n") + block.count(r"\\"))
    return len(block.split())


def _spoken(script: str, heading: str) -> str:
    """What the teacher's table says of a section, in the rows that name its number."""
    number = re.match(r"\d+", heading)
    said: dict[str, list[str]] = {}
    section = ""
    for row in re.findall(r"^\| *(\d.*)\|\s*$", script, re.MULTILINE):
        minutes, what, ask, answer = ([part.strip() for part in row.split("|")] + [""] * 3)[:4]
        named = re.search(r"[Ss]ections? (\d+)", what)
        section = named[1] if named else section
        words = f"**{minutes}** {what}\n\nAsk: {ask}\n\nThey say → then: {answer}"
        said.setdefault(section, []).append(words)
    return "\n\n".join(said.get(number[0] if number else "", []))
