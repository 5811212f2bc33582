"""Questions at the end of a lesson: every answer unfolds what is right or wrong about it."""

from collections.abc import Mapping
from dataclasses import dataclass

LETTERS = "ABCDE"


@dataclass(frozen=True)
class Question:
    """One question; ``answers`` maps what one may choose to why it is right or wrong.

    All words are Markdown. ``right`` is the one answer that is.

    Raises:
        ValueError: fewer than three or more than five answers, or the right one is none of them.
    """

    ask: str
    answers: Mapping[str, str]
    right: str

    def __post_init__(self):
        if not 3 <= len(self.answers) <= len(LETTERS):
            raise ValueError(f"{self.ask!r} must have three to five answers.")
        if self.right not in self.answers:
            raise ValueError(f"{self.right!r} is none of the answers to {self.ask!r}.")

    def shown(self, number: int) -> str:
        """The question and its answers, folded, as Markdown."""
        options = (
            f"<details><summary>{letter}. {words}</summary>\n\n"
            f"{'✔ Right.' if words == self.right else '✘ Not so.'} {why}\n\n</details>\n"
            for letter, (words, why) in zip(LETTERS, self.answers.items(), strict=False)
        )
        return f"**{number}.** {self.ask}\n\n" + "\n".join(options)


class SelfTest(tuple[Question, ...]):
    """The questions of a lesson; in a notebook it shows itself, and works without a kernel.

    >>> SelfTest([Question("1 + 1?", {"1": "One more.", "2": "Indeed.", "3": "One less."}, "2")])
    <self-test of 1 question>
    """

    def __repr__(self) -> str:
        return f"<self-test of {len(self)} question{'s' * (len(self) != 1)}>"

    def _repr_markdown_(self) -> str:
        return "\n<br>\n\n".join(question.shown(n) for n, question in enumerate(self, 1))
