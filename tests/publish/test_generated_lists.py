"""README and the first notebook list the lessons, verdicts and names that there are."""

from dataclasses import replace

import pytest

from lecture_helpers.publish import api, generated_lists
from lecture_helpers.report.lessons import lessons


def test_no_page_is_stale():
    names = [path.name for path in generated_lists.stale()]
    assert not names, f"{names} differ from what they list: run `python3 start.py refresh 00`"


def test_a_page_that_says_something_else_is_found_and_renewed(tmp_path, monkeypatch):
    page = tmp_path / "README.md"
    right = generated_lists.README.read_text(encoding="utf-8")
    page.write_text(right.replace("are identities", "are glories", 1), encoding="utf-8")
    monkeypatch.setattr(generated_lists, "README", page)
    assert list(generated_lists.stale()) == [page]
    assert generated_lists.renew() == [page]
    assert page.read_text(encoding="utf-8") == right and not generated_lists.stale()


def test_a_page_that_is_not_there_is_written(tmp_path, monkeypatch):
    page = tmp_path / "docs" / "api.md"
    monkeypatch.setattr(api, "PAGE", page)
    assert page in generated_lists.stale()
    monkeypatch.setattr(generated_lists, "stale", lambda: {page: "names"})
    assert generated_lists.renew() == [page] and page.read_text(encoding="utf-8") == "names"


@pytest.mark.parametrize("page", [generated_lists.readme, generated_lists.first_notebook])
def test_each_page_shows_every_written_lesson_with_its_picture(page):
    text = page().replace('\\"', '"')
    for lesson in lessons():
        assert lesson.title in text
        if lesson.question:
            assert f"{lesson.name}.png" in text and f"{lesson.name}.ipynb)**" in text


def test_what_stands_outside_the_marks_stays():
    text = "before <!-- a -->\nold\n<!-- end of a --> after <!-- b -->"
    new = generated_lists.renewed(text, {"a": "new", "b": "never"})
    assert new == "before <!-- a -->\n\nnew\n\n<!-- end of a --> after <!-- b -->"
    assert generated_lists.renewed(new, {"a": "new"}) == new


def test_a_backslash_in_a_part_is_kept():
    assert r"\1 \g" in generated_lists.renewed("<!-- a --><!-- end of a -->", {"a": r"\1 \g"})


def test_lessons_stand_in_pairs_and_those_to_come_are_named():
    one, two, three, *_ = (replace(x, question="Why?", alt="A [b] | c.") for x in lessons())
    text = generated_lists.lesson_map((one, two, replace(three, question="")), "n/")
    (row,) = [line for line in text.splitlines() if line.startswith("| [")]
    assert (
        row.count("|") == 3
        and f"[![A b  c.](n/pictures/{one.name}.png)](n/{one.name}.ipynb)" in row
    )
    assert text.endswith(f"Not written yet: lesson 3 ({three.title}).")
    alone = generated_lists.lesson_map((one,), "n/").splitlines()[-1]
    assert alone.startswith("| [") and alone.endswith("|  |")


def test_readme_moves_and_stands_still_for_who_asks_for_that():
    one = replace(lessons()[0], question="Why?", alt="A.", moving='A "hand" | moves <it>.')
    cell = generated_lists.lesson_map((one,), "n/", moving=True)
    still = f'<source media="(prefers-reduced-motion: reduce)" srcset="n/pictures/{one.name}.png">'
    assert (
        f'<a href="n/{one.name}.ipynb"><picture>{still}<img src="n/pictures/{one.name}.webp"'
        in cell
    )
    assert 'alt="A &quot;hand&quot;  moves &lt;it&gt;."' in cell
    stays = generated_lists.lesson_map((replace(one, moving=""),), "n/", moving=True)
    assert f"[![A.](n/pictures/{one.name}.png)]" in stays and "webp" not in stays
    assert ".webp" in generated_lists.readme() and ".webp" not in generated_lists.first_notebook()


def test_readme_links_to_the_site_only_where_its_address_is_set(tmp_path, monkeypatch):
    project = tmp_path / "pyproject.toml"
    monkeypatch.setattr(generated_lists, "PROJECT", project)
    project.write_text('[project]\nname = "x"\n')
    assert generated_lists.published() == "" and "//" not in between_marks("site")
    project.write_text('[project]\nname = "x"\n[project.urls]\nSite = "https://x.y/z/"\n')
    made = between_marks("site")
    assert "(https://x.y/z/index.html)" in made
    for lesson in lessons():
        for folder in ("lessons", "slides"):
            assert f"[{lesson.number}](https://x.y/z/{folder}/{lesson.name}.html)" in made


def between_marks(name):
    return generated_lists.readme().split(f"<!-- {name} -->")[1].split(f"<!-- end of {name} -->")[0]
