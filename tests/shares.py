"""Which tests are CI's alone, and how they are shared out among the workers of pytest-xdist."""

# What judges the code or computes again what is stored: not in `start.py test`, but in .ci/run.
# That code behind a claim has changed is told by its fingerprint, in every run.
ONLY_CI = (
    "tests/claims/experiments/",
    "tests/claims/test_cluster.py",
    "tests/claims/test_ledger.py::test_every_stored_verdict",
    "tests/claims/test_statistics.py::test_where_seeds_fail",
    "tests/claims/test_statistics.py::test_with_8_seeds",
    "tests/claims/test_stored_values.py",
    "tests/networks/test_signal_profile.py::test_a_wide_tower",
    "tests/publish/test_api.py",
    "tests/publish/test_generated_lists.py",
    "tests/publish/test_site.py::test_no_lesson_is_wider",
    "tests/report/test_cards.py::test_every_entry_of_the_real_ledger",
    "tests/report/test_cards.py::test_the_real_pictures",
    "tests/test_driver.py::test_the_explorers_of_a_notebook",
    "tests/test_lesson_figures.py",
    "tests/test_style.py::test_pyright",
    "tests/widgets/rendering/test_canvas_cache.py::test_a_further_explorer",
)

# What takes long begins first, so that no worker is left alone with it at the end.
LONG_FIRST = (
    "notebooks/",
    "tests/test_browser.py",
    "tests/test_live_browser.py",
    "tests/claims/test_stored_values.py",
    "tests/claims/",
    "tests/test_rings.py",
    "tests/publish/",
    "tests/test_style.py",
    "tests/report/",
    "tests/widgets/",
    "tests/training/",
)
# The tests of these files take long one by one, and share nothing that is costly to make.
APART = (
    "tests/test_browser.py",
    "tests/test_live_browser.py",
    "tests/claims/test_stored_values.py",
    "tests/widgets/rendering/test_retained.py",
)


def turn(node: str) -> int:
    """When a test has its turn: the first line of LONG_FIRST that fits, or after all of them."""
    fits = [place for place, begin in enumerate(LONG_FIRST) if node.startswith(begin)]
    return min(fits, default=len(LONG_FIRST))


def share(node: str) -> str:
    """What goes to one worker together: a file with its tests or cells, or a test of APART.

    The cells of a notebook need one kernel and their order; tests of a file share its fixtures.
    """
    return node if node.startswith(APART) else node.partition("::")[0]


def scheduler(config, log):
    """Hands the shares out in the order of the tests, each to the worker that is free."""
    from xdist.scheduler import LoadScopeScheduling

    class ByShare(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return share(nodeid)

    config.option.loadscopereorder = False
    return ByShare(config, log)
