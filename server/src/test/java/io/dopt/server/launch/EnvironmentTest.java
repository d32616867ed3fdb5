package io.dopt.server.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.engine.EngineOptions;
import io.dopt.server.ServerOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentTest {
  @Test
  void aContainerIsReachedFromOutsideUnlessItIsTold() {
    Environment.Settings settings = new Environment(Map.of("PATH", "/bin")).read();
    assertEquals(ServerOptions.defaults().withAddress("0.0.0.0", 8080), settings.server());
    assertEquals(Path.of("/opt/dopt/bundle"), settings.bundle());
    assertEquals(EngineOptions.defaults(), settings.engine());
  }

  @Test
  void everySettingIsRead() {
    Map<String, String> environment =
        new TreeMap<>(
            Map.of(
                "DOPT_SERVER_BUNDLE",
                "/b",
                "DOPT_SERVER_HOST",
                "::1",
                "DOPT_SERVER_PORT",
                "81",
                "DOPT_SERVER_PIPELINES",
                "2",
                "DOPT_SERVER_QUEUE",
                "0",
                "DOPT_SERVER_THREADS",
                "3",
                "DOPT_SERVER_MAX_STEPS",
                "9",
                "DOPT_SERVER_MAX_PIXELS",
                "99",
                "DOPT_SERVER_GRACE_SECONDS",
                "5"));
    environment.put("DOPT_SERVER_ENGINE_OPTIONS", "tensorrt.host_code=true, tensorrt.device=1");
    assertEquals(
        new Environment.Settings(
            Path.of("/b"),
            new EngineOptions(
                3, Map.of("tensorrt.host_code", "true", "tensorrt.device", "1"), Optional.empty()),
            new ServerOptions("::1", 81, 2, 0, 9, 99, Duration.ofSeconds(5))),
        new Environment(environment).read());
  }

  @ParameterizedTest
  @CsvSource({
    "DOPT_SERVER_PROT, 80, DOPT_SERVER_PROT",
    "DOPT_SERVER_PORT, eighty, DOPT_SERVER_PORT",
    "DOPT_SERVER_PORT, 65536, 65535",
    "DOPT_SERVER_PIPELINES, 0, pipelines",
    "DOPT_SERVER_QUEUE, -1, DOPT_SERVER_QUEUE",
    "DOPT_SERVER_QUEUE, 2147483647, 1024",
    "DOPT_SERVER_PIPELINES, 65, 64",
    "DOPT_SERVER_THREADS, 1025, 1024",
    "DOPT_SERVER_MAX_STEPS, 1001, 1000",
    "DOPT_SERVER_MAX_PIXELS, 9223372036854775807, 67108864",
    "DOPT_SERVER_GRACE_SECONDS, 3601, 3600",
    "DOPT_SERVER_ENGINE_OPTIONS, tensorrt.host_code, DOPT_SERVER_ENGINE_OPTIONS",
    "DOPT_SERVER_ENGINE_OPTIONS, =true, DOPT_SERVER_ENGINE_OPTIONS",
    "DOPT_SERVER_ENGINE_OPTIONS, 'a=1,,b=2', DOPT_SERVER_ENGINE_OPTIONS",
    "DOPT_SERVER_ENGINE_OPTIONS, 'a=1,a=2', each key once",
  })
  void whatIsNoSettingIsRefusedByName(String name, String value, String named) {
    DoptException refused =
        assertThrows(DoptException.class, () -> new Environment(Map.of(name, value)).read());
    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(refused.getMessage().contains(named), refused.getMessage());
  }
}
