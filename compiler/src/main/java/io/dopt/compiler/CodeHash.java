package io.dopt.compiler;

import io.dopt.compiler.target.Target;
import io.dopt.ir.Graph;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A hash of the code that turns a graph into engines: the target, the compiler, the IR with its
 * decompositions and the tensors with their transforms. The version alone would let a cache filled
 * by one build of a snapshot answer for the next.
 */
final class CodeHash {
  private CodeHash() {}

  /**
   * Hashes the jars or class folders that {@code target} and its surroundings were loaded from.
   *
   * @throws DoptException (IO) when they cannot be read
   */
  static String of(Target target) {
    Set<Path> places = new TreeSet<>();
    for (Class<?> type :
        List.of(target.getClass(), Compiler.class, Graph.class, LazyTensor.class)) {
      places.add(place(type));
    }
    return of(places);
  }

  /** Hashes jars and folders of classes, by content and not by where they lie. */
  static String of(Set<Path> places) {
    // Sorted, for the order of the places depends on where they lie.
    String hashes = places.stream().map(CodeHash::hash).sorted().collect(Collectors.joining("\n"));
    return Sha256.of(hashes);
  }

  private static Path place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new DoptException(ErrorCode.INTERNAL, type + " was not loaded from a file.", e);
    }
  }

  private static String hash(Path place) {
    MessageDigest digest = Sha256.newDigest();
    try (Stream<Path> found = Files.walk(place)) {
      for (Path file : found.filter(Files::isRegularFile).sorted().toList()) {
        byte[] content = Files.readAllBytes(file);
        String header = place.relativize(file) + "|" + content.length + "|";
        digest.update(header.getBytes(StandardCharsets.UTF_8));
        digest.update(content);
      }
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, place + ", dopt's own code, cannot be read: " + e.getMessage(), e);
    }
    return Sha256.hex(digest);
  }
}
