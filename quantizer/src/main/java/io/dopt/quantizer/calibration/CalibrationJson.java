package io.dopt.quantizer.calibration;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.JsonFault;
import io.dopt.tensor.SinkStream;
import io.dopt.tensor.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The JSON of calibrations: strict when read, the same bytes for equal ones when written. */
final class CalibrationJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(
              new SimpleModule()
                  .addSerializer(Histogram.class, new HistogramWriter())
                  .addDeserializer(Histogram.class, new HistogramReader()))
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  /**
   * Far above the calibration of the largest denoisers; keeps a wrong file from filling the heap.
   */
  private static final long MAXIMUM_BYTES = 1L << 30;

  private static final String VERSION = "formatVersion";

  /** A key that only unfinished calibrations have; it comes before the version. */
  private static final String DONE = "done";

  private CalibrationJson() {}

  /** Streams the JSON, which may be a hundred MiB. */
  static void write(Object calibration, OutputStream out) throws IOException {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter()
            .withObjectIndenter(new DefaultIndenter(" ", "\n"))
            .withArrayIndenter(DefaultPrettyPrinter.NopIndenter.instance);
    MAPPER
        .writer(printer)
        .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
        .writeValue(out, calibration);
    out.write('\n');
  }

  /**
   * Writes a file, which appears whole or not at all.
   *
   * @throws DoptException (IO) when it cannot be written
   */
  static void write(Object calibration, Path file) {
    WholeFile.write(file, 0, sink -> write(calibration, new SinkStream(sink)));
  }

  static <T> T read(Path file, Class<T> kind, String what) {
    try {
      if (Files.size(file) > MAXIMUM_BYTES) {
        throw new DoptException(
            ErrorCode.BAD_INPUT, file + " is larger than any calibration; it is refused unread.");
      }
      requireVersion(file, kind, what);
      T read = MAPPER.readValue(file.toFile(), kind);
      if (read == null) {
        throw new DoptException(ErrorCode.BAD_INPUT, file + " is not " + what + ": it is null.");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, file + " is not " + what + ": " + JsonFault.of(e) + ".", e);
    } catch (NoSuchFileException e) {
      throw new DoptException(ErrorCode.IO, "There is no file " + file + ".", e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Before anything else is understood: another version may have other keys. */
  private static void requireVersion(Path file, Class<?> kind, String what) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(file.toFile())) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String key = parser.currentName();
          JsonToken value = parser.nextToken();
          if (key.equals(DONE) && kind == CalibrationTable.class) {
            throw new DoptException(
                ErrorCode.BAD_INPUT,
                file
                    + " is an unfinished calibration. Go on with it by 'dopt calibrate --resume',"
                    + " and take the file that this writes.");
          }
          if (key.equals(VERSION) && value == JsonToken.VALUE_NUMBER_INT) {
            if (parser.getValueAsLong() != CalibrationTable.FORMAT_VERSION) {
              throw new DoptException(
                  ErrorCode.UNSUPPORTED,
                  String.format(
                      "%s has format version %s; this dopt reads %d. Calibrate again.",
                      file, parser.getText(), CalibrationTable.FORMAT_VERSION));
            }
            return;
          }
          parser.skipChildren();
        }
      }
    }
    throw new DoptException(
        ErrorCode.BAD_INPUT, file + " is not " + what + ": it has no '" + VERSION + "'.");
  }

  private record HistogramFields(double range, int first, long[] counts) {}

  private static final class HistogramWriter extends JsonSerializer<Histogram> {
    @Override
    public void serialize(Histogram histogram, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writePOJO(new HistogramFields(histogram.range(), histogram.first(), histogram.counts()));
    }
  }

  private static final class HistogramReader extends JsonDeserializer<Histogram> {
    @Override
    public Histogram deserialize(JsonParser in, DeserializationContext context) throws IOException {
      HistogramFields fields = context.readValue(in, HistogramFields.class);
      try {
        Histogram histogram = Histogram.of(fields.range(), fields.first(), fields.counts());
        if (histogram.first() != fields.first()
            || histogram.counts().length != fields.counts().length) {
          throw new IllegalArgumentException(
              "the counts begin or end with a bin that holds nothing, which none that dopt writes"
                  + " do");
        }
        return histogram;
      } catch (IllegalArgumentException e) {
        throw JsonMappingException.from(in, e.getMessage(), e);
      }
    }
  }
}
