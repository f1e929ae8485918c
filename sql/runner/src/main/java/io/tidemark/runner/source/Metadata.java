package io.tidemark.runner.source;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.DataType;

/** The metadata columns that a table may declare with {@code METADATA VIRTUAL}. */
enum Metadata {
  /** The record as text; bytes that are not UTF-8 become replacement characters. */
  PAYLOAD("payload", DataTypes.STRING().notNull()),
  /** Why the record could not be read as the table says, NULL if it could. */
  PARSE_ERROR("parse_error", DataTypes.STRING()),
  STREAM("stream", DataTypes.STRING().notNull()),
  SHARD_ID("shard_id", DataTypes.STRING().notNull()),
  SEQUENCE_NUMBER("sequence_number", DataTypes.STRING().notNull()),
  /** The place in an aggregated (KPL) record, 0 in a plain one; set by {@link RecordDecoder#setSubSequenceNumber}. */
  SUB_SEQUENCE_NUMBER("sub_sequence_number", DataTypes.BIGINT().notNull()),
  /** When Kinesis took the record, to about a second. */
  ARRIVED_AT("arrived_at", DataTypes.TIMESTAMP_LTZ(3).notNull()),
  /** The record's bytes where they are not UTF-8, so that the payload cannot have them all; NULL where they are. */
  UNDECODABLE("undecodable", DataTypes.BYTES());

  private final String key;
  private final DataType type;

  Metadata(String key, DataType type) {
    this.key = key;
    this.type = type;
  }

  static Map<String, DataType> types() {
    Map<String, DataType> types = new LinkedHashMap<>();
    for (Metadata metadata : values()) {
      types.put(metadata.key, metadata.type);
    }
    return types;
  }

  static Metadata of(String key) {
    for (Metadata metadata : values()) {
      if (metadata.key.equals(key)) {
        return metadata;
      }
    }
    throw new IllegalArgumentException("No metadata column '" + key + "'; there are " + types().keySet());
  }

  Object of(byte[] data, String error, String sequenceNumber, long arrivedAt, String stream, String shardId) {
    switch (this) {
      case PAYLOAD:
        return StringData.fromString(new String(data, StandardCharsets.UTF_8));
      case PARSE_ERROR:
        return StringData.fromString(error);
      case STREAM:
        return StringData.fromString(stream);
      case SHARD_ID:
        return StringData.fromString(shardId);
      case SEQUENCE_NUMBER:
        return StringData.fromString(sequenceNumber);
      case SUB_SEQUENCE_NUMBER:
        return 0L;
      case ARRIVED_AT:
        return TimestampData.fromEpochMillis(arrivedAt);
      default:
        return RecordDecoder.NOT_UTF8.equals(error) ? data : null;
    }
  }
}
