"""The project's jobs. `nox -l` lists them, `nox -s NAME` runs one, `nox --usage NAME` tells what it does.

Everything a job needs is installed into `.nox/` by the job itself: a machine needs Python 3.11 and nox, nothing else.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nox
from nox.command import CommandFailed
from packaging.requirements import Requirement
from packaging.version import Version

nox.needs_version = ">=2025.10"
nox.options.sessions = ["lint", "types", "imports", "tests"]
nox.options.reuse_venv = "yes"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = (
    False  # a Python that this machine lacks is skipped, with a line that says so
)

ROOT = Path(__file__).parent
PACKAGES = ("rr-data", "rr-tools", "rr-vlm", "rr-planner", "rr-eval")
TORCH_FREE = ("rr-planner", "rr-eval", "rr-data")
PYTHONS = ("3.11", "3.12", "3.13")
TRAINING_PYTHON = "3.11"  # RecBole's pins (ray <= 2.6.3) have no wheels for a later one
TORCH = "torch==2.13.0"  # first and alone: what follows would otherwise choose a build of several gigabytes
PYTEST = ("pytest>=8", "hypothesis>=6.100", "pytest-xdist>=3.5")
ALONE = ("ray", "vllm")  # extras with an environment of their own: RecBole wants an old Ray, vLLM its own torch
IN_PARALLEL = ("-n", "2", "--dist", "worksteal")
TEST_ENV = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def _offer_pyenv_pythons() -> None:
    """Let nox find the Pythons that pyenv keeps but has not activated."""
    pyenv = shutil.which("pyenv")
    # A pyenv shim puts its own version there; a list of several is somebody's choice.
    if pyenv is None or ":" in os.environ.get("PYENV_VERSION", ""):
        return
    listed = subprocess.run([pyenv, "versions", "--bare"], capture_output=True, text=True, check=False).stdout.split()
    releases = sorted((name for name in listed if re.fullmatch(r"\d+\.\d+\.\d+", name)), key=Version)
    newest = {name.rpartition(".")[0]: name for name in releases}
    offered = [newest[python] for python in PYTHONS if python in newest]
    if offered:
        os.environ["PYENV_VERSION"] = ":".join(offered)


_offer_pyenv_pythons()


# ---------------------------------------------------------------------------------------------------- the main job


@nox.session(venv_backend="none")
def demo(session: nox.Session) -> None:
    """Run the whole agent on MovieLens-100k and write out/demo/report.html; `-- --images DIR` shows real posters."""
    session.run(training_python(session), "-m", "recipes.demo", *session.posargs)


@nox.session(venv_backend="none")
def bench(session: nox.Session) -> None:
    """Measure the packages (recipes/bench); arguments after `--` are its own."""
    if not (ROOT / "recipes" / "bench" / "__main__.py").exists():
        session.skip("there is no recipes/bench in this checkout: nothing to measure")
    session.run(training_python(session), "-m", "recipes.bench", *session.posargs)


@nox.session(venv_backend="none")
def reproduce(session: nox.Session) -> None:
    """Measure a table of the paper: `-- TABLE --data PREPARED --budget small|full`; `-- list` names them."""
    session.run(training_python(session), "-m", "recipes.reproduce", *session.posargs)


@nox.session(venv_backend="none")
def nightly(session: nox.Session) -> None:
    """Measure every table of the paper with the small budget: on MovieLens-100k, or `-- --data PREPARED` of yours."""
    session.run(training_python(session), "-m", "recipes.reproduce", "all", "--budget", "small", *session.posargs)


# ----------------------------------------------------------------------------------------------------------- tests


PAIRS = (("3.11", "2"), ("3.12", "1.26"), ("3.13", "2"))  # Python and NumPy: each that is supported, once
OTHER_PAIRS = (("3.11", "1.26"), ("3.12", "2"))  # NumPy 1.26 has no wheels for 3.13


def _cells(pairs: tuple[tuple[str, str], ...]) -> Iterator[Any]:
    for package in TORCH_FREE:
        for python, numpy in pairs:
            yield nox.param(python, package, numpy, id=f"{package}-{python}-numpy{numpy}", tags=[package])


def _trained() -> Iterator[Any]:
    for package in ("rr-tools", "rr-vlm", "cross-package"):
        yield nox.param(TRAINING_PYTHON, package, "", id=package, tags=[package])


@nox.session
@nox.parametrize("python, package, numpy", [*_cells(PAIRS), *_trained()])
def tests(session: nox.Session, package: str, numpy: str) -> None:
    """Run the tests of one package (`-t rr-planner`), one cell (`-s "tests(rr-vlm)"`), or all (`-s tests`).

    The packages without torch run on every installed Python of 3.11, 3.12, 3.13, once with NumPy 1.26 (`matrix` has the
    pairs that are left out), their slow tests on 3.11 alone; the others, and what crosses packages, in the training
    environment. Arguments after `--` go to pytest.
    """
    folder = "tests" if package == "cross-package" else f"packages/{package}"
    if not numpy:
        _pytest(session, folder, *IN_PARALLEL, python=training_python(session))
        return
    everything = (session.python, numpy) == (TRAINING_PYTHON, "2")
    _test_cell(session, package, numpy, *(() if everything else ("-m", "not slow")))


@nox.session
@nox.parametrize("python, package, numpy", _cells(OTHER_PAIRS))
def matrix(session: nox.Session, package: str, numpy: str) -> None:
    """Run the tests of the packages without torch with the pairs of Python and NumPy that `tests` leaves out."""
    _test_cell(session, package, numpy, "-m", "not slow")


def _test_cell(session: nox.Session, package: str, numpy: str, *arguments: str) -> None:
    folder = f"packages/{package}"
    # PyArrow 26 needs NumPy 2 without saying so.
    pins = ("numpy==1.26.*", "pyarrow<26") if numpy == "1.26" else ("numpy>=2",)
    install(session, "-e", folder, *PYTEST, *development_requirements(package), *pins)
    _pytest(session, folder, *IN_PARALLEL, *arguments)


@nox.session(python=TRAINING_PYTHON)
def ray(session: nox.Session) -> None:
    """Serve rr-planner on a Ray cluster of this machine, several replicas a model; half a gigabyte to install."""
    install(session, "-e", "packages/rr-planner[serve,ray]", *development_requirements("rr-planner"))
    _pytest(session, "packages/rr-planner/tests/serve/test_ray_service.py")


@nox.session(python=TRAINING_PYTHON)
def browser(session: nox.Session) -> None:
    """Open the report in the machine's Chromium (`CHROMIUM` names another); skipped where there is none.

    `-- --report PAGE --screenshots FOLDER` opens a report of yours and keeps what was seen.
    """
    if not (os.environ.get("CHROMIUM") or shutil.which("chromium")):
        session.skip("no chromium on the path and none named by CHROMIUM: apt install chromium")
    install(session, "-e", "packages/rr-eval[report]", *PYTEST, "playwright>=1.50", "axe-playwright-python>=0.1.8")
    _pytest(session, "tests/browser")


@nox.session(python=TRAINING_PYTHON, reuse_venv=False, requires=["build"])
@nox.parametrize("package", PACKAGES, ids=PACKAGES)
def isolated(session: nox.Session, package: str) -> None:
    """Install a package's wheel alone, look at what came with it, and run its tests against the installed wheel."""
    requirements = {requirement.name for requirement in _requirements(package)}
    siblings = [name for name in PACKAGES if name in requirements]
    if "torch" in requirements:
        session.install(TORCH)
    install(session, *(_wheel(name) for name in (package, *siblings)), by_pip="torch" in requirements)
    session.run("python", "-I", "tests/isolated/check_wheel.py", package)
    install(session, *development_requirements(package))
    _pytest(session, f"packages/{package}/tests")


