package io.dopt.cli;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.image.ImageFiles;
import io.dopt.runtime.image.ImageGrid;
import io.dopt.runtime.image.RgbImage;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import io.dopt.runtime.pipeline.GeneratedImage;
import io.dopt.runtime.pipeline.GenerationRequest;
import io.dopt.runtime.pipeline.GenerationResult;
import io.dopt.runtime.pipeline.InitialImage;
import io.dopt.runtime.pipeline.Posterior;
import io.dopt.runtime.pipeline.PromptFile;
import io.dopt.runtime.pipeline.StageTimings;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt generate}. */
@Command(
    name = "generate",
    header = "Make images from prompts.",
    description = {
      "",
      "Defaults are those of the diffusers pipeline the checkpoint names. Image i of a call uses the"
          + " seed SEED+i, so any one image can be made again alone.",
      "",
      "Exits with 10 when an image is degenerate (NaN, or of a single colour); files are written all"
          + " the same.",
      ""
    })
final class GenerateCommand extends DoptSubcommand {
  @Parameters(paramLabel = "BUNDLE", description = "A folder that 'dopt compile' wrote.")
  private Path bundle;

  @ArgGroup(exclusive = true)
  private Prompts prompts;

  private static final class Prompts {
    @Option(names = "--prompt", paramLabel = "TEXT", description = "What to show; may be repeated.")
    private List<String> texts;

    @Option(
        names = "--prompts",
        paramLabel = "FILE",
        description = "A file of prompts, one a line.")
    private Path file;

    List<String> all() {
      return file == null ? texts : PromptFile.read(file);
    }
  }

  @Option(
      names = "--negative-prompt",
      paramLabel = "TEXT",
      description = "What to avoid: once for all prompts, or once per prompt.")
  private List<String> negativePrompts;

  @Option(
      names = "--steps",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description = "Denoising steps.")
  private Integer steps;

  @Option(
      names = "--timesteps",
      split = ",",
      paramLabel = "T",
      description = "The timesteps themselves, descending, instead of --steps.")
  private List<Integer> timesteps;

  @Option(
      names = "--guidance",
      paramLabel = "SCALE",
      description = "Guidance scale; 1 or less turns guidance off.")
  private Double guidance;

  @Option(
      names = "--guidance-rescale",
      paramLabel = "SHARE",
      defaultValue = "0",
      description = "Rescaled guidance, 0 to 1 (default 0).")
  private double guidanceRescale;

  @Option(
      names = "--size",
      paramLabel = "HxW",
      converter = ImageSizeConverter.class,
      description = "Height x width in pixels: 512x768 is wider than high.")
  private ImageSize size;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Seed of the first image (default 0).")
  private long seed;

