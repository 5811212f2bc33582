"""What tests in a browser share."""

import pytest

from tests import browser


@pytest.fixture(scope="session")
def server():
    """JupyterLab on a copy of the lessons, to which tests add notebooks of their own."""
    with browser.serve(browser.ROOT / "notebooks") as server:
        yield server


@pytest.fixture(scope="module")  # while Playwright runs, asyncio.run works in no other module
def window():
    with browser.window() as window:
        yield window


@pytest.fixture
def page(window, server):
    others, page = server.kernels(), window.new_page()
    yield page
    page.close()
    server.end_kernels(but=others)


@pytest.fixture(scope="module")
def tab(window):
    page = window.new_page()
    yield page
    page.close()


@pytest.fixture
def used_page(tab, server):
    """A page in which JupyterLab is loaded once for tests that open one notebook after another."""
    others = server.kernels()
    yield tab
    browser.close_all(tab, server)
    server.end_kernels(but=others)


@pytest.fixture(scope="module")
def shared_page(window):
    """A page for the tests of a file that leave it as they found it: to open one takes long."""
    page = window.new_page()
    yield page
    page.close()
