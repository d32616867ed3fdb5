package io.dopt.runtime.engine;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An ONNX file from elsewhere that takes one image: a single input f32 [N, 3, H, W], any number of
 * outputs f32. Shapes of outputs are known only after a run, so nothing is allocated before.
 */
public final class OnnxImageModel implements AutoCloseable {
  private static final int HEIGHT_AXIS = 2;
  private static final int WIDTH_AXIS = 3;

  private final Path file;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final String input;
  private final long[] shape;

  private OnnxImageModel(Path file, OrtEnvironment environment, OrtSession session)
      throws OrtException {
    this.file = file;
    this.environment = environment;
    this.session = session;
    this.input = session.getInputNames().iterator().next();
    this.shape = tensor(session.getInputInfo().get(input)).getShape();
  }

  /**
   * Loads a model. Its external data, if any, must lie in its own folder.
   *
   * @throws DoptException (IO) when there is no such file; (BAD_INPUT) when it is no ONNX model, or
   *     one with other inputs or outputs, naming them
   */
  public static OnnxImageModel open(Path file, EngineOptions options) {
    if (!Files.isRegularFile(file)) {
      throw new DoptException(ErrorCode.IO, "There is no ONNX file " + file + ".");
    }
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "dopt");
    OrtSession session;
    try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
      settings.setIntraOpNumThreads(options.resolvedThreads());
      settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      session = environment.createSession(file.toString(), settings);
    } catch (OrtException e) {
      throw refused(file, "is no model that ONNX Runtime loads: " + e.getMessage(), e);
    }
    try {
      requireImageInput(file, session.getInputInfo());
      requireFloats(file, session.getOutputInfo());
      return new OnnxImageModel(file, environment, session);
    } catch (OrtException | DoptException e) {
      closeQuietly(session, e);
      throw e instanceof DoptException refusal
          ? refusal
          : refused(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  private static void requireImageInput(Path file, Map<String, NodeInfo> inputs) {
    boolean fits = inputs.size() == 1;
    if (fits) {
      TensorInfo info = tensor(inputs.values().iterator().next());
      long[] shape = info == null ? new long[0] : info.getShape();
      fits =
          shape.length == 4
              && info.type == OnnxJavaType.FLOAT
              && (shape[0] <= 1)
              && (shape[1] == 3 || shape[1] < 0);
    }
    if (!fits) {
      throw refused(
          file,
          "has the inputs " + inputs + ", not one image of float32 [N, 3, height, width]",
          null);
    }
  }

  private static void requireFloats(Path file, Map<String, NodeInfo> outputs) {
    for (Map.Entry<String, NodeInfo> output : outputs.entrySet()) {
      TensorInfo info = tensor(output.getValue());
      if (info == null || info.type != OnnxJavaType.FLOAT) {
        throw refused(
            file,
            "has the output "
                + output.getKey()
                + " "
                + output.getValue().getInfo()
                + ", not a tensor of float32",
            null);
      }
    }
  }

  private static TensorInfo tensor(NodeInfo node) {
    return node.getInfo() instanceof TensorInfo info ? info : null;
  }

  /** The height it takes; empty when it takes any. */
  public OptionalLong height() {
    return side(HEIGHT_AXIS);
  }

  /** The width it takes; empty when it takes any. */
  public OptionalLong width() {
    return side(WIDTH_AXIS);
  }

  private OptionalLong side(int axis) {
    return shape[axis] > 0 ? OptionalLong.of(shape[axis]) : OptionalLong.empty();
  }

  /**
   * Runs it on one image.
   *
   * @param pixels f32 [1, 3, height, width]
   * @return the outputs in the model's order
   * @throws DoptException (ENGINE) when ONNX Runtime fails
   */
  public List<DenseTensor> run(DenseTensor pixels) {
    long[] dimensions = pixels.shape().stream().mapToLong(Long::longValue).toArray();
    try (OnnxTensor image =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels.toFloats()), dimensions);
        OrtSession.Result result = session.run(Map.of(input, image))) {
      List<DenseTensor> outputs = new ArrayList<>();
      for (Map.Entry<String, OnnxValue> output : result) {
        outputs.add(dense((OnnxTensor) output.getValue()));
      }
      return outputs;
    } catch (OrtException e) {
      throw new DoptException(
          ErrorCode.ENGINE, file + ": ONNX Runtime failed on " + pixels.shape() + ": " + e, e);
    }
  }

  private static DenseTensor dense(OnnxTensor tensor) {
    FloatBuffer values = tensor.getFloatBuffer();
    float[] copy = new float[values.remaining()];
    values.get(copy);
    return DenseTensor.ofFloats(Arrays.stream(tensor.getInfo().getShape()).boxed().toList(), copy);
  }

  private static DoptException refused(Path file, String what, Exception cause) {
    return new DoptException(ErrorCode.BAD_INPUT, file + " " + what + ".", cause);
  }

  private static void closeQuietly(OrtSession session, Exception because) {
    try {
      session.close();
    } catch (OrtException e) {
      because.addSuppressed(e);
    }
  }

  /** Releases the session. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new DoptException(ErrorCode.ENGINE, file + " cannot be closed: " + e, e);
    }
  }
}
