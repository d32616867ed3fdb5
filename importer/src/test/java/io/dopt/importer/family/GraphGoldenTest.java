package io.dopt.importer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.TensorInventory;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The graphs of small configs as text, so that a change of a builder shows as a change of graphs.
 * After a change that is meant: {@code ./mvnw -q -pl importer -am test -Dtest=GraphGoldenTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Ddopt.golden.update=true}, then read the difference.
 */
class GraphGoldenTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("dopt.root"))
          .resolve("importer/src/test/resources/io/dopt/importer/family");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "unet | UNet2DConditionModel | {'block_out_channels': [8, 16], 'layers_per_block': 1,"
            + " 'norm_num_groups': 4, 'cross_attention_dim': 6, 'attention_head_dim': 2,"
            + " 'down_block_types': ['CrossAttnDownBlock2D', 'DownBlock2D'],"
            + " 'mid_block_type': 'UNetMidBlock2D',"
            + " 'up_block_types': ['UpBlock2D', 'CrossAttnUpBlock2D']}",
        "vae | AutoencoderKL | {'block_out_channels': [4, 8], 'norm_num_groups': 4,"
            + " 'down_block_types': ['DownEncoderBlock2D', 'DownEncoderBlock2D'],"
            + " 'up_block_types': ['UpDecoderBlock2D', 'UpDecoderBlock2D']}",
        "taesd | AutoencoderTiny | {'num_encoder_blocks': [1, 1], 'num_decoder_blocks': [1, 1],"
            + " 'encoder_block_out_channels': [4, 4], 'decoder_block_out_channels': [4, 4]}",
        "text_encoder | CLIPTextModelWithProjection | {'vocab_size': 20, 'hidden_size': 8,"
            + " 'intermediate_size': 16, 'num_hidden_layers': 1, 'num_attention_heads': 2,"
            + " 'max_position_embeddings': 5, 'projection_dim': 6, 'eos_token_id': 19}",
        "clip | CLIPModel | {'projection_dim': 6, 'text_config': {'vocab_size': 20,"
            + " 'hidden_size': 8, 'intermediate_size': 16, 'num_hidden_layers': 1,"
            + " 'num_attention_heads': 2, 'max_position_embeddings': 5, 'eos_token_id': 19},"
            + " 'vision_config': {'hidden_size': 8, 'intermediate_size': 16,"
            + " 'num_hidden_layers': 1, 'num_attention_heads': 2, 'image_size': 8,"
            + " 'patch_size': 4}}"
      })
  void graphsAreAsRecorded(String name, String className, String config) throws IOException {
    FamilyBuilder.Request request =
        new FamilyBuilder.Request(
            name, new Config(name, Configs.parse(config)), new TensorInventory(), Optional.empty());
    List<Graph> graphs = FamilyBuilders.standard().build(className, request);
    String text = graphs.stream().map(new GraphPrinter()::print).collect(Collectors.joining("\n"));
    Path golden = FOLDER.resolve(name + ".golden");
    if (Boolean.getBoolean("dopt.golden.update")) {
      Files.createDirectories(FOLDER);
      Files.writeString(golden, text);
    }
    assertEquals(Files.readString(golden), text);
  }
}
