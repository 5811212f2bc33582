"""``explore``: what a notebook calls to put controls to a view."""

from lecture_helpers.foundation.validation import many
from lecture_helpers.widgets import arguments
from lecture_helpers.widgets.appearance import as_size
from lecture_helpers.widgets.controls.control import close_widgets
from lecture_helpers.widgets.explorer import Explorer
from lecture_helpers.widgets.live_explorer import LiveExplorer
from lecture_helpers.widgets.view import as_view


def explore(
    view,
    *,
    presets=None,
    goals=None,
    predict=None,
    cover=False,
    animate=None,
    steer=(),
    pictures=60,
    snapshots=None,
    mix=None,
    size=None,
    panels=None,
    labels=None,
    **controls,
) -> "Explorer":
    """The view with a widget for each of ``controls``: ``explore(view, lr=(0.001, 1, "log"))``.

    A tuple is a range (lo, hi[, step or "log"]), a list or dict a choice, ``bool`` a switch.
    ``presets`` are settings by name, ``goals`` functions of the reading by name, ``animate`` the
    control of a scrubber, ``snapshots`` the stops of the stored strip, ``mix`` the two controls
    that a page without a kernel moves together (the first two). ``predict`` is a question that
    hides the reading, or (question, [answers]), or (question, [answers], place of the right one),
    which is marked once something was moved after the choice. ``cover`` hides the picture too until
    an answer is chosen. The view is first run at both ends of every control.

    With ``steer`` the control ``animate`` is time, in whole steps from 0, and play runs it: the
    controls named there act on what comes after the present step, and the view gets what each was
    from which step on: a value, or ``[(0, 0.1), (120, 0.01)]``. Presets may hold such schedules.
    Play runs through time in at least so many ``pictures``: more, where a hand needs longer.
    A goal is reached by a hand that steered, not by a preset or another choice alone.

    Raises:
        ValueError: one sentence that says which argument cannot be, or where the view breaks.
    """
    view = as_view(view, panels)
    made = arguments.as_controls(view, controls, labels)
    try:
        made = arguments.as_steered(steer, animate, made)
        known = arguments.as_presets(presets, made)
        pictures = many(pictures=pictures)
        pace = dict(pictures=pictures) if made and steer else {}
        return (LiveExplorer if steer else Explorer)(
            view,
            made,
            **pace,
            presets=known,
            predicates=arguments.as_goals(goals),
            question=arguments.as_question(predict),
            cover=arguments.as_cover(cover, predict),
            animate=arguments.as_scrubber(animate, made),
            mix=arguments.as_mix(mix, made),
            stops=arguments.as_stops(snapshots, view, made, known if steer else {}),
            size=as_size(size, len(view.panels)),
        )
    except ValueError:
        for control in made.values():
            close_widgets(control.widget)
        raise
