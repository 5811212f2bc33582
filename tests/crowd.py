"""A class on one server: python -m tests.crowd [KERNELS] runs and moves every lesson at once.

Prints, for each kernel, the seconds until its last cell had run, the processor seconds of it, its
memory, and the median time of a move while the others work.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from uuid import uuid4

import nbformat
import psutil
from jupyter_client.jsonutil import json_default
from websocket import create_connection

from tests import browser

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
MOVES = 20
LIMIT = 3000  # seconds without a word of a kernel: it is lost
MOVE = """
import numpy as _np, time as _time, os as _os
from lecture_helpers.widgets import explorers as _explorers
from tests.widgets.views import hand as _hand, random_value as _random_value
_rng, _spent = _np.random.default_rng(0), []
for _ in range({moves}):
    _one = _explorers()[_rng.integers(len(_explorers()))]
    _control = list(_one.controls.values())[_rng.integers(len(_one.controls))]
    _live, _begun = getattr(_one, "time", None), _time.perf_counter()
    if _live:
        _one.set(**{{_live.name: int(_rng.integers(_live.hi // 10))}})
    else:
        _hand(_control, _random_value(_control, _rng))
    _spent.append(_time.perf_counter() - _begun)
    assert not _one.error, _one.error
print(_os.getpid(), sorted(_spent)[len(_spent) // 2])
"""


@dataclass
class Student:
    """One kernel of the server, spoken to as a page does, through the server's socket."""

    server: browser.Server
    notebook: Path
    seconds: float = 0.0
    move: float = 0.0
    pid: int = 0
    printed: list = field(default_factory=list)

    def open(self) -> None:
        self.identity = self.server.ask("api/kernels", "POST")["id"]
        address = self.server.url.replace("http", "ws", 1)
        path = f"api/kernels/{self.identity}/channels?token={self.server.token}"
        self.socket = create_connection(address + path, timeout=LIMIT)

    def run(self, code: str) -> None:
        """Run code; raise RuntimeError with its last words when it fails or the kernel dies."""
        header = {"msg_id": uuid4().hex, "msg_type": "execute_request", "session": self.identity,
                  "username": "", "version": "5.3", "date": ""}  # fmt: skip
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False,
                   "user_expressions": {}, "stop_on_error": True}  # fmt: skip
        self.socket.send(json.dumps(
            {"header": header, "parent_header": {}, "metadata": {}, "content": content,
             "buffers": [], "channel": "shell"}, default=json_default,
        ))  # fmt: skip
        while True:
            said = self.socket.recv()
            if not isinstance(said, str):  # a picture with its bytes
                continue
            said = json.loads(said)
            kind, content = said["header"]["msg_type"], said["content"]
            if content.get("execution_state") in ("restarting", "dead", "autorestarting"):
                raise RuntimeError(f"the kernel of {self.notebook.name} was ended")
            if said["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            if kind == "error":
                raise RuntimeError(f"{self.notebook.name}: {content['ename']}: {content['evalue']}")
            if kind == "stream" and content["name"] == "stdout":
                self.printed.append(content["text"])
            if content.get("execution_state") == "idle":
                return

    def take(self) -> None:
        """Run the whole lesson, then move controls of its explorers to random places."""
        begun = time.monotonic()
        for cell in nbformat.read(self.notebook, as_version=4).cells:
            if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", []):
                self.run(cell.source)
        self.seconds = time.monotonic() - begun
        self.run(MOVE.format(moves=MOVES))
        pid, move = self.printed[-1].split()
        self.pid, self.move = int(pid), float(move)

    def told(self) -> str:
        process = psutil.Process(self.pid)
        spent, used = sum(process.cpu_times()[:2]), process.memory_full_info()
        return (
            f"{self.notebook.stem:32} {self.seconds:6.0f} s {spent:6.0f} s "
            f"{used.uss / 2**20:6.0f} MiB {used.pss / 2**20:6.0f} MiB {1000 * self.move:6.0f} ms"
        )


def main(kernels: int = 20) -> list[Student]:
    """All of them at once; the students, after all that was asked of them was done."""
    with browser.serve(NOTEBOOKS[0].parent) as server, ThreadPoolExecutor(kernels) as at_once:
        students = [Student(server, path) for path in islice(cycle(NOTEBOOKS), kernels)]
        for step in (Student.open, Student.take):
            list(at_once.map(step, students))
            print(f"{step.__name__}: done by {kernels}", file=sys.stderr, flush=True)
        print("lesson, time until its last cell, processor, own memory, with its share, a move")
        print("\n".join(student.told() for student in students))
        print(f"a move, median of all: {1000 * median(s.move for s in students):.0f} ms")
        alive = {kernel["id"] for kernel in server.ask("api/kernels")}
        assert alive == {student.identity for student in students}
        for student in students:
            student.socket.close()
        server.end_kernels()
    return students


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
