package io.dopt.compiler.deploy.triton;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.WireFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * A protobuf message under construction whose fields are named as in the schema. A name, type or
 * enumeration value that the schema lacks is an {@link IllegalArgumentException}: a defect of ours.
 */
final class ConfigMessage {
  private final DynamicMessage.Builder builder;

  private ConfigMessage(Descriptor type) {
    this.builder = DynamicMessage.newBuilder(type);
  }

  /** Builds a message of the given type. */
  static Message of(Descriptor type, Consumer<ConfigMessage> content) {
    ConfigMessage message = new ConfigMessage(type);
    content.accept(message);
    return message.builder.build();
  }

  /** The message in protobuf's text format. */
  static String text(Message message) {
    return TextFormat.printer().printToString(message);
  }

  /** Sets a number, truth value, text, or enumeration value by name. */
  ConfigMessage set(String field, Object value) {
    FieldDescriptor descriptor = field(field);
    builder.setField(descriptor, scalar(descriptor, value));
    return this;
  }

  /** Sets a repeated field of scalars. */
  ConfigMessage all(String field, List<?> values) {
    FieldDescriptor descriptor = field(field);
    values.forEach(value -> builder.addRepeatedField(descriptor, scalar(descriptor, value)));
    return this;
  }

  /** Sets a message, or adds one to a repeated field. */
  ConfigMessage message(String field, Consumer<ConfigMessage> content) {
    FieldDescriptor descriptor = field(field);
    Message message = of(descriptor.getMessageType(), content);
    if (descriptor.isRepeated()) {
      builder.addRepeatedField(descriptor, message);
    } else {
      builder.setField(descriptor, message);
    }
    return this;
  }

  /** Adds texts to a map. */
  ConfigMessage texts(String field, SortedMap<String, String> entries) {
    entries.forEach((key, value) -> entry(field(field), key, value));
    return this;
  }

  /** Adds a message to a map. */
  ConfigMessage entry(String field, String key, Consumer<ConfigMessage> content) {
    FieldDescriptor descriptor = field(field);
    entry(descriptor, key, of(valueOf(descriptor).getMessageType(), content));
    return this;
  }

  /** Entries are of protobuf's own class for them: its printer sorts no others. */
  private void entry(FieldDescriptor field, String key, Object value) {
    FieldDescriptor valueField = valueOf(field);
    Object initial = value instanceof Message message ? message.getDefaultInstanceForType() : "";
    builder.addRepeatedField(
        field,
        MapEntry.newDefaultInstance(
                field.getMessageType(),
                WireFormat.FieldType.STRING,
                "",
                valueField.getLiteType(),
                initial)
            .toBuilder()
            .setKey(key)
            .setValue(value)
            .build());
  }

  private static FieldDescriptor valueOf(FieldDescriptor map) {
    return map.getMessageType().findFieldByName("value");
  }

  private FieldDescriptor field(String name) {
    FieldDescriptor field = builder.getDescriptorForType().findFieldByName(name);
    if (field == null) {
      throw new IllegalArgumentException(
          builder.getDescriptorForType().getFullName() + " has no field " + name);
    }
    return field;
  }

  private static Object scalar(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case INT -> Math.toIntExact(((Number) value).longValue());
      case LONG -> ((Number) value).longValue();
      case FLOAT -> ((Number) value).floatValue();
      case DOUBLE -> ((Number) value).doubleValue();
      case ENUM -> {
        Object constant = field.getEnumType().findValueByName(value.toString());
        if (constant == null) {
          throw new IllegalArgumentException(field.getFullName() + " cannot be " + value);
        }
        yield constant;
      }
      case BOOLEAN, STRING, BYTE_STRING, MESSAGE -> value;
    };
  }
}
