package io.dopt.compiler.proof.tensorrt;

import io.dopt.tensor.ElementType;
import java.util.Optional;

/**
 * What a layer of an engine reads or writes.
 *
 * @param name of the tensor in the engine
 * @param type of its elements; absent where the inspector names none that is known
 * @param format layout and type in the inspector's words: {@code Half}, {@code Row major linear
 *     FP32}
 */
public record InspectedTensor(String name, Optional<ElementType> type, String format) {}
