package io.dopt.runtime.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What of a {@code scheduler_config.json} is taken, ignored and refused. */
class SchedulerConfigTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final SampleLayout LAYOUT = new SampleLayout(1, 4);

  /** Keys of sibling classes that diffusers' conversions look for in a converted configuration. */
  private static final Set<String> INHERITED = Set.of("sigma_min", "sigma_max");

  static List<String> classNames() {
    return Schedulers.classNames();
  }

  @ParameterizedTest
  @MethodSource("classNames")
  void everyKeyOfTheReferenceIsRead(String className) throws IOException {
    Set<String> reference = new HashSet<>();
    defaults().get(className).fieldNames().forEachRemaining(reference::add);
    Set<String> read = new HashSet<>(Schedulers.keysOf(className));
    assertTrue(read.containsAll(reference), () -> "not all of " + reference + " in " + read);
    read.removeAll(reference);
    read.removeAll(INHERITED);
    assertEquals(Set.of(), read, "keys the reference does not have");
  }

  @ParameterizedTest
  @MethodSource("classNames")
  void everyDefaultIsAccepted(String className) throws IOException {
    of(defaults().get(className), className).setTimesteps(10, LAYOUT);
  }

  @ParameterizedTest
  @MethodSource("classNames")
  void keysOfSiblingClassesAreIgnored(String className) throws IOException {
    for (JsonNode sibling : defaults()) {
      ObjectNode config = sibling.deepCopy();
      config.retain(foreignKeys(sibling, className));
      double[] expected = planned(of(json("{}"), className));
      assertArrayEquals(expected, planned(of(config, className)));
    }
  }

  private static Set<String> foreignKeys(JsonNode config, String className) {
    Set<String> keys = new HashSet<>();
    config.fieldNames().forEachRemaining(keys::add);
    keys.removeAll(Schedulers.keysOf(className));
    return keys;
  }

  @ParameterizedTest
  @CsvSource({
    "Euler, EulerDiscreteScheduler",
    "eulerdiscretescheduler, EulerDiscreteScheduler",
    "Euler ancestral, EulerAncestralDiscreteScheduler",
    "LMS, LMSDiscreteScheduler",
    "heun, HeunDiscreteScheduler",
    "UniPC, UniPCMultistepScheduler",
    "DPM-Solver++, DPMSolverMultistepScheduler",
    "DPMSolver, DPMSolverMultistepScheduler",
    "DPM-Solver++ multistep, DPMSolverMultistepScheduler",
    "ddim, DDIMScheduler"
  })
  void aSchedulerIsFoundByWhatPeopleCallIt(String asked, String className) {
    assertEquals(className, Schedulers.of(json("{}"), Optional.of(asked), 0).className());
  }

  @Test
  void anUnknownSchedulerIsRefusedWithTheOnesThatMayBeMeant() {
    DoptException refused =
        assertThrows(
            DoptException.class, () -> Schedulers.of(json("{}"), Optional.of("Euler a"), 0));
    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(
        refused
            .getMessage()
            .contains("Did you mean EulerDiscreteScheduler or EulerAncestralDiscreteScheduler?"),
        refused.getMessage());
    DoptException none =
        assertThrows(
            DoptException.class,
            () -> Schedulers.of(json("{}"), Optional.of("DPMSolverSinglestep"), 0));
    assertEquals(ErrorCode.USAGE, none.code());
    assertTrue(none.getMessage().contains("DDIMScheduler, PNDM"), none.getMessage());
  }

  @Test
  void classNamesNeedNoSuffix() {
    assertEquals("EulerDiscreteScheduler", of(json("{}"), "EulerDiscrete").className());
    JsonNode config = json("{'_class_name': 'DDIMScheduler', '_diffusers_version': '0.6.0'}");
    assertEquals("DDIMScheduler", Schedulers.of(config, Optional.empty(), 0).className());
  }

  @Test
  void anUnknownClassIsRefusedWithTheKnownOnes() {
    JsonNode config = json("{'_class_name': 'KarrasVe'}");
    DoptException error =
        assertThrows(DoptException.class, () -> Schedulers.of(config, Optional.empty(), 0));
    assertEquals(ErrorCode.UNSUPPORTED, error.code());
    assertTrue(error.getMessage().contains("\"KarrasVe\""), error.getMessage());
    assertTrue(error.getMessage().contains("UniPCMultistepScheduler"), error.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // what no class knows
        "EulerDiscrete | {'beta_strat': 0.1} | UNSUPPORTED | beta_strat",
        "DDIM | {'num_steps': 4} | UNSUPPORTED | num_steps",
        // values of the right kind that the class does not support
        "EulerAncestralDiscrete | {'prediction_type': 'sample'} | UNSUPPORTED | prediction_type",
        "PNDM | {'prediction_type': 'sample'} | UNSUPPORTED | prediction_type",
        "DDIM | {'prediction_type': 'flow_prediction'} | UNSUPPORTED | flow_prediction",
        "DDIM | {'beta_schedule': 'sigmoid'} | UNSUPPORTED | sigmoid",
        "DDIM | {'timestep_spacing': 'log'} | UNSUPPORTED | timestep_spacing",
        "DDPM | {'variance_type': 'fixed_large_log'} | UNSUPPORTED | fixed_large_log",
        "DDPM | {'dynamic_thresholding_ratio': 2, 'thresholding': true} | UNSUPPORTED | ratio",
        "EulerDiscrete | {'interpolation_type': 'cubic'} | UNSUPPORTED | interpolation_type",
        "EulerDiscrete | {'timestep_type': 'wavy'} | UNSUPPORTED | timestep_type",
        "EulerDiscrete | {'final_sigmas_type': 'one'} | UNSUPPORTED | final_sigmas_type",
        "EulerDiscrete | {'sigma_min': -1} | UNSUPPORTED | sigma_min",
        "DPMSolverMultistep | {'algorithm_type': 'rk4'} | UNSUPPORTED | algorithm_type",
        "DPMSolverMultistep | {'algorithm_type': 'dpmsolver'} | UNSUPPORTED | final_sigmas_type",
        "DPMSolverMultistep | {'solver_type': 'euler'} | UNSUPPORTED | solver_type",
        "DPMSolverMultistep | {'variance_type': 'learned'} | UNSUPPORTED | variance_type",
        "DPMSolverMultistep | {'lambda_min_clipped': 99} | UNSUPPORTED | lambda_min_clipped",
        "DPMSolverMultistep | {'use_dynamic_shifting': true} | UNSUPPORTED | use_dynamic_shifting",
        "DPMSolverMultistep | {'time_shift_type': 'linear'} | UNSUPPORTED | time_shift_type",
        "UniPCMultistep | {'solver_type': 'bh3'} | UNSUPPORTED | solver_type",
        "UniPCMultistep | {'solver_type': 'bh1'} | UNSUPPORTED | final_sigmas_type",
        "UniPCMultistep | {'predict_x0': false} | UNSUPPORTED | final_sigmas_type",
        "UniPCMultistep | {'lower_order_final': false} | UNSUPPORTED | final_sigmas_type",
        "UniPCMultistep | {'shift_terminal': 0.1} | UNSUPPORTED | shift_terminal",
        "UniPCMultistep | {'solver_p': {'_class_name': 'DDIM'}} | UNSUPPORTED | solver_p",
        "LCM | {'original_inference_steps': 1001} | UNSUPPORTED | original_inference_steps",
        // values of the wrong kind
        "DDIM | {'beta_start': 'low'} | BAD_INPUT | beta_start",
        "DDIM | {'beta_end': 2.0} | BAD_INPUT | beta_end",
        "DDIM | {'beta_start': -0.1} | BAD_INPUT | beta_start",
        "DDIM | {'beta_start': NaN} | BAD_INPUT | beta_start",
        "DDIM | {'clip_sample': 'yes'} | BAD_INPUT | clip_sample",
        "DDIM | {'steps_offset': 0.5} | BAD_INPUT | steps_offset",
        "DDIM | {'steps_offset': -1} | BAD_INPUT | steps_offset",
        "DDIM | {'num_train_timesteps': 4000000000} | BAD_INPUT | num_train_timesteps",
        "DDIM | {'num_train_timesteps': 0} | BAD_INPUT | num_train_timesteps",
        "DDIM | {'trained_betas': [0.1, 0.2]} | BAD_INPUT | trained_betas",
        "DDIM | {'trained_betas': [0.1, 'x']} | BAD_INPUT | trained_betas[1]",
        "DPMSolverMultistep | {'solver_order': 4} | BAD_INPUT | solver_order",
        "UniPCMultistep | {'disable_corrector': [0.5]} | BAD_INPUT | disable_corrector",
        "HeunDiscrete | {'use_karras_sigmas': true, 'use_beta_sigmas': true} | BAD_INPUT | only one",
        "DDIM | [] | BAD_INPUT | object",
      })
  void isRefusedByName(String className, String config, ErrorCode code, String named) {
    DoptException error = refusal(config, className);
    assertEquals(code, error.code(), error.getMessage());
    assertTrue(error.getMessage().contains(named), error.getMessage());
  }

  @Test
  void minusInfinityIsReadBareAndQuoted() {
    double[] expected = planned(of(json("{}"), "DPMSolverMultistep"));
    for (String written : List.of("-Infinity", "'-Infinity'")) {
      JsonNode config = json("{'lambda_min_clipped': " + written + "}");
      assertArrayEquals(expected, planned(of(config, "DPMSolverMultistep")));
    }
  }

  @Test
  void etaIsRefusedWhereItHasNoMeaning() {
    assertEquals(ErrorCode.USAGE, etaRefusal("EulerDiscrete", 0.5).code());
    assertEquals(ErrorCode.USAGE, etaRefusal("DDIM", 1.5).code());
    assertEquals(ErrorCode.USAGE, etaRefusal("TCD", Double.NaN).code());
  }

  private static DoptException etaRefusal(String className, double eta) {
    return assertThrows(
        DoptException.class, () -> Schedulers.of(json("{}"), Optional.of(className), eta));
  }

  @ParameterizedTest
  @CsvSource({
    "DDIM, 0",
    "DDIM, 1001",
    "EulerDiscrete, -3",
    "LCM, 51",
    "TCD, 51",
    "PNDM, 3",
  })
  void impossibleStepCountsAreRefused(String className, int steps) {
    Scheduler scheduler = of(json("{}"), className);
    DoptException error =
        assertThrows(DoptException.class, () -> scheduler.setTimesteps(steps, LAYOUT));
    assertEquals(ErrorCode.USAGE, error.code());
    assertTrue(error.getMessage().contains(Integer.toString(steps)), error.getMessage());
  }

  @Test
  void anOffsetBeyondTheLastTimestepIsRefused() {
    Scheduler scheduler = of(json("{'steps_offset': 1}"), "DDIM");
    DoptException error =
        assertThrows(DoptException.class, () -> scheduler.setTimesteps(1000, LAYOUT));
    assertTrue(error.getMessage().contains("timestep 1000 of 1000"), error.getMessage());
  }

  @Test
  void trailingNeverAddsATimestepBelowZero() {
    // numpy.arange(1000, 0, -1000 / 61) has 62 values
    for (String className : List.of("DDIM", "EulerDiscrete", "UniPCMultistep")) {
      Scheduler scheduler = of(json("{'timestep_spacing': 'trailing'}"), className);
      scheduler.setTimesteps(61, LAYOUT);
      assertEquals(61, scheduler.timesteps().length);
      assertEquals(15, scheduler.timesteps()[60]);
    }
  }

  @Test
  void listsOfTimestepsAreCheckedAndTakenWhereTheReferenceTakesThem() {
    Set<String> takers =
        Set.of(
            "DDPMScheduler",
            "DPMSolverMultistepScheduler",
            "EulerDiscreteScheduler",
            "HeunDiscreteScheduler",
            "LCMScheduler",
            "TCDScheduler");
    for (String className : Schedulers.classNames()) {
      Scheduler scheduler = of(json("{}"), className);
      if (takers.contains(className)) {
        scheduler.setTimesteps(new int[] {999, 500, 1}, LAYOUT);
        assertEquals(999, scheduler.timesteps()[0]);
        for (int[] wrong : new int[][] {{}, {5, 5}, {1, 2}, {1000, 1}, {3, -1}}) {
          assertListRefused(scheduler, wrong);
        }
      } else {
        assertListRefused(scheduler, new int[] {999, 500, 1});
      }
    }
    assertListRefused(of(json("{'use_karras_sigmas': true}"), "EulerDiscrete"), new int[] {9, 1});
    assertListRefused(of(json("{'use_lu_lambdas': true}"), "DPMSolverMultistep"), new int[] {9, 1});
  }

  private static void assertListRefused(Scheduler scheduler, int[] timesteps) {
    DoptException error =
        assertThrows(DoptException.class, () -> scheduler.setTimesteps(timesteps, LAYOUT));
    assertEquals(ErrorCode.USAGE, error.code());
  }

  @Test
  void strengthPicksTheFirstStep() {
    Scheduler heun = of(json("{}"), "HeunDiscrete");
    heun.setTimesteps(10, LAYOUT);
    assertEquals(0, heun.startIndex(1));
    assertEquals(8, heun.startIndex(0.65));
    for (double strength : new double[] {0.05, -0.1, 1.1, Double.NaN}) {
      assertThrows(DoptException.class, () -> heun.startIndex(strength));
    }
  }

  /** Whatever stands in a configuration, the answer is a scheduler or a refusal. */
  @Test
  void mutatedConfigurationsAreTakenOrRefused() throws IOException {
    List<JsonNode> values = new ArrayList<>();
    json("[null, true, false, 0, 1, -1, 3, 0.5, -0.5, 1e308, 1e-308, 1e-46, 99999999999, NaN,"
            + " Infinity, '', 'linear', 'zero', 'flow_prediction', [], [0.5], [[]], {}]")
        .forEach(values::add);
    Random random = new Random(7);
    int refused = 0;
    for (int round = 0; round < 2000; round++) {
      String className = classNames().get(random.nextInt(classNames().size()));
      ObjectNode config = defaults().get(className).deepCopy();
      List<String> keys = new ArrayList<>();
      config.fieldNames().forEachRemaining(keys::add);
      for (int mutation = random.nextInt(2); mutation >= 0; mutation--) {
        String key = keys.get(random.nextInt(keys.size()));
        config.set(key, values.get(random.nextInt(values.size())));
      }
      try {
        Scheduler scheduler = of(config, className);
        scheduler.setTimesteps(4, LAYOUT);
        float[] sample = {1, 2, 3, 4};
        int outputs = config.path("variance_type").asText().startsWith("learned") ? 8 : 4;
        for (int i = 0; i < scheduler.timesteps().length; i++) {
          scheduler.step(new float[outputs], i, sample, noise -> {});
        }
      } catch (DoptException expected) {
        refused++;
      }
    }
    assertTrue(refused > 500 && refused < 1950, "refused " + refused);
  }

  private static double[] planned(Scheduler scheduler) {
    scheduler.setTimesteps(10, LAYOUT);
    return scheduler.timesteps();
  }

  private static DoptException refusal(String config, String className) {
    return assertThrows(DoptException.class, () -> of(json(config), className));
  }

  private static Scheduler of(JsonNode config, String className) {
    return Schedulers.of(config, Optional.of(className), 0);
  }

  private static JsonNode defaults() throws IOException {
    return JSON.readTree(SchedulerConfigTest.class.getResource("/schedulers/defaults.json"));
  }

  private static JsonNode json(String singleQuoted) {
    try {
      return JSON.readTree(singleQuoted.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
