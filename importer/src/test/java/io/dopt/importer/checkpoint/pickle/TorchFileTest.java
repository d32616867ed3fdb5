package io.dopt.importer.checkpoint.pickle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files in the resources are written by make_pickles.py beside them. */
class TorchFileTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"zip.bin", "legacy.bin", "protocol4.bin", "training.ckpt"})
  void readsEveryTensorAsTorchDoes(String name) throws IOException {
    try (TorchFile file = TorchFile.open(resource(name));
        SafetensorsFile expected = SafetensorsFile.open(resource("state.safetensors"))) {
      assertEquals(Set.copyOf(expected.names()), file.tensors().keySet());
      assertEquals("plain.weight", file.tensors().keySet().iterator().next());
      for (String tensor : expected.names()) {
        LazyTensor wanted = expected.tensor(tensor).orElseThrow();
        LazyTensor actual = file.tensors().get(tensor);
        assertEquals(wanted.elementType(), actual.elementType(), tensor);
        assertEquals(wanted.shape(), actual.shape(), tensor);
        assertEquals(DenseTensor.read(wanted).data(), DenseTensor.read(actual).data(), tensor);
      }
    }
  }

  @Test
  void readsTheTypesThatHaveNoStorageClass() throws IOException {
    try (TorchFile file = TorchFile.open(resource("version3.bin"))) {
      assertEquals(ElementType.FLOAT8E4M3FN, file.tensors().get("e4m3").elementType());
      assertEquals(List.of(4L), file.tensors().get("e4m3").shape());
      assertEquals(60000, DenseTensor.read(file.tensors().get("uint16")).toLongs()[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gap", "expanded"})
  void refusesViewsWithGapsOrRepetition(String name) throws IOException {
    Path path = resource(name + ".bin");
    DoptException e = assertThrows(DoptException.class, () -> TorchFile.open(path));
    assertEquals(ErrorCode.UNSUPPORTED, e.code());
    assertTrue(e.getMessage().contains("tensor " + name + " "), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "builtins, eval",
    "__builtin__, eval",
    "builtins, getattr",
    "subprocess, Popen",
    "torch, load",
    "torch.nn.modules.linear, Linear",
    "numpy, load",
    "torch, FloatStorage.__reduce__",
    "pytorch_lightning, Trainer",
  })
  void refusesGlobalsOffTheListByName(String module, String name) throws IOException {
    for (PickleBytes call :
        List.of(
            new PickleBytes().global(module, name).text("touch pwned").op(0x85).op('R'),
            new PickleBytes().text(module).text(name).op(0x93).op(')').op('R'),
            new PickleBytes().op('}').text("state_dict").global(module, name).op('s'))) {
      for (Path path : List.of(call.zip(folder), call.legacy(folder))) {
        DoptException e = assertThrows(DoptException.class, () -> TorchFile.open(path));
        assertEquals(ErrorCode.BAD_INPUT, e.code());
        assertTrue(e.getMessage().contains("imports " + module + "." + name), e.getMessage());
        assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
      }
    }
  }

  @Test
  void refusesAPlaceholderWhereATensorBelongs() throws IOException {
    Path path =
        new PickleBytes()
            .op('}')
            .text("w")
            .global("numpy", "dtype")
            .op(')')
            .op('R')
            .op('s')
            .zip(folder);
    DoptException e = assertThrows(DoptException.class, () -> TorchFile.open(path));
    assertTrue(e.getMessage().contains("has a numpy.dtype where tensor w"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 2, 2, 2, 1, makes a tensor",
    "1, 2, 2, 2, 1, beyond its storage of 4",
    "0, 2, 3, 2, 1, beyond its storage of 4",
    "0, 2, 2, 9223372036854775807, 1, too large to address",
    "0, 9223372036854775807, 2, 0, 0, too large to address",
    "-1, 2, 2, 2, 1, makes a tensor of shape",
    "0, -2, 2, 2, 1, no number >= 0",
    "0, 2, 2, -2, 1, no number >= 0",
  })
  void refusesTensorsThatLeaveTheirStorage(
      long offset, long rows, long columns, long rowStride, long columnStride, String expected)
      throws IOException {
    PickleBytes pickle = new PickleBytes().op('}').text("w");
    pickle.tensor(
        "FloatStorage", "0", 4, offset, List.of(rows, columns), List.of(rowStride, columnStride));
    Path path = pickle.op('s').zip(folder, new byte[16]);
    if (expected.equals("makes a tensor") && offset == 0) {
      try (TorchFile file = TorchFile.open(path)) {
        assertEquals(List.of(2L, 2L), file.tensors().get("w").shape());
      }
      return;
    }
    DoptException e = assertThrows(DoptException.class, () -> TorchFile.open(path));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  @Test
  void refusesStoragesThatAreMissingOrShort() throws IOException {
    for (int bytes : new int[] {-1, 15}) {
      PickleBytes pickle = new PickleBytes().op('}').text("w");
      pickle.tensor("FloatStorage", "0", 4, 0, List.of(4L), List.of(1L)).op('s');
      Path path = bytes < 0 ? pickle.zip(folder) : pickle.zip(folder, new byte[bytes]);
      DoptException e = assertThrows(DoptException.class, () -> TorchFile.open(path));
      assertTrue(e.getMessage().contains("the storage archive/data/0"), e.getMessage());
    }
  }

  @Test
  void boundsWhatAPickleCanBuild() throws IOException {
    int many = 21_000_000;
    for (int opcode : new int[] {'(', ']', 'N', '}', ')'}) {
      PickleBytes bomb = new PickleBytes();
      for (int i = 0; i < 3_000_000; i++) {
        bomb.op(opcode);
      }
      DoptException e = assertThrows(DoptException.class, () -> TorchFile.open(bomb.zip(folder)));
      assertTrue(e.getMessage().contains("more than"), e.getMessage());
    }
    PickleBytes memo = new PickleBytes().op('N');
    for (int i = 0; i < many / 7; i++) {
      memo.op('r').number(i);
    }
    assertThrows(DoptException.class, () -> TorchFile.open(memo.zip(folder)));
    PickleBytes long4 = new PickleBytes().op(0x8b).number(Integer.MAX_VALUE);
    assertThrows(DoptException.class, () -> TorchFile.open(long4.zip(folder)));
  }

  @Test
  void structuresThatHoldThemselvesAreHarmless() throws IOException {
    // d = {}; d[d] = d, and a list that is its own element and a key.
    PickleBytes pickle =
        new PickleBytes().op('}').op('q').op(0).op('h').op(0).op('h').op(0).op('s');
    pickle.op(']').op('q').op(1).op('h').op(1).op('a').op('h').op(1).op('s');
    assertThrows(DoptException.class, () -> TorchFile.open(pickle.zip(folder)));
    PickleBytes deep = new PickleBytes();
    for (int i = 0; i < 500_000; i++) {
      deep.op(')').op(0x85);
    }
    assertThrows(DoptException.class, () -> TorchFile.open(deep.zip(folder)));
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    for (String name : List.of("zip.bin", "legacy.bin")) {
      byte[] whole = Files.readAllBytes(resource(name));
      for (int length = 0; length < whole.length; length += 1 + length % 13) {
        Path path = Files.write(folder.resolve("cut.bin"), Arrays.copyOf(whole, length));
        assertThrows(DoptException.class, () -> TorchFile.open(path).close());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip.bin", "legacy.bin", "training.ckpt"})
  void mutatedFilesNeverEscapeAsAnythingButDoptException(String name) throws IOException {
    byte[] whole = Files.readAllBytes(resource(name));
    Random random = new Random(20261121);
    Path path = folder.resolve("mutated.bin");
    int refused = 0;
    for (int round = 0; round < 700; round++) {
      byte[] mutated = whole.clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      Files.write(path, mutated);
      try (TorchFile file = TorchFile.open(path)) {
        for (LazyTensor tensor : file.tensors().values()) {
          DenseTensor.read(tensor);
        }
      } catch (DoptException e) {
        refused++;
      }
    }
    assertTrue(refused > 100, "only " + refused + " of 700 refused");
  }

  private Path resource(String name) throws IOException {
    Path path = folder.resolve(name);
    if (!Files.exists(path)) {
      try (InputStream bytes = getClass().getResourceAsStream(name)) {
        Files.copy(bytes, path);
      }
    }
    return path;
  }
}
