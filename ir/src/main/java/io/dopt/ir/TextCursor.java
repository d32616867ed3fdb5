package io.dopt.ir;

import io.dopt.ir.operator.OperatorCatalogue.Attribute;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads one line of the text form from left to right; every problem is an {@link IrException}. */
final class TextCursor {
  private final String line;
  private int position;

  TextCursor(String line) {
    this.line = line;
  }

  boolean atEnd() {
    return position == line.length();
  }

  /** Skips {@code expected} if it comes next. */
  boolean take(String expected) {
    if (!line.startsWith(expected, position)) {
      return false;
    }
    position += expected.length();
    return true;
  }

  void expect(String expected) {
    if (!take(expected)) {
      throw new IrException("'" + expected + "' is missing" + here());
    }
  }

  void expectEnd() {
    if (!atEnd()) {
      throw new IrException("nothing more is expected" + here());
    }
  }

  /** The longest run of characters that may occur in a name. */
  String name() {
    int start = position;
    while (!atEnd() && Names.isPart(line.charAt(position))) {
      position++;
    }
    if (start == position) {
      throw new IrException("a name is missing" + here());
    }
    return line.substring(start, position);
  }

  long integer() {
    int start = position;
    while (!atEnd()
        && (Character.digit(line.charAt(position), 10) >= 0 || line.charAt(position) == '-')) {
      position++;
    }
    String text = line.substring(start, position);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IrException("'" + text + "' is not an integer", e);
    }
  }

  TensorType type() {
    ElementType elementType = elementType();
    return new TensorType(elementType, shape());
  }

  /** A list of texts without brackets and commas in them: {@code [1, height/8]}. */
  List<String> list() {
    expect("[");
    int end = line.indexOf(']', position);
    if (end < 0) {
      throw new IrException("']' is missing" + here());
    }
    String inside = line.substring(position, end);
    position = end + 1;
    return inside.isEmpty() ? List.of() : Arrays.asList(inside.split(", ", -1));
  }

  /** An attribute's value, of the class {@link io.dopt.ir.operator.Operator} allows. */
  Object attribute(Attribute attribute) {
    Class<?> type = attribute.type();
    if (type == long.class) {
      return integer();
    } else if (type == double.class) {
      return real();
    } else if (type == boolean.class) {
      return bool();
    } else if (type == List.class) {
      List<Long> values = new ArrayList<>();
      for (String element : list()) {
        TextCursor cursor = new TextCursor(element);
        values.add(cursor.integer());
        cursor.expectEnd();
      }
      return List.copyOf(values);
    } else if (type == Shape.class) {
      return shape();
    } else if (type == ElementType.class) {
      return elementType();
    } else if (type.isEnum()) {
      return constant(type);
    }
    throw new IrException("attribute " + attribute.name() + " is of no known type");
  }

  private Object constant(Class<?> type) {
    String text = word();
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.toString().equals(text))
        .findFirst()
        .orElseThrow(() -> new IrException("'" + text + "' is not a " + type.getSimpleName()));
  }

  private ElementType elementType() {
    String text = word();
    return ElementType.ofText(text)
        .orElseThrow(() -> new IrException("'" + text + "' is not an element type"));
  }

  private Shape shape() {
    return new Shape(list().stream().map(Dimension::parse).toList());
  }

  private double real() {
    String text = word();
    try {
      return InlineConstant.real(text);
    } catch (NumberFormatException e) {
      throw new IrException("'" + text + "' is not a number", e);
    }
  }

  private boolean bool() {
    if (take("true")) {
      return true;
    }
    expect("false");
    return false;
  }

  private String word() {
    int start = position;
    while (!atEnd() && isWord(line.charAt(position))) {
      position++;
    }
    return line.substring(start, position);
  }

  private static boolean isWord(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '-'
        || c == '_'
        || c == '.';
  }

  private String here() {
    String rest = line.substring(position);
    String shown = rest.length() > 40 ? rest.substring(0, 40) + "..." : rest;
    return rest.isEmpty() ? " at the end" : " at '" + shown + "'";
  }
}
