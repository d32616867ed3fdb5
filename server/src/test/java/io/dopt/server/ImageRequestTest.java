package io.dopt.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        "{}                                        | prompt",
        "null                                      | null",
        "[]                                        | ",
        "                                          | ",
        "{\"prompt\": null}                        | prompt",
        "{\"prompt\": 7}                           | prompt",
        "{\"prompt\": \"a\", \"cfg_scale\": 3}     | cfg_scale",
        "{\"prompt\": \"a\", \"prompt\": \"b\"}    | prompt",
        "{\"prompt\": \"a\", \"steps\": \"20\"}    | steps",
        "{\"prompt\": \"a\", \"steps\": 2.5}       | steps",
        "{\"prompt\": \"a\", \"steps\": 99999999999} | steps",
        "{\"prompt\": \"a\"} {}                    | ",
        "{\"prompt\": \"a\"                        | ",
      })
  void whatIsNoRequestIsRefusedByName(String json, String named) {
    DoptException refused = assertThrows(DoptException.class, () -> read(json == null ? "" : json));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains(named == null ? "" : named), refused.getMessage());
  }
}
