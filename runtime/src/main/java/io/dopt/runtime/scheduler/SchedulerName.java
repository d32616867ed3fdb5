package io.dopt.runtime.scheduler;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How people name a scheduler class: {@code Euler}, {@code lms}, {@code DPM-Solver++}. Capitals,
 * spaces and signs do not count, nor do the endings {@code Scheduler}, {@code Discrete} and {@code
 * Multistep}, without which the classes of the catalogue are still told apart.
 */
final class SchedulerName {
  private static final int LARGEST_SLIP = 2;

  private SchedulerName() {}

  /** The one of the class names that is meant; empty when it is none of them. */
  static Optional<String> find(String asked, List<String> classNames) {
    return classNames.stream().filter(name -> plain(name).equals(plain(asked))).findFirst();
  }

  /** The class names that may have been meant: completions, or within two letters. */
  static List<String> near(String asked, List<String> classNames) {
    String start = plain(asked);
    if (start.isEmpty()) {
      return List.of();
    }
    return classNames.stream()
        .filter(
            name -> plain(name).startsWith(start) || distance(plain(name), start) <= LARGEST_SLIP)
        .toList();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT)
        .replaceAll("[^a-z0-9]", "")
        .replaceFirst("scheduler$", "")
        .replaceFirst("(discrete|multistep)$", "");
  }

  /** Levenshtein's. */
  private static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(above[j - 1] + change, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[to.length()];
  }
}
