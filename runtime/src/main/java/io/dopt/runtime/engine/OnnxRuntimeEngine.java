package io.dopt.runtime.engine;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * An engine of ONNX Runtime on the CPU. The model's external data is read by ONNX Runtime itself
 * from beside the model, so that weights never pass through the Java heap.
 *
 * <p>Inputs are found by name. Outputs are found by position: diffusers calls both an input and the
 * output of a unet {@code sample}, which one ONNX graph cannot.
 */
public final class OnnxRuntimeEngine implements Engine {
  /** The name of this runtime in a manifest. */
  public static final String RUNTIME = "onnxruntime";

  private static final List<String> OWN_SETTINGS =
      List.of("ep.", "mlas.", "optimization.", "session.");

  private final String title;
  private final ComponentManifest signature;
  private final List<String> outputNames;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final boolean profiled;

  private OnnxRuntimeEngine(
      String title,
      ComponentManifest signature,
      OrtEnvironment environment,
      OrtSession session,
      boolean profiled) {
    this.title = title;
    this.signature = signature;
    this.outputNames = List.copyOf(session.getOutputNames());
    this.environment = environment;
    this.session = session;
    this.profiled = profiled;
  }

  /**
   * Loads a model.
   *
   * @param component its name, for messages
   * @param signature what the manifest says of its inputs and outputs
   * @param file the {@code .onnx} file, with its external data in the same folder
   * @throws DoptException (ENGINE) when ONNX Runtime refuses it; (BAD_INPUT) when its inputs or
   *     outputs are not those of the signature
   */
  public static OnnxRuntimeEngine open(
      String component, ComponentManifest signature, Path file, EngineOptions options) {
    String title = component + " (" + file + ")";
    requireOwnSettings(title, options);
    // The environment is a process-wide singleton of ONNX Runtime, which closes it at exit.
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "dopt");
    OrtSession session;
    try (OrtSession.SessionOptions settings = settings(component, options)) {
      session = environment.createSession(file.toString(), settings);
    } catch (OrtException e) {
      throw failed(title, "could not load it", e);
    }
    try {
      requireInputs(title, signature.inputs(), session.getInputInfo());
      requireOutputs(title, signature.outputs(), session.getOutputInfo());
      return new OnnxRuntimeEngine(
          title, signature, environment, session, options.profileFolder().isPresent());
    } catch (OrtException | DoptException e) {
      closeQuietly(session, e);
      throw e instanceof DoptException refusal ? refusal : failed(title, "could not load it", e);
    }
  }

  /** ONNX Runtime itself takes any key and ignores what it does not know. */
  private static void requireOwnSettings(String title, EngineOptions options) {
    for (String key : new TreeSet<>(options.sessionConfig().keySet())) {
      if (OWN_SETTINGS.stream().noneMatch(key::startsWith)) {
        throw new DoptException(
            ErrorCode.USAGE,
            String.format(
                "%s runs in ONNX Runtime, which has no setting '%s': its settings begin with %s.",
                title, key, String.join(" or ", OWN_SETTINGS)));
      }
    }
  }

  private static OrtSession.SessionOptions settings(String component, EngineOptions options)
      throws OrtException {
    OrtSession.SessionOptions settings = new OrtSession.SessionOptions();
    try {
      settings.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      settings.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      settings.setIntraOpNumThreads(options.resolvedThreads());
      settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      if (options.profileFolder().isPresent()) {
        settings.enableProfiling(options.profileFolder().get().resolve(component).toString());
      }
      for (Map.Entry<String, String> entry : options.sessionConfig().entrySet()) {
        settings.addConfigEntry(entry.getKey(), entry.getValue());
      }
      return settings;
    } catch (OrtException e) {
      settings.close();
      throw e;
    }
  }

  private static void requireInputs(
      String title, List<TensorSignature> signatures, Map<String, NodeInfo> actual) {
    for (TensorSignature expected : signatures) {
      requireType(title, "input", expected, actual.get(expected.name()));
    }
    if (actual.size() != signatures.size()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          title + " has the inputs " + actual.keySet() + ", not all of which the manifest lists.");
    }
  }

  private static void requireOutputs(
      String title, List<TensorSignature> signatures, Map<String, NodeInfo> actual) {
    if (actual.size() != signatures.size()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s has the outputs %s, the manifest lists %d. Compile again.",
              title, actual.keySet(), signatures.size()));
    }
    Iterator<NodeInfo> outputs = actual.values().iterator();
    for (TensorSignature expected : signatures) {
      requireType(title, "output", expected, outputs.next());
    }
  }

  private static void requireType(
      String title, String role, TensorSignature expected, NodeInfo actual) {
    if (actual == null
        || !(actual.getInfo() instanceof TensorInfo tensor)
        || tensor.type != javaType(expected.type())
        || tensor.getShape().length != expected.shape().rank()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "The manifest says that %s has the %s '%s' %s%s, but it has %s. Compile again.",
              title,
              role,
              expected.name(),
              expected.type().text(),
              expected.shape(),
              actual == null ? "none" : actual.getInfo()));
    }
  }

  private static OnnxJavaType javaType(ElementType type) {
    return switch (type) {
      case FLOAT64 -> OnnxJavaType.DOUBLE;
      case FLOAT32 -> OnnxJavaType.FLOAT;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case BFLOAT16 -> OnnxJavaType.BFLOAT16;
      case INT64 -> OnnxJavaType.INT64;
      case INT32 -> OnnxJavaType.INT32;
      case INT16 -> OnnxJavaType.INT16;
      case INT8 -> OnnxJavaType.INT8;
      case UINT8 -> OnnxJavaType.UINT8;
      case BOOL -> OnnxJavaType.BOOL;
      case FLOAT8E4M3FN, FLOAT8E5M2, UINT64, UINT32, UINT16, INT4, UINT4 ->
          throw new DoptException(
              ErrorCode.UNSUPPORTED,
              "ONNX Runtime for Java passes no tensors of type " + type.text() + ".");
    };
  }

  @Override
  public EngineCall prepare(Map<String, Long> bindings) {
    Call call = new Call();
    try {
      for (TensorSignature input : signature.inputs()) {
        call.inputTensors.put(input.name(), call.allocate(input, bindings, call.inputs));
      }
      Iterator<String> names = outputNames.iterator();
      for (TensorSignature output : signature.outputs()) {
        call.outputTensors.put(names.next(), call.allocate(output, bindings, call.outputs));
      }
      return call;
    } catch (OrtException e) {
      call.close();
      throw failed(title, "could not allocate its tensors for " + bindings, e);
    } catch (RuntimeException e) {
      call.close();
      throw e;
    }
  }

  @Override
  public List<NodeTime> endProfile() {
    if (!profiled) {
      return List.of();
    }
    try {
      return OnnxRuntimeProfile.read(Path.of(session.endProfiling()));
    } catch (OrtException e) {
      throw failed(title, "could not write its profile", e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw failed(title, "could not close it", e);
    }
  }

  private static DoptException failed(String title, String what, Exception e) {
    return new DoptException(
        ErrorCode.ENGINE, title + ": ONNX Runtime " + what + ": " + e.getMessage(), e);
  }

  private static void closeQuietly(OrtSession session, Exception because) {
    try {
      session.close();
    } catch (OrtException e) {
      because.addSuppressed(e);
    }
  }

  /** Buffers of one shape, wrapped as tensors that ONNX Runtime reads and writes in place. */
  private final class Call implements EngineCall {
    private final Map<String, TensorBuffer> inputs = new LinkedHashMap<>();
    private final Map<String, TensorBuffer> outputs = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> inputTensors = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> outputTensors = new LinkedHashMap<>();

    private OnnxTensor allocate(
        TensorSignature tensor, Map<String, Long> bindings, Map<String, TensorBuffer> buffers)
        throws OrtException {
      List<Long> shape = tensor.evaluate(bindings);
      TensorBuffer buffer = TensorBuffer.allocate(tensor.name(), tensor.type(), shape);
      buffers.put(tensor.name(), buffer);
      long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
      return OnnxTensor.createTensor(
          environment, buffer.bytes(), dimensions, javaType(tensor.type()));
    }

    @Override
    public TensorBuffer input(String name) {
      return buffer(inputs, name, "input");
    }

    @Override
    public TensorBuffer output(String name) {
      return buffer(outputs, name, "output");
    }

    private TensorBuffer buffer(Map<String, TensorBuffer> buffers, String name, String role) {
      return Optional.ofNullable(buffers.get(name))
          .orElseThrow(
              () ->
                  new DoptException(
                      ErrorCode.USAGE,
                      title
                          + " has no "
                          + role
                          + " '"
                          + name
                          + "'; it has "
                          + buffers.keySet()
                          + "."));
    }

    @Override
    public void run() {
      // The result holds nothing of its own: every output is pinned to a buffer of this call.
      try (OrtSession.Result result = session.run(inputTensors, outputTensors)) {
        assert result.size() == outputTensors.size();
      } catch (OrtException e) {
        throw failed(title, "failed", e);
      }
    }

    @Override
    public void close() {
      outputTensors.values().forEach(OnnxTensor::close);
      inputTensors.values().forEach(OnnxTensor::close);
      outputTensors.clear();
      inputTensors.clear();
    }
  }
}
