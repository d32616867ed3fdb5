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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Pipelines that each make one image at a time, and a bounded number of requests that wait for one.
 */
final class PipelinePool implements AutoCloseable {
  private final List<DiffusionPipeline> all = new ArrayList<>();
  private final BlockingQueue<DiffusionPipeline> free = new LinkedBlockingQueue<>();
  private final ThreadPoolExecutor workers;

  /**
   * One for each request that is worked on or waits; the workers' queue has no bound of its own.
   */
  private final Semaphore places;

  private final AtomicInteger working = new AtomicInteger();

  /**
   * Opens the pipelines.
   *
   * @throws DoptException as {@link DiffusionPipeline#open}
   */
  PipelinePool(Bundle bundle, EngineOptions engine, ServerOptions options) {
    places = new Semaphore(options.pipelines() + options.queue());
    workers =
        new ThreadPoolExecutor(
            options.pipelines(),
            options.pipelines(),
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>());
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
   * Takes one step with every pipeline, which loads its engines; one after the other, for each then
   * has all cores. By DDIM, which can: PNDM takes no single one.
   *
   * @throws DoptException (ENGINE) when one cannot be loaded or run; (INTERRUPTED) when the pool is
   *     closed meanwhile
   */
  void warmUp() {
    GenerationRequest request =
        GenerationRequest.builder("").steps(1).batch(1).scheduler("DDIM").build();
    // By the workers, whose end close() awaits: engines in use must not be closed.
    all.forEach(pipeline -> await(submit(() -> pipeline.generate(request))));
  }

  /**
   * Makes an image when a pipeline is free.
   *
   * @return empty when as many requests wait as may
   * @throws DoptException as {@link DiffusionPipeline#generate}; (INTERRUPTED) when the pool is
   *     closed meanwhile
   */
  Optional<GeneratedImage> generate(GenerationRequest request) {
    if (!places.tryAcquire()) {
      return Optional.empty();
    }
    try {
      return Optional.of(await(submit(() -> generateNow(request))));
    } finally {
      places.release();
    }
  }

  private <T> Future<T> submit(Callable<T> work) {
    try {
      return workers.submit(work);
    } catch (RejectedExecutionException e) {
      throw shuttingDown(e);
    }
  }

  private <T> T await(Future<T> work) {
    try {
      return work.get();
    } catch (InterruptedException e) {
      work.cancel(true);
      Thread.currentThread().interrupt();
      throw shuttingDown(e);
    } catch (CancellationException e) {
      throw shuttingDown(e);
    } catch (ExecutionException e) {
      if (workers.isShutdown()) {
        throw shuttingDown(e);
      }
      if (e.getCause() instanceof DoptException refused) {
        throw refused;
      }
      throw new DoptException(
          ErrorCode.INTERNAL, "The image could not be made: " + e.getCause(), e.getCause());
    }
  }

  private static DoptException shuttingDown(Exception cause) {
    return new DoptException(ErrorCode.INTERRUPTED, "The server is shutting down.", cause);
  }

  private GeneratedImage generateNow(GenerationRequest request) throws InterruptedException {
    DiffusionPipeline pipeline = free.take();
    working.incrementAndGet();
    try {
      return pipeline.generate(request).images().get(0);
    } finally {
      free.add(pipeline);
      working.decrementAndGet();
    }
  }

  /** How many requests wait. */
  int waiting() {
    return workers.getQueue().size();
  }

  /** How many images are being made. */
  int working() {
    return working.get();
  }

  /** Interrupts what is being made between two steps, waits for it, and closes the pipelines. */
  @Override
  public void close() {
    // Those who wait for a turn are told that it does not come.
    workers.shutdownNow().forEach(task -> ((Future<?>) task).cancel(false));
    awaitWorkers();
    all.forEach(DiffusionPipeline::close);
  }

  /**
   * However often the thread is interrupted: Ctrl-C during the warm-up is an interrupt of the
   * thread that then closes, engines in use must not be closed, and a process must not end under
   * them.
   */
  private void awaitWorkers() {
    boolean interrupted = false;
    while (!workers.isTerminated()) {
      try {
        workers.awaitTermination(1, TimeUnit.HOURS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
