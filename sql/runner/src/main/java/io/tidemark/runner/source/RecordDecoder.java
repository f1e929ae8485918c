package io.tidemark.runner.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.RowType;

/**
 * Makes a row of every record, readable or not: physical columns from the fields of the same names, then the metadata columns asked for.
 * What cannot be read is NULL and {@code parse_error} says why; columns beside it keep their values. Missing fields and JSON nulls are
 * NULL without an error: whether one is required is the SQL's business.
 */
final class RecordDecoder implements KinesisDeserializationSchema<RowData> {
  private static final long serialVersionUID = 1L;
  /** The {@code parse_error} of bytes that are no text. */
  static final String NOT_UTF8 = "the record is not valid UTF-8";

  private static final int MAX_VALUE = 100;
  private static final int MAX_ERROR = 500;

  private final String[] names;
  private final String[] types;
  private final FieldReader[] readers;
  private final boolean[] nested;
  private final Map<String, Integer> positions = new HashMap<>();
  private final Metadata[] metadata;
  private final int clockField;
  private final TypeInformation<RowData> produced;
  private transient JsonParserSource json;
  private transient boolean clock;

  RecordDecoder(RowType physical, List<Metadata> metadata, TypeInformation<RowData> produced) {
    int arity = physical.getFieldCount();
    this.names = physical.getFieldNames().toArray(new String[0]);
    this.types = new String[arity];
    this.readers = new FieldReader[arity];
    this.nested = new boolean[arity];
    for (int i = 0; i < arity; i++) {
      types[i] = physical.getTypeAt(i).asSummaryString();
      readers[i] = FieldReader.of(physical.getTypeAt(i));
      nested[i] = !physical.getTypeAt(i).getChildren().isEmpty();
      positions.put(names[i], i);
    }
    int source = positions.getOrDefault("source", -1);
    this.clockField = source >= 0 && physical.getTypeAt(source).is(LogicalTypeFamily.CHARACTER_STRING) ? source : -1;
    this.metadata = metadata.toArray(new Metadata[0]);
    this.produced = produced;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    json = new JsonParserSource();
  }

  @Override
  public RowData deserialize(
      byte[] data, String partitionKey, String sequenceNumber, long arrivedAt, String stream, String shardId) {
    GenericRowData row = new GenericRowData(readers.length + metadata.length);
    String error = read(data, row);
    clock = error == null && clockField >= 0 && StringData.fromString("clock").equals(row.getField(clockField));
    for (int i = 0; i < metadata.length; i++) {
      row.setField(readers.length + i, metadata[i].of(data, error, sequenceNumber, arrivedAt, stream, shardId));
    }
    return row;
  }

  /** Whether the last record was a clock: readable, and its {@code source} is {@code clock}. */
  boolean lastWasClock() {
    return clock;
  }

  /** The connector tells a record's number inside an aggregated one only after it was decoded. */
  void setSubSequenceNumber(RowData row, long number) {
    for (int i = 0; i < metadata.length; i++) {
      if (metadata[i] == Metadata.SUB_SEQUENCE_NUMBER) {
        ((GenericRowData) row).setField(readers.length + i, number);
      }
    }
  }

  /** Fills the physical columns; returns what is wrong, or null. */
  private String read(byte[] data, GenericRowData row) {
    FieldReader.Value[] values = new FieldReader.Value[readers.length];
    String broken = parse(data, values);
    if (broken != null) {
      return cut(broken, MAX_ERROR);
    }
    StringBuilder errors = new StringBuilder();
    for (int i = 0; i < readers.length; i++) {
      if (values[i] == null) {
        continue;
      }
      try {
        row.setField(i, readers[i].read(values[i]));
      } catch (RuntimeException e) {
        errors.append(errors.length() == 0 ? "" : "; ").append(names[i]).append(": ");
        errors.append(cut(values[i].toString(), MAX_VALUE)).append(" is not readable as ").append(types[i]);
        errors.append(" (").append(cut(String.valueOf(e.getMessage()), MAX_VALUE)).append(')');
      }
    }
    return errors.length() == 0 ? null : cut(errors.toString(), MAX_ERROR);
  }

  private String parse(byte[] data, FieldReader.Value[] values) {
    if (data.length == 0) {
      return "the record is empty";
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
    } catch (CharacterCodingException e) {
      return NOT_UTF8;
    }
    try (JsonParser parser = json.parse(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return "the record is not a JSON object: " + cut(text, MAX_VALUE);
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        Integer position = positions.get(parser.getCurrentName());
        JsonToken token = parser.nextToken();
        if (position == null || token == JsonToken.VALUE_NULL) {
          parser.skipChildren();
        } else {
          values[position] = new FieldReader.Value(parser, nested[position]);
        }
      }
      return parser.nextToken() == null ? null : "the record goes on after its JSON object";
    } catch (JsonProcessingException e) {
      return "the record is not valid JSON: " + e.getOriginalMessage();
    } catch (IOException e) {
      return "the record is not valid JSON: " + e.getMessage();
    }
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return produced;
  }

  /** Makes parsers; not serializable, so made again in each copy. */
  private static final class JsonParserSource {
    private final ObjectMapper mapper = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    JsonParser parse(String text) throws IOException {
      return mapper.createParser(text);
    }
  }
}
