package io.dopt.compiler.proof.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On samples of TensorRT 8 and what TensorRT 10 says; README.md beside the samples. */
class InspectedEngineTest {
  static InspectedEngine sample(String name) {
    try {
      return InspectedEngine.parse(
          InspectedEngineTest.class.getResourceAsStream(name).readAllBytes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void layersOfTensorRt8() {
    InspectedEngine engine = sample("resnet18-int8.json");
    assertEquals(8, engine.layers().size());
    InspectedLayer residual = engine.layers().get(3);
    assertEquals("CaskConvolution", residual.type());
    assertEquals(Optional.of(ElementType.INT8), residual.weights());
    assertEquals(2, residual.inputs().size());
    assertEquals(Optional.of(ElementType.INT8), residual.inputs().get(0).type());
    assertEquals(
        List.of("layer1.0.conv2.weight", "QuantizeLinear_32", "Conv_34", "Add_42", "Relu_43"),
        residual.nodes());
    assertTrue(residual.tactic().orElseThrow().startsWith("sm80_xmma_fprop"));
    assertEquals(Optional.of(ElementType.INT8), engine.layers().get(1).weights(), "ConvWeights");
    assertEquals(
        List.of("features.0.0.weight", "QuantizeLinear_8", "Conv_12", "Clip_16"),
        sample("mobilenet-int8.json").layers().get(1).nodes());
    assertEquals(
        Optional.of(ElementType.FLOAT16),
        sample("resnet18-fp16.json").layers().get(1).inputs().get(0).type());
  }

  @Test
  void layersOfTensorRt10() {
    InspectedLayer layer = TensorRtTenEngine.engine(TensorRtTenEngine.CONVOLUTION).layers().get(0);
    assertEquals(
        List.of("down_blocks.0.resnets.0.conv1/Conv", "down_blocks.0.resnets.0/Add"),
        layer.nodes());
    assertEquals(Optional.of(ElementType.FLOAT16), layer.outputs().get(0).type());
    assertEquals(Optional.empty(), layer.weights());
  }

  @Test
  void metadataMayHaveProperties() {
    assertEquals(
        List.of("a/Conv", "b/Add"),
        OnnxNodes.of(
            "x", Optional.of("[ONNX Layer: a/Conv | dtype=1 | f][ONNX Layer: b/Add][other]")));
    assertEquals(List.of(), OnnxNodes.of("[CONSTANT] x", Optional.of("")));
  }

  @ParameterizedTest
  @CsvSource({
    "Half, FLOAT16",
    "Float, FLOAT32",
    "BFloat16, BFLOAT16",
    "FP8, FLOAT8E4M3FN",
    "Row major linear FP8 format, FLOAT8E4M3FN",
    "Channel major FP16 format where channel % 8 == 0, FLOAT16",
    "Thirty-two wide channel vectorized row major Int8 format., INT8",
    "Row major linear BOOL, BOOL",
    "Int64, INT64",
  })
  void elementTypesInTheInspectorsWords(String words, ElementType type) {
    assertEquals(Optional.of(type), Datatypes.of(words));
  }

  @ParameterizedTest
  @CsvSource({"N/A due to dynamic shapes", "Unknown format", "''"})
  void whatIsNoElementTypeIsNone(String words) {
    assertEquals(Optional.empty(), Datatypes.of(words));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'' ; no list 'Layers'",
        "{ ; it is no JSON",
        "[] ; no list 'Layers'",
        "{\"Layers\": []} ; no list 'Layers' with a layer",
        "{\"Layers\": {}} ; no list 'Layers'",
        "{\"Layers\": [\"conv1\", \"conv2\"]} ; detailed profiling verbosity",
        "{\"Layers\": [7]} ; Layers[0] is no object",
        "{\"Layers\": [{}]} ; Layers[0] has no 'Name'",
        "{\"Layers\": [{\"Name\": \"a\"}]} ; Layers[0] has no 'LayerType'",
        "{\"Layers\": [{\"Name\": 3, \"LayerType\": \"gemm\"}]} ; Layers[0].Name is no text",
        "{\"Layers\": [{\"Name\": \"a\", \"LayerType\": \"b\", \"Inputs\": 3}]} ; Inputs is no list",
        "{\"Layers\": [{\"Name\": \"a\", \"LayerType\": \"b\", \"Inputs\": [3]}]} ; what is no tensor",
        "{\"Layers\": [{\"Name\": \"a\", \"LayerType\": \"b\", \"Metadata\": [3]}]} ; Metadata is no text",
        "{\"Layers\": [{\"Name\": \"a\", \"LayerType\": \"b\"}]} trailing ; it is no JSON",
      })
  void whatCannotBeReadIsRefused(String json, String reason) {
    DoptException error =
        assertThrows(
            DoptException.class,
            () -> InspectedEngine.parse(json.getBytes(StandardCharsets.UTF_8)));
    assertEquals(ErrorCode.ENGINE, error.code());
    assertTrue(error.getMessage().contains(reason), error.getMessage());
  }

  @Test
  void nestingThatWouldFillTheStackIsRefused() {
    String json = "{\"Layers\": " + "[".repeat(100_000);
    assertThrows(
        DoptException.class, () -> InspectedEngine.parse(json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void everyPrefixOfASampleIsRefused() throws IOException {
    byte[] json =
        InspectedEngineTest.class.getResourceAsStream("resnet18-fp16.json").readAllBytes();
    for (int length = 0; length < json.length - 2; length += 97) {
      byte[] prefix = Arrays.copyOf(json, length);
      assertThrows(DoptException.class, () -> InspectedEngine.parse(prefix));
    }
  }

  @Test
  void aFileThatIsNotThereIsNamed(@TempDir Path folder) {
    DoptException error =
        assertThrows(
            DoptException.class, () -> InspectedEngine.read(folder.resolve("inspection.json")));
    assertEquals(ErrorCode.IO, error.code());
    assertTrue(error.getMessage().contains("inspection.json"), error.getMessage());
  }
}