  @Option(
      names = "--count",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description = "Images per prompt; 1, or as many as --latents has.")
  private Integer count;

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description = "Images per call of the engine; the largest the bundle was compiled for.")
  private Integer batch;

  @Option(
      names = "--scheduler",
      paramLabel = "NAME",
      completionCandidates = SchedulerNames.class,
      description =
          "Another scheduler with the checkpoint's settings: ${COMPLETION-CANDIDATES}; Euler, UniPC,"
              + " DPM-Solver++ and so on do as well.")
  private String scheduler;

  @Option(
      names = "--eta",
      defaultValue = "0",
      description = "Share of fresh noise in every step of DDIM and TCD, 0 to 1 (default 0).")
  private double eta;

  @Option(
      names = "--latents",
      paramLabel = "FILE",
      description =
          "Start from this noise: tensor 'latents' (N,C,h,w) of a safetensors file, before"
              + " multiplication by the scheduler's initial sigma. With --image, the VAE's mean is"
              + " taken, or a sample with the file's 'posterior_noise'.")
  private Path latents;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "Start from this image (image-to-image).")
  private Path image;

  @Option(
      names = "--strength",
      paramLabel = "SHARE",
      description = "How far to leave --image, 0 to 1.")
  private Double strength;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PATH",
      description = "A .png file for one image, or a folder.")
  private Path output;

  @Option(names = "--grid", paramLabel = "FILE", description = "All images in one PNG.")
  private Path grid;

  @Option(
      names = "--output-tensor",
      paramLabel = "FILE",
      description =
          "All images as tensor 'image' (N,H,W,3 in 0..1) of a safetensors file; replaced when it"
              + " exists.")
  private Path outputTensor;

  @Option(names = "--force", description = "Replace images that exist.")
  private boolean force;

  @Mixin private EngineArguments engine;

  private record Stages(
      double textEncode,
      double vaeEncode,
      double denoise,
      double scheduler,
      double loop,
      double vaeDecode,
      double total) {
    static Stages of(StageTimings timings) {
      return new Stages(
          seconds(timings.textEncode()),
          seconds(timings.vaeEncode()),
          seconds(timings.denoise()),
          timings.scheduler() / 1e9,
          timings.loop() / 1e9,
          seconds(timings.vaeDecode()),
          timings.total() / 1e9);
    }

    private static double seconds(List<Long> nanoseconds) {
      return nanoseconds.stream().mapToLong(Long::longValue).sum() / 1e9;
    }
  }

  private record Result(
      List<GenerationProgress.Finished> images,
      Optional<Path> grid,
      Optional<Path> outputTensor,
      Stages seconds) {}

  @Override
  public Integer call() {
    if (prompts == null) {
      throw new DoptException(
          ErrorCode.USAGE, "Say what to show: give --prompt TEXT or --prompts FILE.");
    }
    if (output == null && grid == null && outputTensor == null) {
      throw new DoptException(
          ErrorCode.USAGE, "Say where the images go: -o FILE.png, -o FOLDER or --grid FILE.png.");
    }
    if (strength != null && image == null) {
      throw new DoptException(ErrorCode.USAGE, "--strength goes with --image.");
    }
    GenerationRequest request = request();
    Optional<ImageOutput> images =
        Optional.ofNullable(output).map(o -> ImageOutput.plan(o, request.images(), force));
    Optional.ofNullable(grid).ifPresent(file -> OutputFile.requireFree(file, force));
    Optional.ofNullable(outputTensor).ifPresent(OutputFile::requirePlace);
    List<Path> files = new ArrayList<>(images.map(ImageOutput::files).orElse(List.of()));
    Stream.of(grid, outputTensor).filter(Objects::nonNull).forEach(files::add);
    OutputFile.requireDistinct(files);
    boolean keep = grid != null || outputTensor != null;
    try (DiffusionPipeline pipeline =
            DiffusionPipeline.open(
                Imitation.warned(Bundle.open(bundle), console()), engine.options(console()));
        GenerationProgress progress =
            new GenerationProgress(console(), request.images(), images, keep)) {
      StageTimings timings = pipeline.stream(request, progress);
      if (grid != null) {
        OutputFile.createFolder(grid);
        List<RgbImage> pictures = progress.kept().stream().map(GeneratedImage::image).toList();
        ImageFiles.writePng(
            ImageGrid.of(pictures, ImageGrid.columnsFor(pictures.size())), Map.of(), grid);
      }
      if (outputTensor != null) {
        TensorFiles.write(
            outputTensor,
            Map.of("image", new GenerationResult(progress.kept(), timings).imageTensor()));
      }
      report(progress, timings);
      return verdict(progress.finished());
    }
  }

  private GenerationRequest request() {
    List<String> texts = prompts.all();
    Optional<NoiseFile> noise =
        Optional.ofNullable(latents).map(file -> NoiseFile.read(file, image != null));
    GenerationRequest.Builder request =
        GenerationRequest.builder(texts)
            .imagesPerPrompt(
                Optional.ofNullable(count)
                    .or(() -> noise.map(given -> given.imagesPerPrompt(texts.size())))
                    .orElse(1))
            .guidanceRescale(guidanceRescale)
            .seed(seed)
            .eta(eta);
    Optional.ofNullable(negativePrompts).ifPresent(request::negativePrompts);
    Optional.ofNullable(steps).ifPresent(request::steps);
    Optional.ofNullable(timesteps).ifPresent(request::timesteps);
    Optional.ofNullable(guidance).ifPresent(request::guidanceScale);
    Optional.ofNullable(size).ifPresent(request::size);
    Optional.ofNullable(batch).ifPresent(request::batch);
    Optional.ofNullable(scheduler).ifPresent(request::scheduler);
    noise.map(NoiseFile::latents).ifPresent(request::latents);
    if (image != null) {
      OptionalDouble share =
          strength == null ? OptionalDouble.empty() : OptionalDouble.of(strength);
      Posterior posterior = noise.map(NoiseFile::posterior).orElseGet(Posterior.Seeded::new);
      request.initialImage(new InitialImage(ImageFiles.read(image), share, posterior));
    }
    return request.build();
  }

  /** Files are kept, to be looked at; scripts get to know that they show nothing. */
  private int verdict(List<GenerationProgress.Finished> finished) {
    List<GenerationProgress.Finished> degenerate =
        finished.stream().filter(image -> image.problem().isPresent()).toList();
    if (degenerate.isEmpty()) {
      return 0;
    }
    console()
        .error(
            degenerate.size()
                + " of "
                + finished.size()
                + " images are degenerate: "
                + degenerate.stream()
                    .map(image -> image.file().map(Path::toString).orElse("image " + image.index()))
                    .collect(Collectors.joining(", "))
                + ". Of the first: "
                + degenerate.get(0).problem().orElseThrow()
                + ". They are written all the same.");
    return ErrorCode.QUALITY.exitCode();
  }

  private void report(GenerationProgress progress, StageTimings timings) {
    List<String> lines = new ArrayList<>();
    for (GenerationProgress.Finished finished : progress.finished()) {
      finished
          .file()
          .ifPresent(
              file -> lines.add(file + "  seed " + finished.seed() + "  " + finished.prompt()));
    }
    Optional.ofNullable(grid).ifPresent(file -> lines.add(file.toString()));
    Optional.ofNullable(outputTensor).ifPresent(file -> lines.add(file.toString()));
    console()
        .result(
            new Result(
                progress.finished(),
                Optional.ofNullable(grid),
                Optional.ofNullable(outputTensor),
                Stages.of(timings)),
            String.join("\n", lines));
  }
}
