"""The networks and optimizers that lesson 5 compares, as settings of ``train`` and ``mlp``."""

from lecture_helpers.foundation.validation import few

MODELS = {
    "sigmoid": {"activation": "sigmoid", "init": "glorot"},
    "tanh": {"activation": "tanh", "init": "glorot"},
    "ReLU": {},
    "ReLU + BN": {"norm": "batch"},
    "residual": {"skip": "residual", "branch_gain": 8**-0.5},
}
METHODS = {
    "plain SGD": {"optimizer": "sgd"},
    "momentum": {"optimizer": "sgd", "momentum": 0.9},
    "Adam": {"optimizer": "adam"},
}


def skip_arms(depth: int) -> dict[str, dict]:
    """The networks of the depth ladder at one depth, by name."""
    depth = few(depth=depth)
    scaled = {"skip": "residual", "branch_gain": depth**-0.5}
    return {
        "plain": {},
        "BN": {"norm": "batch"},
        "residual": scaled,
        "residual + BN": {"skip": "residual", "norm": "batch"},
        "highway, gate -2": {"skip": "highway", "gate_bias": -2.0},
        "highway, gate -5": {"skip": "highway", "gate_bias": -5.0},
        "residual, He's weights": {"skip": "residual"},
    }
