package berth.controller.cli;

import berth.protocol.BerthException;
import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;

/** YAML, of which JSON is a part. A class of its own, so that only who needs it waits for it. */
final class Yaml {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  private Yaml() {}

  /** The text of a document. */
  static String write(Object document) throws JsonProcessingException {
    return MAPPER.writeValueAsString(Wire.json().<JsonNode>valueToTree(document));
  }

  /** Reads a document; {@code name} is what it is called in a refusal. */
  static JsonNode read(String name, String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      var where = e.getLocation();
      var place = where == null ? "" : ", line " + where.getLineNr();
      throw new BerthException(
          new Problem(
              ProblemCode.INVALID,
              name
                  + " is no YAML"
                  + place
                  + ": "
                  + e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    }
  }
}
