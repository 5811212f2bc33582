import numpy  # noqa: F401  its linear algebra is what is held
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from lecture_helpers.foundation.threads import one_thread


def blas_threads():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


@pytest.fixture(autouse=True)
def two_threads():
    """Two, so that one is fewer, on one core and beside other tests too."""
    with threadpool_limits(2, user_api="blas"):
        yield


def test_linear_algebra_is_held_to_one_thread_and_then_given_back():
    before = blas_threads()
    assert set(before) == {2} and set(one_thread(blas_threads)()) == {1}
    assert blas_threads() == before


def test_an_error_gives_the_threads_back_too():
    before = blas_threads()
    with pytest.raises(ZeroDivisionError):
        one_thread(lambda: 1 / 0)()
    assert blas_threads() == before
