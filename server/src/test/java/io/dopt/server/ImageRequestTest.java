package io.dopt.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageRequestTest {
  private static ImageRequest read(String json) {
    return ImageRequest.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void everyKeyIsRead() {
    assertEquals(
        new ImageRequest(
            "a star ☆",
            Optional.of("blurry"),
            OptionalLong.of(-7),
            OptionalInt.of(20),
            OptionalDouble.of(3),
            OptionalInt.of(64),
            OptionalInt.of(32),
            Optional.of("Euler")),
        read(
            "{\"prompt\": \"a star ☆\", \"negative_prompt\": \"blurry\", \"seed\": -7,"
                + " \"steps\": 20, \"guidance_scale\": 3, \"height\": 64, \"width\": 32,"
                + " \"scheduler\": \"Euler\"}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{} | at prompt: this key is missing",
        "null | null is given, an object is wanted",
        "[] | a list is given, an object is wanted",
        "~~ | nothing is given, an object is wanted",
        "{\"prompt\": null} | at prompt: null is in place of a value",
        "{\"prompt\": 7} | at prompt: 7 is given, a text is wanted",
        "{\"prompt\": \"a\", \"cfg_scale\": 3} | at cfg_scale: the key 'cfg_scale' is unknown;"
            + " known are guidance_scale, height, negative_prompt, prompt, scheduler, seed, steps, width",
        "{\"prompt\": \"a\", \"prompt\": \"b\"} | the key 'prompt' is there twice, again in line 1",
        "{\"prompt\": \"a\", \"steps\": \"20\"} | at steps: \"20\" is given, a whole number is wanted",
        "{\"prompt\": \"a\", \"steps\": 2.5} | at steps: 2.5 is given, a whole number is wanted",
        "{\"prompt\": \"a\", \"negative_prompt\": 1} | at negative_prompt: 1 is given, a text is wanted",
        "{\"prompt\": \"a\", \"guidance_scale\": \"3\"} | at guidance_scale: \"3\" is given,"
            + " a number is wanted",
        "{\"prompt\": \"a\", \"steps\": 99999999999} | at steps: 99999999999 is given,"
            + " a whole number from -2147483648 to 2147483647 is wanted",
        "{\"prompt\": \"a\"} {} | something follows its end in line 1",
        "{\"prompt\": \"a\" | it is truncated: it ends within line 1",
      })
  void whatIsNoRequestIsRefusedByKeyAndWhatIsWanted(String json, String reason) {
    DoptException refused = assertThrows(DoptException.class, () -> read(json));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertEquals("The request is not understood: " + reason + ".", refused.getMessage());
  }
}
