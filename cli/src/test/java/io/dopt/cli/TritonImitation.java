package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.dopt.compiler.deploy.triton.ModelRepository;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What Triton does with a model repository of ONNX models, as its core ({@code ValidateIOShape},
 * {@code ValidateEnsembleConfig}) and its onnxruntime_backend ({@code ValidateInputs}, {@code
 * CompareDimsSupported}) have it: configurations are parsed with Triton's schema and held against
 * the models, warm-ups are run, ensembles are executed.
 */
final class TritonImitation implements AutoCloseable {
  /** A tensor: {@code float[]} or {@code long[]}. */
  record Tensor(Object values, List<Long> shape) {}

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Map<String, Message> configs = new TreeMap<>();
  private final Map<String, OrtSession> sessions = new HashMap<>();

  static Message parse(Path file) throws Exception {
    try (InputStream in = ModelRepository.class.getResourceAsStream("model_config.desc")) {
      Descriptor type =
          FileDescriptor.buildFrom(
                  FileDescriptorSet.parseFrom(in).getFile(0), new FileDescriptor[0])
              .findMessageTypeByName("ModelConfig");
      DynamicMessage.Builder config = DynamicMessage.newBuilder(type);
      TextFormat.getParser().merge(Files.readString(file), config);
      return config.build();
    }
  }

  TritonImitation(Path repository) throws Exception {
    try (Stream<Path> entries = Files.list(repository)) {
      for (Path folder : entries.filter(Files::isDirectory).toList()) {
        Message config = parse(folder.resolve("config.pbtxt"));
        assertEquals(folder.getFileName().toString(), get(config, "name"));
        assertTrue(Files.isDirectory(folder.resolve("1")), folder.toString());
        configs.put(folder.getFileName().toString(), config);
      }
    }
    for (String model : models()) {
      Message config = configs.get(model);
      for (Message io : ios(config)) {
        List<Long> dims = longs(io, "dims");
        assertFalse(dims.isEmpty(), model);
        assertTrue(dims.stream().allMatch(size -> size == -1 || size >= 1), model);
      }
      if (!isEnsemble(config)) {
        load(repository.resolve(model), config);
        assertEquals(1, messages(config, "model_warmup").size(), model);
        warmUp(model, messages(config, "model_warmup").get(0));
      }
    }
    models().stream().map(configs::get).filter(TritonImitation::isEnsemble).forEach(this::link);
  }

  List<String> models() {
    return List.copyOf(configs.keySet());
  }

  private void load(Path folder, Message config) throws OrtException {
    assertEquals("onnxruntime", get(config, "backend"));
    assertEquals("onnxruntime_onnx", get(config, "platform"));
    String file = folder.resolve("1/model.onnx/model.onnx").toString();
    OrtSession session = environment.createSession(file);
    sessions.put((String) get(config, "name"), session);
    boolean batches = (Integer) get(config, "max_batch_size") > 0;
    assertEquals(session.getInputNames().size(), messages(config, "input").size());
    for (Message input : messages(config, "input")) {
      compare(input, session.getInputInfo(), batches, false);
    }
    for (Message output : messages(config, "output")) {
      compare(output, session.getOutputInfo(), batches, true);
    }
  }

  private static void compare(
      Message io, Map<String, NodeInfo> infos, boolean batches, boolean exactly) {
    String name = (String) get(io, "name");
    assertTrue(infos.containsKey(name), name + " is none of " + infos.keySet());
    TensorInfo info = (TensorInfo) infos.get(name).getInfo();
    String type =
        switch (info.type) {
          case FLOAT -> "TYPE_FP32";
          case INT64 -> "TYPE_INT64";
          default -> throw new AssertionError(info.type);
        };
    assertEquals(type, get(io, "data_type").toString());
    List<Long> stated = new ArrayList<>(longs(io, "dims"));
    if (info.getShape().length == 0) {
      assertFalse(batches, name);
      assertTrue(stated.stream().allMatch(size -> size == 1), name);
      return;
    }
    if (batches) {
      assertEquals(-1, info.getShape()[0], name);
      stated.add(0, -1L);
    }
    assertEquals(info.getShape().length, stated.size(), name);
    for (int axis = 0; axis < stated.size(); axis++) {
      if (exactly || info.getShape()[axis] != -1) {
        assertEquals(info.getShape()[axis], stated.get(axis), name);
      }
    }
  }

  private void warmUp(String model, Message warmup) throws OrtException {
    boolean batches = (Integer) get(configs.get(model), "max_batch_size") > 0;
    assertEquals(1, get(warmup, "batch_size"));
    Map<String, Tensor> inputs = new HashMap<>();
    for (Message entry : messages(warmup, "inputs")) {
      Message input = (Message) get(entry, "value");
      List<Long> shape = new ArrayList<>(longs(input, "dims"));
      if (batches) {
        shape.add(0, 1L);
      }
      int elements = shape.stream().mapToInt(Long::intValue).reduce(1, Math::multiplyExact);
      boolean integer = get(input, "data_type").toString().equals("TYPE_INT64");
      inputs.put(
          (String) get(entry, "key"),
          new Tensor(integer ? new long[elements] : new float[elements], shape));
    }
    assertFalse(infer(model, inputs).isEmpty());
  }

  /** Runs a model or an ensemble on a request. */
  Map<String, Tensor> infer(String model, Map<String, Tensor> inputs) throws OrtException {
    Message config = configs.get(model);
    return isEnsemble(config) ? inferEnsemble(config, inputs) : run(model, inputs);
  }

