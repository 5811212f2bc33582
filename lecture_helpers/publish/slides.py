"""A lesson's fifty minutes as slides: which cells, how they are parted, what the teacher says."""

import ast
import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nbformat.v4 import new_output

from lecture_helpers.claims import ledger
from lecture_helpers.publish.blocks import without_kernel
from lecture_helpers.publish.frames import WIDGET_VIEW
from lecture_helpers.report.cards import few_parts
from lecture_helpers.report.excerpts import excerpts
from lecture_helpers.report.ledger_rows import shown
from lecture_helpers.widgets.rendering.pixels import decode_png

DEEPER, TEACHER = "Going deeper", "For the teacher: fifty minutes"
LEFT_OUT, LEFT_UNSAID = ("The cast",), ("When you are through you can say",)
AT_HOME = "In *Going deeper*:"  # of a summary: what the class has not seen
ELSEWHERE = "*More of it stands in the lesson.*"
TALL = 0.5  # a picture of this height over its width fills a slide
WORDS = 132  # on a slide, about; a line of a formula or of a table counts as ten
FOLDED = re.compile(r"<details><summary><b>(.+?)</b></summary>\s*(.+?)\s*</details>", re.DOTALL)
FOREST = re.compile(r"forest of (C\d+)")  # without it on a slide nobody can look
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
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type", "skip") for cell in cells]
    script = "".join(c.source for c, kind in zip(cells, kinds, strict=True) if kind == "notes")
    read = rows_to_read(script)
    for cell, kind in zip(cells, kinds, strict=True):
        if kind == "slide":
            _append(made, _parted(cell.source, made[-1] if made else Slide(), read))
        elif kind == "subslide":
            for output in cell.outputs:
                made += _of_output(output, made, read)
            made += _forests(cell.source, made[-1], read)
    made = [slide for slide in made if slide.text or slide.output]
    _speak(script, made)
    return made


def _append(made: list[Slide], more: list[Slide]) -> None:
    """Add slides of prose; what goes on with the last one's heading, and fits on it, joins it."""
    if made and more and not made[-1].output and made[-1].heading == more[0].heading:
        if _weight(made[-1].text) + _weight(more[0].text) <= WORDS:
            made[-1].text += more.pop(0).text
    made += more


def rows_to_read(script: str) -> dict[str, list[str]]:
    """The claims whose evidence a teacher's table has the class read, and the words it quotes.

    >>> rows_to_read('| 4-9 | the evidence of C8, the row "digits", then C9 | ask | then |')
    {'C8': ['digits'], 'C9': []}
    """
    found: dict[str, list[str]] = {}
    for _, what, *_ in _table(script):
        _, *pairs = re.split(r"\b(C\d+)\b", what)
        for name, after in zip(pairs[::2], pairs[1::2], strict=True):
            found.setdefault(name, []).extend(re.findall('"(.+?)"', after))
    return found


def _forests(source: str, last: Slide, read: dict[str, list[str]]) -> list[Slide]:
    """The rows that the script has read of the evidence which a cell shows, one claim a slide."""
    made, entries = [], ledger.load()
    for name, parts in _shown_by(source):
        if name not in read or name not in entries:
            continue
        stored = few_parts(entries[name], parts) if parts else entries[name]
        heading = f"{name}: {stored['sentence']} {shown(stored).capitalize()}."
        for one in excerpts(stored, read[name]):
            data, about = one._repr_mimebundle_()
            output = new_output("display_data", data, metadata=about)
            made.append(Slide(heading, last.section, last.topic, output=output))
    return made


def _shown_by(source: str) -> Iterator[tuple[str, list[int]]]:
    """The claims whose evidence a cell shows, each with the parts of it that it names."""
    for called in re.findall(r"\bevidence\(.+?\)", source):
        call = ast.parse(called, mode="eval").body
        assert isinstance(call, ast.Call)
        parts = [ast.literal_eval(word.value) for word in call.keywords]
        for name in call.args:
            yield ast.literal_eval(name), list(*parts)


def _of_output(output, before: list[Slide], read: dict[str, list[str]]) -> list[Slide]:
    """An explorer under its question, a sentence of the ledger, or a picture that is not tall.

    Of a claim whose rows are read the sentence heads those.
    """
    data, last = output.get("data", {}), before[-1]
    if WIDGET_VIEW in data and _shown(output):
        heading, rest = _question(last)
        return [Slide(heading, last.section, last.topic, output=output, notes=rest)]
    if "text/markdown" in data and "<details" not in data["text/markdown"]:
        said = data["text/markdown"].split("\n\n")
        said = [words for words in said if not words.startswith(tuple(f"**{c}**" for c in read))]
        return _parted(_beginning(" ".join(said)), last, read) if said else []
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


def _parted(source: str, last: Slide, read: dict[str, list[str]]) -> list[Slide]:
    """The slides of a cell of Markdown: a new one at every heading and where one is full."""
    made: list[Slide] = []
    heading, section = last.topic, last.section
    in_class, *_ = without_kernel(source).partition(AT_HOME)
    for block in _blocks(FOLDED.sub(r"**\1.** \2", in_class)):
        found = HEADING.match(block)
        named = FOREST.findall(block)
        if block.startswith(LEFT_UNSAID) or named and not set(named) & set(read):
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


def _table(script: str) -> Iterator[list[str]]:
    """The rows of a teacher's table: minutes, what, ask, they say and then."""
    for row in re.findall(r"^\| *(\d.*)\|\s*$", script, re.MULTILINE):
        yield ([part.strip() for part in row.split("|")] + [""] * 3)[:4]


def _speak(script: str, made: list[Slide]) -> None:
    """Give every slide what the teacher's table says there.

    A row belongs to the section or the heading that it begins with, else to where the row before
    it belongs; the first ones to the title. The summary has what is to be remembered.
    """
    headings = {_bare(words): words for slide in made for words in (slide.section, slide.topic)}
    at, said = made[0].section, {}
    for minutes, what, ask, answer in _table(script):
        number = re.match(r"[Ss]ections? (\d+)", what)
        named = [bare for bare in headings if bare and _bare(what).startswith(bare)]
        if number:
            at = next((s.section for s in made if s.section.startswith(f"{number[1]}.")), at)
        elif named:
            at = headings[max(named, key=len)]
        words = f"**{minutes}** {what}\n\nAsk: {ask}\n\nThey say → then: {answer}"
        said.setdefault(at, []).append(words)
    said["Summary"] = re.findall(r"^If they remember one thing: .+$", script, re.MULTILINE)
    for slide in made:
        rows = said.get(slide.topic) or said.get(slide.section) or []
        slide.notes = "\n\n".join(filter(None, [slide.notes, *rows]))


def _bare(heading: str) -> str:
    """A heading without its number and its stars, in small letters."""
    return re.sub(r"^\d+\. |\*", "", heading).casefold()
