package io.dopt.importer.family.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ConfigTest {
  @Test
  void absentKeysHaveTheDefaultAndPresentOnesTheirValue() {
    Config config = config("{\"a\": 3, \"b\": [1, 2], \"c\": \"x\", \"d\": true, \"e\": 1e-5}");
    assertEquals(3, config.positive("a", 7));
    assertEquals(7, config.positive("absent", 7));
    assertEquals(List.of(1L, 2L), config.positives("b", List.of(9L)));
    assertEquals("x", config.text("c", "y"));
    assertEquals(true, config.flag("d", false));
    assertEquals(1e-5, config.number("e", 0));
    config.finish();
  }

  @Test
  void nullIsNone() {
    Config config = config("{\"a\": null}");
    assertEquals(Optional.empty(), config.optionalPositive("a"));
    assertEquals(Optional.empty(), config.optionalText("a"));
    refused(c -> c.positive("a", 7), "{\"a\": null}", ErrorCode.BAD_INPUT, "a", "null");
  }

  @Test
  void oneValueServesAllLevels() {
    assertEquals(List.of(2L, 2L, 2L), config("{\"a\": 2}").positivePerLevel("a", 3, 1));
    assertEquals(List.of(1L, 2L), config("{\"a\": [1, 2]}").positivePerLevel("a", 2, 1));
    assertEquals(List.of(true, false), config("{\"a\": [true, false]}").flagPerLevel("a", 2, true));
    refused(
        c -> c.positivePerLevel("a", 3, 1),
        "{\"a\": [1, 2]}",
        ErrorCode.BAD_INPUT,
        "a has 2 entries",
        "3 levels");
  }

  @Test
  void aWrongTypeIsNamedWithItsKey() {
    refused(c -> c.positive("a", 1), "{\"a\": \"four\"}", ErrorCode.BAD_INPUT, "a", "\"four\"");
    refused(c -> c.positive("a", 1), "{\"a\": 0}", ErrorCode.BAD_INPUT, "from 1", "0");
    refused(c -> c.positive("a", 1), "{\"a\": 1.5}", ErrorCode.BAD_INPUT, "whole number");
    refused(c -> c.positive("a", 1), "{\"a\": 1e30}", ErrorCode.BAD_INPUT, "whole number");
    refused(c -> c.number("a", 1), "{\"a\": [1]}", ErrorCode.BAD_INPUT, "finite number");
    refused(c -> c.nonZero("a", 1), "{\"a\": 0.0}", ErrorCode.BAD_INPUT, "zero");
    refused(c -> c.flag("a", true), "{\"a\": 1}", ErrorCode.BAD_INPUT, "true or false");
    refused(c -> c.text("a", ""), "{\"a\": 1}", ErrorCode.BAD_INPUT, "a string");
    refused(c -> c.positives("a", List.of()), "{\"a\": []}", ErrorCode.BAD_INPUT, "not empty");
    refused(c -> c.texts("a", List.of()), "{\"a\": {}}", ErrorCode.BAD_INPUT, "list");
  }

  @Test
  void aKeyWithoutEffectMayHaveAnyValue() {
    Config config = config("{\"dropout\": {\"strange\": []}}");
    config.withoutEffect(List.of("dropout"));
    config.finish();
  }

  @Test
  void aKeyIsRefusedUnlessItIsHarmless() {
    config("{\"a\": false}").refuseUnless("a", false, "false");
    config("{\"a\": null}").refuseUnless("a", false, "false");
    config("{}").refuseUnless("a", false, "false");
    refused(
        c -> c.refuseUnless("a", false, "only false"),
        "{\"a\": true}",
        ErrorCode.UNSUPPORTED,
        "a true is not supported",
        "only false");
  }

  @Test
  void whatNobodyReadIsRefusedByName() {
    refused(
        Config::finish,
        "{\"zeta\": 1, \"alpha\": 2, \"_class_name\": \"X\"}",
        ErrorCode.UNSUPPORTED,
        "alpha, zeta.");
  }

  @Test
  void aConfigIsAnObject() {
    DoptException e = assertThrows(DoptException.class, () -> config("[1]"));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
  }

  private static void refused(
      Consumer<Config> reading, String json, ErrorCode code, String... parts) {
    Config config = config(json);
    DoptException e = assertThrows(DoptException.class, () -> reading.accept(config));
    assertEquals(code, e.code(), e::getMessage);
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e::getMessage);
    }
    assertTrue(e.getMessage().contains("unet/config.json"), e::getMessage);
  }

  private static Config config(String json) {
    try {
      return new Config("unet/config.json", new JsonMapper().readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
