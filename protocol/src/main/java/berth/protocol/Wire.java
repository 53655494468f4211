package berth.protocol;

import berth.protocol.command.Command;
import berth.protocol.command.Recipe;
import berth.protocol.event.Event;
import berth.protocol.reply.Reply;
import berth.protocol.reply.Result;
import berth.protocol.stream.Input;
import berth.protocol.stream.Output;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The one translation between records and JSON (RFC 8259, UTF-8). A member of a sealed family is an
 * object whose {@code kind} is its record's name in lower case with hyphens: {@code
 * create-container}. Unknown fields are ignored; an unknown kind is refused as {@code UNSUPPORTED},
 * everything else that does not fit as {@code INVALID}.
 */
public final class Wire {
  /** The most bytes that one MQTT message may carry. */
  public static final int MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

  /** The sealed families whose members carry a kind. */
  public static final List<Class<?>> FAMILIES =
      List.of(
          Command.class,
          Recipe.class,
          Reply.class,
          Result.class,
          Event.class,
          Output.class,
          Input.class);

  private static final ObjectMapper MAPPER = mapper();

  private Wire() {}

  /** The JSON of a record. */
  public static byte[] write(Object message) {
    try {
      return MAPPER.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("can't write " + message.getClass().getSimpleName(), e);
    }
  }

  /**
   * Reads a record; throws {@code INVALID} or {@code UNSUPPORTED} with the place and the reason.
   */
  public static <T> T read(byte[] json, Class<T> type) {
    try {
      var value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new BerthException(ProblemCode.INVALID, "null is no " + kind(type));
      }
      return value;
    } catch (InvalidTypeIdException e) {
      throw unknownKind(e);
    } catch (JsonMappingException e) {
      throw new BerthException(problem(e), e);
    } catch (IOException e) {
      throw new BerthException(new Problem(ProblemCode.INVALID, "not JSON: " + firstLine(e)), e);
    }
  }

  /** The kind that a member of a family carries on the wire. */
  public static String kind(Class<?> type) {
    return type.getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  /** The records of a sealed family, through all its sub-families. */
  public static List<Class<?>> members(Class<?> family) {
    if (!family.isSealed()) {
      return List.of(family);
    }
    var members = new ArrayList<Class<?>>();
    for (var permitted : family.getPermittedSubclasses()) {
      members.addAll(members(permitted));
    }
    return members;
  }

  /** The mapper itself, for reading and writing documents other than messages the same way. */
  public static ObjectMapper json() {
    return MAPPER;
  }

  private static BerthException unknownKind(InvalidTypeIdException e) {
    if (e.getTypeId() == null) {
      return new BerthException(new Problem(ProblemCode.INVALID, place(e) + "no kind given"), e);
    }
    return new BerthException(
        new Problem(
            ProblemCode.UNSUPPORTED, place(e) + "unknown kind " + Names.quoted(e.getTypeId())),
        e);
  }

  private static Problem problem(JsonMappingException e) {
    var cause = e.getCause();
    var reason =
        switch (cause) {
          case NullPointerException missing -> "missing " + missing.getMessage();
          case IllegalArgumentException refused -> refused.getMessage();
          case null, default -> firstLine(e);
        };
    return new Problem(ProblemCode.INVALID, place(e) + reason);
  }

  private static String place(JsonMappingException e) {
    var path = new StringBuilder();
    for (var reference : e.getPath()) {
      if (reference.getFieldName() != null) {
        path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
      } else {
        path.append('[').append(reference.getIndex()).append(']');
      }
    }
    return path.isEmpty() ? "" : path + ": ";
  }

  private static String firstLine(IOException e) {
    var message =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
  }

  /** Gives every family the property {@code kind}. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  private interface Kinded {}

  private static ObjectMapper mapper() {
    var builder =
        JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(
                    JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT));
    for (var family : FAMILIES) {
      builder.addMixIn(family, Kinded.class);
      for (var member : members(family)) {
        builder.registerSubtypes(new NamedType(member, kind(member)));
      }
    }
    return builder.build();
  }
}
