package io.dopt.importer.checkpoint;

/**
 * What a component is, as model_index.json says it.
 *
 * @param library {@code diffusers} or {@code transformers}
 * @param className the Python class: {@code UNet2DConditionModel}
 */
public record ComponentClass(String library, String className) {
  @Override
  public String toString() {
    return library + "." + className;
  }
}
