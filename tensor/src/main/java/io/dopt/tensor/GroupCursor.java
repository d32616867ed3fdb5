package io.dopt.tensor;

import java.util.List;

/**
 * Walks the elements of a tensor in their order and tells for each which scale it shares, as an
 * index into the row-major scales. Not thread-safe; wraps around at the end.
 */
public final class GroupCursor {
  private final long inner;
  private final long size;
  private final int blockSize;
  private final boolean blocked;
  private final int groups;
  private long column;
  private long place;
  private int inBlock;
  private int base;

  private GroupCursor(long inner, long size, int blockSize, boolean blocked, int groups) {
    this.inner = inner;
    this.size = size;
    this.blockSize = blockSize;
    this.blocked = blocked;
    this.groups = groups;
  }

  /**
   * A cursor at the first element of a tensor of {@code shape}.
   *
   * @throws DoptException (INTERNAL) when the tensor has no such axis, or more than 2^31 groups
   */
  public static GroupCursor of(List<Long> shape, Granularity granularity) {
    long groups = 1;
    for (long dimension : granularity.scaleShape(shape)) {
      groups *= dimension;
    }
    if (groups > Integer.MAX_VALUE) {
      throw new DoptException(ErrorCode.INTERNAL, granularity + " of " + shape + " is too fine.");
    }
    if (granularity instanceof Granularity.PerAxis perAxis) {
      return new GroupCursor(
          inner(shape, perAxis.axis()), shape.get(perAxis.axis()), 1, false, (int) groups);
    }
    if (granularity instanceof Granularity.Blocked by) {
      return new GroupCursor(
          inner(shape, by.axis()), shape.get(by.axis()), by.blockSize(), true, (int) groups);
    }
    return new GroupCursor(Long.MAX_VALUE, 1, 1, false, 1);
  }

  private static long inner(List<Long> shape, int axis) {
    return shape.subList(axis + 1, shape.size()).stream().reduce(1L, (a, b) -> a * b);
  }

  /** Number of groups. */
  public int groups() {
    return groups;
  }

  /**
   * How many groups are open at a time: a tensor visits them in windows of that many, and what it
   * left it does not come back to.
   */
  public int window() {
    return blocked ? (int) inner : groups;
  }

  /** The group of the next element. */
  public int next() {
    int group = blocked ? base + (int) column : base;
    if (++column == inner) {
      column = 0;
      advance();
    }
    return group;
  }

  /** Steps to the next index along the axis. */
  private void advance() {
    boolean lastAlongAxis = ++place == size;
    if (++inBlock == blockSize || lastAlongAxis) {
      inBlock = 0;
      base += blocked ? (int) inner : 1;
    }
    if (lastAlongAxis) {
      place = 0;
      if (!blocked || base == groups) {
        base = 0;
      }
    }
  }
}