@nox.session(python=TRAINING_PYTHON)
@nox.parametrize("package", (*TORCH_FREE, "rr-tools"), ids=(*TORCH_FREE, "rr-tools"))
def minimums(session: nox.Session, package: str) -> None:
    """Run the tests with the lowest version of every direct requirement that the metadata allows.

    Left out: rr-vlm, the training extra of rr-tools and torchmetrics. Their lowest torch is a download of several GB.
    """
    direct = _requirements(package, extras=package in TORCH_FREE)
    lowest = [_lowest(requirement) for requirement in direct if requirement.name != "torchmetrics"]
    install(session, "-e", f"packages/{package}", *PYTEST, *lowest)
    _pytest(session, f"packages/{package}/tests")


def _pytest(session: nox.Session, *arguments: str, python: str = "python") -> None:
    session.run(python, "-m", "pytest", "-q", *arguments, *session.posargs, env=TEST_ENV)


# ---------------------------------------------------------------------------------------------------------- checks


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format with ruff; `-- --fix` repairs what it can."""
    install(session, "ruff==0.17.6")
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", *(() if "--fix" in session.posargs else ("--check",)))


@nox.session(venv_backend="none")
def types(session: nox.Session) -> None:
    """Check types with mypy, strictly: every package, then the recipes."""
    sources = [str(folder.relative_to(ROOT)) for folder in sorted(ROOT.glob("packages/*/src"))]
    session.run(training_python(session), "-m", "mypy", *sources, "recipes")


@nox.session
def imports(session: nox.Session) -> None:
    """Hold the packages to the design: who may import what (import-linter, then AST), frozen protocols."""
    install(session, "import-linter>=2.16,<3", "pytest>=8")
    path = os.pathsep.join(str(folder) for folder in sorted(ROOT.glob("packages/*/src")))
    session.run("lint-imports", env={"PYTHONPATH": path})
    session.run("python", "-m", "pytest", "-q", "tests/test_architecture.py", "tests/test_protocol_freeze.py")


@nox.session
def api_diff(session: nox.Session) -> None:
    """Compare each package's public interface with its last release (tag NAME-VERSION) with griffe.

    A breaking change fails unless the version says so: a higher major, or below 1.0 a higher minor.
    """
    install(session, "griffe>=2,<3")
    for package in PACKAGES:
        tag = _last_tag(package)
        if tag is None:
            session.log(f"{package}: no release yet (no tag {package}-VERSION), nothing to compare with")
            continue
        session.run(
            *("griffe", "check", package.replace("-", "_"), "--against", tag),
            *("--search", f"packages/{package}/src"),
            success_codes=(0, 1) if _announces_breakage(package, since=tag) else (0,),
        )


# ------------------------------------------------------------------------------------------------------ deliverables


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation to site/, strictly; `-- --serve` shows it while you write."""
    install(session, "mkdocs<2", "mkdocs-material>=9.7,<10", "mkdocstrings[python]>=1,<2", "ruff==0.17.6")
    if "--serve" in session.posargs:
        session.run("mkdocs", "serve")
    else:
        session.run("mkdocs", "build", "--strict", env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def build(session: nox.Session) -> None:
    """Build the wheel and the source distribution of every package into dist/."""
    install(session, "build>=1.2", "poetry-core>=2,<3")
    for package in PACKAGES:
        session.run("python", "-m", "build", "--no-isolation", "--outdir", "dist", f"packages/{package}", silent=True)


# ---------------------------------------------------------------------------------------------------- environments


def training_python(session: nox.Session) -> str:
    """Return the Python of the one environment that has torch and every package of ours, editable.

    Made once, torch by pip (which alone knows where this machine keeps it), the rest by uv; brought up to date when the
    constraints or a package's metadata change.
    """
    folder = session.cache_dir.parent / "training"
    python, mark = folder / "bin" / "python", folder / "fingerprint"
    sources = [ROOT / "constraints-training.txt", *sorted(ROOT.glob("packages/*/pyproject.toml"))]
    fingerprint = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    if mark.exists() and mark.read_text() == fingerprint:
        return str(python)
    if not python.exists():
        try:
            session.run_install(sys.executable, "-m", "virtualenv", "-q", "-p", TRAINING_PYTHON, folder, external=True)
        except CommandFailed:
            session.error(f"needs Python {TRAINING_PYTHON}, which this machine lacks: install it and run again")
    mark.unlink(missing_ok=True)
    session.log("Installing the training environment: once, a minute or two")
    # Of 20,000 modules few are ever imported: Python compiles those, and pip none.
    pip = (str(python), "-m", "pip", "install", "-q", "--no-compile", "-c", "constraints-training.txt")
    session.run_install(*pip, TORCH, "poetry-core>=2,<3", "setuptools", "wheel", external=True)
    named = [f"packages/{package}[{','.join(_extras(package))}]" for package in PACKAGES]
    wanted = ("--no-build-isolation", *(word for folder in named for word in ("-e", folder)), *PYTEST, "mypy")
    if not _by_uv(session, "--python", str(python), "-c", "constraints-training.txt", *wanted):
        session.run_install(*pip, *wanted, external=True)
    mark.write_text(fingerprint)
    return str(python)


def install(session: nox.Session, *requirements: str, by_pip: bool = False) -> None:
    """Install into the session's own environment: with uv, ten times as fast, or with pip where uv cannot."""
    if by_pip or not _by_uv(session, *requirements):
        session.install("-q", *requirements)


def _by_uv(session: nox.Session, *arguments: str) -> bool:
    try:
        session.run_install(_uv(session), "pip", "install", "-q", *arguments, silent=True, external=True)
    except CommandFailed:
        session.warn("uv could not install this; pip tries")
        return False
    return True


def _uv(session: nox.Session) -> str:
    folder = session.cache_dir / "uv"
    program = folder / "bin" / "uv"
    if not program.exists():
        session.run_install(
            *(sys.executable, "-m", "pip", "install", "-q", "--upgrade", "--target", folder, "uv"), external=True
        )
    return str(program)


# -------------------------------------------------------------------------------------------------------- metadata


def _project(package: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "packages" / package / "pyproject.toml").read_text())


