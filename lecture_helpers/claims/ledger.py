"""The ledger of evidence: an entry per claim that was run, judged from its stored values."""

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

from lecture_helpers.claims.claim import Claim, Record, plain
from lecture_helpers.foundation.files import write_text
from lecture_helpers.foundation.validation import instance

EVIDENCE = Path(__file__).resolve().parents[2] / "evidence"
LEDGER = EVIDENCE / "ledger.json"
DIGITS = 9
DECLARED = (
    "id", "lesson", "slide", "sentence", "falsified_by", "objection", "literature", "kind",
)  # fmt: skip


def load(path: Path = LEDGER) -> dict[str, dict]:
    """The entries by claim, {} where nothing was run yet.

    Raises:
        FileNotFoundError: the package is used without the folder that it lies in.
    """
    path = Path(instance(Path | str, path=path))
    if path == LEDGER and not EVIDENCE.is_dir():
        raise FileNotFoundError(
            f"The evidence is not beside the package: there is no folder {EVIDENCE}. Lessons and "
            "evidence are in the lecture's repository; install with pip install -e . there."
        )
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
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    text = re.sub(r"\[[^\[\]{}\"]*\]", lambda found: _one_line(found[0]), text)
    write_text(text + "\n", path)


def _one_line(numbers: str) -> str:
    return re.sub(r"\s+", " ", numbers).replace("[ ", "[").replace(" ]", "]")


def entry(claim: Claim, record: Record, settings: Mapping, provenance: Mapping) -> dict:
    """A claim's entry before it is judged: what was declared and what was measured.

    Comparisons of arms that were not measured are left out: those of a quick run.
    """
    measured = set(record.arms)
    parts = [_measured(part, measured) for part in described(claim)["parts"]]
    return described(claim) | {
        "parts": [part for part in parts if part["scope"]],
        "declaration": claim.declaration,
        "seeds": list(record.seeds),
        "arms": _rounded(record.arms),
        "extras": _rounded(record.extras),
        "tolerances": dict(record.tolerances),
        "settings": dict(settings),
        "provenance": dict(provenance),
    }


def described(claim: Claim) -> dict:
    """What a claim says of itself and how it is judged, as it stands in its entry."""
    said = {name: plain(getattr(claim, name)) for name in DECLARED}
    return said | {
        "parts": [plain(asdict(part)) for part in claim.parts],
        "history": [plain(asdict(change)) for change in claim.history],
    }


def _measured(part: Mapping, arms: set[str]) -> dict:
    def kept(pairs: Mapping) -> dict:
        return {name: pair for name, pair in pairs.items() if set(pair) <= arms}

    scope, borders = kept(part["scope"]), kept(part["borders"])
    controls = [c | {"comparisons": kept(c["comparisons"])} for c in part["controls"]]
    return {**part, "scope": scope, "borders": borders} | {
        "controls": [control for control in controls if control["comparisons"]]
    }


def _rounded(values: Mapping[str, list]) -> dict[str, list]:
    return {
        name: [None if v != v else float(f"{float(v):.{DIGITS}g}") for v in row]
        for name, row in values.items()
    }


def judged(entries: Mapping[str, dict]) -> dict[str, dict]:
    """The entries with findings, verdicts and fragility computed afresh from their stored values.

    Each entry gains ``verdict``, ``prose``, ``because`` and ``fragile``; ``judged``, a part's
    findings each; for an identity ``checks``. Holm's family is the scope of a lesson's parts.
    """
    found = {name: _found(stored) for name, stored in entries.items()}
    families: dict[str, list[dict]] = {}
    for name, stored in entries.items():
        families.setdefault(stored["lesson"], []).extend(scope_of(found[name]))
    for findings in families.values():
        _correct(findings)
    return {name: stored | _summary(stored, found[name]) for name, stored in entries.items()}


def _found(stored: Mapping) -> dict:
    if stored["kind"] == "identity":
        return {"judged": [], "checks": [_check(stored, name) for name in stored["tolerances"]]}
    from lecture_helpers.claims.verdicts import judge

    return {"judged": [judge(part, stored["arms"]) for part in stored["parts"]], "checks": []}


def scope_of(stored: Mapping) -> list[dict]:
    """The findings of an entry that count: those of the scope of all its parts."""
    return [finding for part in stored["judged"] for finding in part["scope"]]


def beside(stored: Mapping) -> list[dict]:
    """The findings of an entry that are shown beside the scope: borders and controls."""
    found = []
    for part in stored["judged"]:
        found += part["borders"]
        found += [finding for control in part["controls"] for finding in control["findings"]]
    return found


def _check(stored: Mapping, name: str) -> dict:
    deviations, tolerance = stored["arms"][name], stored["tolerances"][name]
    whole = all(d is not None and d <= tolerance for d in deviations)
    return {
        "name": name,
        "effect": max((d for d in deviations if d is not None), default=0.0),
        "tolerance": tolerance,
        "verdict": "identity" if whole else "broken",
    }


def _correct(findings: list[dict]) -> None:
    from lecture_helpers.claims.statistics import fragile, holm

    adjusted_all = holm([f["p_value"] for f in findings])
    for finding, adjusted in zip(findings, adjusted_all, strict=True):
        finding["fragile"] = fragile(finding["verdict"], finding["p_value"], adjusted)
        finding["holm"] = float(f"{adjusted:.5g}")
        finding["p_value"] = float(f"{finding['p_value']:.5g}")


def _summary(stored: Mapping, found: dict) -> dict:
    from lecture_helpers.claims.verdicts import common

    parts, name = found["judged"], stored["id"]
    if stored["kind"] == "identity":
        if not found["checks"]:
            raise ValueError(f"{name} is an identity: its checks need their tolerances.")
        broken = [check["name"] for check in found["checks"] if check["verdict"] == "broken"]
        verdict, prose = ("broken", f"broken: {', '.join(broken)}") if broken else ("identity", "")
    else:
        verdict = common(part["verdict"] for part in parts)
        verdict = "opinion" if stored["kind"] == "opinion" else verdict
        prose = in_prose(stored["parts"], parts)
    because = {part["because"] for part in parts if part["because"]}
    return found | {
        "verdict": verdict,
        "prose": prose,
        "because": _together(because),
        "fragile": verdict != "opinion" and any(f.get("fragile") for f in scope_of(found)),
    }


def _together(causes: set[str]) -> str:
    """Whether a claim's cause stands, from its parts: in part where it does so in one of them.

    >>> _together({"stands", "open"}), _together({"open", "struck out"}), _together({"stands"})
    ('stands in part', 'open', 'stands')
    """
    if len(causes) < 2:
        return next(iter(causes), "")
    return "stands in part" if causes & {"stands", "stands in part"} else "open"


def in_prose(declared: list, judged: list) -> str:
    """What became of the parts of a claim, in Markdown; the words of each where there are more."""
    if len(judged) == 1:
        return f"{judged[0]['prose']}."
    pairs = zip(declared, judged, strict=True)
    return " ".join(f"*{part['words'].rstrip('.')}*: {made['prose']}." for part, made in pairs)
