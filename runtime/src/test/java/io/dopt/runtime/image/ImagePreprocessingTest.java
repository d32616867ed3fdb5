package io.dopt.runtime.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImagePreprocessingTest {
  @TempDir private Path folder;

  /** Recorded with transformers' CLIPImageProcessorPil: equal but for the last bit of float32. */
  @Test
  void equalsTransformersOnPillow() throws IOException {
    Path expected = folder.resolve("expected.safetensors");
    try (InputStream stored = resource("expected.safetensors")) {
      Files.copy(stored, expected);
    }
    try (InputStream cases = resource("cases.json");
        SafetensorsFile values = SafetensorsFile.open(expected)) {
      int index = 0;
      for (JsonNode each : new JsonMapper().readTree(cases)) {
        RgbImage image =
            ImageOperationsTest.pattern(
                each.at("/size/0").intValue(), each.at("/size/1").intValue());
        DenseTensor actual = ImagePreprocessing.of(each.get("config")).pixelValues(image);
        DenseTensor wanted = DenseTensor.read(values.tensor(index + "").orElseThrow());
        assertEquals(wanted.shape(), actual.shape(), each.toString());
        assertArrayEquals(wanted.toDoubles(), actual.toDoubles(), 2e-6, each.toString());
        index++;
      }
      assertEquals(6, index);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'size': {'longest_edge': 8}} | UNSUPPORTED | size {\"longest_edge\":8}",
        "{'size': {'height': 0, 'width': 8}} | BAD_INPUT | whole numbers from 1",
        "{'size': {'height': 8, 'width': 99999}} | BAD_INPUT | whole numbers from 1",
        "{'size': 'large'} | UNSUPPORTED | shortest_edge",
        "{'resample': 0} | UNSUPPORTED | 2 (bilinear) and 3 (bicubic)",
        "{'resample': 'bicubic'} | UNSUPPORTED | resample",
        "{'crop_size': {'shortest_edge': 3}} | UNSUPPORTED | crop_size",
        "{'do_resize': 1} | BAD_INPUT | true or false",
        "{'image_mean': [0.5]} | BAD_INPUT | a list of three numbers",
        "{'image_std': [1, 0, 1]} | BAD_INPUT | other than zero",
        "{'rescale_factor': 'x'} | BAD_INPUT | a finite number",
        "{'image_processor_type': 'ViTImageProcessor'} | UNSUPPORTED | CLIPImageProcessor",
        "{'do_pad': true} | UNSUPPORTED | does not know: do_pad",
        "{'future_key': 1} | UNSUPPORTED | does not know: future_key",
        "[] | BAD_INPUT | not a JSON object"
      })
  void refusesByName(String config, ErrorCode code, String part) {
    DoptException e = assertThrows(DoptException.class, () -> ImagePreprocessing.of(json(config)));
    assertEquals(code, e.code(), e::getMessage);
    assertTrue(e.getMessage().contains(part), e::getMessage);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'do_pad': false, 'pad_size': null, 'do_convert_rgb': true}",
        "{'feature_extractor_type': 'CLIPFeatureExtractor', 'size': 224, 'crop_size': 224}"
      })
  void acceptsWhatChangesNothing(String config) {
    assertDoesNotThrow(() -> ImagePreprocessing.of(json(config)));
  }

  @Test
  void anImageSmallerThanTheCropIsRefused() throws JsonProcessingException {
    ImagePreprocessing preprocessing =
        ImagePreprocessing.of(json("{'do_resize': false, 'crop_size': 5}"));
    RgbImage small = ImageOperationsTest.pattern(6, 4);
    DoptException e = assertThrows(DoptException.class, () -> preprocessing.pixelValues(small));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().contains(new ImageSize(6, 4).toString()), e::getMessage);
  }

  @Test
  void anImageThatWouldBecomeHugeIsRefused() throws JsonProcessingException {
    ImagePreprocessing preprocessing =
        ImagePreprocessing.of(json("{'size': {'shortest_edge': 4096}, 'do_center_crop': false}"));
    RgbImage narrow = ImageOperationsTest.pattern(100, 1);
    DoptException e = assertThrows(DoptException.class, () -> preprocessing.pixelValues(narrow));
    assertTrue(e.getMessage().contains("4096x409600"), e::getMessage);
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new JsonMapper().readTree(text.replace('\'', '"'));
  }

  private static InputStream resource(String name) {
    return ImagePreprocessingTest.class.getResourceAsStream("/preprocessing/" + name);
  }
}
