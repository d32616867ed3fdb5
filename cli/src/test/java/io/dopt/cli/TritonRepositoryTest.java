package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.ComponentRunner;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DenseTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real bundles as model repositories, held against what Triton asks of one. */
class TritonRepositoryTest {
  /** Static and dynamic engines are the same arithmetic in another order of additions. */
  private static final float TOLERANCE = 1e-5f;

  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void compile() {
    for (String fixture : List.of("sd15-tiny", "sdxl-tiny")) {
      Path checkpoint = Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", fixture);
      CommandLineRun run =
          CommandLineRun.of(
              "compile",
              checkpoint,
              "-o",
              shared.resolve(fixture),
              "--cache",
              shared.resolve("cache"));
      assertEquals(0, run.exitCode(), run.err());
    }
  }

  private Path deploy(String fixture, String... options) {
    Path repository = folder.resolve("repository");
    Object[] words = new Object[5 + options.length];
    words[0] = "deploy";
    words[1] = shared.resolve(fixture);
    words[2] = "--to";
    words[3] = "triton";
    words[4] = repository;
    System.arraycopy(options, 0, words, 5, options.length);
    CommandLineRun run = CommandLineRun.of(words);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("tritonserver --model-repository="), run.out());
    return repository;
  }

  @ParameterizedTest
  @CsvSource({
    "sd15-tiny, auto, 7",
    "sd15-tiny, static, 6",
    "sd15-tiny, dynamic, 5",
    "sd15-tiny, all, 12",
    "sdxl-tiny, auto, 6",
    "sdxl-tiny, all, 11",
  })
  void everyModelLoadsAndWarmsUpInTheShapesItsConfigurationStates(
      String fixture, String engines, int models) throws Exception {
    Path repository = deploy(fixture, "--engines", engines);
    try (TritonImitation triton = new TritonImitation(repository)) {
      assertEquals(models, triton.models().size(), triton.models().toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"auto", "dynamic"})
  void anEnsembleIsTextEncoderAndDenoiserOfTheBundle(String engines) throws Exception {
    Path repository = deploy("sd15-tiny", "--engines", engines);
    Bundle bundle = Bundle.open(shared.resolve("sd15-tiny"));
    Random random = new Random(5);
    Map<String, Long> sizes = Map.copyOf(bundle.component("unet").engines().get(1).bindings());
    assertEquals(2, sizes.get("batch"));
    int length = (int) (long) sizes.get("sequence");
    long[] tokens = random.longs(2L * length, 0, 99).toArray();
    long[] shape = {2, 4, sizes.get("height"), sizes.get("width")};
    float[] sample = new float[(int) (8 * shape[2] * shape[3])];
    for (int i = 0; i < sample.length; i++) {
      sample[i] = (float) random.nextGaussian();
    }
    List<Long> sampleShape = List.of(shape[0], shape[1], shape[2], shape[3]);
    List<Long> tokenShape = List.of(2L, (long) length);

    float[] expected;
    try (ComponentEngines run = new ComponentEngines(bundle, EngineOptions.defaults())) {
      DenseTensor features =
          ComponentRunner.run(
                  run, "text_encoder", Map.of("input_ids", DenseTensor.ofLongs(tokenShape, tokens)))
              .get("last_hidden_state");
      Map<String, DenseTensor> inputs = new TreeMap<>();
      inputs.put("sample", DenseTensor.ofFloats(sampleShape, sample));
      inputs.put("timestep", DenseTensor.ofFloats(List.of(), 321f));
      inputs.put("encoder_hidden_states", features);
      expected = ComponentRunner.run(run, "unet", inputs).get("sample").toFloats();
    }
    try (TritonImitation triton = new TritonImitation(repository)) {
      String ensemble =
          triton.models().stream()
              .filter(name -> name.startsWith("denoise_step"))
              .filter(name -> name.equals("denoise_step") || name.contains("batch2"))
              .findFirst()
              .orElseThrow();
      TritonImitation.Tensor output =
          triton
              .infer(
                  ensemble,
                  Map.of(
                      "input_ids", new TritonImitation.Tensor(tokens, tokenShape),
                      "sample", new TritonImitation.Tensor(sample, sampleShape),
                      "timestep", new TritonImitation.Tensor(new float[] {321f}, List.of(1L))))
              .get("out_sample");
      assertEquals(sampleShape, output.shape());
      assertArrayEquals(expected, (float[]) output.values(), TOLERANCE);
    }
  }

  @Test
  void optionsReachTheConfiguration() throws Exception {
    Path repository =
        deploy(
            "sd15-tiny",
            "--prefix",
            "tiny_",
            "--instances",
            "3",
            "--max-batch",
            "5",
            "--max-queue-delay",
            "2ms",
            "--threads",
            "4");
    Message config = TritonImitation.parse(repository.resolve("tiny_text_encoder/config.pbtxt"));
    assertEquals(5, TritonImitation.get(config, "max_batch_size"));
    Message batching = (Message) TritonImitation.get(config, "dynamic_batching");
    assertEquals(2000L, TritonImitation.get(batching, "max_queue_delay_microseconds"));
    Message group = TritonImitation.messages(config, "instance_group").get(0);
    assertEquals(3, TritonImitation.get(group, "count"));
    assertEquals("KIND_CPU", TritonImitation.get(group, "kind").toString());
    String text = Files.readString(repository.resolve("tiny_text_encoder/config.pbtxt"));
    assertTrue(text.contains("intra_op_thread_count"), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tar    | --instances 2          | 2 | --instances",
        "triton | --max-queue-delay 2    | 2 | 500us",
        "triton | --prefix a/b           | 2 | a/b",
        "triton | --engines fast         | 2 | fast",
        "triton | --gpus 0               | 2 | --target tensorrt",
      })
  void whatSaysNothingIsRefused(String kind, String option, int code, String named) {
    String[] words = option.split(" ");
    CommandLineRun run =
        CommandLineRun.of(
            "deploy",
            shared.resolve("sd15-tiny"),
            "--to",
            kind,
            folder.resolve("out"),
            words[0],
            words[1]);
    assertEquals(code, run.exitCode(), run.err());
    assertTrue(run.err().contains(named), run.err());
    assertTrue(Files.notExists(folder.resolve("out")));
  }

  @Test
  void onlyARepositoryOfDoptIsReplaced() throws IOException {
    Path repository = deploy("sd15-tiny");
    assertEquals(
        5,
        CommandLineRun.of("deploy", shared.resolve("sd15-tiny"), "--to", "triton", repository)
            .exitCode());
    deploy("sd15-tiny", "--force");
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("mine.txt"), "mine");
    CommandLineRun run =
        CommandLineRun.of(
            "deploy", shared.resolve("sd15-tiny"), "--to", "triton", other, "--force");
    assertEquals(5, run.exitCode());
    assertEquals("mine", Files.readString(other.resolve("mine.txt")));
  }
}
