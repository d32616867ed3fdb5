package io.dopt.runtime.bundle;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.JsonFault;
import io.dopt.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The JSON of a manifest: strict when read, the same bytes for equal manifests when written. */
final class ManifestJson {
  private static final ObjectMapper MAPPER =
      BundleJson.strict()
          .addModule(
              new SimpleModule()
                  .addSerializer(ElementType.class, new ElementTypeWriter())
                  .addDeserializer(ElementType.class, new ElementTypeReader())
                  .addSerializer(Shape.class, new ShapeWriter())
                  .addDeserializer(Shape.class, new ShapeReader()))
          .build();

  /** Far above any real manifest; keeps a wrong file from filling the heap. */
  private static final long MAXIMUM_BYTES = 64L << 20;

  private ManifestJson() {}

  static byte[] write(BundleManifest manifest) {
    return BundleJson.write(MAPPER, manifest, "manifest");
  }

  static BundleManifest read(Path file) {
    JsonNode tree = MissingNode.getInstance();
    try {
      if (Files.size(file) > MAXIMUM_BYTES) {
        throw new DoptException(
            ErrorCode.BAD_INPUT, file + " is larger than any manifest; it is refused unread.");
      }
      tree = MAPPER.readTree(Files.readAllBytes(file));
      requireVersion(file, tree);
      return MAPPER.treeToValue(tree, BundleManifest.class);
    } catch (JsonProcessingException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, file + " is not a manifest: " + JsonFault.of(e, tree), e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e, e);
    }
  }

  private static void requireVersion(Path file, JsonNode tree) {
    JsonNode version = tree.path("formatVersion");
    if (!version.isInt() || version.intValue() < 1) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, file + " is not a manifest: it has no 'formatVersion'.");
    }
    if (version.intValue() > BundleManifest.FORMAT_VERSION) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          file
              + " has format version "
              + version.intValue()
              + "; this runtime reads up to "
              + BundleManifest.FORMAT_VERSION
              + ". Update dopt, or compile the checkpoint again.");
    }
  }

  private static final class ElementTypeWriter extends JsonSerializer<ElementType> {
    @Override
    public void serialize(ElementType type, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(type.text());
    }
  }

  private static final class ElementTypeReader extends JsonDeserializer<ElementType> {
    @Override
    public ElementType deserialize(JsonParser in, DeserializationContext context)
        throws IOException {
      String text = in.getValueAsString();
      return ElementType.ofText(text == null ? "" : text)
          .orElseThrow(
              () -> JsonMappingException.from(in, "'" + text + "' is not an element type"));
    }
  }

  private static final class ShapeWriter extends JsonSerializer<Shape> {
    @Override
    public void serialize(Shape shape, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeStartArray();
      for (Dimension dimension : shape.dimensions()) {
        out.writeString(dimension.toString());
      }
      out.writeEndArray();
    }
  }

  private static final class ShapeReader extends JsonDeserializer<Shape> {
    /** Multiplying out a long hostile product of sums would take forever. */
    private static final int MAXIMUM_LENGTH = 100;

    @Override
    public Shape deserialize(JsonParser in, DeserializationContext context) throws IOException {
      List<Dimension> dimensions = new ArrayList<>();
      for (String text : context.readValue(in, String[].class)) {
        if (text == null || text.length() > MAXIMUM_LENGTH) {
          throw JsonMappingException.from(in, "a dimension is missing or too long");
        }
        try {
          dimensions.add(Dimension.parse(text));
        } catch (DoptException | IllegalStateException e) {
          throw JsonMappingException.from(in, e.getMessage(), e);
        }
      }
      return new Shape(dimensions);
    }
  }
}
