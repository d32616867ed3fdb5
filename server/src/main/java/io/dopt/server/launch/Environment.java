package io.dopt.server.launch;

import io.dopt.runtime.engine.EngineOptions;
import io.dopt.server.ServerOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The server's settings as a container is told them: environment variables that begin with {@code
 * DOPT_SERVER_}. An unknown one is refused, a misspelt one among them.
 */
final class Environment {
  private static final String PREFIX = "DOPT_SERVER_";
  private static final String ENGINE_OPTIONS = "DOPT_SERVER_ENGINE_OPTIONS";
  private static final int MOST_THREADS = 1024;

  private final SortedMap<String, String> values = new TreeMap<>();

  /**
   * @param environment as {@link System#getenv()} has it
   */
  Environment(Map<String, String> environment) {
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX)) {
            values.put(name, value);
          }
        });
  }

  /** What was read. */
  record Settings(Path bundle, EngineOptions engine, ServerOptions server) {}

  /**
   * Reads everything.
   *
   * @throws DoptException (USAGE) for an unknown variable or a value that is none
   */
  Settings read() {
    ServerOptions defaults = ServerOptions.defaults();
    Path bundle = Path.of(take("DOPT_SERVER_BUNDLE", "/opt/dopt/bundle"));
    int threads = (int) number("DOPT_SERVER_THREADS", 0, MOST_THREADS);
    EngineOptions engine = new EngineOptions(threads, engineOptions(), Optional.empty());
    ServerOptions server =
        new ServerOptions(
            host(),
            port(),
            (int) number("DOPT_SERVER_PIPELINES", defaults.pipelines(), Integer.MAX_VALUE),
            (int) number("DOPT_SERVER_QUEUE", defaults.queue(), Integer.MAX_VALUE),
            (int) number("DOPT_SERVER_MAX_STEPS", defaults.maximumSteps(), Integer.MAX_VALUE),
            number("DOPT_SERVER_MAX_PIXELS", defaults.maximumPixels(), Long.MAX_VALUE),
            Duration.ofSeconds(
                number(
                    "DOPT_SERVER_GRACE_SECONDS", defaults.grace().toSeconds(), Integer.MAX_VALUE)));
    if (!values.isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE,
          "There is no setting "
              + values.keySet()
              + "; there are DOPT_SERVER_BUNDLE, _HOST, _PORT, _PIPELINES, _QUEUE,"
              + " _THREADS, _ENGINE_OPTIONS, _MAX_STEPS, _MAX_PIXELS and _GRACE_SECONDS.");
    }
    return new Settings(bundle, engine, server);
  }

  /** {@code KEY=VALUE,...}, as {@code dopt serve --engine-option} has them one by one. */
  private Map<String, String> engineOptions() {
    Map<String, String> options = new TreeMap<>();
    String text = take(ENGINE_OPTIONS, "");
    for (String pair : text.isBlank() ? new String[0] : text.split(",", -1)) {
      String[] parts = pair.strip().split("=", 2);
      if (parts.length != 2 || parts[0].isEmpty() || options.put(parts[0], parts[1]) != null) {
        throw new DoptException(
            ErrorCode.USAGE,
            ENGINE_OPTIONS
                + " is '"
                + text
                + "', not KEY=VALUE with commas between them and each key once; '"
                + pair
                + "' is none.");
      }
    }
    return options;
  }

  /** Where to listen. */
  String host() {
    return take("DOPT_SERVER_HOST", "0.0.0.0");
  }

  /** The port to listen at. */
  int port() {
    return (int) number("DOPT_SERVER_PORT", ServerOptions.defaults().port(), 65535);
  }

  private String take(String name, String otherwise) {
    String value = values.remove(name);
    return value == null ? otherwise : value;
  }

  private long number(String name, long otherwise, long largest) {
    String text = take(name, Long.toString(otherwise));
    try {
      long value = Long.parseLong(text);
      if (value >= 0 && value <= largest) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number out of range.
    }
    throw new DoptException(
        ErrorCode.USAGE, name + " is '" + text + "', not a number from 0 to " + largest + ".");
  }
}
