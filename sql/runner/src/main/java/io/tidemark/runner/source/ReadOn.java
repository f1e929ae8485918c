package io.tidemark.runner.source;

import io.tidemark.runner.lake.CommittedSince.Fate;
import io.tidemark.runner.lake.CommittedSince.Stream;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.Record;
import org.apache.flink.streaming.connectors.kinesis.model.SentinelSequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.SequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardHandle;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardMetadata;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxyInterface;
import org.apache.flink.streaming.connectors.kinesis.util.AWSUtil;

/** From where a restored source reads on in each shard of its stream, and what is there still. */
final class ReadOn implements Stream {
  private final String stream;
  private final Map<String, SequenceNumber> read;
  private final Map<String, BigInteger> first = new HashMap<>();
  private final Properties properties;
  private final KinesisProxyInterface kinesis;

  /**
   * Asks each shard for the first record that will be read.
   *
   * @param positions those of the state, of all subtasks
   */
  ReadOn(
      String stream,
      Iterable<Tuple2<StreamShardMetadata, SequenceNumber>> positions,
      Properties properties,
      KinesisProxyInterface kinesis)
      throws InterruptedException {
    this.stream = stream;
    this.properties = properties;
    this.kinesis = kinesis;
    this.read = new HashMap<>();
    for (Tuple2<StreamShardMetadata, SequenceNumber> position : positions) {
      if (position.f0.getStreamName().equals(stream)) {
        read.put(position.f0.getShardId(), position.f1);
      }
    }
    for (StreamShardHandle shard : FirstRecord.shards(stream, kinesis)) {
      String id = shard.getShard().getShardId();
      SequenceNumber from = read.getOrDefault(id, SentinelSequenceNumber.SENTINEL_EARLIEST_SEQUENCE_NUM.get());
      if (!is(from, SentinelSequenceNumber.SENTINEL_SHARD_ENDING_SEQUENCE_NUM)) {
        Optional<Record> record = FirstRecord.in(shard, AWSUtil.getStartingPosition(from, properties), kinesis);
        record.ifPresent(found -> first.put(id, new BigInteger(found.getSequenceNumber())));
      }
    }
  }

  @Override
  public String name() {
    return stream;
  }

  @Override
  public OptionalLong firstArrival() throws InterruptedException {
    return FirstRecord.arrival(stream, properties, kinesis);
  }

  @Override
  public Fate of(String shardId, String sequenceNumber, long subSequenceNumber) {
    BigInteger number = new BigInteger(sequenceNumber);
    BigInteger from = first.get(shardId);
    boolean there = from != null && number.compareTo(from) >= 0;
    SequenceNumber position = read.get(shardId);
    if (position != null && !isSentinel(position)) {
      return !isAfter(number, subSequenceNumber, position) ? Fate.READ_BEFORE : there ? Fate.READ_AGAIN : Fate.GONE;
    }
    // Where nothing was read of a shard, what it held earlier may be from before the state. Shards have rising ids.
    boolean younger = position == null && !read.isEmpty() && read.keySet().stream().allMatch(id -> id.compareTo(shardId) < 0);
    return there ? Fate.READ_AGAIN : younger ? Fate.GONE : Fate.READ_BEFORE;
  }

  private static boolean isAfter(BigInteger number, long subSequenceNumber, SequenceNumber position) {
    int order = number.compareTo(new BigInteger(position.getSequenceNumber()));
    return order > 0 || order == 0 && position.isAggregated() && subSequenceNumber > position.getSubSequenceNumber();
  }

  private static boolean isSentinel(SequenceNumber position) {
    for (SentinelSequenceNumber sentinel : SentinelSequenceNumber.values()) {
      if (is(position, sentinel)) {
        return true;
      }
    }
    return false;
  }

  private static boolean is(SequenceNumber position, SentinelSequenceNumber sentinel) {
    return sentinel.get().equals(position);
  }
}
