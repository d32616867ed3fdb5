package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Dockerfile read by the grammar of docs.docker.com/reference/dockerfile, as far as ours go, and
 * held to what hadolint asks: pinned bases (DL3006, DL3007), no root (DL3002), exec form (DL3025),
 * COPY and not ADD (DL3020), absolute WORKDIR (DL3000), one ENTRYPOINT (DL4004).
 */
record Dockerfile(List<Instruction> instructions) {
  private static final Set<String> KNOWN =
      Set.of(
          "ARG",
          "FROM",
          "COPY",
          "ENV",
          "WORKDIR",
          "USER",
          "EXPOSE",
          "STOPSIGNAL",
          "HEALTHCHECK",
          "ENTRYPOINT");

  record Instruction(String name, String arguments) {}

  static Dockerfile read(Path file) throws IOException {
    List<Instruction> instructions = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (String line : Files.readAllLines(file)) {
      if (open.isEmpty() && (line.isBlank() || line.startsWith("#"))) {
        continue;
      }
      boolean goesOn = line.endsWith("\\");
      open.append(goesOn ? line.substring(0, line.length() - 1) : line);
      if (!goesOn) {
        String[] words = open.toString().strip().split("\\s+", 2);
        assertTrue(KNOWN.contains(words[0]), line);
        assertEquals(2, words.length, line);
        instructions.add(new Instruction(words[0], words[1]));
        open.setLength(0);
      }
    }
    assertTrue(open.isEmpty(), "the last line goes on");
    return new Dockerfile(instructions);
  }

  List<String> all(String name) {
    return instructions.stream()
        .filter(instruction -> instruction.name.equals(name))
        .map(Instruction::arguments)
        .toList();
  }

  String only(String name) {
    assertEquals(1, all(name).size(), name);
    return all(name).get(0);
  }

  /** Arguments in exec form. */
  private static List<String> exec(String arguments) throws JsonProcessingException {
    return Arrays.asList(new ObjectMapper().readValue(arguments, String[].class));
  }

  List<String> entryPoint() throws JsonProcessingException {
    return exec(only("ENTRYPOINT"));
  }

  List<String> healthCheck() throws JsonProcessingException {
    Matcher parts =
        Pattern.compile("((?:--[a-z-]+=\\d+s? +)+)CMD (.*)").matcher(only("HEALTHCHECK"));
    assertTrue(parts.matches(), only("HEALTHCHECK"));
    return exec(parts.group(2));
  }

  Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>();
    for (String line : all("ENV")) {
      for (String pair : line.split("\\s+")) {
        environment.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
      }
    }
    return environment;
  }

  void check(Path context) throws IOException {
    Map<String, String> arguments = new TreeMap<>();
    List<String> stages = new ArrayList<>();
    boolean inStage = false;
    for (Instruction instruction : instructions) {
      String text = instruction.arguments;
      switch (instruction.name) {
        case "ARG" -> {
          assertFalse(inStage, "an argument for FROM comes before it");
          arguments.put(text.split("=", 2)[0], text.split("=", 2)[1]);
        }
        case "FROM" -> {
          Matcher from = Pattern.compile("\\$\\{(\\w+)}(?: AS (\\w+))?").matcher(text);
          assertTrue(from.matches(), text);
          String image = arguments.get(from.group(1));
          assertTrue(image.matches(".+(:[^:/]+|@sha256:[0-9a-f]{64})"), image);
          assertFalse(image.endsWith(":latest"), image);
          stages.add(from.group(2));
          inStage = true;
        }
        case "COPY" -> {
          String[] words = text.split(" ");
          if (words[0].startsWith("--from=")) {
            assertTrue(stages.contains(words[0].substring("--from=".length())), text);
          } else {
            assertEquals(3, words.length, text);
            assertEquals(
                "--chmod=755", words[0], "files keep the modes of the machine they are on");
            assertTrue(Files.isDirectory(context.resolve(words[1])), text);
            assertTrue(
                Files.readAllLines(context.resolve(".dockerignore")).contains("!" + words[1]),
                words[1] + " does not reach the build");
          }
          assertTrue(words[words.length - 1].startsWith("/"), text);
        }
        case "WORKDIR" -> assertTrue(text.startsWith("/"), text);
        case "USER" -> assertTrue(text.matches("[1-9]\\d*:[1-9]\\d*"), text);
        case "STOPSIGNAL" -> assertEquals("SIGTERM", text);
        default -> assertTrue(inStage, text);
      }
    }
    assertEquals(environment().get("DOPT_SERVER_PORT"), only("EXPOSE"));
    only("USER");
    assertFalse(entryPoint().isEmpty());
    assertFalse(healthCheck().isEmpty());
  }
}
