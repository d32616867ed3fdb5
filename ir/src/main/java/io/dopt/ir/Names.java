package io.dopt.ir;

/** What may be a name in a graph, so that the text form can write it without quotes. */
final class Names {
  private Names() {}

  /** Whether {@code c} may occur in a name. */
  static boolean isPart(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || "_./:-".indexOf(c) >= 0;
  }

  /**
   * Checks a name.
   *
   * @param kind what is named: {@code value}
   * @throws IrException when it has other characters, or none
   */
  static void require(String kind, String name) {
    if (name.isEmpty() || !name.chars().allMatch(c -> isPart((char) c))) {
      throw new IrException(
          String.format(
              "'%s' is not a %s name: only letters, digits and _ . / : - are.", name, kind));
    }
  }
}
