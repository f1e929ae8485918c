package io.tidemark.runner.source;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.GetRecordsResult;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants.InitialPosition;
import org.apache.flink.streaming.connectors.kinesis.model.StartingPosition;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardHandle;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxyInterface;
import org.apache.flink.streaming.connectors.kinesis.util.AWSUtil;

/** When the first of the records arrived that a start without state reads. */
final class FirstArrival {
  private static final long PAUSE_MILLIS = 200; // a shard answers five times a second

  private FirstArrival() {}

  /** Milliseconds since 1970; empty where there is none, or where only what comes from now on is read. */
  static OptionalLong find(String stream, Properties properties, KinesisProxyInterface kinesis) throws InterruptedException {
    InitialPosition initial =
        InitialPosition.valueOf(
            properties.getProperty(
                ConsumerConfigConstants.STREAM_INITIAL_POSITION, ConsumerConfigConstants.DEFAULT_STREAM_INITIAL_POSITION));
    if (initial == InitialPosition.LATEST) {
      return OptionalLong.empty();
    }
    StartingPosition position = AWSUtil.getStartingPosition(initial.toSentinelSequenceNumber().get(), properties);
    Map<String, String> all = new HashMap<>();
    all.put(stream, null); // no shard is known yet
    List<StreamShardHandle> shards = kinesis.getShardList(all).getRetrievedShardListOfStream(stream);
    OptionalLong first = OptionalLong.empty();
    for (StreamShardHandle shard : shards == null ? List.<StreamShardHandle>of() : shards) {
      OptionalLong here = inShard(kinesis, shard, position);
      if (here.isPresent() && (first.isEmpty() || here.getAsLong() < first.getAsLong())) {
        first = here;
      }
    }
    return first;
  }

  private static OptionalLong inShard(KinesisProxyInterface kinesis, StreamShardHandle shard, StartingPosition position)
      throws InterruptedException {
    String iterator =
        kinesis.getShardIterator(shard, position.getShardIteratorType().toString(), position.getStartingMarker());
    while (iterator != null) { // null at the end of a closed shard
      GetRecordsResult answer = kinesis.getRecords(iterator, 1);
      if (!answer.getRecords().isEmpty()) {
        return OptionalLong.of(answer.getRecords().get(0).getApproximateArrivalTimestamp().getTime());
      }
      if (answer.getMillisBehindLatest() != null && answer.getMillisBehindLatest() == 0) {
        return OptionalLong.empty();
      }
      iterator = answer.getNextShardIterator(); // an empty answer may stand before records
      Thread.sleep(PAUSE_MILLIS);
    }
    return OptionalLong.empty();
  }
}
