package io.dopt.importer.checkpoint.original;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.LazyTensor;
import java.util.Map;

/**
 * One network of an original-layout file.
 *
 * @param library {@code diffusers} or {@code transformers}
 * @param className the Python class it becomes
 * @param config what its config.json would say
 * @param tensors its weights under diffusers' names
 */
public record OriginalComponent(
    String library, String className, ObjectNode config, Map<String, LazyTensor> tensors) {}
