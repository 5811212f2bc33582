"""The page of all public names: signature and first sentence, read from the source itself.

The source is parsed, not imported: a signature reads as it was written, on every Python, and
rooms that need packages of their own are listed without them.
"""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from inspect import cleandoc
from pathlib import Path

from lecture_helpers.report.lessons import ROOT

PAGE = ROOT / "docs" / "api.md"
ROOMS = (
    "foundation", "test_functions", "datasets", "optimization", "training", "networks",
    "pretraining", "curriculum", "plots", "widgets", "claims", "report", "exercises", "publish",
)  # fmt: skip
HEAD = """# Public names

Room by room, each after those it builds on. A room with a face is imported from its own name,
`from lecture_helpers.plots import role`; of the others each file is named. Written by
`python3 start.py refresh`; shapes, units and errors stand in the docstrings."""


def page() -> str:
    """docs/api.md as it ought to be."""
    return "\n\n".join([HEAD, *(part for room in ROOMS for part in _room(room))]) + "\n"


def _room(room: str) -> Iterator[str]:
    package = import_module(f"lecture_helpers.{room}")
    folder = ROOT / "lecture_helpers" / room
    yield f"## {room}\n\n{first_sentence(package.__doc__)}"
    found = {path: _definitions(path) for path in sorted(folder.rglob("*.py"))}
    face = getattr(package, "__all__", None)
    if face:
        homes = {name: node for each in reversed(found.values()) for name, node in each.items()}
        yield "\n".join(_line(name, homes[name]) for name in sorted(face, key=str.lower))
        return
    for path, each in found.items():
        lines = [
            _line(name, node)
            for name, node in each.items()
            if name[0] != "_" and isinstance(node, ast.ClassDef | ast.FunctionDef)
        ]
        if lines:
            link = f"[{path.relative_to(folder)}](../{path.relative_to(ROOT).as_posix()})"
            yield f"### {link}\n\n" + "\n".join(lines)


def _definitions(path: Path) -> dict[str, ast.stmt]:
    """What a file defines at its top level, by name."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


def _line(name: str, node: ast.stmt) -> str:
    if not isinstance(node, ast.ClassDef | ast.FunctionDef):
        return f"- `{name}`"
    words = first_sentence(ast.get_docstring(node) or "")
    return f"- `{name}{signature(node)}`" + f": {words}" * bool(words)


def signature(node: ast.ClassDef | ast.FunctionDef) -> str:
    """The parameters and the result of a function, or what makes an object of a class.

    >>> signature(ast.parse("def f(x, *, lr: float = 0.1) -> int: ...").body[0])
    '(x, *, lr: float=0.1) -> int'
    """
    if isinstance(node, ast.FunctionDef):
        result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        return f"({ast.unparse(node.args)}){result}"
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            return f"({ast.unparse(part.args).partition(', ')[2]})"
    fields = [ast.unparse(part) for part in node.body if isinstance(part, ast.AnnAssign)]
    return f"({', '.join(field for field in fields if 'init=False' not in field)})"


def first_sentence(words: str | None) -> str:
    """The first sentence of a docstring, on one line.

    >>> first_sentence("One line\\n    and more. The rest.")
    'One line and more.'
    """
    paragraph = " ".join(cleandoc(words or "").partition("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s+(?=[A-Z`])", paragraph)[0].replace("``", "`")
