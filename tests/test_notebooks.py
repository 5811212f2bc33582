"""The stored notebooks, read as files: executed, tidy, legible without a kernel."""

import ast
import builtins
import copy
import json
import re
import symtable
from pathlib import Path

import pytest
from nbformat.validator import get_validator

from lecture_helpers.publish.refresh import KERNEL, WIDGET_VIEW
from tests.test_placeholders import MARK

ROOT = Path(__file__).parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_LINES = {"": 20, "solution": 25}
MOST_BYTES = 4_000_000
MACHINE_PATH = r"(?<![\w.])/(tmp|work|root|home|Users|usr|opt)/|[A-Z]:\\\\|site-packages"
UNWELCOME = (
    r"%pip|!pip|pip install|rcParams|pyplot|urlopen|urllib|requests\.|https?://|get_dataset"
    r"|np\.random\.(seed|rand|randn|normal|uniform)\(|torch\.manual_seed|warnings\.filterwarnings"
)
DEEPER = "Going deeper"
ASIDE = ["Summary", "For the teacher: fifty minutes"]
SECTIONS = [
    "The cast", "Your turn", *ASIDE, DEEPER, "What the slides get wrong or leave out",
    "More exercises", "Test yourself", "Literature",
]  # fmt: skip
TOOLS = {"datasets", "plots", "report", "training", "widgets"}
SHOWS = re.compile(r"^\s*(?:\w+ = )?(?:explore|show|strip)\(", re.MULTILINE)


def source(cell) -> str:
    return "".join(cell["source"])


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and source(cell)]


def prose(notebook):
    """The Markdown of all cells without its code blocks."""
    texts = [source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    return re.sub(r"```.*?```|`[^`\n]*`", "", "\n\n".join(texts), flags=re.DOTALL)


def headings(notebook) -> list[tuple[int, str]]:
    found = re.findall(r"^(#{1,6}) +(.+?)\s*$", prose(notebook), re.MULTILINE)
    return [(len(marks), words) for marks, words in found]


def anchor(words: str) -> str:
    """The address that JupyterLab gives a heading."""
    return re.sub(r"[*_]", "", words).replace(" ", "-")


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell["outputs"]]


# Each check yields what is wrong, in words.


def unexecuted(notebook, folder):
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    if not counts or counts != list(range(1, len(counts) + 1)):
        yield f"cells are not executed in order from 1: {counts}"


def failed(notebook, folder):
    for output in outputs(notebook):
        if output["output_type"] == "error":
            yield f"an error is stored: {output['ename']}"
        if output.get("name") == "stderr":
            yield f"a warning is stored: {''.join(output['text'])[:80]}"


def widget_state(notebook, folder):
    if "widgets" in notebook["metadata"]:
        yield "the state of widgets is stored"
    if any(WIDGET_VIEW in output.get("data", {}) for output in outputs(notebook)):
        yield "a widget view is stored, which shows nothing without its kernel"


def missing_pictures(notebook, folder):
    for cell in code_cells(notebook):
        pictures = [o for o in cell["outputs"] if "image/png" in o.get("data", {})]
        if SHOWS.search(source(cell)) and not pictures:
            yield f"a cell shows nothing: {source(cell)[:50]!r}"
        for output in pictures:
            if not output["metadata"].get("image/png", {}).get("alt", "").strip():
                yield f"a picture has no words: {source(cell)[:50]!r}"


def pictures_elsewhere(notebook, folder):
    """Pictures that do not lie below the notebook's folder: Voila waits for them for ever."""
    for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)|<img[^>]+src=\"([^\"]+)", prose(notebook)):
        (name,) = filter(None, target)
        if not name.startswith(("attachment:", "data:")):
            inside = (folder / name).resolve().is_relative_to(folder.resolve())
            if not inside or not (folder / name).is_file():
                yield f"the picture {name} does not lie below the notebook's folder"


def machine_paths(notebook, folder):
    for cell in notebook["cells"]:
        shown = [
            json.dumps(
                {k: v for k, v in output.get("data", output).items() if not k.startswith("image/")}
            )
            for output in cell.get("outputs", [])
        ]
        for text in (source(cell), *shown):
            if found := re.search(MACHINE_PATH, text):
                yield f"a machine's path: {text[max(0, found.start() - 20) : found.end() + 20]!r}"


def is_solution(cell) -> bool:
    return "solution" in cell["metadata"].get("tags", [])


