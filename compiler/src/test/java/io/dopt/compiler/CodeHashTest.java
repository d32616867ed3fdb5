package io.dopt.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.dopt.compiler.cpu.CpuTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodeHashTest {
  @TempDir Path folder;

  private Path classes(String name, String content) throws IOException {
    Path file = folder.resolve(name).resolve("io/dopt/Some.class");
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    return folder.resolve(name);
  }

  @Test
  void dependsOnContentAndNotOnPlace() throws IOException {
    Path first = classes("first", "code");
    Path moved = classes("moved", "code");
    Path changed = classes("changed", "Code");
    assertEquals(CodeHash.of(Set.of(first)), CodeHash.of(Set.of(moved)));
    assertNotEquals(CodeHash.of(Set.of(first)), CodeHash.of(Set.of(changed)));
    assertEquals(CodeHash.of(Set.of(first, changed)), CodeHash.of(Set.of(changed, moved)));

    Path jar = Files.writeString(folder.resolve("a.jar"), "jar");
    Path other = Files.writeString(folder.resolve("b.jar"), "Jar");
    assertNotEquals(CodeHash.of(Set.of(jar)), CodeHash.of(Set.of(other)));
  }

  @Test
  void isThatOfTheRunningCode() {
    assertEquals(CodeHash.of(new CpuTarget()), CodeHash.of(new CpuTarget()));
    assertNotEquals(CodeHash.of(new CpuTarget()), CodeHash.of(new SameTarget(new CpuTarget())));
  }
}
