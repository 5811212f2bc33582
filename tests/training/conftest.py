import pytest
import torch


@pytest.fixture
def two_threads():
    """Torch on two threads, as on a processor of two cores, whatever the worker has."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)
