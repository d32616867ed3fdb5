package io.dopt.importer.checkpoint.pickle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.TensorFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;

/** Reads a range of a file byte by byte, never beyond its end. */
final class ByteCursor {
  /** No text or number of a pickle is longer; bounds what a hostile length can allocate. */
  private static final int MAXIMUM_PIECE = 16 << 20;

  private final TensorFile file;
  private final long end;
  private final String what;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
  private long bufferEnd;

  /**
   * @param what what the range holds, for messages
   */
  ByteCursor(TensorFile file, long begin, long end, String what) {
    this.file = file;
    this.end = end;
    this.what = what;
    this.bufferEnd = begin;
    buffer.limit(0);
  }

  /** Where in the file the next byte is. */
  long position() {
    return bufferEnd - buffer.remaining();
  }

  private void need(int bytes) {
    if (buffer.remaining() >= bytes) {
      return;
    }
    if (end - position() < bytes) {
      throw refuse("ends in the middle");
    }
    buffer.compact();
    long room = Math.min(buffer.remaining(), end - bufferEnd);
    buffer.limit(buffer.position() + (int) room);
    file.readFully(bufferEnd, buffer, what);
    bufferEnd += room;
    buffer.flip();
  }

  int readByte() {
    need(1);
    return buffer.get() & 0xff;
  }

  int readShort() {
    need(2);
    return buffer.getShort() & 0xffff;
  }

  int readInt() {
    need(4);
    return buffer.getInt();
  }

  long readLong() {
    need(8);
    return buffer.getLong();
  }

  byte[] readBytes(long count) {
    if (count < 0 || count > end - position() || count > MAXIMUM_PIECE) {
      throw refuse("asks for " + count + " bytes where it has " + (end - position()));
    }
    byte[] bytes = new byte[(int) count];
    int buffered = Math.min(bytes.length, buffer.remaining());
    buffer.get(bytes, 0, buffered);
    if (buffered < bytes.length) {
      file.readFully(bufferEnd, ByteBuffer.wrap(bytes, buffered, bytes.length - buffered), what);
      bufferEnd += bytes.length - buffered;
    }
    return bytes;
  }

  String readText(long bytes, Charset charset) {
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(readBytes(bytes))).toString();
    } catch (CharacterCodingException e) {
      throw refuse("has text that is not " + charset);
    }
  }

  /** Text up to a line feed, which is taken too. */
  String readLine(int mostBytes, Charset charset) {
    byte[] line = new byte[mostBytes];
    int length = 0;
    for (int next = readByte(); next != '\n'; next = readByte()) {
      if (length == mostBytes) {
        throw refuse("has a line longer than " + mostBytes + " bytes");
      }
      line[length++] = (byte) next;
    }
    return new String(line, 0, length, charset);
  }

  /** The error for a malformed range. */
  DoptException refuse(String problem) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        String.format(
            "%s: %s %s, near byte %d. The file is damaged; download it again.",
            file.path(), what, problem, position()));
  }

  /** The error for a range that asks for what dopt does not do. */
  DoptException forbid(String problem) {
    return new DoptException(
        ErrorCode.BAD_INPUT, String.format("%s: %s %s", file.path(), what, problem));
  }
}
