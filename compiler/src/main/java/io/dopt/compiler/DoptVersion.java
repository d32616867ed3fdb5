package io.dopt.compiler;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of dopt, as the build wrote it down. */
public final class DoptVersion {
  private DoptVersion() {}

  /** For example {@code 0.1.0}. */
  public static String read() {
    try (InputStream in = DoptVersion.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("dopt");
    } catch (IOException e) {
      throw new UncheckedIOException("version.properties", e);
    }
  }
}
