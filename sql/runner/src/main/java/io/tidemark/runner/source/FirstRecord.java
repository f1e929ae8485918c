package io.tidemark.runner.source;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.GetRecordsResult;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.Record;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants.InitialPosition;
import org.apache.flink.streaming.connectors.kinesis.model.StartingPosition;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardHandle;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxyInterface;
import org.apache.flink.streaming.connectors.kinesis.util.AWSUtil;

/** The first of the records that will be read. */
final class FirstRecord {
  private static final long PAUSE_MILLIS = 200; // a shard answers five times a second

  private FirstRecord() {}

  /**
   * When the first record arrived that a start without state reads, in milliseconds since 1970; empty where there is none, or
   * where only what comes from now on is read.
   */
  static OptionalLong arrival(String stream, Properties properties, KinesisProxyInterface kinesis) throws InterruptedException {
    InitialPosition initial =
        InitialPosition.valueOf(
            properties.getProperty(
                ConsumerConfigConstants.STREAM_INITIAL_POSITION, ConsumerConfigConstants.DEFAULT_STREAM_INITIAL_POSITION));
    if (initial == InitialPosition.LATEST) {
      return OptionalLong.empty();
    }
    StartingPosition position = AWSUtil.getStartingPosition(initial.toSentinelSequenceNumber().get(), properties);
    OptionalLong first = OptionalLong.empty();
    for (StreamShardHandle shard : shards(stream, kinesis)) {
      Optional<Record> record = in(shard, position, kinesis);
      long here = record.isPresent() ? record.get().getApproximateArrivalTimestamp().getTime() : Long.MAX_VALUE;
      if (record.isPresent() && (first.isEmpty() || here < first.getAsLong())) {
        first = OptionalLong.of(here);
      }
    }
    return first;
  }

  /** All shards of the stream, closed ones included. */
  static List<StreamShardHandle> shards(String stream, KinesisProxyInterface kinesis) throws InterruptedException {
    Map<String, String> all = new HashMap<>();
    all.put(stream, null); // no shard is known yet
    List<StreamShardHandle> shards = kinesis.getShardList(all).getRetrievedShardListOfStream(stream);
    return shards == null ? List.of() : shards;
  }

  /** The first record of a shard from a position on; empty where there is none up to its tip. */
  static Optional<Record> in(StreamShardHandle shard, StartingPosition position, KinesisProxyInterface kinesis)
      throws InterruptedException {
    String iterator =
        kinesis.getShardIterator(shard, position.getShardIteratorType().toString(), position.getStartingMarker());
    while (iterator != null) { // null at the end of a closed shard
      GetRecordsResult answer = kinesis.getRecords(iterator, 1);
      if (!answer.getRecords().isEmpty()) {
        return Optional.of(answer.getRecords().get(0));
      }
      if (answer.getMillisBehindLatest() != null && answer.getMillisBehindLatest() == 0) {
        return Optional.empty();
      }
      iterator = answer.getNextShardIterator(); // an empty answer may stand before records
      Thread.sleep(PAUSE_MILLIS);
    }
    return Optional.empty();
  }
}
