package io.dopt.runtime.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The catalogue of schedulers. */
public final class Schedulers {
  /**
   * A class of the catalogue.
   *
   * @param name its diffusers name
   * @param takesEta whether its step takes an eta
   * @param factory builds one from a configuration and an eta
   */
  private record Entry(String name, boolean takesEta, Factory factory) {
    static Entry plain(String name, Function<SchedulerConfig, Scheduler> constructor) {
      return new Entry(name, false, (config, eta) -> constructor.apply(config));
    }
  }

  @FunctionalInterface
  private interface Factory {
    Scheduler create(SchedulerConfig config, double eta);
  }

  private static final String SUFFIX = "Scheduler";

  private static final List<Entry> CATALOGUE =
      List.of(
          new Entry("DDIMScheduler", true, DDIMScheduler::new),
          Entry.plain("PNDMScheduler", PNDMScheduler::new),
          Entry.plain("EulerDiscreteScheduler", EulerDiscreteScheduler::new),
          Entry.plain("EulerAncestralDiscreteScheduler", EulerAncestralDiscreteScheduler::new),
          Entry.plain("DPMSolverMultistepScheduler", DPMSolverMultistepScheduler::new),
          Entry.plain("UniPCMultistepScheduler", UniPCMultistepScheduler::new),
          Entry.plain("HeunDiscreteScheduler", HeunDiscreteScheduler::new),
          Entry.plain("LMSDiscreteScheduler", LMSDiscreteScheduler::new),
          Entry.plain("DDPMScheduler", DDPMScheduler::new),
          Entry.plain("LCMScheduler", LCMScheduler::new),
          new Entry("TCDScheduler", true, TCDScheduler::new));

  /**
   * Keys that only classes outside the catalogue know (EDM, flow matching, SA-Solver); they are
   * found in configurations converted from those and mean nothing to the classes here.
   */
  private static final Set<String> KEYS_OF_OTHER_CLASSES =
      Set.of(
          "base_image_seq_len",
          "base_shift",
          "corrector_order",
          "invert_sigmas",
          "max_image_seq_len",
          "max_shift",
          "noise_sampler_seed",
          "predictor_order",
          "rho",
          "shift",
          "sigma_data",
          "sigma_schedule",
          "snr_shift_scale",
          "stochastic_sampling",
          "tau_func");

  private Schedulers() {}

  /**
   * Builds a scheduler from a diffusers {@code scheduler_config.json}. Keys that belong to another
   * scheduler class are ignored, as diffusers' {@code from_config} does, because diffusers writes
   * them when a configuration is converted; keys that no class knows are refused.
   *
   * @param config the configuration, verbatim
   * @param className the class to use instead of the configuration's {@code _class_name}, as people
   *     write it: {@code Euler}, {@code DPM-Solver++}
   * @param eta share of fresh noise per step for DDIM and TCD, 0 to 1; diffusers' pipelines pass 0
   *     unless told otherwise
   * @throws DoptException UNSUPPORTED for an unknown class, key or value, BAD_INPUT for a value of
   *     the wrong kind, each naming it; USAGE for a class name asked for that is none, and for an
   *     eta that is out of range or has no meaning for the class
   */
  public static Scheduler of(JsonNode config, Optional<String> className, double eta) {
    if (!config.isObject()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, "scheduler_config.json: the top level is not an object");
    }
    Entry entry =
        className
            .map(Schedulers::asked)
            .orElseGet(() -> entry(config.path("_class_name").asText("")));
    refuseUnknownKeys(config, entry);
    if (!(eta >= 0 && eta <= 1)) {
      throw new DoptException(ErrorCode.USAGE, "eta must be from 0 to 1, not " + eta);
    }
    if (eta != 0 && !entry.takesEta()) {
      throw new DoptException(
          ErrorCode.USAGE, "eta has no meaning for " + entry.name() + "; leave it out");
    }
    return entry.factory().create(new SchedulerConfig(entry.name(), config), eta);
  }

  /** The known class names, with their {@code Scheduler} suffix. */
  public static List<String> classNames() {
    return CATALOGUE.stream().map(Entry::name).toList();
  }

  private static Entry asked(String name) {
    return SchedulerName.find(name, classNames())
        .map(Schedulers::entry)
        .orElseThrow(
            () -> {
              List<String> near = SchedulerName.near(name, classNames());
              return new DoptException(
                  ErrorCode.USAGE,
                  "There is no scheduler \""
                      + name
                      + "\". "
                      + (near.isEmpty() ? "" : "Did you mean " + String.join(" or ", near) + "? ")
                      + "There are "
                      + String.join(", ", classNames())
                      + ".");
            });
  }

  private static Entry entry(String name) {
    return CATALOGUE.stream()
        .filter(entry -> entry.name().equals(name) || entry.name().equals(name + SUFFIX))
        .findFirst()
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.UNSUPPORTED,
                    "scheduler class \""
                        + name
                        + "\" is not known; known are "
                        + String.join(", ", classNames())));
  }

  private static void refuseUnknownKeys(JsonNode config, Entry entry) {
    Set<String> known = new HashSet<>(KEYS_OF_OTHER_CLASSES);
    CATALOGUE.forEach(each -> known.addAll(keysOf(each)));
    for (Iterator<String> keys = config.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!key.startsWith("_") && !known.contains(key)) {
        throw new DoptException(
            ErrorCode.UNSUPPORTED,
            "scheduler_config.json: no scheduler class knows the key \""
                + key
                + "\" (the class is "
                + entry.name()
                + "); remove it if the checkpoint does not need it");
      }
    }
  }

  /** The keys that a class of the catalogue knows. */
  static Set<String> keysOf(String className) {
    return keysOf(entry(className));
  }

  /** The keys of a class are those its constructor asks for. */
  private static Set<String> keysOf(Entry entry) {
    SchedulerConfig defaults =
        new SchedulerConfig(entry.name(), JsonNodeFactory.instance.objectNode());
    entry.factory().create(defaults, 0);
    return defaults.keys();
  }
}
