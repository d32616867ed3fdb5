package io.dopt.server;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import io.dopt.runtime.pipeline.GeneratedImage;
import io.dopt.runtime.pipeline.GenerationRequest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Pipelines that each make one image at a time, and a bounded number of requests that wait for one.
 */
final class PipelinePool implements AutoCloseable {
  private final List<DiffusionPipeline> all = new ArrayList<>();
  private final BlockingQueue<DiffusionPipeline> free = new LinkedBlockingQueue<>();
  private final ThreadPoolExecutor workers;

  /**
   * Opens the pipelines.
   *
   * @throws DoptException as {@link DiffusionPipeline#open}
   */
  PipelinePool(Bundle bundle, EngineOptions engine, ServerOptions options) {
    workers =
        new ThreadPoolExecutor(
            options.pipelines(),
            options.pipelines(),
            1,
            TimeUnit.MINUTES,
            options.queue() == 0
                ? new SynchronousQueue<>()
                : new ArrayBlockingQueue<>(options.queue()));
    try {
      for (int i = 0; i < options.pipelines(); i++) {
        all.add(DiffusionPipeline.open(bundle, engine));
      }
      free.addAll(all);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Takes one step with every pipeline, which loads its engines. By DDIM, which can: PNDM takes no
   * single one.
   *
   * @throws DoptException (ENGINE) when one cannot be loaded or run
   */
  void warmUp() {
    GenerationRequest request =
        GenerationRequest.builder("").steps(1).batch(1).scheduler("DDIM").build();
    all.forEach(pipeline -> pipeline.generate(request));
  }

  /**
   * Makes an image when a pipeline is free.
   *
   * @return empty when as many requests wait as may
   * @throws DoptException as {@link DiffusionPipeline#generate}; (INTERRUPTED) when the pool is
   *     closed meanwhile
   */
  Optional<GeneratedImage> generate(GenerationRequest request) {
    Future<GeneratedImage> image;
    try {
      image = workers.submit(() -> generateNow(request));
    } catch (RejectedExecutionException e) {
      return Optional.empty();
    }
    try {
      return Optional.of(image.get());
    } catch (InterruptedException e) {
      image.cancel(true);
      Thread.currentThread().interrupt();
      throw new DoptException(ErrorCode.INTERRUPTED, "The server is shutting down.", e);
    } catch (CancellationException e) {
      throw new DoptException(ErrorCode.INTERRUPTED, "The server is shutting down.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DoptException refused) {
        throw refused;
      }
      throw new DoptException(
          ErrorCode.INTERNAL, "The image could not be made: " + e.getCause(), e.getCause());
    }
  }

  private GeneratedImage generateNow(GenerationRequest request) throws InterruptedException {
    DiffusionPipeline pipeline = free.take();
    try {
      return pipeline.generate(request).images().get(0);
    } finally {
      free.add(pipeline);
    }
  }

  /** How many requests wait. */
  int waiting() {
    return workers.getQueue().size();
  }

  /** How many images are being made. */
  int working() {
    return workers.getActiveCount();
  }

  /** Interrupts what is being made between two steps, waits for it, and closes the pipelines. */
  @Override
  public void close() {
    // Those who wait for a turn are told that it does not come.
    workers.shutdownNow().forEach(task -> ((Future<?>) task).cancel(false));
    try {
      workers.awaitTermination(1, TimeUnit.HOURS);
    } catch (InterruptedException e) {
      // The process ends in the middle of a step; engines in use must not be closed.
      Thread.currentThread().interrupt();
      return;
    }
    all.forEach(DiffusionPipeline::close);
  }
}
