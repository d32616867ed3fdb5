package io.dopt.server.launch;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Exits with 0 when the container's server is ready: images with a JRE need not hold curl. */
public final class HealthCheck {
  private static final int TIMEOUT_MILLISECONDS = 4000;

  private HealthCheck() {}

  /** Asks {@code /health/ready} of the port in {@code DOPT_SERVER_PORT}. */
  public static void main(String[] arguments) {
    System.exit(isReady(new Environment(System.getenv()).port()) ? 0 : 1);
  }

  private static boolean isReady(int port) {
    try {
      HttpURLConnection request =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port + "/health/ready").toURL().openConnection();
      request.setConnectTimeout(TIMEOUT_MILLISECONDS);
      request.setReadTimeout(TIMEOUT_MILLISECONDS);
      return request.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
