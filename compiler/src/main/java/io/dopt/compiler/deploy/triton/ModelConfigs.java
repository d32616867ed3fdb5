package io.dopt.compiler.deploy.triton;

import com.google.protobuf.Message;
import java.util.List;

/**
 * Writes configurations of models. Shapes follow docs/user_guide/model_configuration.md of
 * triton-inference-server/server, and what the backends compare when they load a model ({@code
 * CompareDimsSupported} of onnxruntime_backend and tensorrt_backend): outputs exactly as the engine
 * has them, variable sizes as -1.
 */
final class ModelConfigs {
  private final ConfigSchema schema;
  private final TritonOptions options;

  ModelConfigs(ConfigSchema schema, TritonOptions options) {
    this.schema = schema;
    this.options = options;
  }

  /** The configuration of one engine. */
  Message of(TritonModel model) {
    return ConfigMessage.of(
        schema.modelConfig(),
        config -> {
          config.set("name", model.name());
          config.set("platform", model.backend().platform());
          config.set("backend", model.backend().backend());
          config.set("max_batch_size", model.maximumBatch());
          model.signature().inputs().forEach(tensor -> tensor(config, "input", tensor, model));
          model.signature().outputs().forEach(tensor -> tensor(config, "output", tensor, model));
          if (model.maximumBatch() > 1) {
            config.message(
                "dynamic_batching",
                batching ->
                    options
                        .queueDelayMicroseconds()
                        .ifPresent(delay -> batching.set("max_queue_delay_microseconds", delay)));
          }
          config.message("instance_group", group -> instances(group, model));
          if (model.backend() == TritonBackend.ONNX_RUNTIME) {
            options.threads().ifPresent(threads -> threads(config, threads));
          }
          if (model.hasSample()) {
            config.message("model_warmup", warmup -> warmup(warmup, model));
          }
        });
  }

  private void instances(ConfigMessage group, TritonModel model) {
    group.set("kind", model.backend().instanceKind());
    group.set("count", options.instances());
    if (model.backend() == TritonBackend.TENSOR_RT) {
      group.all("gpus", options.gpus());
    }
  }

  private static void tensor(
      ConfigMessage config, String field, EngineTensor tensor, TritonModel model) {
    config.message(
        field,
        io ->
            io.set("name", tensor.name())
                .set("data_type", tensor.dataType())
                .all("dims", model.statedDimensions(tensor)));
  }

  private static void threads(ConfigMessage config, int threads) {
    config.entry(
        "parameters", "intra_op_thread_count", value -> value.set("string_value", "" + threads));
  }

  /** One request of zeros, so that no client waits for what backends do at the first one. */
  private static void warmup(ConfigMessage warmup, TritonModel model) {
    warmup.set("name", "zeros").set("batch_size", 1);
    for (EngineTensor input : model.signature().inputs()) {
      warmup.entry(
          "inputs",
          input.name(),
          value ->
              value
                  .set("data_type", input.dataType())
                  .all("dims", model.sampleDimensions(input))
                  .set("zero_data", true));
    }
  }

  /** The configuration of an ensemble, which has no instances and batches nothing itself. */
  Message of(DenoiseStep ensemble) {
    return ConfigMessage.of(
        schema.modelConfig(),
        config -> {
          config.set("name", ensemble.name()).set("platform", "ensemble").set("max_batch_size", 0);
          ensemble.inputs().forEach(tensor -> whole(config, "input", tensor));
          ensemble.outputs().forEach(tensor -> whole(config, "output", tensor));
          config.message(
              "ensemble_scheduling",
              scheduling ->
                  ensemble
                      .steps()
                      .forEach(step -> scheduling.message("step", it -> step(it, step))));
        });
  }

  private static void step(ConfigMessage message, DenoiseStep.Step step) {
    message.set("model_name", step.model()).set("model_version", -1);
    message.texts("input_map", step.inputs()).texts("output_map", step.outputs());
  }

  private static void whole(ConfigMessage config, String field, EngineTensor tensor) {
    List<Long> dimensions = tensor.dimensions().isEmpty() ? List.of(1L) : tensor.dimensions();
    config.message(
        field,
        io ->
            io.set("name", tensor.name())
                .set("data_type", tensor.dataType())
                .all("dims", dimensions));
  }
}
