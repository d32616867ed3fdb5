package io.dopt.ir.operator;

import io.dopt.ir.IrException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Every operator by name, read off the sealed interfaces, so that a new operator is in the text
 * form as soon as it exists. An operator's attributes are its record components, in order, except a
 * {@link NamedFunction}, which is its name.
 */
public final class OperatorCatalogue {
  private final Map<String, Entry> entries = new TreeMap<>();

  /** The record of an operator, and the function its name stands for, if its kind has functions. */
  private record Entry(Class<? extends Operator> kind, Optional<NamedFunction> function) {}

  /**
   * A typed attribute of an operator.
   *
   * @param name the record component
   * @param type {@code long}, {@code double}, {@code boolean}, {@code List} (of Long), {@code
   *     Shape}, {@code ElementType} or an enum
   */
  public record Attribute(String name, Class<?> type) {}

  /** Reads the catalogue. */
  public OperatorCatalogue() {
    for (Class<? extends Operator> kind : kinds()) {
      List<NamedFunction> functions = functionsOf(kind);
      if (functions.isEmpty()) {
        entries.put(kind.getSimpleName(), new Entry(kind, Optional.empty()));
      }
      for (NamedFunction function : functions) {
        entries.put(function.onnxName(), new Entry(kind, Optional.of(function)));
      }
    }
  }

  /** The records of the two closed sets, plain ones first. */
  public static List<Class<? extends Operator>> kinds() {
    List<Class<? extends Operator>> kinds = new ArrayList<>();
    for (Class<?> set : List.of(PlainOperator.class, DiffusionOperator.class)) {
      for (Class<?> kind : set.getPermittedSubclasses()) {
        kinds.add(kind.asSubclass(Operator.class));
      }
    }
    return kinds;
  }

  /** All operator names, sorted. */
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(entries.keySet()));
  }

  /** The attributes of the operator called {@code name}; empty for an unknown name. */
  public Optional<List<Attribute>> attributes(String name) {
    return Optional.ofNullable(entries.get(name))
        .map(
            entry ->
                components(entry.kind())
                    .map(component -> new Attribute(component.getName(), component.getType()))
                    .toList());
  }

  /** The attribute values of {@code operator}, by name in order. */
  public static Map<String, Object> values(Operator operator) {
    Map<String, Object> values = new LinkedHashMap<>();
    components(operator.getClass())
        .forEach(
            component -> {
              try {
                values.put(component.getName(), component.getAccessor().invoke(operator));
              } catch (ReflectiveOperationException e) {
                throw new IrException("cannot read " + component + " of " + operator, e);
              }
            });
    return values;
  }

  /**
   * Makes the operator called {@code name}.
   *
   * @param values one of the right type per attribute
   * @throws IrException when there is no such operator or a value is missing or of a wrong type
   */
  public Operator create(String name, Map<String, Object> values) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new IrException("there is no operator " + name);
    }
    RecordComponent[] components = entry.kind().getRecordComponents();
    Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      arguments[i] =
          isFunction(components[i])
              ? entry.function().orElseThrow()
              : values.get(components[i].getName());
    }
    try {
      return entry
          .kind()
          .getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new))
          .newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw new IrException(name + " with " + values + ": " + e.getCause().getMessage(), e);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      throw new IrException(name + " cannot be made of " + values, e);
    }
  }

  private static Stream<RecordComponent> components(Class<? extends Operator> kind) {
    return Arrays.stream(kind.getRecordComponents()).filter(component -> !isFunction(component));
  }

  private static List<NamedFunction> functionsOf(Class<? extends Operator> kind) {
    return Arrays.stream(kind.getRecordComponents())
        .filter(OperatorCatalogue::isFunction)
        .flatMap(component -> Arrays.stream(component.getType().getEnumConstants()))
        .map(NamedFunction.class::cast)
        .toList();
  }

  private static boolean isFunction(RecordComponent component) {
    return NamedFunction.class.isAssignableFrom(component.getType());
  }
}
