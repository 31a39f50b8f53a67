"""ONNX Runtime, opened the way the tools need it."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # onnxruntime ships no types
from numpy.typing import NDArray

from rr_tools.errors import ArtifactError

LOG_ERRORS_ONLY = 3
SLOWER_FUSIONS = ["SkipLayerNormFusion"]  # its kernel on the CPU takes five times as long as what it replaces


class OnnxSession:
    """A network with one integer input and one output of scores, on the CPU."""

    def __init__(self, network: bytes, *, threads: int) -> None:
        """Load an ONNX model.

        Args:
            network: the content of an `.onnx` file.
            threads: threads one run may use.

        Raises:
            ArtifactError: the installed ONNX Runtime cannot run the network.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = LOG_ERRORS_ONLY
        try:
            self._session = onnxruntime.InferenceSession(
                network, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER_FUSIONS
            )
        except Exception as error:  # ONNX Runtime's errors have no root of their own
            reason = str(error).splitlines()[0]
            message = f"onnxruntime {onnxruntime.__version__} cannot run the network ({reason}); upgrade onnxruntime"
            raise ArtifactError(message) from error
        described = self._session.get_inputs()[0]
        self._input, self._output = described.name, self._session.get_outputs()[0].name
        self._dimensions = list(described.shape)

    @property
    def any_length(self) -> bool:
        """Whether the input's second dimension may have any size, as its first one does."""
        return len(self._dimensions) == 2 and not isinstance(self._dimensions[1], int)

    def run(self, values: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the network's output for `values`, whose first dimension is the batch."""
        outputs: list[Any] = self._session.run(None, {self._input: values})
        scores: NDArray[np.float32] = outputs[0]
        return scores

    def run_into(self, values: NDArray[np.int64], out: NDArray[np.float32]) -> None:
        """Write the network's output for `values` into `out`, which is contiguous and of the output's shape."""
        binding = self._session.io_binding()
        binding.bind_cpu_input(self._input, values)
        binding.bind_output(self._output, "cpu", 0, np.float32, out.shape, out.ctypes.data)
        self._session.run_with_iobinding(binding)
