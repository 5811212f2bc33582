"""What a machine, a startup file or a first cell must not change: how the lessons compute."""

import os
import sys
from pathlib import Path

# Where a processor has more, torch would round otherwise. Their speed here is within 10 %.
WANTED = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_CBWR": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
PROCESSORS = Path("/proc/cpuinfo")
BACKENDS = {  # of matplotlib; with another name in MPLBACKEND it does not even load
    "agg", "cairo", "gtk3agg", "gtk3cairo", "gtk4agg", "gtk4cairo", "inline", "ipympl", "macosx",
    "nbagg", "notebook", "pdf", "pgf", "ps", "qt5agg", "qt5cairo", "qtagg", "qtcairo", "svg",
    "template", "tkagg", "tkcairo", "webagg", "widget", "wx", "wxagg", "wxcairo",
}  # fmt: skip
PACKAGES = ("numpy", "matplotlib", "torch", "scipy", "sklearn", "ipywidgets", "IPython")
USUAL = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


def settle() -> None:
    """Have this process compute as the lessons were written for, and say what was otherwise.

    One thread, single precision on the processor and numpy's usual answer to an overflow: what a
    startup file sets would stop a lesson or change its figures.

    Raises:
        ImportError: a file beside the notebook hides a package.
    """
    for name in PACKAGES:
        if "" in sys.path and Path(f"{name}.py").exists():
            raise ImportError(
                f"{name}.py beside the notebook would be taken for the package {name}: rename it, "
                "and restart the kernel."
            )
    round_alike()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # tiny networks: a second thread is waited for
    found = [
        *_settle_backend(),
        *_settle_numpy(sys.modules.get("numpy")),
        *_settle_torch(sys.modules.get("torch")),
    ]
    if found:
        print(f"The lessons set back what they need: {'; '.join(found)}.", file=sys.stderr)


def round_alike(processors: Path = PROCESSORS) -> None:
    """Have torch compute with AVX2 on every processor that has it, whatever else it has.

    To be called before torch is loaded. What the environment says already stays.
    """
    if "torch" in sys.modules or not processors.exists():
        return
    if " avx2 " in processors.read_text(encoding="utf-8", errors="replace"):
        for name, value in WANTED.items():
            os.environ.setdefault(name, value)


def _settle_backend() -> list[str]:
    name = os.environ.get("MPLBACKEND", "")
    if not name or name.startswith("module://") or name.lower() in BACKENDS:
        return []
    del os.environ["MPLBACKEND"]
    return [f"matplotlib's backend ({name})"]


def _settle_numpy(numpy) -> list[str]:
    before = numpy.seterr(**USUAL) if numpy else USUAL
    return [f"numpy's errors ({before})"] if before != USUAL else []


def _settle_torch(torch) -> list[str]:
    if torch is None:
        return []
    torch.set_num_threads(1)
    found = []
    if torch.get_default_dtype() != torch.float32:
        found.append(f"torch's type of numbers ({torch.get_default_dtype()})")
        torch.set_default_dtype(torch.float32)
    if torch.get_default_device() != torch.device("cpu"):
        found.append(f"torch's device ({torch.get_default_device()})")
        torch.set_default_device(None)
    if not torch.is_grad_enabled():
        found.append("torch's gradients (off)")
        torch.set_grad_enabled(True)
    return found
