"""Look at a package that was installed alone, from its wheel: `python -I check_wheel.py rr-planner`.

Standard library only, for nothing else may be installed. Exits with a line for each thing that is wrong.
"""

import re
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path

TRAINING = {"torch", "lightning", "recbole", "ray", "transformers", "trl", "peft", "pandas", "onnx"}
OURS = {"rr-data", "rr-tools", "rr-vlm", "rr-planner", "rr-eval"}
MUST_NOT_COME = {
    "rr-data": (OURS - {"rr-data"}) | TRAINING | {"datasets", "pillow", "httpx"},
    "rr-tools": (OURS - {"rr-tools"}) | TRAINING | {"pyarrow", "polars"},
    "rr-vlm": (OURS - {"rr-vlm", "rr-data"}) | {"recbole", "ray", "lightning", "onnxruntime", "torchvision", "timm"},
    "rr-planner": (OURS - {"rr-planner"}) | TRAINING | {"scipy", "typer", "rich"},
    "rr-eval": (OURS - {"rr-eval"}) | TRAINING | {"scipy", "polars", "jinja2", "torchmetrics"},
}
ENVIRONMENTS_OWN = {"pip", "setuptools", "wheel"}
IMPORT_SECONDS = {"rr-planner": 0.2}
MEGABYTES = {"rr-planner": 100}
ALONE_WITH = {"rr-planner": {"rr-planner", "numpy"}}


def main(package: str) -> None:
    """Check one installed package."""
    wrong = [*company(package), *contents(package), *requirements(package), *speed(package), *size(package)]
    sys.exit("\n".join(f"{package}: {line}" for line in wrong) or 0)


def company(package: str) -> list[str]:
    """Return what came along and should not have."""
    installed = {normal(each.metadata["Name"]) for each in metadata.distributions()} - ENVIRONMENTS_OWN
    unwanted = installed & MUST_NOT_COME[package] | installed - ALONE_WITH.get(package, installed)
    return [f"installing it brought {name}" for name in sorted(unwanted)]


def contents(package: str) -> list[str]:
    """Return what the wheel lacks."""
    module = import_module(package.replace("-", "_"))
    folder = Path(module.__file__ or "").parent
    wrong = [] if "site-packages" in folder.parts else [f"imported from {folder}, not from the wheel"]
    wrong += [] if (folder / "py.typed").exists() else ["the wheel has no py.typed"]
    version = metadata.version(package)
    wrong += [] if getattr(module, "__version__", None) == version else [f"__version__ is not {version}"]
    help_text = subprocess.run([Path(sys.executable).with_name(package), "--help"], capture_output=True, check=False)
    wrong += [] if help_text.returncode == 0 else [f"`{package} --help` fails: {help_text.stderr.decode()[-300:]}"]
    licences = [path for path in metadata.files(package) or () if path.name == "LICENSE"]
    return wrong + ([] if licences else ["the wheel has no LICENSE"])


def requirements(package: str) -> list[str]:
    """Return requirements that only this checkout could satisfy."""
    wrong = []
    for text in metadata.requires(package) or ():
        if "@" in text or "file:" in text or "../" in text:
            wrong.append(f"requires a path: {text}")
        sibling = re.match(r"rr-[a-z]+", text)
        if sibling and not (">=" in text and "<" in text):
            wrong.append(f"requires {sibling[0]} without a range: {text}")
    return wrong


def speed(package: str) -> list[str]:
    """Return a complaint where importing takes too long (best of five fresh interpreters)."""
    code = f"import time; t = time.perf_counter(); import {package.replace('-', '_')}; print(time.perf_counter() - t)"
    seconds = min(float(subprocess.check_output([sys.executable, "-I", "-c", code])) for _ in range(5))
    limit = IMPORT_SECONDS.get(package, 1.0)
    return [] if seconds < limit else [f"importing takes {seconds:.2f} s, allowed are {limit} s"]


def size(package: str) -> list[str]:
    """Return a complaint where the package and all that came with it take too much disk."""
    installed = [each for each in metadata.distributions() if normal(each.metadata["Name"]) not in ENVIRONMENTS_OWN]
    files = [Path(str(path.locate())) for each in installed for path in each.files or ()]
    megabytes = sum(path.stat().st_size for path in files if path.exists()) / 1e6
    limit = MEGABYTES.get(package, float("inf"))
    return [] if megabytes < limit else [f"takes {megabytes:.0f} MB on disk, allowed are {limit} MB"]


def normal(name: str) -> str:
    """Return a distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main(sys.argv[1])
