"""A policy file that may change under a running planner."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from rr_planner.errors import InvalidPolicyError
from rr_planner.planner import Planner
from rr_planner.policies.file import load_policy

_log = logging.getLogger(__name__)


class PolicyFile:
    """Gives a planner the policy of a file, again whenever the file has changed.

    A request keeps the policy it began with. A file that cannot be read changes nothing but `error`.

    Args:
        path: the file.
        planner: whose policy it is; it has the file's policy at once.

    Raises:
        InvalidPolicyError: the file cannot be read at the start.
    """

    def __init__(self, path: str | os.PathLike[str], planner: Planner) -> None:
        """Read the file."""
        self.path, self.error = Path(path), ""
        self._planner, self._lock = planner, threading.Lock()
        self._seen = self._version()
        planner.policy = load_policy(self.path)

    def poll(self) -> bool:
        """Read the file if it has changed; return whether the planner got another policy."""
        with self._lock:
            version = self._version()
            if version == self._seen:
                return False
            self._seen = version
            try:
                policy = load_policy(self.path)
            except InvalidPolicyError as error:
                self.error = str(error)
                _log.error("the old policy stays: %s", error)
                return False
            self._planner.policy, self.error = policy, ""
            return True

    def _version(self) -> tuple[int, int, int]:
        try:
            stat = self.path.stat()
        except OSError:
            return (0, 0, 0)
        return (stat.st_mtime_ns, stat.st_size, stat.st_ino)
