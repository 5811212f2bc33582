"""One thread for small matrix products: on shared cores waiting for a second one costs far more."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from threadpoolctl import ThreadpoolController


@functools.cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread(function: Callable) -> Callable:
    """The function with numpy's and scipy's linear algebra held to one thread while it runs.

    Thousands of products of a few microseconds each wait for the other threads at every one of
    them. On two busy cores that made dictionary learning 50 times slower.
    """

    @functools.wraps(function)
    def held(*args, **kwargs):
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return held


@contextmanager
def torch_on_one_thread() -> Iterator[None]:
    """Torch held to one thread in the block: tiny networks are several times slower on two."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
