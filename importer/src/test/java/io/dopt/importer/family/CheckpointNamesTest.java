package io.dopt.importer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.importer.checkpoint.CheckpointComponent;
import io.dopt.importer.checkpoint.ComponentClass;
import io.dopt.importer.checkpoint.TensorIndex;
import io.dopt.importer.family.nn.TensorInventory;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Names that files of different ages give to the same tensors, and tensors nobody wants. */
class CheckpointNamesTest {
  private static final Path FILE = Path.of("model.safetensors");

  @Test
  void attentionNamesOfOldVaesAreKnown() {
    ObjectNode config = Configs.parse(Configs.VAE);
    Map<String, LazyTensor> tensors =
        tensors(
            "AutoencoderKL",
            config,
            name ->
                name.replace(".to_q.", ".query.")
                    .replace(".to_k.", ".key.")
                    .replace(".to_v.", ".value.")
                    .replace(".to_out.0.", ".proj_attn."));
    assertTrue(tensors.containsKey("decoder.mid_block.attentions.0.proj_attn.bias"));
    assertEquals(List.of(), importStrictly("AutoencoderKL", config, tensors));
  }

  @Test
  void textEncodersMayLackThePrefix() {
    ObjectNode config = Configs.parse(Configs.TEXT_ENCODER);
    Map<String, LazyTensor> tensors =
        tensors("CLIPTextModel", config, name -> name.replace("text_model.", ""));
    assertTrue(tensors.containsKey("final_layer_norm.weight"));
    assertEquals(List.of(), importStrictly("CLIPTextModel", config, tensors));
  }

  @Test
  void positionIdsOfOldTextEncodersAreNotReported() {
    ObjectNode config = Configs.parse(Configs.TEXT_ENCODER);
    Map<String, LazyTensor> tensors = tensors("CLIPTextModel", config, UnaryOperator.identity());
    tensors.put("text_model.embeddings.position_ids", DenseTensor.ofLongs(List.of(1L, 2L), 0, 1));
    assertEquals(List.of(), importStrictly("CLIPTextModel", config, tensors));
  }

  @Test
  void anUnusedTensorIsNotedOrRefused() {
    ObjectNode config = Configs.parse(Configs.UNET);
    Map<String, LazyTensor> tensors =
        tensors("UNet2DConditionModel", config, UnaryOperator.identity());
    tensors.put("stray.weight", DenseTensor.ofFloats(List.of(1L), 1));
    List<String> notes = new ArrayList<>();
    new PipelineImporter(FamilyBuilders.standard(), false)
        .importComponent(
            component("UNet2DConditionModel", config, tensors), Optional.empty(), notes);
    assertEquals(1, notes.size());
    assertTrue(notes.get(0).contains("stray.weight"), notes::toString);
    DoptException e =
        assertThrows(
            DoptException.class, () -> importStrictly("UNet2DConditionModel", config, tensors));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().contains("stray.weight"), e::getMessage);
  }

  @Test
  void weightsOfAnotherConfigAreRefusedWithTheKeys() {
    ObjectNode config = Configs.parse(Configs.UNET);
    Map<String, LazyTensor> tensors =
        tensors("UNet2DConditionModel", config, UnaryOperator.identity());
    DoptException e =
        assertThrows(
            DoptException.class,
            () ->
                importStrictly(
                    "UNet2DConditionModel", config.deepCopy().put("in_channels", 9), tensors));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(
        e.getMessage()
            .contains(
                "conv_in.weight in model.safetensors is f32[16, 4, 3, 3], but must have the shape"
                    + " [16, 9, 3, 3] by in_channels 9"),
        e::getMessage);
  }

  private static List<String> importStrictly(
      String className, ObjectNode config, Map<String, LazyTensor> tensors) {
    List<String> notes = new ArrayList<>();
    new PipelineImporter(FamilyBuilders.standard(), true)
        .importComponent(component(className, config, tensors), Optional.empty(), notes);
    return notes;
  }

  private static CheckpointComponent component(
      String className, ObjectNode config, Map<String, LazyTensor> tensors) {
    Map<String, TensorIndex.Entry> entries = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> entries.put(name, new TensorIndex.Entry(tensor, FILE)));
    return new CheckpointComponent(
        "component",
        new ComponentClass("diffusers", className),
        config,
        "component/config.json",
        new TensorIndex(entries),
        List.of());
  }

  /** Zeros for all that the class wants, under changed names. */
  private static Map<String, LazyTensor> tensors(
      String className, ObjectNode config, UnaryOperator<String> rename) {
    Map<String, LazyTensor> tensors = new LinkedHashMap<>();
    for (TensorInventory.Request request : FamilyBuilders.standard().inventory(className, config)) {
      long count = request.shape().stream().reduce(1L, (a, b) -> a * b);
      tensors.put(
          rename.apply(request.name()),
          DenseTensor.ofFloats(request.shape(), new float[(int) count]));
    }
    return tensors;
  }
}
