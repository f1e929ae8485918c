package io.tidemark.runner.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.GetRecordsResult;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.Record;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.Shard;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardHandle;
import org.apache.flink.streaming.connectors.kinesis.proxy.GetShardListResult;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxyInterface;
import org.junit.jupiter.api.Test;

class FirstRecordTest {
  private static final int END = -1;
  private static final int TIP = 0;

  /** Each shard answers a script: a positive number is a record that arrived then, {@link #TIP} or {@link #END} none. */
  private static final class Scripted implements KinesisProxyInterface {
    final Map<String, List<Integer>> shards = new HashMap<>();
    String type;
    Object marker;

    @Override
    public String getShardIterator(StreamShardHandle shard, String type, Object marker) {
      this.type = type;
      this.marker = marker;
      return shard.getShard().getShardId() + ":0";
    }

    @Override
    public GetRecordsResult getRecords(String iterator, int max) {
      assertEquals(1, max);
      String id = iterator.split(":")[0];
      int at = Integer.parseInt(iterator.split(":")[1]);
      Integer answer = shards.get(id).get(at);
      GetRecordsResult result = new GetRecordsResult().withMillisBehindLatest(answer == null || answer != TIP ? 5000L : 0L);
      if (answer != null && answer == END) {
        return result;
      }
      if (answer != null && answer > 0) {
        result.withRecords(new Record().withApproximateArrivalTimestamp(new Date(answer)));
      }
      return result.withNextShardIterator(id + ":" + (at + 1));
    }

    @Override
    public GetShardListResult getShardList(Map<String, String> lastSeen) {
      GetShardListResult result = new GetShardListResult();
      for (String id : shards.keySet()) {
        for (String stream : lastSeen.keySet()) {
          result.addRetrievedShardToStream(stream, new StreamShardHandle(stream, new Shard().withShardId(id)));
        }
      }
      return result;
    }
  }

  private final Scripted kinesis = new Scripted();

  private OptionalLong find(String... position) throws InterruptedException {
    Properties properties = new Properties();
    properties.setProperty("flink.stream.initpos", position[0]);
    if (position.length > 1) {
      properties.setProperty("flink.stream.initpos.timestamp", position[1]);
    }
    return FirstRecord.arrival("trades", properties, kinesis);
  }

  @Test
  void isTheEarliestOfAllShardsPastEmptyAnswers() throws InterruptedException {
    kinesis.shards.put("a", List.of(2000));
    kinesis.shards.put("b", Arrays.asList(null, null, 1500));
    kinesis.shards.put("c", List.of(TIP));
    kinesis.shards.put("d", List.of(END));
    assertEquals(OptionalLong.of(1500), find("TRIM_HORIZON"));
    assertEquals("TRIM_HORIZON", kinesis.type);
  }

  @Test
  void isNothingInAnEmptyStreamAndWithoutShards() throws InterruptedException {
    assertEquals(OptionalLong.empty(), find("TRIM_HORIZON"));
    kinesis.shards.put("a", List.of(TIP));
    assertEquals(OptionalLong.empty(), find("TRIM_HORIZON"));
  }

  @Test
  void isNothingWhereOnlyWhatComesIsRead() throws InterruptedException {
    kinesis.shards.put("a", List.of(2000));
    assertEquals(OptionalLong.empty(), find("LATEST"));
  }

  @Test
  void startsWhereTheSourceStarts() throws InterruptedException {
    kinesis.shards.put("a", List.of(2000));
    assertEquals(OptionalLong.of(2000), find("AT_TIMESTAMP", "1.5"));
    assertEquals("AT_TIMESTAMP", kinesis.type);
    assertEquals(new Date(1500), kinesis.marker);
  }
}
