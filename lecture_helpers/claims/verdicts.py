"""How the values of arms become the verdict of a comparison, of a part and of a claim, in words."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np

FEWEST_PAIRS = 5  # seeds that ran in both arms, for an effect to be judged
MIN_FAILURES = 0.2  # the smallest difference between two failure rates that matters
FALSIFIED, COUNTED = "falsified", "depends on the count"
REGIME = ("holds", "no difference", "reversed", FALSIFIED, COUNTED, "undecided")
PART, NOWHERE = "holds in part", "holds nowhere"
LISTED = 3  # so many regimes are named in a sentence; more are only counted

Values = tuple[float, ...]


def numbers(row: Iterable) -> Values:
    """Stored values, in which None is a seed that failed."""
    return tuple(float("nan") if value is None else float(value) for value in row)


@cache
def compare(
    treated: Values, control: Values, min_effect: float, method: str = "t", resolution: float = 0.0
) -> dict:
    """What two arms' values say; NaN is a seed that failed.

    The effect is that among the seeds that ran in both arms, its verdict that of the rule. Failure
    rates are compared by themselves: where they differ by ``MIN_FAILURES`` or more beyond their
    exact intervals, they decide, unless the effect says the contrary. Where both arms fail alike
    and too few ran, the effect is undecided: nobody has seen it. ``width`` is half of the
    interval over ``min_effect``: above 1 it could not say "no difference" wherever it lay.
    """
    from lecture_helpers.claims import statistics

    ran = np.isfinite(treated) & np.isfinite(control)
    found = {
        "effect": None, "interval": None, "interval_99": None, "width": None, "p_value": 1.0,
        "verdict": "undecided", "pairs": int(ran.sum()), "failures": None,
    }  # fmt: skip
    if ran.sum() >= min(FEWEST_PAIRS, len(treated)) and ran.sum() > 1:
        differences = statistics.paired_differences(np.array(treated)[ran], np.array(control)[ran])
        at = statistics.intervals(differences, method, resolution)
        effect = float(differences.mean())
        found |= _judged(effect, at, min_effect)
        low, high = found["interval"]
        found["width"] = _short((high - low) / 2 / min_effect)
    lost, lost_beside = (int(np.isnan(values).sum()) for values in (treated, control))
    if lost or lost_beside:
        found = _with_failures(found, lost, lost_beside, len(treated))
    return found


def _judged(effect: float, at, min_effect: float) -> dict:
    from lecture_helpers.claims import statistics

    interval = at(statistics.LEVEL)
    return {
        "effect": _short(effect),
        "interval": _short(interval),
        "interval_99": _short(at(statistics.STRICT)),
        "p_value": statistics.p_value(effect, at, min_effect),
        "verdict": statistics.decide(effect, interval, min_effect),
    }


def _with_failures(found: dict, treated: int, control: int, seeds: int) -> dict:
    from lecture_helpers.claims import statistics

    at = statistics.failure_difference(treated, control, seeds)
    rates = _judged((control - treated) / seeds, at, MIN_FAILURES)
    failures = {"treated": treated, "control": control, "of": seeds} | {
        name: rates[name] for name in ("effect", "interval", "verdict")
    }
    found = found | {"failures": failures}
    contrary = {rates["verdict"], found["verdict"]} == {"holds", "reversed"}
    if contrary:
        return found | {"verdict": "undecided", "p_value": 1.0}
    if rates["verdict"] in ("holds", "reversed"):
        return found | {"verdict": rates["verdict"], "p_value": rates["p_value"]}
    return found


def _short(value):
    return [_short(v) for v in value] if isinstance(value, tuple) else float(f"{value:.5g}")


def judge(part: Mapping, arms: Mapping[str, Iterable]) -> dict:
    """A part's findings: of its scope, its borders and each of its controls, and its verdict.

    ``part`` and ``arms`` are as stored. Falsifiers and other counts enter a regime's verdict; a
    cause is judged where the part holds.
    """
    values = {name: numbers(row) for name, row in arms.items()}
    if part.get("lower"):
        values = {name: tuple(-value for value in row) for name, row in values.items()}
    rule = part["min_effect"], part["method"], part["resolution"]

    def compared(pairs: Mapping, rule=rule) -> list[dict]:
        return [
            {"name": name} | compare(values[treated], values[control], *rule)
            for name, (treated, control) in pairs.items()
        ]

    scope, controls = compared(part["scope"]), []
    for control in part["controls"]:
        own = (control["min_effect"] or rule[0], *rule[1:])
        if control["kind"] == "mechanism":
            pairs = control["comparisons"].items()
            beside = [_without(part, name, pair, values, own) for name, pair in pairs]
        else:
            beside = compared(control["comparisons"], own)
        known = {name: control[name] for name in ("kind", "words", "added")}
        controls.append(known | {"findings": beside})
    _overrule(scope, controls)
    made = {"scope": scope, "borders": compared(part["borders"]), "controls": controls}
    made["verdict"] = common(finding["verdict"] for finding in scope)
    made["because"] = _because(scope, controls)
    return made | {"prose": in_prose(made, part, values)}


def _without(part: Mapping, name: str, pair, values: Mapping, rule: tuple) -> dict:
    """A part's effect less that of the same change without its supposed cause."""
    change = (part["scope"] | part["borders"])[name]
    effects = [np.subtract(values[treated], values[control]) for treated, control in (change, pair)]
    return {"name": name} | compare(*map(tuple, effects), *rule)


