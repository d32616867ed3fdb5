"""Writes linear.onnx (relu(x W + b), x [batch, 8], external weights), unknown.onnx (an operator nobody knows) and
wide.onnx (x W, W [8, 65536], whose weights TensorRtPlanBuilderTest writes to wide.bin). onnx 1.23."""

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

wide = helper.make_graph(
    [helper.make_node("MatMul", ["x", "w"], ["y"], name="wide/MatMul")],
    "test",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 8])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 65536])],
)
weights = wide.initializer.add(name="w", data_type=TensorProto.FLOAT, dims=[8, 65536])
weights.data_location = TensorProto.EXTERNAL
for key, value in [("location", "wide.bin"), ("offset", "0"), ("length", str(8 * 65536 * 4))]:
    weights.external_data.add(key=key, value=value)
wide = helper.make_model(wide, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
with open("wide.onnx", "wb") as file:
    file.write(wide.SerializeToString())
