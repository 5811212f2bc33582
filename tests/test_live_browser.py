"""A hand on a real training in a real browser, with everything that goes wrong there."""

import pytest

from tests import browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(browser.why_not()), reason=browser.why_not() or "never"),
]

LIVE = [
    "from lecture_helpers.datasets import digits\n"
    "from lecture_helpers.training import live, mlp\n"
    "from lecture_helpers.widgets import explore, explorers, reading, show",
    """\
training = live(mlp, digits(), arms={"plain": {}, "normed": dict(norm="batch")}, steps=3000,
                seeds=1, depth=3, width=16, measured=200)
def hand(ax, *, step=0, lr=0.1, momentum=0.0):
    run = training.at(step, lr=lr, momentum=momentum)
    ax.plot(run.batch_losses[:, 0].T if run.step else [[0.0, 0.0]])
    ax.set(xlim=(0, 3000), ylim=(0, 3))
    return reading("After {step} updates: {story}.", step=run.step, story=run.story)""",
    """\
explore(hand, step=(0, 3000), lr=(0.001, 10.0, "log"), momentum=(0.0, 0.9), animate="step",
        steer=["lr", "momentum"],
        presets={"1 cooled": dict(step=120, lr=[(0, 0.5), (60, 0.01)]),
                 "2 odd": dict(step=90, lr=0.0123456, momentum=[(0, 0.123456), (30, 0.654321)]),
                 "3 bold": dict(step=60, lr=1.0)})""",
]
CHECK = """\
from tests.widgets.views import fresh_png
print(all(e.png == fresh_png(e) and not e.error for e in explorers()), len(explorers()),
      [e.values["step"] for e in explorers()], [e.clock.runs for e in explorers()])"""


@pytest.fixture(scope="module", autouse=True)
def notebooks(server):
    for name in ("one", "closed"):
        browser.write_notebook(server.folder / f"{name}.ipynb", *LIVE, CHECK)
    browser.write_notebook(server.folder / "two.ipynb", *LIVE, LIVE[2], CHECK)


@pytest.fixture(scope="module")
def opened(server, shared_page):
    browser.open_notebook(shared_page, server, "one.ipynb")
    return shared_page


@pytest.fixture
def explorer(opened):
    browser.run_all(opened)
    (explorer,) = browser.explorers(opened)
    return explorer


def test_play_trains_a_moved_slider_acts_and_pause_holds(opened, explorer):
    page = opened
    assert len(list(browser.moves(page, explorer))) == 9
    browser.begin_again(explorer)
    browser.play(explorer)
    browser.wait_for_step(explorer, lambda step: step > 5)
    browser.play(explorer)
    held = browser.comes_to_print(page, lambda said: said.endswith("[False]"))
    assert browser.printed(page) == held == f"True 1 [{browser.step_of(explorer)}] [False]"


def test_a_preset_pressed_at_full_speed_plays_to_its_step(opened, explorer):
    page = opened
    browser.play(explorer)
    browser.wait_for_step(explorer, lambda step: step > 0)
    for _ in range(3):
        explorer.locator(".lecture-presets button", has_text="1 cooled").click()
    browser.wait_for_step(explorer, lambda step: step == 120)
    browser.comes_to_print(page, lambda said: said == "True 1 [120] [False]")
    assert browser.code(explorer) == "show(hand, step=120, lr=[(0, 0.5), (60, 0.01)])"


def test_of_presets_pressed_one_after_another_the_last_wins_whole(opened, explorer):
    page = opened
    said = "show(hand, step=90, lr=0.0123456, momentum=[(0, 0.123456), (30, 0.654321)])"
    for pause in (0, 150, 300):
        browser.begin_again(explorer)
        browser.wait_until(lambda: browser.code(explorer) == "show(hand)", lambda: "no reset")
        for name in ("1 cooled", "2 odd", "3 bold", "2 odd"):
            explorer.locator(".lecture-presets button", has_text=name).click()
            page.wait_for_timeout(pause)
        browser.wait_until(
            lambda: browser.code(explorer) == said, lambda: f"it became {browser.code(explorer)}"
        )


def test_a_slider_dragged_without_pause_loses_nothing(opened, explorer):
    page = opened
    browser.play(explorer)
    browser.wait_for_step(explorer, lambda step: step > 0)
    handle = explorer.locator(".lecture-control .noUi-handle").nth(1)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(60):
        page.mouse.move(x + (3 * k if k % 2 else -k), y)
        page.wait_for_timeout(20)
    page.mouse.up()
    held = browser.step_of(explorer)
    browser.wait_for_step(explorer, lambda step: step > held)
    assert "lr=[(0, 0.1)" in browser.code(explorer)
    browser.stop(explorer)
    browser.wait_for_step(explorer, lambda step: step == 0)
    assert not browser.errors(page)
    assert browser.printed(page) == "True 1 [0] [False]"


def test_an_interrupted_kernel_keeps_what_was_trained(opened, explorer):
    page = opened
    browser.play(explorer)
    browser.wait_for_step(explorer, lambda step: step > 0)
    begun = browser.step_of(explorer)
    browser.menu(page, "Kernel", "kernelmenu:interrupt")
    browser.wait_until(  # between two answers the kernel hears nothing of it
        lambda: browser.errors(page) or browser.step_of(explorer) > begun + 500,
        lambda: f"it stands at {browser.step_of(explorer)} and says nothing",
    )
    if browser.errors(page):
        now = browser.step_of(explorer)
        assert browser.errors(page) == [f"Stopped by you after {now} updates. Press play to go on."]
        browser.play(explorer)
        browser.wait_for_step(explorer, lambda step: step > now >= begun)
    browser.stop(explorer)
    browser.wait_for_step(explorer, lambda step: step == 0)
    assert browser.printed(page) == "True 1 [0] [False]"


def test_run_all_while_it_plays_begins_anew(opened, explorer):
    page = opened
    browser.play(explorer)
    browser.wait_for_step(explorer, lambda step: step > 0)
    browser.run_all(page)
    (again,) = browser.explorers(page)
    for _ in range(2):  # an answer of the kernel comes after whatever it did before
        assert browser.printed(page) == "True 1 [0] [False]"
    assert browser.step_of(again) == 0 and not browser.errors(page)


def test_two_of_one_training_run_at_once(server, page):
    browser.open_notebook(page, server, "two.ipynb")
    browser.run_all(page)
    one, two = browser.explorers(page)
    browser.play(one)
    two.locator(".lecture-presets button", has_text="1 cooled").click()
    browser.wait_for_step(two, lambda step: step == 120)
    browser.wait_for_step(one, lambda step: step > 5)
    browser.play(one)
    said = browser.comes_to_print(page, lambda said: said.endswith("[False, False]"))
    assert said.startswith("True 2 [") and not browser.errors(page)


def test_a_closed_tab_trains_nothing_more(server, page):
    browser.open_notebook(page, server, "closed.ipynb")
    browser.run_all(page)
    (explorer,) = browser.explorers(page)
    browser.play(explorer)
    browser.wait_for_step(explorer, lambda step: step > 0)
    page.goto("about:blank")
    browser.open_notebook(page, server, "closed.ipynb")
    now = browser.printed(page)
    assert browser.printed(page) == now and now.startswith("True 1 [") and "[0]" not in now