def _requirements(package: str, *, extras: bool = False) -> list[Requirement]:
    project = _project(package)["project"]
    optional = project.get("optional-dependencies", {})
    groups = [project["dependencies"], *(optional[name] for name in _extras(package) if extras)]
    return [Requirement(text) for group in groups for text in group]


def _extras(package: str) -> list[str]:
    return [name for name in _project(package)["project"].get("optional-dependencies", ()) if name not in ALONE]


def development_requirements(package: str) -> list[str]:
    """Return what a contributor of the package needs beside it: poetry's `dev` group."""
    group = _project(package)["tool"]["poetry"]["group"]["dev"]["dependencies"]
    return [f"{name}{version}" for name, version in group.items()]


def _lowest(requirement: Requirement) -> str:
    bounds = [bound.version for bound in requirement.specifier if bound.operator in (">=", "==")]
    return f"{requirement.name}=={min(bounds, key=Version)}"


def _wheel(package: str) -> str:
    version = _project(package)["project"]["version"]
    return f"dist/{package.replace('-', '_')}-{version}-py3-none-any.whl"


def _announces_breakage(package: str, *, since: str) -> bool:
    released, current = Version(since.removeprefix(f"{package}-")), Version(_project(package)["project"]["version"])
    return current.release[: 1 if released.major else 2] > released.release[: 1 if released.major else 2]


def _last_tag(package: str) -> str | None:
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", f"{package}-[0-9]*"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or None
