"""What a page makes of a notebook's cells."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from lecture_helpers.publish.blocks import blocks, contents, without_kernel

SAID = [new_output("stream", name="stdout", text="agrees")]


def test_what_only_a_notebook_can_keep_is_said_otherwise_or_left_out():
    source = "**How to use it.** Run.\n\nPress. <!-- elsewhere: See. -->\n\nGo. <!-- elsewhere: -->"
    assert without_kernel(f"# A\n\n{source}\n\nMore.") == "# A\n\nSee.\n\nMore."


def test_code_that_shows_nothing_is_folded_with_what_follows():
    cells = [new_code_cell("a"), new_code_cell("b"), new_code_cell("c", outputs=SAID)]
    (block,) = blocks(cells)
    assert (block.code, block.outputs) == (["a", "b", "c"], SAID)
    first, *_ = blocks([new_code_cell("a"), new_markdown_cell("Words.")])
    assert first.code == ["a"]
    assert [block.code for block in blocks(cells[:2])] == [["a", "b"]]


def test_a_solution_is_folded_alone_and_no_page_says_what_a_check_said():
    solved = new_code_cell("x = 1; task.check(x)", outputs=SAID, metadata={"tags": ["solution"]})
    stub = new_code_cell("task.check(None)", outputs=SAID)
    before, exercise, other, solution = blocks(
        [new_markdown_cell("Write it."), stub, new_code_cell("helper"), solved]
    )
    assert before.html and exercise.checked and not exercise.outputs
    assert (other.code, other.solution) == (["helper"], False)
    assert solution.solution and not solution.checked and not solution.outputs


def test_the_script_is_folded_under_its_heading_and_every_section_is_listed():
    script = new_markdown_cell(
        "## The script\n\nRows.", metadata={"slideshow": {"slide_type": "notes"}}
    )
    made = list(blocks([new_markdown_cell("## 1. A *b*'s & c\n\nText."), script]))
    assert "Rows" not in made[1].html and "Rows" in made[1].rest and made[1].folded
    assert contents(made) == [("1. A b's & c", "1.-A-b's-&-c"), ("The script", "The-script")]
