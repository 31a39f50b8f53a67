import numpy as np
import pytest

pytest.importorskip("onnx", reason="makes the network")
pytest.importorskip("onnxruntime", reason="needs the extra serve")

import onnx
from onnx import TensorProto, helper, numpy_helper

from rr_planner import InvalidPolicyError
from rr_planner.serve.onnx_tool import OnnxTool
from rr_planner.testing import check_tool

N = 20


@pytest.fixture
def path(tmp_path):
    """A network that scores each item by a row of its newest history item; -1 takes the last row."""
    table = np.random.default_rng(0).random((N + 1, N)).astype(np.float32)
    nodes = [
        helper.make_node("Clip", ["history", "low", "high"], ["known"]),
        helper.make_node("Gather", ["table", "known"], ["rows"]),
        helper.make_node("ReduceSum", ["rows", "axis"], ["scores"], keepdims=0),
    ]
    constants = {"table": table, "low": np.int64(0), "high": np.int64(N), "axis": np.array([1])}
    graph = helper.make_graph(
        nodes,
        "toy",
        [helper.make_tensor_value_info("history", TensorProto.INT64, ["batch", 4])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", N])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    file = tmp_path / "toy.onnx"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, file)
    return file


def test_an_exported_network_keeps_the_contract(path):
    check_tool(OnnxTool("toy", path, length=4, padding=N), n_items=N)


def test_what_is_no_network(tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"no")
    for name in ("broken.onnx", "missing.onnx"):
        with pytest.raises(InvalidPolicyError, match=r"onnx: .*" + name):
            OnnxTool("toy", tmp_path / name)
