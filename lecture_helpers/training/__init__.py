"""Many small networks trained at once, and what is known of them afterwards.

Names are loaded when they are asked for, so that stored runs can be read without torch.
"""

from importlib import import_module

_HOME = {
    "AveragedNetwork": "weight_averages",
    "FollowedAverages": "followed_averages",
    "GUESSING": "metrics",
    "Live": "live_training",
    "LiveRun": "live_run",
    "Highway": "multilayer_perceptron",
    "Residual": "multilayer_perceptron",
    "Runs": "runs",
    "SideBySide": "weight_paths",
    "cross_entropy": "_losses",
    "final_accuracy": "metrics",
    "late_loss": "metrics",
    "live": "live_training",
    "mlp": "multilayer_perceptron",
    "recompute_statistics": "weight_averages",
    "seeded": "multilayer_perceptron",
    "seeds_of": "_grid",
    "stored_paths": "weight_paths",
    "stream": "_grid",
    "train": "training_loop",
    "trains": "metrics",
}
__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
