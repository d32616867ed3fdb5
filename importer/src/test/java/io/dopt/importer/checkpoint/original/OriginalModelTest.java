package io.dopt.importer.checkpoint.original;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** layouts.json is recorded from diffusers' own conversion by make_layouts.py beside it. */
class OriginalModelTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path FILE = Path.of("model.safetensors");

  @ParameterizedTest
  @EnumSource
  void namesTensorsAsDiffusersDoes(OriginalFamily family) throws IOException {
    OriginalModel model = open(file(family));
    assertEquals(family, model.family());
    JsonNode components = layout(family).path("components");
    assertEquals(new TreeSet<>(names(components)), new TreeSet<>(model.components().keySet()));
    for (String component : names(components)) {
      Map<String, LazyTensor> actual = model.components().get(component).tensors();
      JsonNode expected = components.path(component);
      assertEquals(new TreeSet<>(names(expected)), new TreeSet<>(actual.keySet()), component);
      for (String name : names(expected)) {
        DenseTensor tensor = DenseTensor.read(actual.get(name));
        assertEquals(shape(expected.path(name).get(0)), tensor.shape(), name);
        assertEquals(expected.path(name).get(1).asLong(), hash(tensor.toLongs()), name);
      }
    }
  }

  @Test
  void derivesTheConfigOfStableDiffusion1() throws IOException {
    OriginalModel model = open(file(OriginalFamily.STABLE_DIFFUSION_1));
    ObjectNode unet = model.components().get("unet").config();
    assertEquals("[32,64]", unet.path("block_out_channels").toString());
    assertEquals(
        "[\"CrossAttnDownBlock2D\",\"DownBlock2D\"]", unet.path("down_block_types").toString());
    assertEquals("[\"UpBlock2D\",\"CrossAttnUpBlock2D\"]", unet.path("up_block_types").toString());
    assertEquals(1, unet.path("layers_per_block").asInt());
    assertEquals(8, unet.path("attention_head_dim").asInt());
    assertEquals(64, unet.path("cross_attention_dim").asInt());
    assertEquals("[1,1]", unet.path("transformer_layers_per_block").toString());
    assertTrue(unet.path("use_linear_projection").isBoolean());
    assertEquals(false, unet.path("use_linear_projection").asBoolean());
    ObjectNode vae = model.components().get("vae").config();
    assertEquals("[32,64]", vae.path("block_out_channels").toString());
    assertEquals(0.18215, vae.path("scaling_factor").asDouble());
    assertEquals(4, vae.path("latent_channels").asInt());
    assertTrue(vae.path("use_quant_conv").asBoolean());
    assertTrue(vae.path("mid_block_add_attention").asBoolean());
    ObjectNode text = model.components().get("text_encoder").config();
    assertEquals("quick_gelu", text.path("hidden_act").asText());
    assertEquals(1, text.path("num_attention_heads").asInt());
    assertEquals(8, text.path("max_position_embeddings").asInt());
    assertEquals(24, text.path("vocab_size").asInt());
    assertEquals("PNDMScheduler", model.scheduler().path("_class_name").asText());
    assertEquals(
        List.of("Left out, being left over from training: betas, model_ema.decay."), model.notes());
  }

  @Test
  void derivesTheConfigOfStableDiffusion2() throws IOException {
    OriginalModel model = open(file(OriginalFamily.STABLE_DIFFUSION_2));
    ObjectNode unet = model.components().get("unet").config();
    assertEquals("[1,2]", unet.path("attention_head_dim").toString());
    assertTrue(unet.path("use_linear_projection").asBoolean());
    ObjectNode text = model.components().get("text_encoder").config();
    assertEquals(1, text.path("num_hidden_layers").asInt());
    assertEquals("gelu", text.path("hidden_act").asText());
    DoptException e = assertThrows(DoptException.class, model::scheduler);
    assertEquals(ErrorCode.USAGE, e.code());
    assertTrue(e.getMessage().contains("--prediction-type v_prediction"), e.getMessage());
    assertEquals(64, unet.path("sample_size").asInt());
    OriginalModel velocity =
        OriginalModel.of(
            FILE, file(OriginalFamily.STABLE_DIFFUSION_2), Optional.of("v_prediction"));
    assertEquals("v_prediction", velocity.scheduler().path("prediction_type").asText());
    assertEquals(96, velocity.components().get("unet").config().path("sample_size").asInt());
  }

  @Test
  void derivesTheConfigOfStableDiffusionXl() throws IOException {
    Map<String, LazyTensor> file = file(OriginalFamily.STABLE_DIFFUSION_XL);
    OriginalModel model = open(file);
    ObjectNode unet = model.components().get("unet").config();
    assertEquals("[1,2]", unet.path("transformer_layers_per_block").toString());
    assertEquals("text_time", unet.path("addition_embed_type").asText());
    assertEquals(16, unet.path("addition_time_embed_dim").asInt());
    assertEquals(224, unet.path("projection_class_embeddings_input_dim").asInt());
    assertEquals(
        128, model.components().get("text_encoder_2").config().path("projection_dim").asInt());
    assertTrue(model.options().path("force_zeros_for_empty_prompt").asBoolean());
    assertEquals("epsilon", model.scheduler().path("prediction_type").asText());
    file.put("v_pred", DenseTensor.ofFloats(List.of(0L)));
    file.put("ztsnr", DenseTensor.ofFloats(List.of(0L)));
    ObjectNode marked = open(file).scheduler();
    assertEquals("v_prediction", marked.path("prediction_type").asText());
    assertTrue(marked.path("rescale_betas_zero_snr").asBoolean());
  }

  @Test
  void aTensorThatBelongsNowhereIsLeftForTheBuilderToReport() throws IOException {
    Map<String, LazyTensor> file = file(OriginalFamily.STABLE_DIFFUSION_1);
    DenseTensor tensor = DenseTensor.ofFloats(List.of(1L), 1);
    for (String name :
        List.of(
            "surprise", "model.diffusion_model.input_blocks.1.3.weight", "first_stage_model.x")) {
      file.put(name, tensor);
    }
    OriginalModel model = open(file);
    Map<String, LazyTensor> unet = model.components().get("unet").tensors();
    assertTrue(unet.containsKey("surprise"));
    assertTrue(unet.containsKey("model.diffusion_model.input_blocks.1.3.weight"));
    assertTrue(model.components().get("vae").tensors().containsKey("first_stage_model.x"));
  }

  @ParameterizedTest
  @CsvSource({
    "first_stage_model., BAD_INPUT, has no autoencoder",
    "first_stage_model.decoder, BAD_INPUT, half of it",
    "cond_stage_model., BAD_INPUT, no text encoder",
    "model.diffusion_model., BAD_INPUT, not a Stable Diffusion checkpoint",
    "model.diffusion_model.input_blocks.3, BAD_INPUT, levels of different depth",
    "model.diffusion_model.output_blocks.3, BAD_INPUT, levels of different depth",
    "model.diffusion_model.output_blocks.3.1, UNSUPPORTED, different depth in one level",
    "model.diffusion_model.middle_block.1.transformer, UNSUPPORTED, different depth in one level",
    "model.diffusion_model.out.2, BAD_INPUT, lacks model.diffusion_model.out.2.weight",
  })
  void saysWhichPartIsMissing(String prefix, ErrorCode code, String expected) throws IOException {
    Map<String, LazyTensor> file = file(OriginalFamily.STABLE_DIFFUSION_1);
    file.keySet().removeIf(name -> name.startsWith(prefix));
    DoptException e = assertThrows(DoptException.class, () -> open(file));
    assertEquals(code, e.code());
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertTrue(e.getMessage().startsWith(FILE.toString()), e.getMessage());
  }

  @Test
  void refusesInpaintingRefinerAndDiffusersNames() throws IOException {
    Map<String, LazyTensor> inpainting = file(OriginalFamily.STABLE_DIFFUSION_1);
    DenseTensor nine = DenseTensor.ofFloats(List.of(0L, 9L, 3L, 3L));
    inpainting.put("model.diffusion_model.input_blocks.0.0.weight", nine);
    assertRefused(inpainting, "takes 9 channels and predicts 4: an inpainting");
    Map<String, LazyTensor> refiner = new LinkedHashMap<>();
    refiner.put("model.diffusion_model.out.2.weight", nine);
    refiner.put("conditioner.embedders.0.model.ln_final.weight", nine);
    assertRefused(refiner, "is the SDXL refiner");
    assertRefused(Map.of("down_blocks.0.resnets.0.norm1.weight", nine), "name its folder");
    Map<String, LazyTensor> fused = file(OriginalFamily.STABLE_DIFFUSION_XL);
    fused.put(
        "conditioner.embedders.1.model.transformer.resblocks.0.attn.in_proj_bias",
        DenseTensor.ofFloats(List.of(0L)));
    assertRefused(fused, "not queries, keys and values of width 128");
    Map<String, LazyTensor> twice = file(OriginalFamily.STABLE_DIFFUSION_1);
    twice.put("model.diffusion_model.output_blocks.3.1.conv.weight", nine);
    twice.put("model.diffusion_model.output_blocks.3.2.conv.weight", nine);
    assertRefused(twice, "has two tensors for up_blocks.1.upsamplers.0.conv.weight");
  }

  @Test
  void damagedNamesAndShapesNeverEscapeAsAnythingButDoptException() throws IOException {
    Random random = new Random(20261121);
    int refused = 0;
    for (OriginalFamily family : OriginalFamily.values()) {
      List<Map.Entry<String, LazyTensor>> whole = List.copyOf(file(family).entrySet());
      for (int round = 0; round < 300; round++) {
        Map<String, LazyTensor> damaged = new LinkedHashMap<>();
        whole.forEach(entry -> damaged.put(entry.getKey(), entry.getValue()));
        for (int times = random.nextInt(3); times >= 0; times--) {
          Map.Entry<String, LazyTensor> victim = whole.get(random.nextInt(whole.size()));
          damaged.remove(victim.getKey());
          StringBuilder name = new StringBuilder(victim.getKey());
          name.setCharAt(random.nextInt(name.length()), "0123456789.x".charAt(random.nextInt(12)));
          Long[] shape = random.longs(random.nextInt(5), 0, 3).boxed().toArray(Long[]::new);
          int count = Stream.of(shape).reduce(1L, (a, b) -> a * b).intValue();
          LazyTensor other = DenseTensor.ofLongs(List.of(shape), new long[count]);
          damaged.put(random.nextBoolean() ? name.toString() : victim.getKey(), other);
        }
        try {
          open(damaged);
        } catch (DoptException e) {
          refused++;
        }
      }
    }
    assertTrue(refused > 20, "only " + refused + " of 900 refused");
  }

  private static OriginalModel open(Map<String, LazyTensor> file) {
    return OriginalModel.of(FILE, file, Optional.empty());
  }

  private static void assertRefused(Map<String, LazyTensor> file, String expected) {
    DoptException e = assertThrows(DoptException.class, () -> open(file));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  /** Tensor number n holds {@code n << 32 | i} at index i, as in make_layouts.py. */
  private static Map<String, LazyTensor> file(OriginalFamily family) throws IOException {
    Map<String, LazyTensor> tensors = new LinkedHashMap<>();
    for (JsonNode entry : layout(family).path("file")) {
      List<Long> shape = shape(entry.get(1));
      long count = shape.stream().reduce(1L, (a, b) -> a * b);
      long[] values = new long[(int) count];
      for (int i = 0; i < values.length; i++) {
        values[i] = (long) tensors.size() << 32 | i;
      }
      tensors.put(entry.get(0).asText(), DenseTensor.ofLongs(shape, values));
    }
    return tensors;
  }

  private static JsonNode layout(OriginalFamily family) throws IOException {
    try (InputStream json = OriginalModelTest.class.getResourceAsStream("layouts.json")) {
      return MAPPER.readTree(json).path(family.name());
    }
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static List<Long> shape(JsonNode array) {
    return List.of(MAPPER.convertValue(array, Long[].class));
  }

  private static long hash(long[] values) {
    long hash = 0;
    for (int i = 0; i < values.length; i++) {
      hash += values[i] * (i + 1);
    }
    return hash;
  }
}