def long_cells(notebook, folder):
    for cell in code_cells(notebook):
        tag = "solution" if is_solution(cell) else ""
        lines = len(source(cell).strip().splitlines())
        if lines > MOST_LINES[tag]:
            yield f"{lines} lines, of at most {MOST_LINES[tag]}: {source(cell)[:50]!r}"


def uneven_headings(notebook, folder):
    levels = [level for level, _ in headings(notebook)]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"not one title, at the top: levels {levels}"
    for above, below in zip(levels, levels[1:], strict=False):
        if below > above + 1:
            yield f"a heading of level {below} follows one of level {above}"


def broken_links(notebook, folder):
    for mark, words, target in re.findall(r"(!?)\[([^\]]*)\]\(([^)\s]+)[^)]*\)", prose(notebook)):
        if not words.strip():
            yield f"no words on {'the picture' if mark else 'the link'} {target}"
        if not re.match(r"https?:|mailto:|attachment:", target):
            yield from _broken(target, notebook, folder)


def _broken(target, notebook, folder):
    name, _, heading = target.partition("#")
    path = folder / name.replace("%20", " ")
    if name and not path.exists():
        yield f"the link {target} leads nowhere"
    elif heading and (not name or path.suffix == ".ipynb"):
        other = json.loads(path.read_text(encoding="utf-8")) if name else notebook
        if heading not in {anchor(words) for _, words in headings(other)}:
            yield f"the link {target} leads to no heading"


def images_without_words(notebook, folder):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            for tag in re.findall(r"<img\b[^>]*>", source(cell)):
                if not re.search(r"alt=[\"'][^\"']+", tag):
                    yield f"a picture in the prose has no alt text: {tag}"


def unwelcome_code(notebook, folder):
    for cell in code_cells(notebook):
        for found in re.finditer(UNWELCOME, source(cell)):
            yield f"{found.group()!r} in {source(cell)[:50]!r}"


def bound(cell) -> set[str]:
    """The names that a cell binds for the cells below."""
    symbols = symtable.symtable(source(cell), "cell", "exec").get_symbols()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}


def read_from_cells(scope: symtable.SymbolTable) -> set[str]:
    """The names that a scope, or one within it, reads from the notebook or the builtins."""
    names = {s.get_name() for s in scope.get_symbols() if s.is_global() and s.is_referenced()}
    return names.union(*map(read_from_cells, scope.get_children()))


def names_used_above_their_cell(notebook, folder):
    known = {*dir(builtins), "__name__", "display"}
    for cell in code_cells(notebook):
        known |= bound(cell)
        for name in read_from_cells(symtable.symtable(source(cell), "cell", "exec")) - known:
            yield f"{name} is not yet defined in {source(cell)[:50]!r}"


def overwritten_answers(notebook, folder):
    """Functions of the student, or names of the lesson, that another cell binds again."""
    cells = code_cells(notebook)
    stubs = [cell for cell in cells if ".check(" in source(cell) and not is_solution(cell)]
    for stub in stubs:
        mine = {n.name for n in ast.parse(source(stub)).body if isinstance(n, ast.FunctionDef)}
        for cell in cells:
            if cell is not stub and (again := mine & bound(cell)):
                yield f"{again}, to be written by the student, bound in {source(cell)[:50]!r}"
    lesson = set().union(*(bound(cell) for cell in cells if not is_solution(cell)))
    for cell in filter(is_solution, cells):
        if again := lesson & bound(cell):
            yield f"a solution binds {again} of the lesson"


