package io.dopt.evals.export;

import java.net.URI;
import java.net.URISyntaxException;

/** A path as RFC 3986 writes it. */
final class UriReference {
  private UriReference() {}

  /**
   * The manifest in a bundle's folder: relative when the folder is, else with the scheme {@code
   * file}.
   *
   * @param folder as the user gave it
   */
  static String of(String folder) {
    String path = folder.replace('\\', '/').replaceAll("/+$", "") + "/manifest.json";
    boolean isAbsolute = path.startsWith("/");
    try {
      String encoded = new URI("file", "", isAbsolute ? path : "/" + path, null).toASCIIString();
      if (isAbsolute) {
        return encoded;
      }
      // RFC 3986, 4.2: a colon in the first segment would make it a scheme.
      String relative = encoded.substring("file:///".length());
      return relative.split("/", 2)[0].contains(":") ? "./" + relative : relative;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(folder, e);
    }
  }
}
