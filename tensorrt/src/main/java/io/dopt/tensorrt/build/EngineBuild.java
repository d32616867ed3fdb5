package io.dopt.tensorrt.build;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.CudaDriver;
import io.dopt.tensorrt.library.LibraryPurpose;
import io.dopt.tensorrt.library.NativeMemoryFile;
import io.dopt.tensorrt.library.TensorRtLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.LayerInformationFormat;
import org.bytedeco.tensorrt.global.nvinfer.NetworkDefinitionCreationFlag;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IRuntime;
import org.bytedeco.tensorrt.nvonnxparser.IParser;

/**
 * One build, in the process made for it. Nothing native is released here: the process ends right
 * after, and JavaCPP's releases are said to free nothing.
 *
 * <p>Nearly all of TensorRT's functions tell failure by null or false, and why in the log.
 */
final class EngineBuild {
  private final BuildOrder order;
  private final Consumer<BuildMessage> tell;
  private final BuildLogger logger;

  private EngineBuild(BuildOrder order, Consumer<BuildMessage> tell, BuildLogger logger) {
    this.order = order;
    this.tell = tell;
    this.logger = logger;
  }

  /**
   * Builds.
   *
   * @throws DoptException (ENGINE) without a driver or library, or when TensorRT fails;
   *     (UNSUPPORTED) for what its parser does not know; (BAD_INPUT) when model and profile do not
   *     belong together
   */
  static void run(BuildOrder order, Consumer<BuildMessage> tell) throws IOException {
    TensorRtLibrary library = TensorRtLibrary.load(LibraryPurpose.BUILD);
    tell.accept(BuildMessage.log("info", "TensorRT " + library.version()));
    // First: without a driver TensorRT's builder and runtime end the process.
    CudaDriver.open().device(0);
    new EngineBuild(order, tell, new BuildLogger(tell)).build();
  }

  private void build() throws IOException {
    IBuilder builder = present(nvinfer.createInferBuilder(logger), "make a builder");
    tell.accept(BuildMessage.progress("reading the network"));
    INetworkDefinition network =
        present(
            builder.createNetworkV2(1 << NetworkDefinitionCreationFlag.kSTRONGLY_TYPED.value),
            "make a network");
    IParser parser = present(nvonnxparser.createParser(network, logger), "make a parser");
    if (!parser.parseFromFile(order.model(), ILogger.Severity.kWARNING.value)) {
      throw ParserErrors.of(parser, order.model());
    }
    IBuilderConfig config = present(builder.createBuilderConfig(), "make a configuration");
    BuilderSettings.apply(order.options(), config);
    EngineProfile.add(builder, network, config, order.profile());
    TimingCacheFile timings = new TimingCacheFile(Path.of(order.timingCache()));
    timings.loadInto(config);
    // What it said of a cache that it refused is no reason of what fails later.
    logger.forgetErrors();
    tell.accept(BuildMessage.progress("choosing tactics for " + network.getNbLayers() + " layers"));
    IHostMemory plan = present(builder.buildSerializedNetwork(network, config), "build the plan");
    tell.accept(BuildMessage.progress("writing the plan"));
    timings.saveFrom(config);
    NativeMemoryFile.write(plan.data().address(), plan.size(), Path.of(order.plan()));
    Files.write(Path.of(order.inspection()), inspection(plan));
  }

  /** What the plan became, as the engine loaded from it tells. */
  private byte[] inspection(IHostMemory plan) {
    IRuntime runtime = present(nvinfer.createInferRuntime(logger), "make a runtime");
    runtime.setEngineHostCodeAllowed(order.options().versionCompatible());
    ICudaEngine engine =
        present(runtime.deserializeCudaEngine(plan.data(), plan.size()), "load the plan again");
    BytePointer json =
        present(
            present(engine.createEngineInspector(), "make an inspector")
                .getEngineInformation(LayerInformationFormat.kJSON.value),
            "inspect the plan");
    return json.getStringBytes();
  }

  private <T extends Pointer> T present(T pointer, String doing) {
    if (pointer == null || pointer.isNull()) {
      throw failure(doing, logger.errors());
    }
    return pointer;
  }

  /** Says what TensorRT said, and what to do about the failures that have a remedy. */
  static DoptException failure(String doing, List<String> errors) {
    String said = errors.isEmpty() ? "it gives no reason" : String.join("; ", errors);
    String lower = said.toLowerCase(Locale.ROOT);
    String remedy = "";
    if (lower.contains("outofmemory") || lower.contains("out of memory")) {
      remedy =
          " The GPU has too little free memory: end what else uses it (nvidia-smi), limit the"
              + " workspace (--workspace), or compile for smaller sizes or batches.";
    } else if (lower.contains("could not find any implementation")) {
      remedy =
          " TensorRT has no kernel for that node on this GPU within the workspace: allow more"
              + " (--workspace), or leave that layer in a wider precision (--exclude).";
    } else if (lower.contains("builder_resource")) {
      remedy = " The file is beside libnvinfer of a whole TensorRT; see docs/gpu.md.";
    }
    return new DoptException(
        ErrorCode.ENGINE,
        "TensorRT could not " + doing + ": " + said.replaceAll("\\.$", "") + "." + remedy);
  }
}
