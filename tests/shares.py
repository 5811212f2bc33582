"""How the tests are shared out among the workers of pytest-xdist."""

# What takes long begins first, so that no worker is left alone with it at the end.
LONG_FIRST = (
    "tests/test_browser.py",
    "tests/test_live_browser.py",
    "tests/test_sliders.py",
    "notebooks/",
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
    "tests/test_sliders.py",
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
