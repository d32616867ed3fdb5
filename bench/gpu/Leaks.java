import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.EngineOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;

/**
 * Loads, runs and closes an engine again and again, then runs one call very often, and prints what memory that took: one JSON line now and then.
 * Arguments: BUNDLE COMPONENT LOADS RUNS. Ends with 1 when memory after the first tenth still grows by more than ALLOWED_GROWTH.
 */
public final class Leaks {
  /** What allocators and the JIT compiler may still take after the warm-up, bytes. A leak of one engine per load is far above it. */
  private static final long ALLOWED_GROWTH = 64L << 20;

  private Leaks() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Bundle bundle = Bundle.open(Path.of(arguments[0]));
    String component = arguments[1];
    int loads = Integer.parseInt(arguments[2]);
    int runs = Integer.parseInt(arguments[3]);
    SortedMap<String, Long> bindings = bundle.component(component).engines().get(0).bindings();
    Memory first = null;
    Memory last = null;
    for (int i = 1; i <= loads; i++) {
      try (ComponentEngines engines = new ComponentEngines(bundle, EngineOptions.defaults());
          EngineCall call = engines.prepare(component, bindings)) {
        call.run();
      }
      if (i % Math.max(1, loads / 10) == 0) {
        last = Memory.now();
        first = first == null ? last : first;
        System.out.println(last.line("loads", i));
      }
    }
    boolean grew = last != null && last.grewFrom(first);
    first = null;
    try (ComponentEngines engines = new ComponentEngines(bundle, EngineOptions.defaults());
        EngineCall call = engines.prepare(component, bindings)) {
      for (int i = 1; i <= runs; i++) {
        call.run();
        if (i % Math.max(1, runs / 10) == 0) {
          last = Memory.now();
          first = first == null ? last : first;
          System.out.println(last.line("runs", i));
        }
      }
    }
    grew |= first != null && last.grewFrom(first);
    System.out.println("{\"leaks\": " + grew + "}");
    System.exit(grew ? 1 : 0);
  }

  /**
   * @param host the process's resident bytes
   * @param device bytes in use on the GPU, of all processes
   */
  private record Memory(long host, long device) {
    static Memory now() throws IOException, InterruptedException {
      System.gc(); // so that what only waits for a collection is not taken for a leak
      Thread.sleep(200);
      long kilobytes =
          Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElse(0);
      return new Memory(kilobytes << 10, onDevice());
    }

    private static long onDevice() throws IOException, InterruptedException {
      try {
        Process process = new ProcessBuilder("nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits").start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        boolean ended = process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        if (!ended) {
          throw new IOException("nvidia-smi fails: " + text);
        }
        return Long.parseLong(text.lines().findFirst().orElse("")) << 20;
      } catch (NumberFormatException e) {
        throw new IOException("nvidia-smi does not say how much of the GPU's memory is in use: nothing is proven without.", e);
      }
    }

    boolean grewFrom(Memory earlier) {
      return host - earlier.host > ALLOWED_GROWTH || device - earlier.device > ALLOWED_GROWTH;
    }

    String line(String what, int count) {
      return "{\"" + what + "\": " + count + ", \"hostBytes\": " + host + ", \"deviceBytes\": " + device + "}";
    }
  }
}
