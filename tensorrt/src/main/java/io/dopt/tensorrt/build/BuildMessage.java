package io.dopt.tensorrt.build;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dopt.tensor.ErrorCode;
import java.util.Optional;

/**
 * One line of what a building process says on its standard output, as JSON.
 *
 * @param kind what it is
 * @param label of a log line its severity, of a failure its {@link ErrorCode}, else empty
 * @param text the message
 */
record BuildMessage(Kind kind, String label, String text) {
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  /** The kinds of lines. */
  enum Kind {
    /** A line of TensorRT's log. */
    LOG,
    /** How far it is, for people. */
    PROGRESS,
    /** The last line of a build that failed. */
    FAILURE,
    /** The last line of a build that succeeded. */
    DONE
  }

  BuildMessage {
    if (kind == null || label == null || text == null) {
      throw new IllegalArgumentException("a part is missing");
    }
  }

  static BuildMessage log(String severity, String text) {
    return new BuildMessage(Kind.LOG, severity, text);
  }

  static BuildMessage progress(String text) {
    return new BuildMessage(Kind.PROGRESS, "", text);
  }

  static BuildMessage failure(ErrorCode code, String text) {
    return new BuildMessage(Kind.FAILURE, code.name(), text);
  }

  static BuildMessage done() {
    return new BuildMessage(Kind.DONE, "", "");
  }

  /** The line, without its end. */
  String toLine() {
    try {
      return MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of strings is always JSON", e);
    }
  }

  /** The message of a line; empty for what something else wrote, as native libraries may. */
  static Optional<BuildMessage> ofLine(String line) {
    try {
      return Optional.ofNullable(MAPPER.readValue(line, BuildMessage.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** The code of a failure. */
  ErrorCode code() {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.name().equals(label)) {
        return code;
      }
    }
    return ErrorCode.ENGINE;
  }
}
