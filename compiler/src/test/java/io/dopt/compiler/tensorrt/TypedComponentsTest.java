package io.dopt.compiler.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.EvaluationMaterial;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which components compute in what is asked for, and which cannot. */
class TypedComponentsTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static Graph graph(String name) {
    GraphBuilder builder = new GraphBuilder(name);
    Value x = builder.input("x", ElementType.FLOAT32, Shape.of(2L, 2L));
    builder.output(
        "y",
        builder.matMul(x, builder.weight("w", DenseTensor.ofFloats(List.of(2L, 2L), 1, 2, 3, 4))));
    return builder.build();
  }

  private static PipelineModel pipeline(String pipelineClass, ObjectNode autoencoder) {
    return new PipelineModel(
        pipelineClass,
        new TreeMap<>(
            Map.of(
                "unet",
                new Component(graph("unet"), JSON.objectNode(), List.of()),
                "vae_decoder",
                new Component(graph("vae_decoder"), autoencoder, List.of()))),
        new TreeMap<>(),
        Optional.empty(),
        JSON.objectNode(),
        EvaluationMaterial.NONE,
        List.of());
  }

  private static ObjectNode config(String className) {
    return JSON.objectNode().put("_class_name", className);
  }

  private static ElementType stored(PipelineModel model, String component, ElementType wanted) {
    return TypedComponents.apply(model, wanted)
        .components()
        .get(component)
        .graph()
        .weights()
        .get("w")
        .data()
        .elementType();
  }

  @Test
  void autoencodersThatOverflowStayInFloat32() {
    PipelineModel silent = pipeline("StableDiffusionXLPipeline", config("AutoencoderKL"));
    assertEquals(ElementType.FLOAT32, stored(silent, "vae_decoder", ElementType.FLOAT16));
    assertEquals(ElementType.FLOAT16, stored(silent, "unet", ElementType.FLOAT16));
    PipelineModel forced =
        pipeline("StableDiffusionXLPipeline", config("AutoencoderKL").put("force_upcast", true));
    assertEquals(ElementType.FLOAT32, stored(forced, "vae_decoder", ElementType.FLOAT16));
  }

  @Test
  void othersComputeInWhatIsAskedFor() {
    PipelineModel mended =
        pipeline("StableDiffusionXLPipeline", config("AutoencoderKL").put("force_upcast", false));
    assertEquals(ElementType.FLOAT16, stored(mended, "vae_decoder", ElementType.FLOAT16));
    PipelineModel wide = pipeline("StableDiffusionXLPipeline", config("AutoencoderKL"));
    assertEquals(ElementType.BFLOAT16, stored(wide, "vae_decoder", ElementType.BFLOAT16));
    PipelineModel earlier = pipeline("StableDiffusionPipeline", config("AutoencoderKL"));
    assertEquals(ElementType.FLOAT16, stored(earlier, "vae_decoder", ElementType.FLOAT16));
    PipelineModel tiny = pipeline("StableDiffusionXLPipeline", config("AutoencoderTiny"));
    assertEquals(ElementType.FLOAT16, stored(tiny, "vae_decoder", ElementType.FLOAT16));
  }
}
