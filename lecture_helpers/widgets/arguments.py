"""What ``explore`` accepts, and the words in which it refuses the rest."""

from collections.abc import Mapping

from lecture_helpers.foundation.validation import mapping, shown
from lecture_helpers.widgets.controls.choices import Switch
from lecture_helpers.widgets.controls.control import Control
from lecture_helpers.widgets.controls.factory import as_control
from lecture_helpers.widgets.controls.ranges import WholeRange
from lecture_helpers.widgets.controls.steered import Steered
from lecture_helpers.widgets.pictures import strip_settings
from lecture_helpers.widgets.view import View


def as_controls(view: View, described: Mapping, labels: Mapping | None) -> dict[str, Control]:
    """The controls of ``view`` that get a widget, by name.

    Raises:
        ValueError: none, an unknown one, or one that cannot be.
    """
    labels = {} if labels is None else mapping(labels=labels)
    for name in (*described, *labels):
        view.require(name)
    if not described:
        raise ValueError(f"Give at least one control of {view.name} a range or choices.")
    words = {name: str(labels.get(name, name.replace("_", " "))) for name in described}
    return {n: as_control(n, d, view.starts[n], words[n]) for n, d in described.items()}


def as_presets(presets: Mapping | None, controls: dict[str, Control]) -> dict[str, dict]:
    """The settings of all controls for each preset: the start with its own laid over it.

    Raises:
        ValueError: a preset sets what has no widget or cannot be reached by it.
    """
    start = {name: control.start for name, control in controls.items()}
    return {
        name: {**start, **_settings(f"The preset {name!r}", settings, controls)}
        for name, settings in _named("presets", presets).items()
    }


def _settings(who: str, settings, controls: dict[str, Control]) -> dict:
    if not isinstance(settings, Mapping):
        raise ValueError(f"{who} must be dict(control=value, ...), not {shown(settings)}.")
    for name in settings:
        if name not in controls:
            raise ValueError(f"{who} sets {name!r}, which has no widget here.")
    return {name: controls[name].accept(value) for name, value in settings.items()}


def as_goals(goals: Mapping | None) -> dict:
    """The predicates by their names.

    Raises:
        ValueError: one is no function of the reading.
    """
    for name, met in _named("goals", goals).items():
        if not callable(met):
            raise ValueError(
                f"The goal {name!r} must be a function of the reading, not {shown(met)}."
            )
    return dict(goals or {})


def _named(what: str, things) -> Mapping:
    if things is None:
        return {}
    if not isinstance(things, Mapping):
        raise ValueError(f"{what} must be a dict from names, not {shown(things)}.")
    return things


def as_question(predict) -> tuple[str, list[str], int | None] | None:
    """The question, its answers, the place of the right one; a mere question has the answer "show".

    Raises:
        ValueError: it is neither a sentence nor (sentence, [answers]) nor (..., right).
    """
    if predict is None or isinstance(predict, str):
        return (predict, ["show"], None) if predict else None
    try:
        question, answers, right = (*predict, None) if len(predict) == 2 else predict
        places = (None, *range(len(answers)))
        if isinstance(question, str) and not isinstance(answers, str) and places[1:]:
            return question, [str(answer) for answer in answers], places[places.index(right)]
    except (TypeError, ValueError):
        pass
    raise ValueError(
        "predict must be a question, (question, [answers]) or (question, [answers], place of the "
        f"right one), not {shown(predict)}."
    )


def as_cover(cover, predict) -> bool:
    """Whether the picture waits for an answer.

    Raises:
        ValueError: it is no True or False, or there is no question to answer.
    """
    if not isinstance(cover, bool):
        raise ValueError(f"cover must be True or False, not {shown(cover)}.")
    if cover and not predict:
        raise ValueError("cover=True hides the picture until predict is answered: give a question.")
    return cover


def as_scrubber(animate: str | None, controls: dict[str, Control]) -> str | None:
    """The name of the control that *animate* runs through.

    Raises:
        ValueError: it has no widget, or is a mere switch.
    """
    if animate is None:
        return None
    known = isinstance(animate, str) and animate in controls
    if not known or isinstance(controls[animate], Switch):
        raise ValueError(
            f"animate must name a range or a list among the controls, not {shown(animate)}."
        )
    return animate


def as_mix(mix, controls: dict[str, Control]) -> list[str]:
    """The names of the two main controls: those given, or the first two that are not steered.

    Raises:
        ValueError: they are not two different controls that can be set.
    """
    free = [name for name, control in controls.items() if not isinstance(control, Steered)]
    if mix is None:
        return free[:2]
    if (
        not isinstance(mix, list | tuple)
        or len(mix) != 2
        or not all(isinstance(name, str) and name in free for name in mix)
        or mix[0] == mix[1]
    ):
        raise ValueError(f"mix must be two of {', '.join(free)}, not {shown(mix)}.")
    return list(mix)


def as_steered(steer, animate: str | None, controls: dict[str, Control]) -> dict:
    """The controls, those named in ``steer`` with their past as value.

    Raises:
        ValueError: one is no control or cannot be steered, or there is no time to steer in.
    """
    names = steer if isinstance(steer, list | tuple) else [None]
    if not all(isinstance(name, str) for name in names) or len({*names}) < len(names):
        raise ValueError(
            f"steer must be a list of names of controls, each once, not {shown(steer)}."
        )
    if not steer:
        return controls
    time = controls.get(animate or "")
    if not isinstance(time, WholeRange) or time.lo != 0 or time.start != 0:
        raise ValueError(
            "steer needs time: animate must name a control in whole steps that goes from 0 and "
            f"starts there, not {shown(animate)}."
        )
    for name in steer:
        if name not in controls or name == animate:
            known = ", ".join(n for n in controls if n != animate)
            raise ValueError(f"{name!r} cannot be steered here; what can is {known}.")
    return {n: Steered(c, time) if n in steer else c for n, c in controls.items()}


def as_stops(
    snapshots: Mapping | None, view: View, controls: dict[str, Control], presets: Mapping
) -> list[dict]:
    """The settings of each frame of the stored strip.

    Without ``snapshots`` these are the start and the first of ``presets``, where these are given,
    else the start and the ends (at most 3 choices) of the first control.

    Raises:
        ValueError: not one control with a list of values that it can take.
    """
    if snapshots is None and presets:
        settings = next(iter(presets.values()))
        return [{}, {n: v for n, v in settings.items() if v != controls[n].start}]
    if snapshots is not None:
        if not isinstance(snapshots, Mapping) or not snapshots:
            raise ValueError(
                f"snapshots must be a dict such as {{'lr': [0.1, 1]}}, not {shown(snapshots)}."
            )
        frames = strip_settings(view, snapshots)
        return [_settings("snapshots", frame, controls) for frame in frames]
    first = next(iter(controls.values()))
    return [{}, *({first.name: stop} for stop in first.stops() if stop != first.start)][:4]
