"""The same rounding on many processors, for trainings that amplify the last digit."""

import os
import sys
from pathlib import Path

# Where a processor has more, torch would round otherwise. Their speed here is within 10 %.
WANTED = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_CBWR": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
PROCESSORS = Path("/proc/cpuinfo")


def round_alike(processors: Path = PROCESSORS) -> None:
    """Have torch compute with AVX2 on every processor that has it, whatever else it has.

    To be called before torch is loaded. What the environment says already stays.
    """
    if "torch" in sys.modules or not processors.exists():
        return
    if " avx2 " in processors.read_text(encoding="utf-8", errors="replace"):
        for name, value in WANTED.items():
            os.environ.setdefault(name, value)
