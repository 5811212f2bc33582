"""A valid call of every name that the notebooks take from the package, tiny, one to a line."""

import ast
import functools
import importlib
import inspect
import json
from pathlib import Path

import numpy as np

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
PACKAGE = "lecture_helpers."
CALLS, METHODS = {}, {}
TRUSTING = {  # names of the notebooks that are no doors
    "plots.": "draws on axes that a view hands it, in every picture",
    "exercises.": "is given wrong answers by the tests of the exercises",
    "pretraining.deep_supervision.side_loss": "is asked by training alone, in every update",
}


def called_names() -> set[str]:
    """ "room.file.name" of all that a code cell of a notebook imports from the package."""
    found = set()
    for path in NOTEBOOKS.glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                found |= set(_imported(ast.parse("".join(cell["source"]))))
    return found


def _imported(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            for alias in node.names:
                yield f"{node.module.removeprefix(PACKAGE)}.{alias.name}"


def doors() -> set[str]:
    """Those of the called names that take arguments and may not trust them."""
    called = {name for name in called_names() if not name.startswith(tuple(TRUSTING))}
    functions = {name for name in called if callable(door(name))}
    return {name for name in functions if inspect.signature(door(name)).parameters}


def door(name: str):
    """What the notebooks import under that name, or call on what they got from there."""
    if name in METHODS:
        return METHODS[name]()
    room, _, own = name.rpartition(".")
    return getattr(importlib.import_module(PACKAGE + room), own)


def calls(room: str, **valid):
    """Note the valid arguments of that room's functions, each made afresh for every call."""
    for name, make in valid.items():
        CALLS[f"{room}.{name}"] = make


def method(of, **valid):
    """Note the valid arguments of a method that notebooks call; ``of`` makes its object."""
    ((name, make),) = valid.items()
    place = f"{of.__name__}().{name}"
    CALLS[place], METHODS[place] = make, lambda: getattr(of(), name)


# What the calls need. Modules are imported when they are asked for: a test of one function takes
# nothing that another one needs.


def of(name: str, **arguments):
    return door(name)(**arguments)


def ellipse():
    return of("test_functions.surfaces.rotated_ellipse", condition=4.0)


def ripples():
    return of("test_functions.multimodal.ripples")


def points(n=12, d=2):
    return np.random.default_rng(0).standard_normal((n, d)).round(3)


def classes(n=12):
    return np.arange(n) % 3


@functools.cache
def data():
    return of("datasets.spirals", n=40, classes=3)


def network(**settings):
    mlp = door("training.mlp")
    return of("training.seeded", build=mlp, seed=0, inputs=2, outputs=3, width=4, **settings)


def tiny(**more):
    return dict(steps=4, batch_size=4, seeds=1, width=4, record=2, progress=False) | more


@functools.cache
def runs():
    mlp = door("training.mlp")
    return of(
        "training.train", build=mlp, dataset=data(), checkpoints=True, lr=[0.1, 0.2], **tiny()
    )


@functools.cache
def race():
    return of("pretraining.greedy_growth.pretraining_race", dataset=data(), depth=2, total=4,
              **{k: v for k, v in tiny().items() if k not in ("steps", "record")})  # fmt: skip


def live_settings(**more):
    return dict(steps=4, batch_size=4, seeds=1, width=4, record=2) | more


@functools.cache
def built():
    return of("pretraining.buildable.build_by_hand", dataset=data(), beside={}, depth=2,
              **live_settings())  # fmt: skip


@functools.cache
def built_run():
    return of("pretraining.buildable.built_by_hand", training=built(), step=3, layers=1,
              below="frozen", output="new")  # fmt: skip


def parts():
    return of("datasets.split", dataset=data(), seed=0)


def problem():
    return of("optimization.lasso.LassoProblem", design=points(6, 3), targets=points(6, 1)[:, 0])


def path():
    return points(6, 2)


def trail():
    return of("optimization.steered_descent.steered_descent", surface=ripples(), start=[2.0],
              sigma=0.5, steps=3)  # fmt: skip


def exact():
    matrix = of("optimization.coordinate_descent.coupled_hessian", a=1.0)
    return of("optimization.coordinate_descent.quadratic_minimiser", hessian=matrix)


def statistics():
    room = "networks.batch_normalization"
    return of(f"{room}.RunningStatistics", mean=np.zeros(2), variance=np.ones(2))


HESSIAN = np.array([[2.0, 0.5], [0.5, 1.0]])
RNG = np.random.default_rng

calls(
    "claims.ledger",
    load=lambda: dict(path=Path("nowhere.json")),
)
calls(
    "curriculum.classroom",
    Classroom=lambda: dict(dataset=data(), seeds=1, wrong=0.2, sizes={}, ties="as given"),
)
calls(
    "curriculum.difficulty",
    balanced_easy_first=lambda: dict(confidence=points()[:, 0], targets=classes()),
    cross_fitted_confidence=lambda: dict(inputs=points(), targets=classes(), folds=2),
    easy_first=lambda: dict(confidence=points()[:, 0]),
    wrong_labels=lambda: dict(targets=classes(), part=0.2, seed=0, classes=3),
)
calls(
    "curriculum.nearest_neighbours",
    knn=lambda: dict(inputs=points(), targets=classes(), classes=3, k=2),
)
calls(
    "curriculum.pacing",
    available=lambda: dict(order=np.arange(12), part=0.5),
    pacing=lambda: dict(progress=[0.0, 0.5], start=0.2, pace=0.5),
    pacing_weights=lambda: dict(order=np.arange(12), part=0.5),
)
calls(
    "curriculum.race",
    order_race=lambda: dict(dataset=data(), arms=["standard"], **tiny()),
)
calls(
    "datasets",
    image_patches=lambda: dict(size=3, n=20),
    shapes=lambda: dict(n=6),
    spirals=lambda: dict(n=8),
    split=lambda: dict(dataset=data(), seed=0),
)
calls("foundation.schedules", as_schedule=lambda: dict(lr=[(0, 0.1), (3, 0.2)]))
calls(
    "foundation.subprocesses",
    run_in_subprocess=lambda: dict(function="math.factorial", arguments=(3,)),
)
calls(
    "networks.batch_normalization",
    RunningStatistics=lambda: dict(mean=[0.0, 0.0], variance=[1.0, 1.0]),
    batch_norm=lambda: dict(x=points(), gamma=1.0, beta=[0.0, 1.0]),
    batch_norm_backward=lambda: dict(dy=points(), x=points(), gamma=1.0),
    normalize=lambda: dict(x=points()),
    running_update=lambda: dict(running=statistics(), x=points()),
)
calls("networks.blurred_weights", BlurredNet=lambda: dict(inputs=2, outputs=3, width=4, sigma=0.1))
calls("networks.designs", skip_arms=lambda: dict(depth=3))
calls(
    "networks.layer_probes",
    gradient_norms=lambda: dict(network=network(), inputs=points(), targets=classes()),
    hidden_values=lambda: dict(network=network(), inputs=points()),
    layer_report=lambda: dict(network=network(), dataset=data()),
    predict=lambda: dict(network=network(), inputs=points()),
    principal_plane=lambda: dict(values=points(), like=points()),
)
calls(
    "networks.loss_along_gradient",
    along_gradient=lambda: dict(
        network=network(), inputs=points(), targets=classes(), promised=[0.1, 0.2]
    ),
)
calls(
    "networks.loss_slices",
    loss_slice=lambda: dict(
        network=network(), inputs=points(), targets=classes(), first=[0.0], second=[0.0, 1.0],
        directions=of("networks.loss_slices.random_directions", network=network(), seed=0),
    ),
    random_directions=lambda: dict(network=network(), seed=0),
)  # fmt: skip
calls("networks.mean_field", mean_field=lambda: dict(activation="relu", depth=3))
calls(
    "networks.scalar_chain",
    Chain=lambda: dict(w=[2.0, 0.5]),
    chain_orders=lambda: dict(w=[2.0, 0.5], x=1.0, eps=0.1),
    chain_weights=lambda: dict(depth=3, spread=0.1),
)
calls(
    "networks.signal_profile",
    signal_profile=lambda: dict(inputs=points(), depth=2, width=4),
    tower_weights=lambda: dict(inputs=2, depth=2, width=4),
)
calls(
    "networks.signal_propagation",
    propagate=lambda: dict(network=network(), inputs=points(), targets=classes()),
)
calls(
    "networks.softmax_regression",
    softmax_gradients=lambda: dict(weights=np.ones((2, 3)), inputs=points(), targets=classes()),
)
calls(
    "networks.weight_planes",
    WeightPlane=lambda: dict(origin=np.zeros(3), axes=np.eye(3)[:2]),
    losses=lambda: dict(
        network=network(),
        weights=points(2, 47),
        statistics=points(),
        examples=((points(), classes()),),
    ),
)
calls(
    "optimization.coordinate_descent",
    coordinate_descent=lambda: dict(
        surface=ellipse(), start=[1.0, 2.0], sweeps=2, minimise=exact(), blocks=[[0], [1]]
    ),
    coupled_groups=lambda: dict(groups=2, size=2, coupling=0.5),
    coupled_hessian=lambda: dict(a=1.0),
    coupled_quadratic=lambda: dict(a=1.0),
    descent_factor=lambda: dict(hessian=HESSIAN),
    quadratic_minimiser=lambda: dict(hessian=HESSIAN, linear=[0.0, 1.0]),
    sweep_factor=lambda: dict(hessian=HESSIAN),
    sweep_matrix=lambda: dict(hessian=HESSIAN, blocks=[[0], [1]]),
)
calls(
    "optimization.descent",
    conjugate_gradients=lambda: dict(
        hessian=HESSIAN, start=[1.0, 2.0], steps=2, preconditioner=np.eye(2)
    ),
    descend=lambda: dict(surface=ellipse(), start=[1.0, 2.0], lr=0.1, steps=3, noise=0.1),
)
calls(
    "optimization.gaussian_smoothing",
    gaussian_smoothing=lambda: dict(surface=ripples(), sigma=0.5),
    perturbations=lambda: dict(samples=3),
    sampled_smoothing=lambda: dict(surface=ripples(), sigma=0.5, draws=points(3, 1)),
)
calls(
    "optimization.graduated_descent",
    compare_searches=lambda: dict(
        surface=ripples(), starts=np.array([[1.0], [2.0]]), sigmas=[0.5, 0.0], steps=2, within=0.1,
        reach=2.0, lr=0.1, samples=2,
    ),
    convex_from=lambda: dict(surface=ripples(), span=(-2.0, 2.0)),
    graduated_descent=lambda: dict(
        surface=ripples(), start=[1.0], sigmas=[0.5, 0.0], steps=2, lr=0.1, samples=2
    ),
    random_starts=lambda: dict(count=2, dimensions=1, reach=1.0),
    sigma_schedule=lambda: dict(first=1.0, levels=3),
)  # fmt: skip
calls(
    "optimization.lasso",
    LassoProblem=lambda: dict(design=points(6, 3), targets=points(6, 1)[:, 0], truth=np.ones(3)),
    correlated_regression=lambda: dict(n=6, p=3, active=2),
    fista=lambda: dict(problem=problem(), penalty=0.5, start=np.zeros(3), steps=5),
    ista=lambda: dict(problem=problem(), penalty=0.5, start=np.zeros(3), steps=5, lr=0.1),
    lambda_max=lambda: dict(problem=problem()),
    lasso=lambda: dict(problem=problem(), penalty=0.5, start=np.zeros(3), sweeps=5),
    lasso_path=lambda: dict(problem=problem(), penalties=[0.5, 0.1], sweeps=5),
)
calls(
    "optimization.momentum",
    behaviour=lambda: dict(lr=0.1, momentum=0.5, curvature=1.0),
    best_gradient_descent=lambda: dict(low=0.5, high=2.0),
    convert_lr=lambda: dict(lr=0.1, momentum=0.5, source="torch", target="averaged"),
    critical_momentum=lambda: dict(lr=0.1, curvature=1.0),
    momentum_path=lambda: dict(surface=ellipse(), start=[1.0, 2.0], lr=0.1, momentum=0.5, steps=3),
    slowest=lambda: dict(lr=0.1, momentum=0.5, curvatures=[0.1, 1.0]),
    steps_to=lambda: dict(rate=0.5),
)
calls(
    "optimization.noisy_descent",
    noisy_descent=lambda: dict(
        cost=of("optimization.noisy_descent.with_noise", surface=ellipse(), noise=0.1),
        start=points(3), rates=[[0.1, 0.1]], marks=[1, 2], rng=RNG(0),
    ),
    with_noise=lambda: dict(surface=ellipse(), noise=0.1, hessian=HESSIAN),
)  # fmt: skip
calls(
    "optimization.noisy_quadratics",
    NoisyQuadratic=lambda: dict(curvatures=[1.0, 0.5], start=[1.0, 1.0], lr=0.1),
)
calls(
    "optimization.polyak_averaging",
    average_from=lambda: dict(path=path(), start=2),
    exponential_average=lambda: dict(path=path(), alpha=0.5),
    half_life=lambda: dict(alpha=0.5),
    tail_average=lambda: dict(path=path(), share=0.5),
    uniform_average=lambda: dict(path=path()),
)
calls(
    "optimization.sparse_coding",
    learn_dictionary=lambda: dict(
        patches=points(6, 4), penalty=0.1, atoms=2, iterations=2, sweeps=2, watch=[0]
    ),
    masked_encode=lambda: dict(
        patches=points(6, 4), seen=np.ones((6, 4)), atoms=np.eye(4), penalty=0.1, sweeps=2
    ),
    palm=lambda: dict(
        patches=points(6, 4), penalty=0.1, atoms=2, iterations=2, start=np.zeros((6, 2)), watch=[0]
    ),
    partly_whitened=lambda: dict(patches=points(6, 4)),
    sparse_cost=lambda: dict(
        patches=points(6, 4), codes=points(6, 2), atoms=points(2, 4), penalty=0.1
    ),
    sparse_encode=lambda: dict(
        patches=points(6, 4), atoms=np.eye(4), penalty=0.1, start=np.zeros((6, 4)), sweeps=2
    ),
    update_atoms=lambda: dict(patches=points(6, 4), codes=points(6, 2), atoms=points(2, 4)),
)
calls(
    "optimization.steered_descent",
    arrival=lambda: dict(surface=ripples(), trail=trail(), within=0.1, blur=0.1),
    held=lambda: dict(sigmas=[0.5, 0.0], steps=3),
    steered_descent=lambda: dict(surface=ripples(), start=[2.0], sigma=0.5, steps=3),
    steered_walk=lambda: dict(surface=ellipse(), start=[2.0, 1.0], lr=0.1, noise=0.1, steps=3),
)
calls(
    "pretraining.bottleneck",
    best_head=lambda: dict(kind="bowl", linear=0.3, angle=0.5),
    outcomes=lambda: dict(kind="xor", linear=0.3, start=0.5),
    sample=lambda: dict(kind="bowl", linear=0.3, n=4, seed=0),
    shares=lambda: dict(kind="bowl", linear=0.3, angle=0.5),
    unit=lambda: dict(inputs=points(), angle=0.5),
    wave_shares=lambda: dict(
        linear=0.3, angle=0.5, answers=np.linspace(-8, 8, 9), grid=np.linspace(-8, 8, 9)
    ),
)
calls(
    "pretraining.buildable",
    build_by_hand=lambda: dict(dataset=data(), beside={}, depth=2, **live_settings()),
    built_by_hand=lambda: dict(
        training=built(), step=3, layers=1, below="frozen", output="new", lr=0.1
    ),
    facts=lambda: dict(run=built_run()),
    on_second_clock=lambda: dict(run=built_run(), curves=built_run().accuracy[0]),
    states=lambda: dict(run=built_run()),
)
calls(
    "pretraining.deep_supervision",
    deeply_supervised=lambda: dict(inputs=2, outputs=3, depth=2, width=4),
)
calls(
    "pretraining.greedy_growth",
    grow=lambda: dict(dataset=data(), depth=2, updates=2, batch_size=4, seeds=1, width=4,
                      progress=False),
    on_clock=lambda: dict(runs=race(), count="all updates"),
    pretraining_race=lambda: dict(dataset=data(), depth=1, total=2, arms=["joint"], batch_size=4,
                                  seeds=1, width=4, progress=False),
)  # fmt: skip
calls("pretraining.plans", multiplications=lambda: dict(arm="joint", depth=2, total=4))
calls(
    "pretraining.snapshots",
    growth_snapshots=lambda: dict(dataset=data(), depth=1, updates=15, batch_size=4, width=4),
    joint_snapshots=lambda: dict(dataset=data(), at=[0, 2], depth=1, batch_size=4, width=4),
)
calls(
    "report",
    evidence=lambda: dict(names=("C2",)),
    stored_runs=lambda: dict(name="curriculum_digits_short"),
)
calls(
    "test_functions.averaging_traps",
    bent_valley=lambda: {},
    kink=lambda: {},
    lopsided_valley=lambda: dict(condition=4.0),
    moved=lambda: dict(surface=ellipse(), to=(1.0, 2.0)),
    two_basins=lambda: {},
    valley_at=lambda: dict(minimum=(1.0, 2.0), condition=4.0),
)
calls(
    "test_functions.clock_speed",
    clock=lambda: dict(times=[1.0, 2.0], speed=1.0, errors=[0.0, 0.1]),
    clock_weights=lambda: dict(times=[1.0, 2.0], sigma=0.5),
    weighted_clock=lambda: dict(times=[1.0, 2.0], speed=1.0, weights=[1.0, 0.5]),
)
calls(
    "test_functions.coordinate_traps",
    bounded_powell=lambda: {},
    bounded_powell_minimiser=lambda: {},
    coupled_wells=lambda: {},
    coupled_wells_minimiser=lambda: {},
    kinked_minimiser=lambda: {},
    kinked_valley=lambda: {},
    powell_start=lambda: {},
    powell_walk=lambda: dict(start=(-1.0, 1.0, -1.0), updates=2),
)
calls(
    "test_functions.multimodal",
    double_well=lambda: {},
    random_waves=lambda: dict(seed=0, waves=2),
    random_wells=lambda: dict(seed=0, wells_=2),
    ripples=lambda: {},
    two_wells=lambda: {},
)
calls(
    "test_functions.smoothable",
    Wells=lambda: dict(centres=points(2), depths=[1.0, 2.0], widths=[0.5, 0.5]),
    landscape=lambda: dict(name="bowl", terms=ripples().terms, minima=[[0.0]]),
)
calls(
    "test_functions.surfaces",
    quadratic=lambda: dict(hessian=HESSIAN),
    rosenbrock=lambda: {},
    rotated_ellipse=lambda: dict(condition=4.0),
)
calls(
    "training",
    AveragedNetwork=lambda: dict(network=network(), alpha=0.5),
    FollowedAverages=lambda: dict(dataset=data(), measured=5),
    final_accuracy=lambda: dict(runs=runs()),
    late_loss=lambda: dict(runs=runs()),
    live=lambda: dict(build=door("training.mlp"), dataset=data(), **live_settings(depth=1)),
    mlp=lambda: dict(inputs=2, outputs=3, depth=2, width=4),
    recompute_statistics=lambda: dict(network=network(norm="batch"), batches=_batches()),
    seeded=lambda: dict(build=door("training.mlp"), seed=0, inputs=2, outputs=3, width=4),
    stored_paths=lambda: dict(runs=runs(), dataset=data(), parts=parts(), shown=[0], training=10),
    train=lambda: dict(build=door("training.mlp"), dataset=data(), **tiny(depth=1)),
    trains=lambda: dict(runs=runs()),
)


def _batches():
    import torch

    return [torch.ones(4, 2) * torch.arange(4)[:, None]]


def sine(ax, *, height=1.0, waves=2):
    ax.set(xlim=(0, 1), ylim=(-2, 2))
    ax.plot([0, 1], [0, height])
    return door("widgets.reading")("It is {height}.", height=height)


calls(
    "widgets",
    explore=lambda: dict(view=sine, height=(0, 2)),
    reading=lambda: dict(template="It is {height}.", height=1.0),
    show=lambda: dict(view=sine, height=1.0),
)


# Methods that notebooks call on what they got. Surfaces are left out: their value and gradient are
# asked in the innermost loops.


@functools.cache
def live():
    return of("training.live", build=door("training.mlp"), dataset=data(), **live_settings())


@functools.cache
def every_step():
    made = of("training.live", build=door("training.mlp"), dataset=data(), checkpoints=1,
              **live_settings())  # fmt: skip
    return made.at(3)


def mean(path):
    return of("optimization.polyak_averaging.uniform_average", path=path)


def plane():
    return of("networks.weight_planes.WeightPlane", origin=np.zeros(3), axes=np.eye(3)[:2])


def planes():
    return door("networks.weight_planes.WeightPlane")


def chain():
    return of("networks.scalar_chain.Chain", w=[2.0, 0.5])


def noisy_quadratic():
    room = "optimization.noisy_quadratics"
    return of(f"{room}.NoisyQuadratic", curvatures=[1.0, 0.5], start=[1.0, 1.0], lr=0.1)


def averaged():
    return of("training.AveragedNetwork", network=network(), alpha=0.5)


def followed():
    return of("training.FollowedAverages", dataset=data(), measured=5)


@functools.cache
def stored():
    paths = of("training.stored_paths", runs=runs(), dataset=data(), parts=parts(), shown=[0])
    return next(iter(paths.values()))


@functools.cache
def classroom():
    sizes = dict(test=10, validation=5)
    return of("curriculum.classroom.Classroom", dataset=data(), seeds=1, wrong=0.2, sizes=sizes)


def many_runs():
    return type(runs())


method(live, at=lambda: dict(step=2, lr=0.1, batch_size=4, momentum=[(0, 0.0), (1, 0.5)]))
method(runs, at=lambda: dict(lr=0.1))
method(runs, state=lambda: dict(seed=0, lr=0.1))
method(runs, module=lambda: dict(seed=0, lr=0.1))
method(runs, round=lambda: dict(decimals=3))
method(many_runs, stack=lambda: dict(parts={"one": runs()}, axis="which"))
method(every_step, recent_cost=lambda: {})
method(planes, through=lambda: dict(points=np.eye(3)))
method(plane, places=lambda: dict(weights=points(2, 3)))
method(plane, outside=lambda: dict(weights=points(2, 3)))
method(plane, weights=lambda: dict(places=points(4, 2)))
method(chain, orders=lambda: dict(eps=0.1))
method(chain, after=lambda: dict(eps=[0.1, 0.2]))
method(chain, step_for=lambda: dict(share=0.1))
method(noisy_quadratic, expected=lambda: dict(steps=3, alpha=0.5))
method(noisy_quadratic, law=lambda: dict(steps=3))
method(noisy_quadratic, paths=lambda: dict(steps=3, runs=2))
method(averaged, update=lambda: dict(network=network()))
method(followed, accuracy=lambda: dict(run=every_step(), rules={"mean": mean}, at=[0, 2]))
method(stored, accuracy=lambda: dict(average=mean))
method(classroom, split=lambda: dict(dataset=classroom().dataset, seed=0))
method(classroom, wrong_inside=lambda: dict(order="easy first", share=0.5))
