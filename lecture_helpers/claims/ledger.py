"""The ledger of evidence: an entry per claim that was run, judged from its stored values."""

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lecture_helpers.claims.claim import Claim, Record

EVIDENCE = Path(__file__).resolve().parents[2] / "evidence"
LEDGER = EVIDENCE / "ledger.json"
DIGITS = 9
ABANDONED = 60.0  # seconds after which a lock was left by a process that was killed


def load(path: Path = LEDGER) -> dict[str, dict]:
    """The entries by claim, {} where nothing was run yet."""
    path = Path(path)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def save(entries: Mapping[str, dict], path: Path = LEDGER) -> None:
    """Write the entries in the order of their numbers; an interrupted write leaves the old file."""
    ordered = dict(sorted(entries.items(), key=lambda item: int(item[0][1:])))
    write_json(ordered, path)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Within it no other run changes that file: what one reads and writes back loses nothing."""
    lock = Path(path).with_name(f"{Path(path).name}.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    while not _taken(lock):
        time.sleep(0.02)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _taken(lock: Path) -> bool:
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        return True
    except FileExistsError:
        try:
            if time.time() - lock.stat().st_mtime > ABANDONED:
                lock.unlink()
        except FileNotFoundError:
            pass
        return False


def write_json(content, path: Path) -> None:
    """Write JSON with one list of numbers per line, all of it or nothing."""
    path = Path(path)
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    text = re.sub(r"\[[^\[\]{}\"]*\]", lambda found: _one_line(found[0]), text)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    unfinished.write_text(text + "\n", encoding="utf-8")
    os.replace(unfinished, path)


def _one_line(numbers: str) -> str:
    return re.sub(r"\s+", " ", numbers).replace("[ ", "[").replace(" ]", "]")


def entry(claim: Claim, record: Record, settings: Mapping, provenance: Mapping) -> dict:
    """A claim's entry before it is judged: what was declared and what was measured.

    Comparisons of arms that were not measured are left out: those of a quick run.
    """
    declared = described(claim)
    for name in ("comparisons", "controls"):
        declared[name] = {k: v for k, v in declared[name].items() if set(v) <= set(record.arms)}
    return declared | {
        "seeds": list(record.seeds),
        "arms": _rounded(record.arms),
        "extras": _rounded(record.extras),
        "tolerances": dict(record.tolerances),
        "settings": dict(settings),
        "provenance": dict(provenance),
    }


def described(claim: Claim) -> dict:
    """What a claim says of itself, as it stands in its entry."""
    return {
        "id": claim.id,
        "lesson": claim.lesson,
        "slide": claim.slide,
        "sentence": claim.sentence,
        "falsified_by": claim.falsified_by,
        "objection": claim.objection,
        "literature": claim.literature,
        "kind": claim.kind,
        "min_effect": claim.min_effect,
        "unit": claim.unit,
        "comparisons": {name: list(arms) for name, arms in claim.comparisons.items()},
        "controls": {name: list(arms) for name, arms in claim.controls.items()},
        "interval_method": claim.interval,
        "resolution": claim.resolution,
    }


def _rounded(values: Mapping[str, list]) -> dict[str, list]:
    return {name: [float(f"{float(v):.{DIGITS}g}") for v in row] for name, row in values.items()}


def judged(entries: Mapping[str, dict]) -> dict[str, dict]:
    """The entries with findings, verdicts and fragility computed afresh from their stored values.

    Each entry gains ``verdict``, ``fragile``, ``findings`` (one per declared regime or check),
    ``effect`` and ``interval`` (of the first regime). Holm's family is a lesson's regimes.
    """
    found = {name: _findings(stored) for name, stored in entries.items()}
    for family in _families(entries):
        _correct([finding for name in family for finding in found[name]])
    return {name: stored | _summary(stored, found[name]) for name, stored in entries.items()}


def _families(entries: Mapping[str, dict]) -> list[list[str]]:
    families = {}
    for name, stored in entries.items():
        families.setdefault(stored["lesson"], []).append(name)
    return list(families.values())


def _findings(stored: Mapping) -> list[dict]:
    if stored["kind"] == "identity":
        return [_check(stored, name) for name in stored["tolerances"]]
    return [_comparison(stored, name, arms) for name, arms in stored["comparisons"].items()]


def _check(stored: Mapping, name: str) -> dict:
    from lecture_helpers.claims.statistics import decide_identity

    deviations, tolerance = stored["arms"][name], stored["tolerances"][name]
    return {
        "name": name,
        "effect": max(deviations),
        "tolerance": tolerance,
        "verdict": decide_identity({name: deviations}, {name: tolerance}),
    }


def compared(stored: Mapping, arms: tuple[str, str]):
    """The paired differences of two arms, (seeds,), and their interval as a function of level."""
    from lecture_helpers.claims.statistics import intervals, paired_differences

    treated, control = (stored["arms"][arm] for arm in arms)
    differences = paired_differences(treated, control)
    return differences, intervals(differences, stored["interval_method"], stored["resolution"])


def _comparison(stored: Mapping, name: str, arms: tuple[str, str]) -> dict:
    from lecture_helpers.claims.statistics import LEVEL, STRICT, decide, p_value

    differences, interval_at = compared(stored, arms)
    effect, min_effect = float(differences.mean()), stored["min_effect"]
    return {
        "name": name,
        "effect": _short(effect),
        "interval": _short(interval_at(LEVEL)),
        "interval_99": _short(interval_at(STRICT)),
        "p_value": p_value(effect, interval_at, min_effect),
        "verdict": decide(effect, interval_at(LEVEL), min_effect),
    }


def _short(value):
    return [_short(v) for v in value] if isinstance(value, tuple) else float(f"{value:.5g}")


def _correct(findings: list[dict]) -> None:
    from lecture_helpers.claims.statistics import fragile, holm

    tested = [finding for finding in findings if "p_value" in finding]
    for finding, adjusted in zip(tested, holm([f["p_value"] for f in tested]), strict=True):
        finding["fragile"] = fragile(finding["verdict"], finding["p_value"], adjusted)
        finding["holm"] = _short(float(adjusted))
        finding["p_value"] = _short(finding["p_value"])


def _summary(stored: Mapping, findings: list[dict]) -> dict:
    from lecture_helpers.claims.statistics import decide_identity, decide_regimes

    if stored["kind"] == "identity":
        checks = {name: stored["arms"][name] for name in stored["tolerances"]}
        verdict = decide_identity(checks, stored["tolerances"])
        worst = max(findings, key=lambda finding: finding["effect"] / finding["tolerance"])
        return {
            "verdict": verdict, "fragile": False, "effect": worst["effect"], "interval": None,
            "findings": findings, "control_findings": [],
        }  # fmt: skip
    opinion = stored["kind"] == "opinion"
    beside = [_comparison(stored, name, arms) for name, arms in stored["controls"].items()]
    return {
        "verdict": "opinion" if opinion else decide_regimes(f["verdict"] for f in findings),
        "fragile": not opinion and any(finding["fragile"] for finding in findings),
        "effect": findings[0]["effect"] if findings else None,
        "interval": findings[0]["interval"] if findings else None,
        "findings": findings,
        "control_findings": beside,
    }
