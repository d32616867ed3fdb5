package io.dopt.compiler.deploy.triton;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Triton's schema of model configurations ({@code model_config.proto} of
 * triton-inference-server/common; its version and licence lie beside the resource).
 */
final class ConfigSchema {
  private final FileDescriptor file;

  private ConfigSchema(FileDescriptor file) {
    this.file = file;
  }

  static ConfigSchema read() {
    try (InputStream in = ConfigSchema.class.getResourceAsStream("model_config.desc")) {
      FileDescriptorSet set = FileDescriptorSet.parseFrom(in);
      return new ConfigSchema(FileDescriptor.buildFrom(set.getFile(0), new FileDescriptor[0]));
    } catch (IOException e) {
      throw new UncheckedIOException("model_config.desc", e);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException("model_config.desc", e);
    }
  }

  /** The message that a {@code config.pbtxt} is the text form of. */
  Descriptor modelConfig() {
    return file.findMessageTypeByName("ModelConfig");
  }
}
