"""After the cells of a notebook: every explorer driven, in the kernel in which nbval ran them.

Two items more a notebook. The second looks for the goals, at more settings and in large type:
CI has it.
"""

import json
from pathlib import Path
from queue import Empty

import pytest

ROUNDS = {"explorers": False, "explorers, thoroughly": True}
DRIVE = """
from tests.driver import drive_all as _drive_all
print(*_drive_all({expected}, thorough={thorough}), sep="\\n")
"""


def explorers_in(notebook: Path) -> int:
    """The number of explorers that the cells of a notebook make."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return sum(source.count("explore(\n") for source in code)


class Explorers(pytest.Item):
    """Drives what the cells before it have made; ``name`` says in which round."""

    def runtest(self):
        kernel = self.parent.kernel
        assert not self.parent.timed_out and kernel.is_alive(), "the notebook did not run"
        code = DRIVE.format(expected=explorers_in(self.path), thorough=ROUNDS[self.name])
        said = self.answer(kernel, kernel.execute_cell_input(code, allow_stdin=False))
        assert not said["error"] and not said["stdout"].strip(), "".join(said.values())

    def answer(self, kernel, identity: str) -> dict[str, str]:
        """What the kernel says to a request until it is idle again, by where it says so."""
        said = dict.fromkeys(("stderr", "stdout", "error"), "")
        while True:
            try:
                message = kernel.get_message("iopub", timeout=10)
            except Empty:
                assert kernel.is_alive(), f"the kernel died: {said}"
                continue
            if message["parent_header"].get("msg_id") != identity:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                said[content["name"]] += content["text"]
            elif message["msg_type"] == "error":
                said["error"] += "\n".join(content["traceback"])
            elif content.get("execution_state") == "idle":
                return said

    def repr_failure(self, excinfo, style=None):
        return str(excinfo.value)

    def reportinfo(self):
        return self.path, 0, f"{self.path.name}: {self.name}"


def with_explorers(items: list) -> list:
    """The items, with those that drive the explorers after the last cell of each notebook."""
    last = {item.parent: item for item in items if type(item).__name__ == "IPyNbCell"}
    more = {}
    for notebook, cell in last.items():
        if explorers_in(notebook.path):
            more[cell] = [Explorers.from_parent(notebook, name=name) for name in ROUNDS]
            more[cell][1].add_marker(pytest.mark.ci)
    return [each for item in items for each in (item, *more.get(item, ()))]
