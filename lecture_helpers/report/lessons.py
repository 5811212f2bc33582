"""The lessons as a reader meets them: title, question, picture, and where each claim is shown."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from lecture_helpers.claims import CLAIMS

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
PICTURES = NOTEBOOKS / "pictures"
IN_WORDS = 0x010E  # Exif's field for the description of a picture


@dataclass(frozen=True)
class Lesson:
    """A lesson of the lecture, written or not.

    ``question`` is empty where there is no notebook yet, ``alt`` where there is no picture and
    ``moving``, its words, where there is none that moves.
    ``shown`` maps a claim to the cell that shows its evidence and the heading over it.
    """

    name: str
    title: str
    question: str = ""
    alt: str = ""
    moving: str = ""
    shown: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """4 for 04_supervised_pretraining."""
        return int(self.name[:2])

    def link(self, claim: str) -> str:
        """The address of a claim's evidence from the folder of the notebooks, "" if none.

        It is the heading's, which more readers of notebooks follow than a cell's.
        """
        _, heading = self.shown.get(claim, ("", ""))
        return f"{self.name}.ipynb#{anchor(heading)}" if heading else ""


def lessons() -> tuple[Lesson, ...]:
    """All lessons that claims belong to, in order."""
    names = dict.fromkeys(claim.lesson for claim in CLAIMS.values())
    return tuple(lesson(name) for name in sorted(names))


def lesson(name: str, folder: Path = NOTEBOOKS, pictures: Path = PICTURES) -> Lesson:
    """What a lesson's notebook and picture say; only its name where it is not written yet.

    Raises:
        ValueError: the first cell of the notebook has no title.
    """
    path = folder / f"{name}.ipynb"
    if not path.exists():
        return Lesson(name, name[3:].replace("_", " ").capitalize())
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    first = "".join(cells[0]["source"]) if cells else ""
    title = re.search(r"^# (.+)", first, re.MULTILINE)
    if title is None:
        raise ValueError(f"{path.name} has no title: a line '# ...' belongs into its first cell.")
    question = re.search(r"\*\*The question\.\*\* *(.+)", first)
    alt, moving = (alt_text(pictures / f"{name}.{kind}") for kind in ("png", "webp"))
    asked = question[1] if question else ""
    return Lesson(name, title[1].strip(), asked, alt, moving, _shown(cells))


def alt_text(picture: Path) -> str:
    """The words stored in a picture, "" if there are none."""
    from PIL import Image

    if not picture.exists():
        return ""
    with Image.open(picture) as image:
        return words_of(image)


def words_of(image) -> str:
    """The words stored in an open PNG, or in the Exif data of another picture."""
    words = image.getexif().get(IN_WORDS, "").encode("latin-1").decode("utf-8")
    return image.info.get("Description", words)


def _shown(cells: list[Mapping]) -> dict[str, tuple[str, str]]:
    found, heading = {}, ""
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = ([heading] + re.findall(r"^#{1,6} +(.+?)\s*$", source, re.MULTILINE))[-1]
        elif "evidence(" in source:
            names = re.findall(r'"(C\d+)"', source)
            found = dict.fromkeys(names, (cell["id"], heading)) | found
    return found


def anchor(heading: str) -> str:
    """The address that JupyterLab gives a heading, as it can stand in a link."""
    return quote(re.sub(r"[*_`$]", "", heading).replace(" ", "-"), safe="?!,.:;'")
