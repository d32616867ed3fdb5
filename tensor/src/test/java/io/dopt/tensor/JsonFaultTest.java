package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFaultTest {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private enum Color {
    RED,
    BLUE
  }

  private record Point(
      @JsonProperty(value = "x", required = true) int x, @JsonProperty("far") Boolean far) {}

  private record Shape(
      @JsonProperty(value = "name", required = true) String name,
      @JsonProperty("points") List<Point> points,
      @JsonProperty("named") SortedMap<String, Point> named,
      @JsonProperty("color") Color color,
      @JsonProperty("weight") Double weight,
      @JsonProperty("count") Long count) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"points\": []} | at name: this key is missing",
        "{\"name\": []} | at name: a list is given, a text is wanted",
        "{\"name\": \"a\", \"size\": 1} | at size: the key 'size' is unknown;"
            + " known are color, count, name, named, points, weight",
        "{\"name\": \"a\", \"name\": \"b\"} | the key 'name' is there twice, again in line 1",
        "{\"points\": {}} | at points: an object is given, a list is wanted",
        "{\"points\": [{\"x\": 1}, 5]} | at points[1]: 5 is given, an object is wanted",
        "{\"points\": [{\"x\": 2.5}]} | at points[0].x: 2.5 is given, a whole number is wanted",
        "{\"points\": [{\"x\": null}]} | at points[0].x: null is in place of a value",
        "{\"points\": [{\"x\": 99999999999}]} | at points[0].x: 99999999999 is given,"
            + " a whole number from -2147483648 to 2147483647 is wanted",
        "{\"points\": [{\"x\": 1, \"far\": \"no\"}]} | at points[0].far: \"no\" is given,"
            + " true or false is wanted",
        "{\"named\": {\"a\": {}}} | at named.a.x: this key is missing",
        "{\"color\": \"GREEN\"} | at color: \"GREEN\" is given, one of RED, BLUE is wanted",
        "{\"weight\": \"1\"} | at weight: \"1\" is given, a number is wanted",
        "{\"count\": 1e30} | at count: 1.0E30 is given, a whole number is wanted",
        "{\"count\": 99999999999999999999} | at count: 99999999999999999999 is given,"
            + " a whole number in the range of 64 bits is wanted",
        "[] | a list is given, an object is wanted",
        "\"0123456789012345678901234567890123456789\" |"
            + " \"012345678901234567890123456789012345678... is given, an object is wanted",
        "{\"name\": \"a\"} {} | something follows its end in line 1",
        "{\"name\": \"a\" | it is truncated: it ends within line 1",
        "{name: \"a\"} | it is not JSON at line 1, column 2",
      })
  void saysWhereWhatIsThereAndWhatIsWanted(String json, String expected) {
    assertEquals(expected, fault(json));
  }

  private static String fault(String json) {
    JsonNode[] document = {MissingNode.getInstance()};
    JsonProcessingException thrown =
        assertThrows(
            JsonProcessingException.class,
            () -> {
              document[0] = STRICT.readTree(json);
              STRICT.treeToValue(document[0], Shape.class);
            });
    return JsonFault.of(thrown, document[0]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"points\": {}} | at points: a list is wanted in line 1",
        "{\"points\": [{\"x\": 2.5}]} | at points[0].x: a whole number is wanted in line 1",
        "{\"points\": [{\"x\": 99999999999}]} | at points[0].x:"
            + " a whole number from -2147483648 to 2147483647 is wanted",
        "~~ | it is empty",
      })
  void ofWhatWasNotKeptItSaysTheLine(String json, String expected) {
    JsonProcessingException thrown =
        assertThrows(JsonProcessingException.class, () -> STRICT.readValue(json, Shape.class));
    assertEquals(expected, JsonFault.of(thrown));
  }
}
