package io.dopt.server.launch;

import io.dopt.server.ServerOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The server's settings as a container is told them: environment variables that begin with {@code
 * DOPT_SERVER_}. An unknown one is refused, a misspelt one among them.
 */
final class Environment {
  private static final String PREFIX = "DOPT_SERVER_";

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
  record Settings(Path bundle, int threads, ServerOptions server) {}

  /**
   * Reads everything.
   *
   * @throws DoptException (USAGE) for an unknown variable or a value that is none
   */
  Settings read() {
    ServerOptions defaults = ServerOptions.defaults();
    Path bundle = Path.of(take("DOPT_SERVER_BUNDLE", "/opt/dopt/bundle"));
    int threads = (int) number("DOPT_SERVER_THREADS", 0, Integer.MAX_VALUE);
    ServerOptions server =
        new ServerOptions(
            take("DOPT_SERVER_HOST", "0.0.0.0"),
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
              + " _THREADS, _MAX_STEPS, _MAX_PIXELS and _GRACE_SECONDS.");
    }
    return new Settings(bundle, threads, server);
  }

  /** The port alone, for the health check. */
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
