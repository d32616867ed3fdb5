package io.dopt.evals.gate;

import io.dopt.evals.gate.GateSubject.Latency;
import io.dopt.evals.gate.GateSubject.PairStatistic;
import io.dopt.evals.gate.GateSubject.Regression;
import io.dopt.evals.gate.GateSubject.ScoreDelta;
import io.dopt.evals.gate.GateSubject.Throughput;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads one gate. */
final class GateParser {
  private static final int LONGEST = 200;

  private static final Pattern FORM =
      Pattern.compile(
          "\\s*(?<name>[^\\s.<>=!]+)(?:\\.(?<statistic>[^\\s<>=!]+))?\\s*(?<operator>[<>=!]+)\\s*"
              + "(?<number>[-+]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][-+]?\\d+)?)\\s*"
              + "(?<unit>[^\\s\\d]*)\\s*");

  /** Names of distances between sets of images, whoever measures them. */
  private static final List<String> DISTRIBUTION = List.of("frechet", "fid", "cmmd", "kid");

  /** What takes a network of the user's. */
  private static final List<String> OPTIONAL = List.of("clip", "perceptual");

  private final String text;
  private final GateNames names;

  GateParser(String text, GateNames names) {
    this.text = text;
    this.names = names;
  }

  Gate parse() {
    Matcher form = FORM.matcher(text);
    if (text.length() > LONGEST || !form.matches()) {
      throw usage(
          "it is not of the form METRIC.STATISTIC>=NUMBER or METRIC.STATISTIC<=NUMBER, such as"
              + " psnr.p05>=25, clip.delta>=-0.01, latency.p50<=0.5x or throughput>=2x");
    }
    GateSubject subject = subject(form.group("name"), form.group("statistic"));
    requireOperator(subject, form.group("operator"));
    double number = Double.parseDouble(form.group("number"));
    if (!Double.isFinite(number)) {
      throw usage("the limit " + form.group("number") + " is too large a number");
    }
    return limited(subject, number, form.group("unit"));
  }

  private GateSubject subject(String name, String statistic) {
    if (Regression.STATISTIC.equals(statistic) && names.measures(name)) {
      return new Regression(name);
    }
    Boolean higherIsBetter = names.metrics().get(name);
    if (higherIsBetter != null) {
      return new PairStatistic(
          name,
          higherIsBetter,
          statistic(name, statistic, Statistic.MEAN, Statistic.OF_PAIRS, true));
    }
    higherIsBetter = names.scores().get(name);
    if (higherIsBetter != null) {
      if (statistic != null && !statistic.equals(ScoreDelta.STATISTIC)) {
        throw unknownStatistic(
            name, statistic, List.of(ScoreDelta.STATISTIC, Regression.STATISTIC));
      }
      return new ScoreDelta(name, higherIsBetter);
    }
    if (name.equals(Latency.NAME)) {
      return new Latency(statistic(name, statistic, Statistic.P50, Statistic.OF_TIMES, false));
    }
    if (name.equals(Throughput.NAME)) {
      if (statistic != null) {
        throw usage("throughput has no statistics: it is images over the sum of their times");
      }
      return new Throughput();
    }
    throw unknownMetric(name);
  }

  private Statistic statistic(
      String name, String given, Statistic usual, List<Statistic> known, boolean hasRegression) {
    if (given == null) {
      return usual;
    }
    return known.stream()
        .filter(statistic -> statistic.text().equals(given))
        .findFirst()
        .orElseThrow(
            () -> {
              List<String> there = new ArrayList<>(known.stream().map(Statistic::text).toList());
              if (hasRegression) {
                there.add(Regression.STATISTIC);
              }
              return unknownStatistic(name, given, there);
            });
  }

  private void requireOperator(GateSubject subject, String operator) {
    String right = subject.higherIsBetter() ? ">=" : "<=";
    if (operator.equals(right)) {
      return;
    }
    if (!operator.equals(">=") && !operator.equals("<=")) {
      throw usage("'" + operator + "' is no comparison of gates: there are >= and <=");
    }
    throw usage(
        String.format(
            "%s is better the %s it is, so its limit is written %s%s",
            subject.text(), subject.higherIsBetter() ? "higher" : "lower", subject.text(), right));
  }

  private Gate limited(GateSubject subject, double number, String unit) {
    Map<String, GateUnit> units = units(subject);
    if (unit.equals("s") && units.containsKey("ms")) {
      return gate(subject, number * 1000, GateUnit.MILLISECONDS);
    }
    if (!units.containsKey(unit)) {
      throw usage(
          String.format(
              "%s takes %s",
              unit.isEmpty()
                  ? "there is no unit: " + subject.text()
                  : "there is no unit '" + unit + "' here: " + subject.text(),
              unitsInWords(subject)));
    }
    return gate(subject, number, units.get(unit));
  }

  private static Map<String, GateUnit> units(GateSubject subject) {
    Stream<GateUnit> units =
        subject instanceof Latency
            ? Stream.of(GateUnit.RATIO, GateUnit.MILLISECONDS)
            : subject instanceof Throughput
                ? Stream.of(GateUnit.RATIO, GateUnit.PER_SECOND)
                : Stream.of(GateUnit.NONE);
    return units.collect(Collectors.toMap(GateUnit::text, unit -> unit));
  }

  private static String unitsInWords(GateSubject subject) {
    if (subject instanceof Latency) {
      return "x (times the reference's), ms or s";
    }
    return subject instanceof Throughput
        ? "x (times the reference's) or /s (images per second)"
        : "a plain number";
  }

  private Gate gate(GateSubject subject, double limit, GateUnit unit) {
    boolean isTimeOrRatio = unit != GateUnit.NONE;
    if (isTimeOrRatio && limit <= 0) {
      throw usage("its limit must be above 0");
    }
    return new Gate(subject, limit, unit, text.replaceAll("\\s+", ""));
  }

  private DoptException unknownMetric(String name) {
    if (DISTRIBUTION.contains(name)) {
      return new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "The gate '%s': %s cannot gate. It compares two sets of images and not pair with"
                  + " pair, is biased for small sets, and can get better while images get worse (a"
                  + " naive int4 has been seen with a lower Frechet distance than bf16). It is"
                  + " reported; gate a metric of pairs: %s.",
              text, name, String.join(", ", names.metrics().keySet())));
    }
    if (name.equals("memory")) {
      return new DoptException(
          ErrorCode.UNSUPPORTED,
          "The gate '"
              + text
              + "': memory cannot gate. Both sides run in one process, so its peak belongs to"
              + " neither. It is reported.");
    }
    return usage(
        String.format(
            "'%s' is not measured. There are %s%s",
            name,
            String.join(", ", names.all()),
            OPTIONAL.contains(name)
                ? "; "
                    + name
                    + " only where a network for it is given: the bundle's, unless --no-clip leaves"
                    + " it out, or that of --clip or --features"
                : ""));
  }

  private DoptException unknownStatistic(String name, String statistic, List<String> known) {
    return usage(
        String.format(
            "%s has no statistic '%s'. There are %s", name, statistic, String.join(", ", known)));
  }

  private DoptException usage(String problem) {
    String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    return new DoptException(ErrorCode.USAGE, "The gate '" + shown + "': " + problem + ".");
  }
}
