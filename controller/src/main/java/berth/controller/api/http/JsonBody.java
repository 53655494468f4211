package berth.controller.api.http;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads what a person or a script wrote, more strictly than the wire between our own programs: a
 * field that is unknown or given twice and a value of another type are refused, so that no typo
 * passes in silence. Complaints name the field in the words of the request.
 */
public final class JsonBody {
  private static final ObjectMapper STRICT = strict();

  private JsonBody() {}

  /** Reads an object, or throws {@code INVALID} (an unknown kind: {@code UNSUPPORTED}). */
  public static <T> T read(byte[] json, Class<T> type) {
    try {
      var value = STRICT.readValue(json, type);
      if (value == null) {
        throw new BerthException(ProblemCode.INVALID, "null where an object must be");
      }
      return value;
    } catch (InvalidTypeIdException e) {
      throw refused(ProblemCode.UNSUPPORTED, e, place(e) + kind(e.getTypeId()));
    } catch (JsonMappingException e) {
      throw refused(ProblemCode.INVALID, e, place(e) + complaint(e));
    } catch (JsonParseException e) {
      throw refused(ProblemCode.INVALID, e, syntax(e));
    } catch (IOException e) {
      throw refused(ProblemCode.INVALID, e, "not JSON");
    }
  }

  private static BerthException refused(ProblemCode code, IOException cause, String complaint) {
    return new BerthException(new Problem(code, complaint), cause);
  }

  private static String syntax(JsonParseException e) {
    var message = e.getOriginalMessage();
    var where = e.getLocation();
    return (message.startsWith("Duplicate field") ? "a field is given twice" : "not JSON")
        + ": line %d, column %d".formatted(where.getLineNr(), where.getColumnNr());
  }

  private static String kind(String given) {
    return given == null ? "no kind given" : "unknown kind \"" + given + "\"";
  }

  private static String complaint(JsonMappingException e) {
    return switch (e.getCause()) {
      case NullPointerException missing when missing.getMessage() != null ->
          "missing " + missing.getMessage();
      case NullPointerException _ -> "null where a value must be";
      case IllegalArgumentException refused -> refused.getMessage();
      case InputCoercionException _ -> "must be a number that fits";
      case null, default -> misfit(e);
    };
  }

  private static String misfit(JsonMappingException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown -> unknownField(unknown);
      case MismatchedInputException trailing when isTrailing(trailing) ->
          "more after the end of the object";
      case MismatchedInputException wrong when wrong.getTargetType() != null ->
          "must be " + noun(wrong.getTargetType());
      default -> "not readable";
    };
  }

  private static boolean isTrailing(MismatchedInputException e) {
    return e.getOriginalMessage().startsWith("Trailing token");
  }

  private static String unknownField(UnrecognizedPropertyException e) {
    var known =
        e.getKnownPropertyIds().stream()
            .map(String::valueOf)
            .sorted()
            .collect(Collectors.joining(", "));
    return "unknown field" + (known.isEmpty() ? ", none is known" : ", known are " + known);
  }

  private static String noun(Class<?> type) {
    if (type.isEnum()) {
      var names = Arrays.stream(type.getEnumConstants()).map(String::valueOf);
      return "one of " + names.collect(Collectors.joining(", "));
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "a list";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
      return "a number that fits";
    }
    if (type == Duration.class) {
      return "a duration such as PT30S (ISO 8601)";
    }
    return Map.class.isAssignableFrom(type) || (type.isRecord() && !isValue(type))
        ? "an object"
        : "text";
  }

  /** Our self-validating values are records too, and text in JSON. */
  private static boolean isValue(Class<?> type) {
    return Arrays.stream(type.getMethods()).anyMatch(method -> method.getName().equals("of"));
  }

  private static String place(JsonMappingException e) {
    var path = new StringBuilder();
    for (var reference : e.getPath()) {
      if (reference.getFieldName() == null) {
        path.append('[').append(reference.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
      }
    }
    return path.isEmpty() ? "" : path + ": ";
  }

  private static ObjectMapper strict() {
    return ((JsonMapper) Wire.json())
        .rebuild()
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .withCoercionConfig(
            LogicalType.Textual,
            texts ->
                texts
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .addModule(new SimpleModule().addDeserializer(Duration.class, new DurationReader()))
        .build();
  }

  /** Reads text alone: whether a bare number means seconds or milliseconds is a guess. */
  private static final class DurationReader extends StdScalarDeserializer<Duration> {
    private static final long serialVersionUID = 1L;

    DurationReader() {
      super(Duration.class);
    }

    @Override
    public Duration deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        try {
          return Duration.parse(parser.getText());
        } catch (DateTimeParseException _) {
          // told below
        }
      }
      throw MismatchedInputException.from(parser, Duration.class, "no duration");
    }
  }
}
