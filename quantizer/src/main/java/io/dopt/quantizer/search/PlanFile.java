package io.dopt.quantizer.search;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.ir.Graph;
import io.dopt.ir.operator.Conv;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.JsonFault;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A plan as JSON: {@code {"formatVersion": 1, "component": "unet", "layers": {"conv_in/Conv":
 * "f32", ...}}}. Names every layer of the graph it is for, and nothing else.
 */
public final class PlanFile {
  private static final int FORMAT_VERSION = 1;
  private static final long MOST_BYTES = 16L << 20;
  private static final List<String> KEYS = List.of("component", "formatVersion", "layers");
  private static final int MOST_NAMED = 3;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path file;

  private PlanFile(Path file) {
    this.file = file;
  }

  /**
   * Writes a plan; the file appears whole or not at all.
   *
   * @param component the plan is for
   * @throws DoptException (IO) when it cannot be written
   */
  public static void write(Path file, String component, PrecisionPlan plan) {
    byte[] json = json(component, plan);
    WholeFile.write(file, json.length, sink -> sink.accept(ByteBuffer.wrap(json)));
  }

  /** SHA-256 of the file. */
  public static String hash(String component, PrecisionPlan plan) {
    return Sha256.of(json(component, plan));
  }

  private static byte[] json(String component, PrecisionPlan plan) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("formatVersion", FORMAT_VERSION);
    root.put("component", component);
    ObjectNode layers = root.putObject("layers");
    plan.layers().forEach((layer, precision) -> layers.put(layer, precision.text()));
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    try {
      return (MAPPER.writer(printer).writeValueAsString(root) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new DoptException(ErrorCode.INTERNAL, "The plan cannot be written: " + e, e);
    }
  }

  /**
   * Reads a plan for a graph.
   *
   * @param component the graph is of
   * @throws DoptException (IO) when it cannot be read; (UNSUPPORTED) when another version of dopt
   *     wrote it; (BAD_INPUT) when it is malformed, has unknown keys or precisions, or its layers
   *     are not those of the graph
   */
  public static PrecisionPlan read(Path file, String component, Graph graph) {
    PlanFile reader = new PlanFile(file);
    PrecisionPlan plan = reader.plan(reader.parse(), component);
    reader.requireFits(plan, graph);
    return plan;
  }

  private JsonNode parse() {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw malformed("it is larger than any plan");
      }
      return MAPPER.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw malformed(JsonFault.of(e));
    } catch (NoSuchFileException e) {
      throw new DoptException(ErrorCode.IO, "There is no file " + file + ".", e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private PrecisionPlan plan(JsonNode root, String component) {
    JsonNode version = root.path("formatVersion");
    if (!root.isObject()) {
      throw malformed(JsonFault.given(root).orElse("nothing") + " is given, an object is wanted");
    }
    if (!version.isIntegralNumber()) {
      throw malformed("it has no formatVersion");
    }
    if (!version.canConvertToInt() || version.intValue() != FORMAT_VERSION) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "%s has format version %s; this dopt reads %d. Search again with --precision auto.",
              file, version.asText(), FORMAT_VERSION));
    }
    root.fieldNames()
        .forEachRemaining(
            key -> {
              if (!KEYS.contains(key)) {
                throw malformed(
                    "the key '" + key + "' is unknown; known are " + String.join(", ", KEYS));
              }
            });
    if (!root.path("component").isTextual() || !root.get("component").asText().equals(component)) {
      throw malformed("its component is not \"" + component + "\"");
    }
    if (!root.path("layers").isObject()) {
      throw malformed("it has no layers");
    }
    SortedMap<String, Precision> layers = new TreeMap<>();
    Iterator<Map.Entry<String, JsonNode>> entries = root.get("layers").fields();
    while (entries.hasNext()) {
      Map.Entry<String, JsonNode> entry = entries.next();
      layers.put(entry.getKey(), precision(entry.getKey(), entry.getValue()));
    }
    return new PrecisionPlan(layers);
  }

  private Precision precision(String layer, JsonNode text) {
    for (Precision precision : Precision.values()) {
      boolean known = precision == Precision.FLOAT32 || precision.weightFormat().isPresent();
      if (known && text.isTextual() && precision.text().equals(text.asText())) {
        return precision;
      }
    }
    throw malformed(
        "the layer '" + layer + "' is in " + text + ", which is no precision a layer can be in");
  }

  private void requireFits(PrecisionPlan plan, Graph graph) {
    SortedMap<String, Precision> own = PrecisionPlan.uniform(graph, Precision.FLOAT32).layers();
    TreeSet<String> unknown = new TreeSet<>(plan.layers().keySet());
    unknown.removeAll(own.keySet());
    TreeSet<String> missing = new TreeSet<>(own.keySet());
    missing.removeAll(plan.layers().keySet());
    if (!unknown.isEmpty() || !missing.isEmpty()) {
      boolean lacks = unknown.isEmpty();
      TreeSet<String> named = lacks ? missing : unknown;
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "The plan %s is not for this checkpoint: %s %s%s. Search anew with --precision auto.",
              file,
              lacks ? "it does not name" : "the denoiser has no layer",
              String.join(", ", named.stream().limit(MOST_NAMED).toList()),
              named.size() > MOST_NAMED
                  ? " and " + (named.size() - MOST_NAMED) + " more like that"
                  : ""));
    }
    plan.layers().forEach((layer, precision) -> requirePossible(layer, precision, graph));
  }

  /** Attentions and convolutions are not in every precision. */
  private void requirePossible(String layer, Precision precision, Graph graph) {
    boolean attention =
        PrecisionPlan.attentionsOf(graph).stream().anyMatch(node -> node.name().equals(layer));
    if (attention && precision != Precision.FLOAT32 && !precision.needsCalibration()) {
      throw malformed("the attention '" + layer + "' has no weights to be in " + precision.text());
    }
    boolean convolution =
        PrecisionPlan.layersOf(graph).stream()
            .anyMatch(node -> node.name().equals(layer) && node.operator() instanceof Conv);
    if (convolution && precision == Precision.INT4_WEIGHT) {
      throw malformed(
          "the convolution '"
              + layer
              + "' cannot be in int4-weight, which is for linear layers; int8-weight can");
    }
  }

  private DoptException malformed(String what) {
    return new DoptException(ErrorCode.BAD_INPUT, file + " is not a plan: " + what + ".");
  }
}
