package io.dopt.quantizer.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphParser;
import io.dopt.ir.WeightResolver;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanFileTest {
  private static final Graph GRAPH =
      GraphParser.parse(
          "layers",
          """
          graph layers
          input %x : f32[1, 2]
          weight %w : f32[2, 2] = [1.0, 2.0, 3.0, 4.0]
          %to_q/MatMul : f32[1, 2] = MatMul(%x, %w)
          %to_k/MatMul : f32[1, 2] = MatMul(%to_q/MatMul, %w)
          output y = %to_k/MatMul
          """,
          WeightResolver.NONE);
  private static final PrecisionPlan PLAN =
      PrecisionPlan.uniform(GRAPH, Precision.FLOAT32).with("to_q/MatMul", Precision.INT8);

  @TempDir Path folder;

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path file = folder.resolve("plan.json");
    PlanFile.write(file, "unet", PLAN);
    assertEquals(PLAN, PlanFile.read(file, "unet", GRAPH));
    assertEquals(
        """
        {
          "formatVersion" : 1,
          "component" : "unet",
          "layers" : {
            "to_k/MatMul" : "f32",
            "to_q/MatMul" : "int8"
          }
        }
        """,
        Files.readString(file));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|BAD_INPUT|no formatVersion",
        "null|BAD_INPUT|null is given, an object is wanted",
        "[]|BAD_INPUT|a list is given, an object is wanted",
        "{|BAD_INPUT|is not a plan",
        "{\"formatVersion\": 2}|UNSUPPORTED|format version 2",
        "{\"formatVersion\": 1, \"component\": \"vae\", \"layers\": {}}|BAD_INPUT|component",
        "{\"formatVersion\": 1, \"component\": \"unet\"}|BAD_INPUT|no layers",
        "{\"formatVersion\": 1, \"component\": \"unet\", \"layers\": {}, \"a\": 1}|BAD_INPUT|'a' is unknown; known are component, formatVersion, layers",
        "{\"formatVersion\": 1, \"component\": \"unet\", \"layers\": {}} {}|BAD_INPUT|something follows its end",
        "{\"formatVersion\": 1, \"formatVersion\": 1}|BAD_INPUT|'formatVersion' is there twice",
        "@to_q/MatMul\": \"int8\"|BAD_INPUT|does not name to_k/MatMul",
        "@to_q/MatMul\": \"int8\", \"to_k/MatMul\": \"f32\", \"z\": \"f32\"|BAD_INPUT|no layer z",
        "@to_q/MatMul\": \"int7\"|BAD_INPUT|\"int7\"",
        "@to_q/MatMul\": \"f16\"|BAD_INPUT|\"f16\"",
        "@to_q/MatMul\": 8|BAD_INPUT|in 8",
        "@to_q/MatMul\": null|BAD_INPUT|in null",
      })
  void refusesWhatIsNoPlanOfTheGraph(String text, ErrorCode code, String named) throws IOException {
    String json =
        text.startsWith("@")
            ? "{\"formatVersion\": 1, \"component\": \"unet\", \"layers\": {\""
                + text.substring(1)
                + "}}"
            : text;
    Path file = Files.writeString(folder.resolve("plan.json"), json);
    DoptException refused =
        assertThrows(DoptException.class, () -> PlanFile.read(file, "unet", GRAPH));
    assertEquals(code, refused.code(), refused.getMessage());
    assertTrue(refused.getMessage().contains(named), refused.getMessage());
  }

  @Test
  void refusesConvolutionsInFourBits() throws IOException {
    Graph convolution =
        GraphParser.parse(
            "convolution",
            """
            graph convolution
            input %x : f32[1, 1, 2]
            weight %w : f32[1, 1, 1] = [2.0]
            %conv/Conv : f32[1, 1, 2] = Conv(%x, %w) {strides=[1], pads=[0, 0], dilations=[1], group=1}
            output y = %conv/Conv
            """,
            WeightResolver.NONE);
    Path file =
        Files.writeString(
            folder.resolve("plan.json"),
            "{\"formatVersion\": 1, \"component\": \"unet\", \"layers\": {\"conv/Conv\": \"int4-weight\"}}");
    DoptException refused =
        assertThrows(DoptException.class, () -> PlanFile.read(file, "unet", convolution));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("'conv/Conv'"), refused.getMessage());
  }

  @Test
  void refusesAFileThatIsNotThere() {
    DoptException refused =
        assertThrows(
            DoptException.class, () -> PlanFile.read(folder.resolve("none.json"), "unet", GRAPH));
    assertEquals(ErrorCode.IO, refused.code());
  }
}
