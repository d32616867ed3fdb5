package io.dopt.server.launch;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;

/** Exits with 0 when the container's server is ready: images with a JRE need not hold curl. */
public final class HealthCheck {
  private static final int TIMEOUT_MILLISECONDS = 4000;

  private HealthCheck() {}

  /** Asks {@code /health/ready} where {@code DOPT_SERVER_HOST} and {@code _PORT} have it. */
  public static void main(String[] arguments) {
    System.exit(isReady(new Environment(System.getenv())) ? 0 : 1);
  }

  private static boolean isReady(Environment environment) {
    try {
      HttpURLConnection request =
          (HttpURLConnection) question(environment).toURL().openConnection();
      request.setConnectTimeout(TIMEOUT_MILLISECONDS);
      request.setReadTimeout(TIMEOUT_MILLISECONDS);
      return request.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * What to ask: the loopback address of a server that listens at all of them.
   *
   * @throws IOException when there is no such host
   */
  static URI question(Environment environment) throws IOException {
    String host = environment.host();
    InetAddress address = InetAddress.getByName(host);
    if (address.isAnyLocalAddress()) {
      host = address instanceof Inet6Address ? "::1" : "127.0.0.1";
    }
    try {
      return new URI("http", null, host, environment.port(), "/health/ready", null, null);
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }
}
