package io.dopt.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a request is answered with.
 *
 * @param status of HTTP
 * @param type of the body
 * @param body its bytes
 * @param headers beside the type and length
 */
record Answer(int status, String type, byte[] body, Map<String, String> headers) {
  static final String JSON = "application/json";
  static final String PNG = "image/png";

  private static final ObjectMapper MAPPER = new ObjectMapper().registerModule(new Jdk8Module());

  Answer {
    headers = Map.copyOf(headers);
  }

  /** A document: records, maps, lists. */
  static Answer json(int status, Object document) {
    try {
      return new Answer(status, JSON, MAPPER.writeValueAsBytes(document), Map.of());
    } catch (JsonProcessingException e) {
      throw new DoptException(ErrorCode.INTERNAL, "The answer cannot be written: " + e, e);
    }
  }

  static Answer text(String type, String body) {
    return new Answer(200, type, body.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  /** An error in the form that all have, which is that of the command line's {@code --json}. */
  static Answer error(int status, String code, String message) {
    return json(status, Map.of("error", new TreeMap<>(Map.of("code", code, "message", message))));
  }

  /** What went wrong, by whose fault it is: the request's (400), or the server's (500, 503). */
  static Answer error(DoptException thrown) {
    int status =
        switch (thrown.code()) {
          case USAGE, BAD_INPUT, UNSUPPORTED -> 400;
          case INTERRUPTED -> 503;
          case INTERNAL, IO, ENGINE, QUALITY, SPEED, INCONCLUSIVE -> 500;
        };
    return error(status, thrown.code().name(), thrown.getMessage());
  }

  /** With one more header. */
  Answer with(String header, String value) {
    Map<String, String> all = new TreeMap<>(headers);
    all.put(header, value);
    return new Answer(status, type, body, all);
  }
}