def said_twice(notebook, folder):
    """Long paragraphs, or headings, that stand in two places."""
    texts = [source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    parts = [part for text in texts for part in text.split("\n\n") if part[:1] != "|"]
    long = [part for part in parts if len(part) > 120 or part.startswith("#")]
    yield from (f"said twice: {part[:60]!r}" for part in {p for p in long if long.count(p) > 1})


def open_answers(notebook, folder):
    """Answers that stand open beside a question, or below a solution that is folded."""
    asked = False
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            asked = "predict=" in source(cell)
            if asked and cell["metadata"].get("jupyter") != {"source_hidden": True}:
                yield f"the answer stands in the open code: {source(cell)[:50]!r}"
        elif asked and source(cell).startswith("**What you saw"):
            yield f"an answer stands open: {source(cell)[:60]!r}"
    for cell in filter(is_solution, code_cells(notebook)):
        if cell["metadata"].get("jupyter") != {"source_hidden": True, "outputs_hidden": True}:
            yield f"a solution is not folded with its output: {source(cell)[:50]!r}"


def import_style(notebook, folder):
    """Tools come from their room, subjects from their file, and only numpy has another name."""
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(source(cell))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from _odd_import(node)


def _odd_import(node):
    names = {alias.asname for alias in node.names if alias.asname} - {"np"}
    if names:
        yield f"{ast.unparse(node)!r} gives another name"
    package, *parts = (getattr(node, "module", None) or node.names[0].name).split(".")
    if package == "lecture_helpers" and len(parts) != (1 if set(parts) & TOOLS else 2):
        yield f"{ast.unparse(node)!r} is neither a tool from its room nor a subject from its file"


def tricks(notebook, folder):
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(source(cell))):
            if words := _trick(node):
                yield f"{words}: {ast.unparse(node)[:80]!r}"


