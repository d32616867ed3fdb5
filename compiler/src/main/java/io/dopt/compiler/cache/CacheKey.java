package io.dopt.compiler.cache;

import java.util.regex.Pattern;

/**
 * What a compiled component depends on, in two parts: all that is known without reading weights,
 * and all. If no entry has the first part there is nothing to find, so that a first compile need
 * not read its weights twice.
 *
 * @param structure hash of the graph without its weights' content, the buckets, target and versions
 * @param content hash of the graph with its weights' content
 */
public record CacheKey(String structure, String content) {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  public CacheKey {
    if (!HASH.matcher(structure).matches() || !HASH.matcher(content).matches()) {
      throw new IllegalArgumentException(structure + "/" + content);
    }
  }
}
