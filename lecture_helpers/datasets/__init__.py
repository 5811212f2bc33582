"""The lecture's data sets, offline and the same for everyone, and how a seed divides them."""

from lecture_helpers.datasets.dataset import SIZES, Dataset, Split, split
from lecture_helpers.datasets.real import digit_images, digits, image_patches, mnist, photographs
from lecture_helpers.datasets.synthetic import easy_and_hard, mnist1d, shapes, spirals

__all__ = [
    "SIZES", "Dataset", "Split", "digit_images", "digits", "easy_and_hard", "image_patches",
    "mnist", "mnist1d", "photographs", "shapes", "spirals", "split",
]  # fmt: skip
