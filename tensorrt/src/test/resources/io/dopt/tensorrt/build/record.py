"""Writes linear.onnx (relu(x W + b), x [batch, 8], external weights) and unknown.onnx (an operator nobody knows). onnx 1.23."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(0)


def model(nodes, initializers):
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 4])],
        initializers,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


weight = numpy_helper.from_array(random.standard_normal((8, 4), dtype=np.float32), "w")
bias = numpy_helper.from_array(random.standard_normal(4, dtype=np.float32), "b")
linear = model(
    [
        helper.make_node("MatMul", ["x", "w"], ["p"], name="linear/MatMul"),
        helper.make_node("Add", ["p", "b"], ["s"], name="linear/Add"),
        helper.make_node("Relu", ["s"], ["y"], name="relu/Relu"),
    ],
    [weight, bias],
)
onnx.save(linear, "linear.onnx", save_as_external_data=True, location="linear.bin", size_threshold=64)
onnx.save(model([helper.make_node("NoSuchOperator", ["x"], ["y"], name="odd/NoSuchOperator")], []), "unknown.onnx")