  private Map<String, Tensor> run(String model, Map<String, Tensor> inputs) throws OrtException {
    OrtSession session = sessions.get(model);
    Map<String, OnnxTensor> given = new HashMap<>();
    for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
      TensorInfo info = (TensorInfo) session.getInputInfo().get(input.getKey()).getInfo();
      Tensor tensor = input.getValue();
      long[] shape =
          info.getShape().length == 0
              ? new long[0]
              : tensor.shape().stream().mapToLong(Long::longValue).toArray();
      given.put(
          input.getKey(),
          tensor.values() instanceof float[] floats
              ? OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats), shape)
              : OnnxTensor.createTensor(
                  environment, LongBuffer.wrap((long[]) tensor.values()), shape));
    }
    Map<String, Tensor> outputs = new HashMap<>();
    try (OrtSession.Result result = session.run(given)) {
      result.forEach(
          output -> {
            OnnxTensor tensor = (OnnxTensor) output.getValue();
            List<Long> shape = Arrays.stream(tensor.getInfo().getShape()).boxed().toList();
            outputs.put(
                output.getKey(), new Tensor(tensor.getFloatBuffer().array().clone(), shape));
          });
    } finally {
      given.values().forEach(OnnxTensor::close);
    }
    return outputs;
  }

  private Map<String, Tensor> inferEnsemble(Message config, Map<String, Tensor> inputs)
      throws OrtException {
    Map<String, Tensor> known = new HashMap<>(inputs);
    for (Message step : steps(config)) {
      Map<String, Tensor> given = new HashMap<>();
      map(step, "input_map").forEach((own, tensor) -> given.put(own, known.get(tensor)));
      Map<String, Tensor> outputs = infer((String) get(step, "model_name"), given);
      map(step, "output_map").forEach((own, tensor) -> known.put(tensor, outputs.get(own)));
    }
    Map<String, Tensor> outputs = new HashMap<>();
    for (Message output : messages(config, "output")) {
      String name = (String) get(output, "name");
      outputs.put(name, known.get(name));
    }
    return outputs;
  }

  /** The rules of ValidateEnsembleConfig: everything mapped, types and shapes alike. */
  private void link(Message ensemble) {
    assertTrue(messages(ensemble, "instance_group").isEmpty());
    assertTrue(messages(ensemble, "model_warmup").isEmpty());
    assertEquals(0, get(ensemble, "max_batch_size"));
    Map<String, Message> tensors = new HashMap<>();
    Map<String, Boolean> batched = new HashMap<>();
    messages(ensemble, "input").forEach(io -> tensors.put((String) get(io, "name"), io));
    for (Message step : steps(ensemble)) {
      Message model = configs.get((String) get(step, "model_name"));
      boolean batches = (Integer) get(model, "max_batch_size") > 0;
      Map<String, String> inputs = map(step, "input_map");
      assertEquals(messages(model, "input").size(), inputs.size());
      for (Message input : messages(model, "input")) {
        String tensor = inputs.get((String) get(input, "name"));
        assertTrue(tensors.containsKey(tensor), "nobody gives " + tensor);
        consistent(tensors.get(tensor), batched.getOrDefault(tensor, false), input, batches);
      }
      Map<String, String> outputs = map(step, "output_map");
      for (Message output : messages(model, "output")) {
        String tensor = outputs.remove((String) get(output, "name"));
        if (tensor != null) {
          assertFalse(tensors.containsKey(tensor), tensor + " is given twice");
          tensors.put(tensor, output);
          batched.put(tensor, batches);
        }
      }
      assertEquals(Map.of(), outputs);
    }
    for (Message output : messages(ensemble, "output")) {
      String name = (String) get(output, "name");
      consistent(output, false, tensors.get(name), batched.get(name));
    }
  }

  private static void consistent(
      Message left, boolean leftBatched, Message right, boolean rightBatched) {
    assertEquals(get(left, "data_type").toString(), get(right, "data_type").toString());
    assertTrue(
        agree(longs(left, "dims"), longs(right, "dims"))
            || agree(full(left, leftBatched), full(right, rightBatched)),
        left + " against " + right);
  }

  private static List<Long> full(Message io, boolean batched) {
    List<Long> dims = new ArrayList<>(longs(io, "dims"));
    if (batched) {
      dims.add(0, -1L);
    }
    return dims;
  }

  private static boolean agree(List<Long> left, List<Long> right) {
    boolean same = left.size() == right.size();
    for (int i = 0; same && i < left.size(); i++) {
      same = left.get(i) == -1 || right.get(i) == -1 || left.get(i).equals(right.get(i));
    }
    return same;
  }

  private static boolean isEnsemble(Message config) {
    return get(config, "platform").equals("ensemble");
  }

  private static List<Message> steps(Message ensemble) {
    return messages((Message) get(ensemble, "ensemble_scheduling"), "step");
  }

  private static List<Message> ios(Message config) {
    List<Message> all = new ArrayList<>(messages(config, "input"));
    all.addAll(messages(config, "output"));
    return all;
  }

  static Object get(Message message, String field) {
    return message.getField(message.getDescriptorForType().findFieldByName(field));
  }

  @SuppressWarnings("unchecked")
  static List<Message> messages(Message message, String field) {
    return (List<Message>) get(message, field);
  }

  @SuppressWarnings("unchecked")
  static List<Long> longs(Message message, String field) {
    return (List<Long>) get(message, field);
  }

  private static Map<String, String> map(Message message, String field) {
    Map<String, String> map = new TreeMap<>();
    messages(message, field)
        .forEach(entry -> map.put((String) get(entry, "key"), (String) get(entry, "value")));
    return map;
  }

  @Override
  public void close() throws OrtException {
    for (OrtSession session : sessions.values()) {
      session.close();
    }
  }
}
