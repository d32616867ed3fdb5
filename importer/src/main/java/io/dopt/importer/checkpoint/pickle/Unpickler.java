package io.dopt.importer.checkpoint.pickle;

import io.dopt.tensor.DoptException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a pickle, protocols 0 to 5 (opcodes: CPython's {@code pickletools.py}), on a machine that
 * can only build values: importing a name that is not in {@link Global} is an error, and calling
 * one does what {@link TorchObjects} models. Memory is bounded by counting instructions and
 * objects.
 */
final class Unpickler {
  private static final long MAXIMUM_BYTES = 64L << 20;
  private static final int MAXIMUM_INSTRUCTIONS = 20_000_000;
  private static final int MAXIMUM_OBJECTS = 2_000_000;
  private static final int MAXIMUM_LINE = 4096;
  private static final int HIGHEST_PROTOCOL = 5;

  private final ByteCursor in;
  private final TorchObjects objects;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private final Pickled.None none = new Pickled.None();
  private int built;

  Unpickler(ByteCursor in) {
    this.in = in;
    this.objects = new TorchObjects(in);
  }

  /**
   * Runs one pickle up to its STOP.
   *
   * @throws DoptException (BAD_INPUT) when it is malformed, too large, or imports a name off the
   *     list
   */
  Object load() {
    long begin = in.position();
    for (int count = 0; count < MAXIMUM_INSTRUCTIONS; count++) {
      int opcode = in.readByte();
      if (opcode == '.') {
        return pop();
      }
      execute(opcode);
      if (in.position() - begin > MAXIMUM_BYTES) {
        throw in.refuse("is longer than " + MAXIMUM_BYTES + " bytes");
      }
    }
    throw in.refuse("has more than " + MAXIMUM_INSTRUCTIONS + " instructions");
  }

  /** The storages that were referred to, by key. */
  Map<String, Pickled.Storage> storages() {
    return objects.storages();
  }

  private void execute(int opcode) {
    switch (opcode) {
      case 0x80 -> requireProtocol(in.readByte());
      case 0x95 -> in.readLong(); // FRAME: a hint for buffering
      case '(' -> {
        countObject();
        marks.add(stack.size());
      }
      case '0' -> popOrUnmark();
      case '1' -> popMark();
      case '2' -> push(top());
      case 'N' -> push(none);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) in.readInt());
      case 'K' -> push((long) in.readByte());
      case 'M' -> push((long) in.readShort());
      case 0x8a -> push(integer(in.readBytes(in.readByte())));
      case 0x8b -> push(integer(in.readBytes(in.readInt())));
      case 'I' -> push(integerLine());
      case 'L' -> push(integerLine());
      case 'F' -> push(decimalLine());
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.readLong())));
      case 'U' -> push(in.readText(in.readByte(), StandardCharsets.ISO_8859_1));
      case 'T' -> push(in.readText(in.readInt(), StandardCharsets.ISO_8859_1));
      case 0x8c -> push(in.readText(in.readByte(), StandardCharsets.UTF_8));
      case 'X' -> push(in.readText(in.readInt() & 0xffffffffL, StandardCharsets.UTF_8));
      case 0x8d -> push(in.readText(in.readLong(), StandardCharsets.UTF_8));
      case 'C' -> push(in.readBytes(in.readByte()));
      case 'B' -> push(in.readBytes(in.readInt() & 0xffffffffL));
      case 0x8e, 0x96 -> push(in.readBytes(in.readLong()));
      case ')', ']', 0x8f -> push(new Pickled.Sequence(List.of()));
      case '}' -> push(new Pickled.Dictionary());
      case 't', 'l', 0x91 -> push(new Pickled.Sequence(popMark()));
      case 0x85 -> push(new Pickled.Sequence(popSome(1)));
      case 0x86 -> push(new Pickled.Sequence(popSome(2)));
      case 0x87 -> push(new Pickled.Sequence(popSome(3)));
      case 'd' -> {
        List<Object> items = popMark();
        push(new Pickled.Dictionary());
        setItems(items);
      }
      case 'a' -> append(popSome(1));
      case 'e', 0x90 -> append(popMark());
      case 's' -> setItems(popSome(2));
      case 'u' -> setItems(popMark());
      case 'c' -> {
        String module = in.readLine(MAXIMUM_LINE, StandardCharsets.UTF_8);
        push(objects.importName(module, in.readLine(MAXIMUM_LINE, StandardCharsets.UTF_8)));
      }
      case 0x93 -> {
        List<Object> names = popSome(2);
        push(objects.importName(text(names.get(0)), text(names.get(1))));
      }
      case 'R', 0x81 -> {
        List<Object> call = popSome(2);
        push(objects.call(call.get(0), sequence(call.get(1))));
      }
      case 0x92 -> {
        List<Object> call = popSome(3);
        push(objects.call(call.get(0), sequence(call.get(1))));
      }
      case 'b' -> {
        popSome(1);
        objects.requireStateIsIgnorable(top());
      }
      case 'Q' -> push(objects.storage(sequence(pop())));
      case 'p' -> memoize(memoLine());
      case 'q' -> memoize(in.readByte());
      case 'r' -> memoize(in.readInt() & 0xffffffffL);
      case 0x94 -> memoize(memo.size());
      case 'g' -> push(recall(memoLine()));
      case 'h' -> push(recall(in.readByte()));
      case 'j' -> push(recall(in.readInt() & 0xffffffffL));
      default ->
          throw in.refuse(
              String.format("has the instruction 0x%02x, which torch.save never writes", opcode));
    }
  }

  private void requireProtocol(int protocol) {
    if (protocol > HIGHEST_PROTOCOL) {
      throw in.refuse("has protocol " + protocol + ", higher than " + HIGHEST_PROTOCOL);
    }
  }

  private void push(Object value) {
    countObject();
    stack.add(value);
  }

  private void countObject() {
    if (++built > MAXIMUM_OBJECTS) {
      throw in.refuse("builds more than " + MAXIMUM_OBJECTS + " objects");
    }
  }

  private void memoize(long index) {
    if (memo.size() >= MAXIMUM_OBJECTS) {
      throw in.refuse("memoizes more than " + MAXIMUM_OBJECTS + " objects");
    }
    memo.put(index, top());
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
  }

  private Object top() {
    if (stack.size() <= floor()) {
      throw in.refuse("takes from an empty stack");
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() {
    Object value = top();
    stack.remove(stack.size() - 1);
    return value;
  }

  /** POP on a mark takes the mark away. */
  private void popOrUnmark() {
    if (!marks.isEmpty() && stack.size() == floor()) {
      marks.remove(marks.size() - 1);
    } else {
      pop();
    }
  }

  private List<Object> popSome(int count) {
    if (stack.size() - floor() < count) {
      throw in.refuse("takes from an empty stack");
    }
    return popFrom(stack.size() - count);
  }

  private List<Object> popMark() {
    if (marks.isEmpty()) {
      throw in.refuse("takes up to a mark it never made");
    }
    return popFrom(marks.remove(marks.size() - 1));
  }

  private List<Object> popFrom(int start) {
    List<Object> tail = stack.subList(start, stack.size());
    List<Object> values = new ArrayList<>(tail);
    tail.clear();
    return values;
  }

  private Object recall(long index) {
    Object value = memo.get(index);
    if (value == null) {
      throw in.refuse("recalls entry " + index + " of the memo, which it never put there");
    }
    return value;
  }

  private void append(List<Object> values) {
    if (top() instanceof Pickled.Sequence sequence) {
      sequence.items.addAll(values);
    } else if (!(top() instanceof Pickled.Placeholder)) {
      throw in.refuse("appends to what is no list");
    }
  }

  private void setItems(List<Object> keysAndValues) {
    if (keysAndValues.size() % 2 != 0) {
      throw in.refuse("sets an odd number of keys and values");
    }
    if (top() instanceof Pickled.Dictionary dictionary) {
      for (int i = 0; i < keysAndValues.size(); i += 2) {
        dictionary.entries.put(keysAndValues.get(i), keysAndValues.get(i + 1));
      }
    } else if (!(top() instanceof Pickled.Placeholder)) {
      throw in.refuse("sets items of what is no dict");
    }
  }

  private Pickled.Sequence sequence(Object value) {
    if (value instanceof Pickled.Sequence sequence) {
      return sequence;
    }
    throw in.refuse("has something else where a tuple belongs");
  }

  private String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw in.refuse("has something else where a name belongs");
  }

  /** Little-endian two's complement; small enough ones as Long, so that they compare as such. */
  private static Object integer(byte[] littleEndian) {
    byte[] bigEndian = new byte[littleEndian.length];
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[i] = littleEndian[littleEndian.length - 1 - i];
    }
    BigInteger value = bigEndian.length == 0 ? BigInteger.ZERO : new BigInteger(bigEndian);
    return value.bitLength() < 64 ? (Object) value.longValue() : value;
  }

  private Object integerLine() {
    String line = in.readLine(32, StandardCharsets.US_ASCII);
    if (line.equals("00") || line.equals("01")) {
      return line.equals("01");
    }
    try {
      return Long.parseLong(line.endsWith("L") ? line.substring(0, line.length() - 1) : line);
    } catch (NumberFormatException e) {
      throw in.refuse("has \"" + line + "\" where an integer belongs");
    }
  }

  private double decimalLine() {
    String line = in.readLine(64, StandardCharsets.US_ASCII);
    try {
      return Double.parseDouble(line);
    } catch (NumberFormatException e) {
      throw in.refuse("has \"" + line + "\" where a number belongs");
    }
  }

  private long memoLine() {
    if (integerLine() instanceof Long index) {
      return index;
    }
    throw in.refuse("has a memo index that is no number");
  }
}