def _overrule(scope: list[dict], controls: list[dict]) -> None:
    named = {finding["name"]: finding for finding in scope}
    for control in controls:
        for beside in control["findings"]:
            if control["kind"] == "falsifier" and beside["verdict"] == "holds":
                hit = [named[beside["name"]]] if beside["name"] in named else scope
                for finding in hit:
                    finding["verdict"] = FALSIFIED
            if control["kind"] == "accounting" and beside["name"] in named:
                finding = named[beside["name"]]
                if {finding["verdict"], beside["verdict"]} == {"holds", "reversed"}:
                    finding["verdict"] = COUNTED


def _because(scope: Sequence[Mapping], controls: Sequence[Mapping]) -> str:
    """Whether the supposed cause stands where the part holds: "" if no control asks.

    In a regime it stands against every control that asks there, and falls with any of them. One
    that was added after the first look may strike it out, and does not make it stand.
    """
    asked = [c["findings"] for c in controls if c["kind"] == "mechanism"]
    late = all(c["added"] for c in controls if c["kind"] == "mechanism")
    holding = {finding["name"] for finding in scope if finding["verdict"] == "holds"}
    found = {}
    for finding in (f for findings in asked for f in findings if f["name"] in holding):
        found.setdefault(finding["name"], []).append(finding["verdict"])
    if not found:
        return ""
    stands = [all(verdict == "holds" for verdict in said) for said in found.values()]
    struck = [bool({"no difference", "reversed"} & {*said}) for said in found.values()]
    if all(stands):
        return "open" if late else "stands"
    return "struck out" if all(struck) else "stands in part" if any(stands) else "open"


def common(verdicts: Iterable[str]) -> str:
    """The verdict of several: their own where all agree, else whether it holds in part.

    >>> common(["holds", "holds"]), common(["holds", "reversed"]), common(["reversed", "undecided"])
    ('holds', 'holds in part', 'holds nowhere')
    """
    distinct = set(verdicts)
    if len(distinct) == 1 and not distinct & {FALSIFIED, COUNTED}:
        return distinct.pop()
    return PART if distinct & {"holds", PART} else NOWHERE


def in_prose(made: Mapping, part: Mapping, values: Mapping) -> str:
    """A part's verdict as sentences that name where it holds and what its controls say."""
    scope = made["scope"]
    said = [words for verdict in REGIME if (words := _where(verdict, scope))]
    if made["verdict"] == PART and not _apart(scope, part, values):
        said.append("The regimes do not differ from each other beyond their intervals")
    return ". ".join(map(_capital, [*said, *_of_controls(made)]))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _where(verdict: str, scope: list[dict]) -> str:
    names = [finding["name"] for finding in scope if finding["verdict"] == verdict]
    if not names:
        return ""
    if len(names) == len(scope):
        return verdict if len(scope) == 1 else f"{verdict} in all {len(scope)} regimes"
    return f"{verdict} in {len(names)} of {len(scope)}{_listed(names)}"


def _listed(names: list[str]) -> str:
    return f" ({'; '.join(names)})" if len(names) <= LISTED else ""


def _apart(scope: list[dict], part: Mapping, values: Mapping) -> bool:
    """Whether a regime that holds and one that does not differ beyond their intervals."""
    from lecture_helpers.claims.statistics import differ

    def effects(finding) -> np.ndarray:
        treated, control = part["scope"][finding["name"]]
        return np.subtract(values[treated], values[control])

    holding = [f for f in scope if f["verdict"] == "holds"]
    for one in holding:
        for other in (f for f in scope if f["verdict"] != "holds"):
            by_rule = other["verdict"] in (FALSIFIED, COUNTED)
            if by_rule or one["effect"] is None or other["effect"] is None:
                return True
            pair = np.array([effects(one), effects(other)])
            if differ(*pair[:, np.isfinite(pair).all(0)]):
                return True
    return False


def _of_controls(made: Mapping) -> Iterable[str]:
    """What the controls change: a falsifier that is met, a cause, another count, a rival ahead."""
    holding = {finding["name"] for finding in made["scope"] if finding["verdict"] == "holds"}
    for control in made["controls"]:
        findings, words = control["findings"], control["words"]
        met = [f["name"] for f in findings if f["verdict"] == "holds"]
        against = [f["name"] for f in findings if f["verdict"] == "reversed"]
        if control["kind"] == "mechanism":
            yield f"the cause {_cause(made, control)} (control: {words})"
        elif control["kind"] == "falsifier" and met:
            yield f"what would refute it ({words}) is met in {_of(met, findings)}"
        elif control["kind"] == "accounting":
            turned = [f["name"] for f in made["scope"] if f["verdict"] == COUNTED]
            lost = [f["name"] for f in findings if f["name"] in holding - set(met)]
            if turned:
                yield f"under another count ({words}) the sign turns in {_of(turned, findings)}"
            if lost:
                yield f"under another count ({words}) it is lost in {_of(lost, findings)}"
        elif control["kind"] == "rival" and against:
            yield f"a rival ({words}) is ahead in {_of(against, findings)}"


def _of(names: list[str], findings: list) -> str:
    return f"{len(names)} of {len(findings)}{_listed(names)}"


def _cause(made: Mapping, control: Mapping) -> str:
    because = _because(made["scope"], [control])
    if because:
        return {"struck out": "is struck out", "open": "stays open"}.get(because, because)
    counts = sum(f["verdict"] == "holds" for f in control["findings"])
    return f"shows in {counts} of {len(control['findings'])}"
