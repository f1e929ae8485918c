package io.tidemark.runner.source;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.GetRecordsResult;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.HashKeyRange;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.Record;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.SequenceNumberRange;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.Shard;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardHandle;
import org.apache.flink.streaming.connectors.kinesis.proxy.GetShardListResult;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxyInterface;

/** One stream in memory that reshards as Kinesis does, and whose shards can be made to answer late. */
final class FakeKinesis implements KinesisProxyInterface {
  private static final Map<String, FakeKinesis> STREAMS = new ConcurrentHashMap<>();
  private static final BigInteger KEYS = BigInteger.ONE.shiftLeft(128);

  private final String stream;
  private final Map<String, Shard> shards = new TreeMap<>();
  private final Map<String, List<Record>> records = new ConcurrentHashMap<>();
  private final Map<String, Integer> trimmed = new ConcurrentHashMap<>();
  private final Set<String> closed = ConcurrentHashMap.newKeySet();
  private final Set<String> blocked = ConcurrentHashMap.newKeySet();
  private volatile int batch = Integer.MAX_VALUE;

  private FakeKinesis(String stream) {
    this.stream = stream;
  }

  static FakeKinesis create(String stream, int count) {
    FakeKinesis kinesis = new FakeKinesis(stream);
    for (int i = 0; i < count; i++) {
      BigInteger from = KEYS.multiply(BigInteger.valueOf(i)).divide(BigInteger.valueOf(count));
      BigInteger next = KEYS.multiply(BigInteger.valueOf(i + 1)).divide(BigInteger.valueOf(count));
      kinesis.add(null, null, from, next.subtract(BigInteger.ONE));
    }
    STREAMS.put(stream, kinesis);
    return kinesis;
  }

  static FakeKinesis of(String stream) {
    return STREAMS.get(stream);
  }

  private synchronized String add(String parent, String adjacent, BigInteger from, BigInteger to) {
    String id = String.format("shardId-%012d", shards.size());
    records.put(id, new ArrayList<>());
    shards.put(
        id,
        new Shard()
            .withShardId(id)
            .withParentShardId(parent)
            .withAdjacentParentShardId(adjacent)
            .withHashKeyRange(new HashKeyRange().withStartingHashKey(from.toString()).withEndingHashKey(to.toString()))
            .withSequenceNumberRange(new SequenceNumberRange().withStartingSequenceNumber("1")));
    return id;
  }

  static String id(int shard) {
    return String.format("shardId-%012d", shard);
  }

  void put(int shard, String json) {
    put(shard, json, new Date());
  }

  synchronized void put(int shard, String json, Date arrived) {
    if (closed.contains(id(shard))) {
      throw new IllegalStateException(id(shard) + " is closed");
    }
    List<Record> list = records.get(id(shard));
    list.add(
        new Record()
            .withSequenceNumber(String.valueOf(list.size() + 1))
            .withPartitionKey("key")
            .withApproximateArrivalTimestamp(arrived)
            .withData(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8))));
  }

  synchronized void split(int shard) {
    HashKeyRange range = shards.get(id(shard)).getHashKeyRange();
    BigInteger from = new BigInteger(range.getStartingHashKey());
    BigInteger to = new BigInteger(range.getEndingHashKey());
    BigInteger middle = from.add(to).shiftRight(1);
    closed.add(id(shard));
    add(id(shard), null, from, middle);
    add(id(shard), null, middle.add(BigInteger.ONE), to);
  }

  synchronized void merge(int shard, int adjacent) {
    closed.add(id(shard));
    closed.add(id(adjacent));
    add(
        id(shard),
        id(adjacent),
        new BigInteger(shards.get(id(shard)).getHashKeyRange().getStartingHashKey()),
        new BigInteger(shards.get(id(adjacent)).getHashKeyRange().getEndingHashKey()));
  }

  /** Forgets the first records of a shard, as Kinesis does after the retention. */
  void trim(int shard, int count) {
    trimmed.put(id(shard), count);
  }

  /** Until {@link #unblock} the shard answers nothing. */
  void block(int shard) {
    blocked.add(id(shard));
  }

  void unblock(int shard) {
    blocked.remove(id(shard));
  }

  void batchesOf(int size) {
    batch = size;
  }

  @Override
  public synchronized String getShardIterator(StreamShardHandle handle, String type, Object marker) {
    int position;
    switch (type) {
      case "TRIM_HORIZON":
        position = 0;
        break;
      case "AFTER_SEQUENCE_NUMBER":
        position = Integer.parseInt(marker.toString());
        break;
      case "AT_SEQUENCE_NUMBER":
        position = Integer.parseInt(marker.toString()) - 1;
        break;
      case "AT_TIMESTAMP":
        position = 0;
        for (Record record : records.get(handle.getShard().getShardId())) {
          position += record.getApproximateArrivalTimestamp().before((Date) marker) ? 1 : 0;
        }
        break;
      default:
        throw new UnsupportedOperationException(type);
    }
    String id = handle.getShard().getShardId();
    return id + ":" + Math.max(position, trimmed.getOrDefault(id, 0));
  }

  @Override
  public GetRecordsResult getRecords(String iterator, int max) throws InterruptedException {
    String id = iterator.substring(0, iterator.indexOf(':'));
    int position = Integer.parseInt(iterator.substring(iterator.indexOf(':') + 1));
    while (blocked.contains(id)) {
      Thread.sleep(5);
    }
    synchronized (this) {
      List<Record> all = records.get(id);
      int end = Math.min(all.size(), position + Math.min(max, batch));
      List<Record> answer = new ArrayList<>();
      for (Record record : all.subList(position, end)) {
        answer.add(record.clone().withData(record.getData().duplicate()));
      }
      boolean over = closed.contains(id) && end == all.size();
      return new GetRecordsResult()
          .withRecords(answer)
          .withNextShardIterator(over ? null : id + ":" + end)
          .withMillisBehindLatest(end == all.size() ? 0L : 1000L);
    }
  }

  @Override
  public synchronized GetShardListResult getShardList(Map<String, String> lastSeen) {
    GetShardListResult result = new GetShardListResult();
    String after = lastSeen.get(stream);
    for (Shard shard : shards.values()) {
      if (after == null || shard.getShardId().compareTo(after) > 0) {
        result.addRetrievedShardToStream(stream, new StreamShardHandle(stream, shard));
      }
    }
    return result;
  }
}