def _trick(node) -> str:
    """What is too clever about an expression, in words."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Dict(), attr="get")):
            return "a dict made for one look-up"
        case ast.Expr(value=ast.Tuple()):
            return "several statements in one"
        case ast.IfExp() if any(isinstance(n, ast.IfExp) for n in [*ast.walk(node)][1:]):
            return "a condition within a condition"
        case ast.BinOp(op=ast.Mult(), left=one, right=other):
            if _is_text(one) and isinstance(other, ast.Compare):
                return "a text times a truth value"
    return ""


def _is_text(node) -> bool:
    if isinstance(node, ast.Name):
        return node.id.isupper()
    return isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str)


def unsettled_metadata(notebook, folder):
    if notebook["metadata"].get("kernelspec") != KERNEL:
        yield f"the kernel is {notebook['metadata'].get('kernelspec')}"
    if "language_info" not in notebook["metadata"]:
        yield "the language is missing"
    for cell in notebook["cells"]:
        if extra := {"execution", "collapsed", "scrolled"} & set(cell["metadata"]):
            yield f"a cell keeps {extra}"


def invalid(notebook, folder):
    if (notebook["nbformat"], notebook["nbformat_minor"]) != (4, 5):
        yield "the format is not 4.5"
    for problem in get_validator(4, 5).iter_errors(notebook):
        yield f"not a valid notebook: {problem.message[:200]}"
    ids = [cell.get("id") for cell in notebook["cells"]]
    if len(set(ids)) != len(ids):
        yield "two cells have the same id"


def lecture_part(notebook) -> list[dict]:
    """The cells of a lesson's fifty minutes, without its summary and the teacher's table."""
    part, inside = [], True
    for cell in notebook["cells"]:
        found = re.search(r"^## (.+?)\s*$", source(cell), re.MULTILINE)
        if cell["cell_type"] == "markdown" and found:
            if found[1] == DEEPER:
                return part
            inside = found[1] not in ASIDE
        if inside:
            part.append(cell)
    return []


def long_lecture(notebook, folder):
    part = lecture_part(notebook)
    if not part or MARK in prose(notebook):
        return
    text = " ".join(source(c) for c in part if c["cell_type"] == "markdown")
    words = len(re.sub(r"</?(?:details|summary|b)>|<!--.*?-->", "", text).split())
    code = [source(c) for c in part if c["cell_type"] == "code"]
    explorers = sum("explore(" in text for text in code)
    for what, found, least, most in (
        ("words", words, 0, 1600), ("code cells", len(code), 8, 16), ("explorers", explorers, 3, 5),
    ):  # fmt: skip
        if not least <= found <= most:
            yield f"the lecture part has {found} {what}, not {least} to {most}"


def misplaced_sections(notebook, folder):
    found = [re.sub(r"^\d+\. ", "", words) for level, words in headings(notebook) if level == 2]
    if DEEPER in found and [words for words in found if words in SECTIONS] != SECTIONS:
        yield f"the sections are not {', '.join(SECTIONS)}, in this order"


def bare_explorers(notebook, folder):
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(source(cell))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "explore":
                given = {word.arg for word in node.keywords}
                for missing in sorted({"goals", "predict", "presets"} - given):
                    yield f"{ast.unparse(node)[:40]!r} has no {missing}"


CHECKS = [
    bare_explorers,
    broken_links,
    failed,
    images_without_words,
    import_style,
    invalid,
    long_cells,
    long_lecture,
    machine_paths,
    misplaced_sections,
    missing_pictures,
    names_used_above_their_cell,
    open_answers,
    said_twice,
    overwritten_answers,
    pictures_elsewhere,
    tricks,
    unexecuted,
    uneven_headings,
    unsettled_metadata,
    unwelcome_code,
    widget_state,
]


def test_there_are_notebooks():
    assert PATHS


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_is_free_of(check, path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert not list(check(notebook, path.parent))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_is_small_enough_to_clone_and_to_show(path):
    assert path.stat().st_size <= MOST_BYTES
    assert sum(one.stat().st_size for one in PATHS) <= 8_000_000, "all together"


# The checks themselves: one good notebook, and one change that each must notice.


def picture_output():
    return {
        "output_type": "execute_result",
        "execution_count": 1,
        "data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<view>"]},
        "metadata": {"image/png": {"alt": "A line."}},
    }


EXPLORE = "explore(view, presets={}, goals={}, predict='?')"


def good() -> dict:
    """A notebook with which every check is content."""
    text = "# Title\n\nSee [the idea](#The-idea).\n\n## The idea\n\nHere."
    markdown = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": [text]}
    code = {
        "cell_type": "code",
        "id": "b",
        "metadata": {"jupyter": {"source_hidden": True}},
        "execution_count": 1,
        "source": ["def view(ax): ...\n\n\n", "explore = print\n", EXPLORE],
        "outputs": [picture_output()],
    }
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return {"cells": [markdown, code], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_good_notebook_passes(check, tmp_path):
    assert not list(check(good(), tmp_path))


def code(notebook) -> dict:
    return notebook["cells"][1]


def output(notebook) -> dict:
    return code(notebook)["outputs"][0]


def write_prose(text):
    return lambda notebook: notebook["cells"][0].update(source=[text])


def write_code(text):
    return lambda notebook: code(notebook).update(source=[text])


def add_code(*texts, **metadata):
    """Cells with these texts, the last one with this metadata."""
    cells = [{"cell_type": "code", "metadata": {}, "source": [text]} for text in texts]
    cells[-1]["metadata"] = metadata
    return lambda notebook: notebook["cells"].extend(cells)


def write_lecture(words: str, explorers: int):
    """A lecture part of eight code cells and so many words and explorers."""
    cells = ["explore(view)"] * explorers + ["x = 1"] * (8 - explorers)
    texts = [
        ("markdown", words),
        *(("code", text) for text in cells),
        ("markdown", "## Going deeper"),
    ]

    def spoil(notebook):
        notebook["cells"] = [{"cell_type": kind, "source": [text]} for kind, text in texts]

    return spoil


def write_answer(notebook):
    """A question, and what was seen, open below it."""
    code(notebook)["source"] = ["explore(view, predict='?')"]
    for text in ("**What you saw.** It fell.", "## Going deeper"):
        notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": [text]})


def add_output(**fields):
    return lambda notebook: code(notebook)["outputs"].append(fields)


SPOILS = [
    (bare_explorers, write_code(EXPLORE.replace("presets={}, ", ""))),
    (bare_explorers, write_code(EXPLORE.replace("goals={}, ", ""))),
    (bare_explorers, write_code(EXPLORE.replace(", predict='?'", ""))),
    (broken_links, write_prose("# T\n[x](missing.ipynb)")),
    (broken_links, write_prose("# T\n[x](#Nowhere)")),
    (broken_links, write_prose("# T\n[](#T)")),
    (broken_links, write_prose("# T\n![ ](#T)")),
    (failed, add_output(output_type="error", ename="E", evalue="", traceback=[])),
    (failed, add_output(output_type="stream", name="stderr", text=["a warning"])),
    (images_without_words, write_prose('# T\n<img src="x.png">')),
    (invalid, lambda notebook: notebook.update(nbformat_minor=4)),
    (invalid, lambda notebook: code(notebook).update(id="a")),
    (invalid, lambda notebook: code(notebook).pop("outputs")),
    (import_style, write_code("import math as m")),
    (import_style, write_code("from lecture_helpers.optimization import lasso")),
    (import_style, write_code("from lecture_helpers.plots.lines import draw_line")),
    (long_cells, write_code("x = 1\n" * 21)),
    (long_lecture, write_lecture("word " * 1601, explorers=3)),
    (long_lecture, write_lecture("word", explorers=6)),
    (long_lecture, write_lecture("word", explorers=2)),
    (machine_paths, write_code("open('/" + "tmp/x')")),
    (machine_paths, add_output(output_type="stream", name="stdout", text=["/home/me/x.py"])),
    (misplaced_sections, write_prose("# T\n\n## Going deeper\n\n## Summary")),
    (missing_pictures, lambda notebook: output(notebook)["data"].pop("image/png")),
    (missing_pictures, lambda notebook: output(notebook)["metadata"].clear()),
    (names_used_above_their_cell, write_code("print(later)")),
    (names_used_above_their_cell, write_code("def view(ax, *, a=1):\n    return later[a]")),
    (names_used_above_their_cell, write_code("def view(ax):\n    return [later for _ in ax]")),
    (names_used_above_their_cell, write_code("goal = lambda now: now.a > later")),
    (names_used_above_their_cell, add_code("print(later)", "later = 1")),
    (open_answers, write_answer),
    (open_answers, lambda notebook: code(notebook).update(metadata={})),
    (said_twice, write_prose("# T\n\n" + "\n\n".join(["It fell. " * 20] * 2))),
    (open_answers, add_code("t = 1", tags=["solution"])),
    (overwritten_answers, add_code("def f(x): ...\ne.check(f)", "f = abs")),
    (overwritten_answers, add_code("t = 1", "t = 2", tags=["solution"])),
    (pictures_elsewhere, write_prose("# T\n[![a](../x.png)](#T)")),
    (pictures_elsewhere, write_prose('# T\n<img alt="a" src="https://x.org/x.png">')),
    (tricks, write_code('{"a": 1}.get(x)')),
    (tricks, write_code("f(x), g(x)")),
    (tricks, write_code("y = 1 if a else 2 if b else 3")),
    (tricks, write_code('y = "more than " * (a == b)')),
    (tricks, write_code("y = TEXT * (a == b)")),
    (unexecuted, lambda notebook: code(notebook).update(execution_count=None)),
    (unexecuted, lambda notebook: code(notebook).update(execution_count=2)),
    (uneven_headings, write_prose("# T\n\n# U")),
    (uneven_headings, write_prose("# T\n\n### U")),
    (uneven_headings, write_prose("## T")),
    (unsettled_metadata, lambda notebook: notebook["metadata"].update(kernelspec={})),
    (unsettled_metadata, lambda notebook: notebook["metadata"].pop("language_info")),
    (unsettled_metadata, lambda notebook: code(notebook).update(metadata={"execution": {}})),
    (unwelcome_code, write_code("%pip install x")),
    (unwelcome_code, write_code("import matplotlib.pyplot as plt")),
    (widget_state, lambda notebook: notebook["metadata"].update(widgets={})),
    (widget_state, lambda notebook: output(notebook)["data"].update({WIDGET_VIEW: {}})),
]


@pytest.mark.parametrize("check, spoil", SPOILS)
def test_each_check_notices_what_it_is_for(check, spoil, tmp_path):
    notebook = copy.deepcopy(good())
    spoil(notebook)
    assert list(check(notebook, tmp_path))


def test_a_link_to_a_heading_of_another_notebook_is_followed(tmp_path):
    (tmp_path / "other.ipynb").write_text(json.dumps(good()))
    notebook = good()
    write_prose("# T\n[x](other.ipynb#The-idea)")(notebook)
    assert not list(broken_links(notebook, tmp_path))
    write_prose("# T\n[x](other.ipynb#No-idea)")(notebook)
    assert list(broken_links(notebook, tmp_path))


def test_a_short_lecture_passes(tmp_path):
    notebook = good()
    write_lecture("word " * 1600, explorers=3)(notebook)
    assert not list(long_lecture(notebook, tmp_path))


def test_the_summary_and_what_goes_deeper_do_not_count(tmp_path):
    notebook = good()
    write_lecture("word", explorers=3)(notebook)
    for place, text in ((-1, "## Summary\n" + "word " * 2000), (99, "word " * 2000)):
        cell = {"cell_type": "markdown", "source": [text]}
        notebook["cells"].insert(place if place < 0 else len(notebook["cells"]), cell)
    assert not list(long_lecture(notebook, tmp_path))


def test_a_solution_may_be_longer(tmp_path):
    notebook = good()
    write_code("x = 1\n" * 25)(notebook)
    code(notebook)["metadata"]["tags"] = ["solution"]
    assert not list(long_cells(notebook, tmp_path))
