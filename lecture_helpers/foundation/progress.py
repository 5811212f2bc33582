"""A progress line of fixed text."""

from collections.abc import Callable

DOTS = 20


class Progress:
    """Prints ``text``, then 20 dots at fixed parts of ``total``, then `` done``.

    Given a callable instead of True it calls that with (done, total); given False it is silent.
    An interruption (the stop button) ends the block with a sentence instead of an exception.

    >>> with Progress(True, "Counting: ", 40) as tick:
    ...     for _ in range(40):
    ...         tick(1)
    Counting: .................... done
    """

    def __init__(self, to: bool | Callable[[int, int], None], text: str, total: int):
        self.call = to if callable(to) else None
        self.speaks = bool(to) and self.call is None
        self.text, self.total, self.done, self.dots = text, total, 0, 0

    def __enter__(self) -> Callable[[int], None]:
        self._print(self.text)
        return self.advance

    def advance(self, amount: int) -> None:
        """Notes that ``amount`` more of the total is done."""
        self.done += amount
        due = self.done * DOTS // self.total
        if due > self.dots:
            self._print("." * (due - self.dots))
            self.dots = due
        if self.call:
            self.call(self.done, self.total)

    def __exit__(self, kind, *_) -> bool:
        if kind is KeyboardInterrupt:
            share = 100 * self.done // self.total
            print(f"\nStopped by you after {share} % of the work; what was recorded is kept.")
            return True
        self._print("\n" if kind else " done\n")
        return False

    def _print(self, text: str) -> None:
        if self.speaks:
            print(text, end="", flush=True)
