package io.dopt.server.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthCheckTest {
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, http://127.0.0.1:8081/health/ready",
    "::, http://[::1]:8081/health/ready",
    "::1, http://[::1]:8081/health/ready",
    "127.0.0.2, http://127.0.0.2:8081/health/ready",
    "localhost, http://localhost:8081/health/ready",
  })
  void theServerIsAskedWhereItListens(String host, String question) throws IOException {
    Environment environment =
        new Environment(Map.of("DOPT_SERVER_HOST", host, "DOPT_SERVER_PORT", "8081"));
    assertEquals(question, HealthCheck.question(environment).toString());
  }
}
