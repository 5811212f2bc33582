"""A fingerprint of the code that an experiment reaches, read from syntax trees.

What does not compute leaves it as it is: comments, formatting, docstrings, annotations, and code
that the experiment does not name. A name that is put together while running is not followed.
"""

import ast
import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from symtable import symtable
from typing import NamedTuple

UNSAID = {"annotation", "ctx", "kind", "returns", "simple", "type_comment", "type_params"}
Place = tuple[str, str]  # a module, "" for the one at hand, and dotted names within it


@cache
def fingerprint(experiment: Callable) -> str:
    """12 hex digits for an experiment and all that it reaches by name within its package.

    Taken once: what is computed here is what was loaded, and not what a file holds later.
    """
    module, name = experiment.__module__, experiment.__qualname__.partition(".")[0]
    root = Path(str(sys.modules[module].__file__)).resolve().parents[module.count(".")]
    return hashlib.sha256("\n".join(reached(module, name, root)).encode()).hexdigest()[:12]


def reached(module: str, name: str, root: Path) -> list[str]:
    """Every definition that one reaches, itself included, as "module.name: tree", sorted.

    ``root`` is the folder in which the package of that module lies; others are not entered.
    """
    found, seen, todo = set(), set(), [(module, name)]
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        for home, head, rest, definition in _owners(root, module.partition(".")[0], *place):
            found.add(f"{home}.{head}: {definition.tree}")
            todo += [(elsewhere or home, names) for elsewhere, names in definition.reads]
            if definition.target:
                elsewhere, names = definition.target
                todo.append((elsewhere, _joined(names, rest)))
    return sorted(found)


class _Definition(NamedTuple):
    """What a module says of a name; ``target`` is what it stands for if it is imported."""

    tree: str = ""
    reads: frozenset[Place] = frozenset()
    target: Place | None = None


def _owners(root: Path, package: str, module: str, dotted: str) -> Iterator[tuple]:
    """Where dotted names within a module are defined: module, name, what follows, definition.

    A face that loads its names when they are asked for, by ``__getattr__``, has those of the
    modules beside it.
    """
    known, (head, _, rest) = _module(root, package, module) or {}, dotted.partition(".")
    if head in known:
        yield module, head, rest, known[head]
    elif head and _module(root, package, f"{module}.{head}") is not None:
        yield from _owners(root, package, f"{module}.{head}", rest)
    elif head and "__getattr__" in known:
        for file in root.joinpath(*module.split(".")).glob("*.py"):
            beside = f"{module}.{file.stem}"
            definition = (_module(root, package, beside) or {}).get(head)
            if definition and not definition.target:
                yield beside, head, rest, definition


def _module(root: Path, package: str, module: str) -> dict[str, _Definition] | None:
    """By name what a module defines; None where there is no such module in the package."""
    path = root.joinpath(*module.split("."))
    for file in (path / "__init__.py", path.with_name(f"{path.name}.py")):
        if module.partition(".")[0] == package and file.is_file():
            return _definitions(file.read_text(encoding="utf-8"))
    return None


@cache
def _definitions(text: str) -> dict[str, _Definition]:
    """By name what the statements of a module bind.

    One that binds nothing, as X[0] = 1 or x.append(1) do, belongs to every name that it reads.
    """
    found: dict[str, _Definition] = {}
    for statement in ast.parse(text).body:
        bound, read = _names(statement, text)
        imported = _imported(statement)
        reads = frozenset(_reads(statement, read, imported))
        tree = "" if isinstance(statement, ast.Import | ast.ImportFrom) else _tree([statement])
        for name in bound or read:
            before, target = found.get(name, _Definition()), imported.get(name)
            whole = f"{before.tree}{target or ''}{tree}"
            found[name] = _Definition(whole, before.reads | reads, target or before.target)
    return found


def _names(statement: ast.stmt, text: str) -> tuple[set[str], set[str]]:
    """The names that a statement binds in its module, and those that it reads from there."""
    first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])
    own = "\n".join(text.split("\n")[first - 1 : statement.end_lineno])
    top, *within = tables = [symtable(own, "", "exec")]
    for table in tables:
        within += table.get_children()
        tables += table.get_children()
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    bound -= _of_comprehensions(statement)
    read = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    return bound, read | {s.get_name() for t in within for s in t.get_symbols() if s.is_global()}


def _of_comprehensions(statement: ast.stmt) -> set[str]:
    """The names that comprehensions alone bind; since Python 3.12 they stand in the table, too."""
    every = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    stored = [node for node in every if isinstance(node.ctx, ast.Store)]
    clauses = [node.target for node in ast.walk(statement) if isinstance(node, ast.comprehension)]
    own = {id(node) for target in clauses for node in ast.walk(target)}
    return {n.id for n in stored if id(n) in own} - {n.id for n in stored if id(n) not in own}


def _imported(statement: ast.stmt) -> dict[str, Place]:
    found = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.ImportFrom):
            found |= {a.asname or a.name: (node.module or "", a.name) for a in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                found[alias.asname or whole] = (whole, "")
    return found


def _reads(node: ast.AST, read: set[str], imported: Mapping[str, Place]) -> Iterator[Place]:
    head, _, rest = _dotted(node).partition(".")
    if head in imported:
        module, name = imported[head]
        yield module, _joined(name, rest)
    elif head in read:
        yield "", _joined(head, rest)
    for _, value in _fields(node):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                yield from _reads(part, read, imported)


def _dotted(node: ast.AST) -> str:
    """Names joined by dots, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def _joined(*names: str) -> str:
    return ".".join(filter(None, names))


def _fields(node: ast.AST) -> list[tuple[str, object]]:
    return [(name, value) for name, value in ast.iter_fields(node) if name not in UNSAID]


def _tree(node, in_class: bool = False) -> str:
    """A syntax tree as text that is the same in every Python: types and fields that are not empty.

    Outside of a class, where annotations make fields, x: int = 1 is x = 1.
    """
    if isinstance(node, list):
        kept = [part for part in node if not _is_silent(part, in_class)]
        return f"[{', '.join(_tree(part, in_class) or '-' for part in kept)}]" if node else ""
    if isinstance(node, ast.JoinedStr):
        return f"JoinedStr({', '.join(_pieces(node))})"
    if isinstance(node, ast.AnnAssign) and not in_class:
        return f"Assign(targets=[{_tree(node.target)}], value={_tree(node.value)})"
    if isinstance(node, ast.AST):
        fields = [(n, _tree(value, isinstance(node, ast.ClassDef))) for n, value in _fields(node)]
        return f"{type(node).__name__}({', '.join(f'{n}={text}' for n, text in fields if text)})"
    return "" if node is None else ascii(node)


def _is_silent(node, in_class: bool) -> bool:
    """Whether a statement does nothing: docstrings, annotations of variables."""
    if isinstance(node, ast.AnnAssign):
        return node.value is None and not in_class
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _pieces(text: ast.JoinedStr) -> Iterator[str]:
    """The parts of an f-string; Pythons differ in where they divide its constant text."""
    for constant, run in groupby(text.values, lambda part: isinstance(part, ast.Constant)):
        if not constant:
            yield from map(_tree, run)
        elif joined := "".join(str(getattr(part, "value", "")) for part in run):
            yield ascii(joined)
