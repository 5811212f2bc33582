"""The ledger of evidence: an entry per claim that was run, judged from its stored values."""

import json
import os
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

from lecture_helpers.claims.claim import Claim, Record, plain

EVIDENCE = Path(__file__).resolve().parents[2] / "evidence"
LEDGER = EVIDENCE / "ledger.json"
DIGITS = 9
DECLARED = (
    "id", "lesson", "slide", "sentence", "falsified_by", "objection", "literature", "kind",
    "min_effect", "unit", "comparisons", "controls", "interval_method", "resolution",
)  # fmt: skip


def load(path: Path = LEDGER) -> dict[str, dict]:
    """The entries by claim, {} where nothing was run yet."""
    path = Path(path)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def save(entries: Mapping[str, dict], path: Path = LEDGER) -> None:
    """Write the entries in the order of their numbers; an interrupted write leaves the old file."""
    write_json(dict(sorted(entries.items(), key=lambda item: int(item[0][1:]))), path)


def store(made: dict, path: Path) -> dict[str, dict]:
    """All entries with that one, judged together and written."""
    with held(path):
        entries = judged(load(path) | {made["id"]: made})
        save(entries, path)
    return entries


def held(path: Path) -> AbstractContextManager:
    """Within it no other run changes that file: what one reads and writes back loses nothing."""
    from filelock import FileLock

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{path}.lock")


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
    """What a claim says of itself and how it is judged, as it stands in its entry."""
    return {name: plain(getattr(claim, name)) for name in DECLARED}


def _rounded(values: Mapping[str, list]) -> dict[str, list]:
    return {name: [float(f"{float(v):.{DIGITS}g}") for v in row] for name, row in values.items()}


def judged(entries: Mapping[str, dict]) -> dict[str, dict]:
    """The entries with findings, verdicts and fragility computed afresh from their stored values.

    Each entry gains ``verdict``, ``fragile``, ``findings`` (one per declared regime or check),
    ``effect`` and ``interval`` (of the first regime). Holm's family is a lesson's regimes.
    """
    found = {name: _findings(stored) for name, stored in entries.items()}
    families: dict[str, list[dict]] = {}
    for name, stored in entries.items():
        families.setdefault(stored["lesson"], []).extend(found[name])
    for findings in families.values():
        _correct(findings)
    return {name: stored | _summary(stored, found[name]) for name, stored in entries.items()}


def _findings(stored: Mapping) -> list[dict]:
    if stored["kind"] == "identity":
        return [_check(stored, name) for name in stored["tolerances"]]
    return _compared(stored, stored["comparisons"])


def _check(stored: Mapping, name: str) -> dict:
    deviations, tolerance = stored["arms"][name], stored["tolerances"][name]
    return {
        "name": name,
        "effect": max(deviations),
        "tolerance": tolerance,
        "verdict": "identity" if all(d <= tolerance for d in deviations) else "refuted",
    }


def _compared(stored: Mapping, regimes: Mapping) -> list[dict]:
    arms, rule = stored["arms"], (stored["interval_method"], stored["resolution"])
    return [
        {"name": name}
        | _comparison(tuple(arms[treated]), tuple(arms[control]), stored["min_effect"], *rule)
        for name, (treated, control) in regimes.items()
    ]


@cache
def _comparison(treated: tuple, control: tuple, min_effect: float, method: str, step: float):
    """What two arms' values say; kept, because a run judges the whole ledger after every claim."""
    from lecture_helpers.claims import statistics

    differences = statistics.paired_differences(treated, control)
    interval_at = statistics.intervals(differences, method, step)
    effect, interval = float(differences.mean()), interval_at(statistics.LEVEL)
    return {
        "effect": _short(effect),
        "interval": _short(interval),
        "interval_99": _short(interval_at(statistics.STRICT)),
        "p_value": statistics.p_value(effect, interval_at, min_effect),
        "verdict": statistics.decide(effect, interval, min_effect),
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
    from lecture_helpers.claims.statistics import decide_regimes

    first = findings[0] if findings else {}
    if stored["kind"] == "identity":
        if not findings:
            raise ValueError(f"{stored['id']} is an identity: its checks need their tolerances.")
        verdicts = [finding["verdict"] for finding in findings]
        verdict = "refuted" if "refuted" in verdicts else "identity"
        first = max(findings, key=lambda finding: finding["effect"] / finding["tolerance"])
    elif stored["kind"] == "opinion":
        verdict = "opinion"
    else:
        verdict = decide_regimes(finding["verdict"] for finding in findings)
    return {
        "verdict": verdict,
        "fragile": verdict != "opinion" and any(f.get("fragile") for f in findings),
        "effect": first.get("effect"),
        "interval": first.get("interval"),
        "findings": findings,
        "control_findings": _compared(stored, stored["controls"]),
    }
