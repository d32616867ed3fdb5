package io.dopt.compiler.lock;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.JsonFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code dopt.lock}: what a bundle was made from, by hash. Equal inputs give equal outputs; where
 * two locks differ shows why two bundles do. The version of Java is not in it, for it does not
 * change the bytes.
 *
 * @param lockVersion always {@value #VERSION}
 * @param versions of dopt and the target
 * @param recipe the options that decide the result
 * @param sources SHA-256 of every file that was read, by its name in the checkpoint
 * @param graphs SHA-256 of every component's graph with the content of its weights
 * @param outputs SHA-256 of every file of the bundle but this one
 * @param tactics by plan, the hash of the kernels it was found to be made of, equal for plans that
 *     compute alike though their bytes differ; empty where nothing was built
 */
public record LockFile(
    int lockVersion,
    SortedMap<String, String> versions,
    SortedMap<String, String> recipe,
    SortedMap<String, String> sources,
    SortedMap<String, String> graphs,
    SortedMap<String, String> outputs,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY)
        SortedMap<String, String> tactics) {
  /** The one version this dopt reads and writes. */
  public static final int VERSION = 1;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Keeps sorted copies. */
  public LockFile {
    versions = sorted(versions);
    recipe = sorted(recipe);
    sources = sorted(sources);
    graphs = sorted(graphs);
    outputs = sorted(outputs);
    tactics = sorted(tactics);
  }

  /** A lock of what was compiled, of which nothing was built. */
  public LockFile(
      int lockVersion,
      SortedMap<String, String> versions,
      SortedMap<String, String> recipe,
      SortedMap<String, String> sources,
      SortedMap<String, String> graphs,
      SortedMap<String, String> outputs) {
    this(lockVersion, versions, recipe, sources, graphs, outputs, new TreeMap<>());
  }

  private static SortedMap<String, String> sorted(Map<String, String> map) {
    if (map.containsValue(null)) {
      throw new IllegalArgumentException("a value is null");
    }
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  /**
   * Reads a lock.
   *
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when it is not a lock of this
   *     version
   */
  public static LockFile read(Path file) {
    try {
      LockFile lock = MAPPER.readValue(Files.readAllBytes(file), LockFile.class);
      if (lock == null) {
        throw new DoptException(ErrorCode.BAD_INPUT, file + " is not a lock: it is null.");
      }
      if (lock.lockVersion() != VERSION) {
        throw new DoptException(
            ErrorCode.UNSUPPORTED,
            file
                + " has lock version "
                + lock.lockVersion()
                + "; this dopt reads "
                + VERSION
                + ".");
      }
      return lock;
    } catch (JsonParseException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          file + " is not a lock: it is not JSON. Name the dopt.lock of a bundle.",
          e);
    } catch (JsonProcessingException e) {
      throw new DoptException(ErrorCode.BAD_INPUT, file + " is not a lock: " + JsonFault.of(e), e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** This lock of some outputs only, those called {@code names}. */
  public LockFile withOutputs(Set<String> names) {
    SortedMap<String, String> some = new TreeMap<>(outputs);
    some.keySet().retainAll(names);
    return new LockFile(lockVersion, versions, recipe, sources, graphs, some, tactics);
  }

  /** The lock as JSON: sorted keys, two-space indentation, {@code \n}, UTF-8. */
  public byte[] toJson() {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    try {
      String json = MAPPER.writer(printer).writeValueAsString(this);
      return (json + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of strings is always JSON", e);
    }
  }

  /**
   * Where {@code actual} differs from this lock, one line each: {@code sources.unet/config.json:
   * 12ab..., expected 34cd...}; empty when they are equal.
   */
  public List<String> differences(LockFile actual) {
    List<String> found = new ArrayList<>();
    compare("versions", versions, actual.versions, found);
    compare("recipe", recipe, actual.recipe, found);
    compare("sources", sources, actual.sources, found);
    compare("graphs", graphs, actual.graphs, found);
    compare("outputs", outputs, actual.outputs, found);
    compare("tactics", tactics, actual.tactics, found);
    return found;
  }

  /** Twelve digits of a hash tell it apart. */
  private static String brief(String value) {
    return value.matches("[0-9a-f]{64}") ? value.substring(0, 12) + "..." : value;
  }

  private static void compare(
      String section,
      Map<String, String> expected,
      Map<String, String> actual,
      List<String> found) {
    TreeSet<String> keys = new TreeSet<>(expected.keySet());
    keys.addAll(actual.keySet());
    for (String key : keys) {
      String is = actual.getOrDefault(key, "absent");
      String should = expected.getOrDefault(key, "absent");
      if (!is.equals(should)) {
        found.add(section + "." + key + ": " + brief(is) + ", expected " + brief(should));
      }
    }
  }
}
