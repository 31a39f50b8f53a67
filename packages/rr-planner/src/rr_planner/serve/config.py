"""The configuration of a service: one TOML or JSON file, strict."""

from __future__ import annotations

import importlib
import json
import os
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rr_planner.errors import InvalidPolicyError, MissingExtraError
from rr_planner.ledger import Ledger
from rr_planner.most_useful import named_selection
from rr_planner.observer import Observer
from rr_planner.planner import Planner
from rr_planner.policies.file import load_policy
from rr_planner.policies.settings import reject_unknown
from rr_planner.resilience.settings import Resilience

_KEYS = ("tools", "reasoner", "policy", "selection", "consult", "k", "n_items", "last_resort", "ledger")
_SERVER_KEYS = ("host", "port", "reload_s", "traces")
_CLUSTER_KEYS = ("min_replicas", "max_replicas", "target_ongoing", "max_batch", "batch_wait_s", "cpus")
_SOURCES: Mapping[str, tuple[str, ...]] = {  # by kind of model: the options beside its name
    "object": ("arguments",),
    "url": ("timeout_s", "headers", "flops_per_query", "flops_with_evidence"),
    "onnx": ("length", "padding", "threads", "flops_per_query"),
    "chat": ("model", "titles", "max_tokens", "timeout_s", "headers", "flops_per_query", "flops_with_evidence"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where and how the service listens.

    Attributes:
        host: address to listen on.
        port: port to listen on.
        reload_s: seconds between looks at the policy file.
        traces: write OpenTelemetry spans, to the provider that the environment sets up.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    reload_s: float = 1.0
    traces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """How each model is deployed by `rr-planner serve --ray`.

    Attributes:
        min_replicas: processes of a model at the least.
        max_replicas: processes of a model at the most.
        target_ongoing: requests a process should have at a time; more start another one.
        max_batch: requests that are answered as one batch.
        batch_wait_s: how long a request waits for others.
        cpus: of each process.
    """

    min_replicas: int = 1
    max_replicas: int = 4
    target_ongoing: int = 8
    max_batch: int = 64
    batch_wait_s: float = 0.002
    cpus: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceConfig:
    """What `rr-planner serve` and `doctor` need to know. Paths are relative to the file; modules beside it are found.

    Attributes:
        tools: one object a tool: `name` and one of `object` (an import path `module:attribute`, with `arguments` where
            it is to be called), `url` (a service that speaks the planner's JSON), `onnx` (a file).
        reasoner: the same, or `chat`, the base address of an OpenAI-compatible endpoint, with `model` and `titles` (a
            JSON file with a list).
        policy: path of a policy file; it is read again when it changes.
        selection: the one tool that answers low risk, or a `.json` file of `MostUseful`; the most confident tool where
            absent.
        consult: tools that the reasoner sees at high risk; all where absent.
        k: length of the lists where a request does not say.
        n_items: item ids are 0..n_items-1.
        last_resort: item ids, best first, or the path of a JSON file with them.
        ledger: path of the file that records every answer.
        resilience: settings of `Resilience`.
        server: settings of `Server`.
        ray: settings of `Cluster`.
        folder: where the file lies.
    """

    tools: Sequence[Mapping[str, Any]]
    reasoner: Mapping[str, Any]
    policy: str
    selection: str | None = None
    consult: Sequence[str] | None = None
    k: int = 10
    n_items: int | None = None
    last_resort: Sequence[int] | str | None = None
    ledger: str | None = None
    resilience: Resilience = field(default_factory=Resilience)
    server: Server = field(default_factory=Server)
    ray: Cluster = field(default_factory=Cluster)
    folder: Path = Path()

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> ServiceConfig:
        """Read a `.toml` or `.json` file.

        Raises:
            InvalidPolicyError: it cannot be read, a key is unknown (the message names the nearest right one) or
                missing, or a value is of the wrong kind.
        """
        file = Path(path)
        try:
            text = file.read_text(encoding="utf-8")
            content = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
        except (OSError, ValueError) as error:
            raise InvalidPolicyError(str(path), f"a file that cannot be read ({error})", "TOML or JSON") from None
        try:
            return cls._of(content, file.parent)
        except InvalidPolicyError as error:
            raise InvalidPolicyError(f"{path}: {error.field}", error.received, error.allowed) from None

    @classmethod
    def _of(cls, content: Any, folder: Path) -> ServiceConfig:
        if not isinstance(content, dict):
            raise InvalidPolicyError("content", type(content).__name__, "an object")
        reject_unknown(content, (*_KEYS, "resilience", "server", "ray"))
        for key in ("tools", "reasoner", "policy"):
            if key not in content:
                raise InvalidPolicyError(key, "nothing", "a value")
        server = _expect("server", content.pop("server", {}), dict)
        reject_unknown(server, _SERVER_KEYS, prefix="server.")
        cluster = _expect("ray", content.pop("ray", {}), dict)
        reject_unknown(cluster, _CLUSTER_KEYS, prefix="ray.")
        for tool in _expect("tools", content["tools"], list):
            _check_source("tools", tool, ("object", "url", "onnx"))
        _check_source("reasoner", content["reasoner"], ("object", "url", "chat"))
        settings = Resilience.from_dict(_expect("resilience", content.pop("resilience", {}), dict))
        kinds: Mapping[str, type | tuple[type, ...]] = {
            "policy": str, "selection": str, "consult": list, "k": int, "n_items": int, "ledger": str,
            "last_resort": (list, str), "host": str, "port": int, "reload_s": (int, float), "traces": bool,
            "min_replicas": int, "max_replicas": int, "target_ongoing": int, "max_batch": int,
            "batch_wait_s": (int, float), "cpus": (int, float),
        }  # fmt: skip
        for name, value in (*content.items(), *server.items(), *cluster.items()):
            if name in kinds:
                _expect(name, value, kinds[name])
        return cls(**content, resilience=settings, server=Server(**server), ray=Cluster(**cluster), folder=folder)

    @property
    def policy_path(self) -> Path:
        """The policy file."""
        return self.folder / self.policy

    def models(self) -> tuple[list[Any], Any]:
        """Load the tools and the reasoner.

        Raises:
            InvalidPolicyError: a model cannot be loaded; the message names it.
            MissingExtraError: a model needs a package that is not installed.
        """
        return [self.model(tool) for tool in self.tools], self.model(self.reasoner)

    def planner(self, observers: Sequence[Observer] = (), models: tuple[list[Any], Any] | None = None) -> Planner:
        """Put the planner together; `models` stand in for those of the file if given.

        Raises:
            InvalidPolicyError: a part cannot be used; the message names it.
        """
        tools, reasoner = models or self.models()
        return Planner(
            tools=tools,
            reasoner=reasoner,
            policy=load_policy(self.policy_path),
            selection=None if self.selection is None else named_selection(self.selection, self.folder),
            consult=self.consult,
            ledger=None if self.ledger is None else Ledger(self.folder / self.ledger, keep=0),
            resilience=self.resilience,
            last_resort=self._listed("last_resort", self.last_resort),
            n_items=self.n_items,
            observers=observers,
        )

    def model(self, source: Mapping[str, Any]) -> Any:
        """Load one of `tools`, or `reasoner`; raises like `models`."""
        options = {key: value for key, value in source.items() if key not in (*_SOURCES, "name")}
        name = source["name"]
        if "object" in source:
            if str(self.folder.resolve()) not in sys.path:
                sys.path.insert(0, str(self.folder.resolve()))
            model = _load(source["object"], source.get("arguments"))
            if getattr(model, "name", None) != name:
                received = f"an object named {getattr(model, 'name', None)!r}"
                raise InvalidPolicyError(f"{name}.object", received, f"one named {name!r}")
            return model
        try:
            if "onnx" in source:
                return _part("onnx_tool", "OnnxTool")(name, self.folder / source["onnx"], **options)
            if "chat" in source:
                options["titles"] = self._listed("titles", options.get("titles"))
                return _part("chat_reasoner", "ChatReasoner")(name, source["chat"], **options)
            part = "HttpReasoner" if source is self.reasoner else "HttpTool"
            return _part("http_models", part)(name, source["url"], **options)
        except TypeError as error:
            raise InvalidPolicyError(name, str(error), "the options of its kind") from None

    def _listed(self, key: str, value: Sequence[Any] | str | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return _expect(key, json.loads((self.folder / value).read_text(encoding="utf-8")), list)
        except (OSError, ValueError) as error:
            raise InvalidPolicyError(key, f"{value} ({error})", "a JSON file with a list") from None


def _load(path: object, arguments: object) -> Any:
    module, _, attribute = str(path).partition(":")
    try:
        found = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidPolicyError("object", f"{path!r} ({error})", "an import path, `module:attribute`") from None
    if arguments is None:
        return found
    if not callable(found):
        raise InvalidPolicyError("arguments", f"{path!r}, which cannot be called", "no arguments")
    return found(**_expect("arguments", arguments, dict))


def _part(module: str, name: str) -> Callable[..., Any]:
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(f"rr_planner.serve.{module}"), name)
    except ModuleNotFoundError as error:
        raise MissingExtraError("serve", str(error.name)) from None
    return found


def _check_source(field: str, source: object, kinds: Sequence[str]) -> None:
    found = _expect(field, source, dict)
    kind = [one for one in kinds if one in found]
    if len(kind) != 1 or not isinstance(found.get("name"), str):
        received = f"the keys {', '.join(sorted(found)) or 'none'}"
        raise InvalidPolicyError(field, received, f"name and exactly one of {', '.join(kinds)}")
    reject_unknown(found, ("name", kind[0], *_SOURCES[kind[0]]), prefix=f"{found['name']}.")
    _expect(f"{found['name']}.{kind[0]}", found[kind[0]], str)


def _expect(name: str, value: Any, kind: type | tuple[type, ...]) -> Any:
    right = isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)
    if not right:
        names = " or ".join(one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,)))
        raise InvalidPolicyError(name, repr(value), names)
    return value
