package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Broken checkpoints, by command line: one clear paragraph, an exit code, nothing left behind. */
class HostileCheckpointTest {
  private static final Path FIXTURE =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
  private static final String PICKLE = "text_encoder/pytorch_model.bin";

  @TempDir Path folder;
  private Path checkpoint;
  private Path output;

  @BeforeEach
  void copyFixture() throws IOException {
    checkpoint = folder.resolve("checkpoint");
    output = Files.createDirectory(folder.resolve("place")).resolve("bundle");
    try (Stream<Path> files = Files.walk(FIXTURE)) {
      for (Path file : files.toList()) {
        Path copy = checkpoint.resolve(FIXTURE.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else if (!file.getFileName().toString().startsWith("reference")) {
          Files.copy(file, copy);
        }
      }
    }
  }

  private CommandLineRun compile(Object... more) {
    Object[] words = {"compile", checkpoint, "-o", output, "--no-cache", "--no-check"};
    Object[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return CommandLineRun.of(all);
  }

  private void assertRefused(CommandLineRun run, int exitCode, String... mentions)
      throws IOException {
    assertEquals(exitCode, run.exitCode(), run.err());
    String error =
        run.err().lines().filter(line -> line.startsWith("dopt: error: ")).findFirst().orElse("");
    for (String mention : mentions) {
      assertTrue(error.contains(mention), mention + " is not in: " + run.err());
    }
    assertFalse(run.err().contains("\tat "), run.err());
    try (Stream<Path> left = Files.list(output.getParent())) {
      assertEquals(0, left.count(), "something was left behind");
    }
  }

  /** Changes one thing in a checkpoint. */
  @FunctionalInterface
  private interface Damage {
    void apply(Path checkpoint) throws IOException;
  }

  private record Case(String name, Damage damage, int exitCode, String... mentions) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Damage replace(String file, String old, String by) {
    return checkpoint -> {
      Path path = checkpoint.resolve(file);
      String text = Files.readString(path);
      assertTrue(text.contains(old), old + " is not in " + file);
      Files.writeString(path, text.replace(old, by));
    };
  }

  private static Damage truncate(String file, long bytes) {
    return checkpoint -> {
      try (RandomAccessFile opened =
          new RandomAccessFile(checkpoint.resolve(file).toFile(), "rw")) {
        opened.setLength(bytes < 0 ? opened.length() + bytes : bytes);
      }
    };
  }

  private static Damage headerLength(long length) {
    return checkpoint -> {
      try (RandomAccessFile opened =
          new RandomAccessFile(checkpoint.resolve(UNET).toFile(), "rw")) {
        opened.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
      }
    };
  }

  /** Changes the header of the unet's weights and leaves the tensors' bytes, plus {@code more}. */
  private static Damage header(String old, String by, byte... more) {
    return checkpoint -> {
      Path path = checkpoint.resolve(UNET);
      ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
      byte[] header = new byte[Math.toIntExact(file.getLong())];
      file.get(header);
      String text = new String(header, StandardCharsets.UTF_8);
      assertTrue(text.contains(old), old + " is not in the header");
      byte[] changed = text.replace(old, by).getBytes(StandardCharsets.UTF_8);
      ByteBuffer rewritten =
          ByteBuffer.allocate(Long.BYTES + changed.length + file.remaining() + more.length)
              .order(ByteOrder.LITTLE_ENDIAN);
      rewritten.putLong(changed.length).put(changed).put(file).put(more);
      Files.write(path, rewritten.array());
    };
  }

  /** Gives the unet a tensor that no module of it has, in the four bytes after the others. */
  private static Damage surplusTensor() {
    return checkpoint -> {
      long size = Files.size(checkpoint.resolve(UNET));
      try (RandomAccessFile opened = new RandomAccessFile(checkpoint.resolve(UNET).toFile(), "r")) {
        long end = size - Long.BYTES - Long.reverseBytes(opened.readLong());
        String entry =
            "\"surplus.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":["
                + end
                + ","
                + (end + 4)
                + "]},";
        header("\"conv_in.bias\"", entry + "\"conv_in.bias\"", new byte[4]).apply(checkpoint);
      }
    };
  }

  /** Replaces the text encoder's weights by a torch archive. */
  private static Damage torchArchive(String entry, byte[] content) {
    return checkpoint -> {
      Files.delete(checkpoint.resolve("text_encoder/model.safetensors"));
      CRC32 checksum = new CRC32();
      checksum.update(content);
      ZipEntry stored = new ZipEntry(entry);
      stored.setMethod(ZipEntry.STORED);
      stored.setSize(content.length);
      stored.setCrc(checksum.getValue());
      try (ZipOutputStream zip =
          new ZipOutputStream(Files.newOutputStream(checkpoint.resolve(PICKLE)))) {
        zip.putNextEntry(stored);
        zip.write(content);
      }
    };
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            "a name twice",
            header("\"conv_norm_out.bias\"", "\"conv_in.bias\""),
            3,
            UNET,
            "conv_in.bias"),
        new Case(
            "overlapping tensors", header("[128,4736]", "[0,4608]"), 3, UNET, "conv_in.weight"),
        new Case(
            "a tensor beyond the end",
            header("[5008,9616]", "[90005008,90009616]"),
            3,
            UNET,
            "conv_out.weight"),
        new Case(
            "a type that does not exist",
            header("\"conv_in.bias\":{\"dtype\":\"F32\"", "\"conv_in.bias\":{\"dtype\":\"F31\""),
            3,
            UNET,
            "conv_in.bias",
            "F31"),
        new Case(
            "integers for weights",
            header("\"conv_in.bias\":{\"dtype\":\"F32\"", "\"conv_in.bias\":{\"dtype\":\"I32\""),
            3,
            UNET,
            "conv_in.bias",
            "i32"),
        new Case(
            "a missing tensor",
            header("\"conv_in.bias\"", "\"conv_in.bios\""),
            3,
            "unet",
            "conv_in.bias"),
        new Case(
            "a pickle that runs a program",
            torchArchive(
                "archive/data.pkl",
                "\u0080\u0002cos\nsystem\nX\u000b\0\0\0touch pwned\u0085R."
                    .getBytes(StandardCharsets.ISO_8859_1)),
            3,
            PICKLE,
            "os.system"),
        new Case(
            "an archive that leads outside",
            torchArchive("../../evil", new byte[1]),
            3,
            PICKLE,
            "../../evil"),
        new Case("truncated data", truncate(UNET, -64), 3, UNET, "truncated"),
        new Case("truncated header", truncate(UNET, 100), 3, UNET, "truncated"),
        new Case("no bytes", truncate(UNET, 0), 3, UNET),
        new Case(
            "header of 2^63 bytes", headerLength(Long.MIN_VALUE), 3, UNET, "9223372036854775808"),
        new Case("header of 2^31 bytes", headerLength(1L << 31), 3, UNET, "2147483648"),
        new Case("no weights", checkpoint -> Files.delete(checkpoint.resolve(UNET)), 3, "unet"),
        new Case(
            "unknown pipeline",
            replace("model_index.json", "StableDiffusionPipeline", "KandinskyPipeline"),
            4,
            "KandinskyPipeline"),
        new Case(
            "unknown config value",
            replace("unet/config.json", "\"act_fn\": \"silu\"", "\"act_fn\": \"sin\""),
            4,
            "act_fn",
            "sin"),
        new Case(
            "unknown config key",
            replace("unet/config.json", "\"act_fn\"", "\"quantum\": 1, \"act_fn\""),
            4,
            "quantum"),
        new Case(
            "weights of another config",
            replace("unet/config.json", "\"cross_attention_dim\": ", "\"cross_attention_dim\": 1"),
            3,
            "unet/config.json",
            "cross_attention_dim"),
        new Case(
            "config that is no JSON",
            checkpoint -> Files.writeString(checkpoint.resolve("unet/config.json"), "{\"a\": "),
            3,
            "unet/config.json"),
        new Case(
            "unknown prediction type",
            replace("scheduler/scheduler_config.json", "\"epsilon\"", "\"telepathy\""),
            4,
            "prediction_type",
            "telepathy"),
        new Case(
            "component that leads outside",
            replace("model_index.json", "\"unet\"", "\"../unet\""),
            3,
            "../unet"),
        new Case(
            "link that leads outside",
            checkpoint -> {
              Path outside = checkpoint.resolveSibling("outside.safetensors");
              Files.move(checkpoint.resolve(UNET), outside);
              Files.createSymbolicLink(checkpoint.resolve(UNET), outside);
            },
            3,
            UNET,
            "symbolic link"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isRefused(Case hostile) throws IOException {
    hostile.damage.apply(checkpoint);

    assertRefused(compile(), hostile.exitCode, hostile.mentions);
  }

  @Test
  void unusedTensorIsAWarningAndWithStrictAnError() throws IOException {
    surplusTensor().apply(checkpoint);

    assertRefused(compile("--strict"), 3, "unet", "surplus.weight");
    CommandLineRun run = compile();
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.err().contains("surplus.weight"), run.err());
  }

  @Test
  void impossibleSizesAreRefused() throws IOException {
    assertRefused(compile("--size", "33x32"), 2, "33x32", "nearest");
    assertRefused(compile("--size", "0x32"), 2, "0x32", "HEIGHTxWIDTH");
    assertRefused(compile("--size", "big"), 2, "big");
    assertRefused(compile("--batch", "0"), 2, "0");
    assertRefused(compile("--target", "toaster"), 2, "toaster", "cpu");
  }

  /** Bytes changed anywhere in a header give a paragraph or a bundle, never anything else. */
  @Test
  void mutatedHeadersNeverShowAStackTrace() throws IOException {
    Path weights = checkpoint.resolve("vae/diffusion_pytorch_model.safetensors");
    byte[] original = Files.readAllBytes(weights);
    Random random = new Random(20261121);
    for (int round = 0; round < 60; round++) {
      byte[] mutated = original.clone();
      for (int change = 0; change <= round % 3; change++) {
        mutated[random.nextInt(4096)] = (byte) random.nextInt(256);
      }
      Files.write(weights, mutated);

      CommandLineRun run = CommandLineRun.of("inspect", checkpoint);

      assertTrue(
          run.exitCode() == 0 || run.exitCode() == 3 || run.exitCode() == 4,
          "round " + round + ": " + run.exitCode() + " " + run.err());
      assertFalse(run.err().contains("\tat "), run.err());
    }
  }
}
