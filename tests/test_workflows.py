"""What GitHub is asked to do: build the site with our own command, publish it, know no secret."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import start

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / ".github" / "workflows" / "site.yml").read_text(encoding="utf-8")
WORKFLOW = yaml.safe_load(TEXT)
JOBS = WORKFLOW["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]
OFFICIAL = {
    "actions/checkout", "actions/setup-python", "actions/configure-pages",
    "actions/upload-pages-artifact", "actions/deploy-pages",
}  # fmt: skip
RUNS = [step["run"] for step in STEPS if "run" in step]


def step_of(action: str) -> dict:
    (step,) = [step for step in STEPS if step.get("uses", "").startswith(f"{action}@")]
    return step


def uploaded() -> str:
    return step_of("actions/upload-pages-artifact")["with"]["path"]


def test_it_runs_after_a_push_to_main_and_by_hand():
    on = WORKFLOW[True]  # YAML's word for on
    assert on == {"push": {"branches": ["main"]}, "workflow_dispatch": None}


def test_only_the_official_actions_are_used_each_once_and_at_a_version():
    used = [step["uses"] for step in STEPS if "uses" in step]
    names = [re.fullmatch(r"([\w/-]+)@v\d+", use)[1] for use in used]  # type: ignore
    assert sorted(names) == sorted(OFFICIAL)


def test_it_knows_no_secret_and_may_do_no_more_than_publish():
    assert not re.search(r"secrets|github\.token|password", TEXT.replace("no secret", ""))
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "permissions" not in JOBS["build"]
    assert JOBS["publish"]["permissions"] == {"pages": "write", "id-token": "write"}


def test_one_publication_at_a_time_and_none_is_broken_off():
    assert WORKFLOW["concurrency"] == {"group": "pages", "cancel-in-progress": False}
    assert JOBS["publish"]["needs"] == "build"
    assert all(job["timeout-minutes"] <= 60 for job in JOBS.values())


def test_its_python_is_one_that_start_takes():
    version = step_of("actions/setup-python")["with"]["python-version"]
    start.check_python(tuple(map(int, version.split("."))))


def test_every_command_is_one_of_start_py():
    assert RUNS
    for line in RUNS:
        (job,) = re.fullmatch(r"python3 start\.py (\w+)", line).groups()  # type: ignore
        assert job in start.JOBS, line


def test_what_is_uploaded_is_what_site_writes_and_what_git_leaves_alone():
    assert uploaded() == "site"
    assert "site/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.soak
def test_its_commands_build_the_site_in_a_clean_clone(tmp_path):
    clone = tmp_path / "lecture"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    settings = {**os.environ, "PATH": path, "PYTHONPATH": ""}
    for line in RUNS:
        subprocess.run(line, shell=True, cwd=clone, env=settings, check=True)
    site = clone / uploaded()
    lessons = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert (site / "index.html").exists()
    for folder in ("lessons", "slides"):
        made = {path.stem for path in (site / folder).glob("*.html")}
        assert made and made <= lessons, folder
