package io.tidemark.runner.source;

import static io.tidemark.runner.lake.CommittedSince.Fate.GONE;
import static io.tidemark.runner.lake.CommittedSince.Fate.READ_AGAIN;
import static io.tidemark.runner.lake.CommittedSince.Fate.READ_BEFORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.runner.lake.CommittedSince.Fate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.connectors.kinesis.model.SentinelSequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.SequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardMetadata;
import org.junit.jupiter.api.Test;

class ReadOnTest {
  private final FakeKinesis kinesis = FakeKinesis.create("read-on", 3);
  private final List<Tuple2<StreamShardMetadata, SequenceNumber>> state = new ArrayList<>();
  private String position = "TRIM_HORIZON";

  private void read(int shard, SequenceNumber upTo) {
    of("read-on", shard, upTo);
  }

  private void of(String stream, int shard, SequenceNumber upTo) {
    StreamShardMetadata metadata = new StreamShardMetadata();
    metadata.setStreamName(stream);
    metadata.setShardId(FakeKinesis.id(shard));
    state.add(Tuple2.of(metadata, upTo));
  }

  private static SequenceNumber number(int number) {
    return new SequenceNumber(String.valueOf(number));
  }

  private void put(int shard, int records) {
    for (int i = 0; i < records; i++) {
      kinesis.put(shard, "{}");
    }
  }

  private Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("aws.region", "us-east-1");
    properties.setProperty("flink.stream.initpos", position);
    properties.setProperty("flink.stream.initpos.timestamp", "2026-11-26T13:30:00.000Z"); // counts at AT_TIMESTAMP only
    return properties;
  }

  private ReadOn readOn() throws InterruptedException {
    return new ReadOn("read-on", state, properties(), kinesis);
  }

  /** What becomes of the records of a shard, from number 1 on. */
  private static List<Fate> fates(ReadOn on, int shard, int records) {
    List<Fate> fates = new ArrayList<>();
    for (int number = 1; number <= records; number++) {
      fates.add(on.of(FakeKinesis.id(shard), String.valueOf(number), 0));
    }
    return fates;
  }

  @Test
  void whatCameAfterThePositionIsReadAgain() throws Exception {
    put(0, 3);
    put(1, 2);
    read(0, number(2));
    read(1, number(2));
    read(2, SentinelSequenceNumber.SENTINEL_EARLIEST_SEQUENCE_NUM.get());
    put(2, 1);
    ReadOn on = readOn();
    assertEquals(List.of(READ_BEFORE, READ_BEFORE, READ_AGAIN), fates(on, 0, 3));
    assertEquals(List.of(READ_BEFORE, READ_BEFORE), fates(on, 1, 2));
    assertEquals(List.of(READ_AGAIN), fates(on, 2, 1), "nothing of it had been read");
    assertEquals("read-on", on.name());
    assertTrue(on.firstArrival().isPresent());
  }

  @Test
  void ofAJobThatBeganAtAnInstantOnlyWhatCameFromThenOnIsReadAgain() throws Exception {
    for (String arrived : List.of("13:29:58", "13:29:59", "13:30:00", "13:30:01")) {
      kinesis.put(0, "{}", Date.from(Instant.parse("2026-11-26T" + arrived + "Z")));
    }
    position = "AT_TIMESTAMP";
    read(0, SentinelSequenceNumber.SENTINEL_AT_TIMESTAMP_SEQUENCE_NUM.get());
    ReadOn on = readOn();
    assertEquals(List.of(READ_BEFORE, READ_BEFORE, READ_AGAIN, READ_AGAIN), fates(on, 0, 4));
    assertEquals(OptionalLong.of(Instant.parse("2026-11-26T13:30:00Z").toEpochMilli()), on.firstArrival());
  }

  @Test
  void numbersAreComparedAsNumbers() throws Exception {
    put(0, 12);
    read(0, number(9));
    assertEquals(READ_AGAIN, readOn().of(FakeKinesis.id(0), "10", 0));
  }

  @Test
  void whatTheStreamHasNoMoreIsGone() throws Exception {
    put(0, 6);
    kinesis.trim(0, 4);
    read(0, number(2));
    assertEquals(List.of(READ_BEFORE, READ_BEFORE, GONE, GONE, READ_AGAIN, READ_AGAIN), fates(readOn(), 0, 6));
    kinesis.trim(0, 6);
    assertEquals(List.of(READ_BEFORE, READ_BEFORE, GONE, GONE, GONE, GONE), fates(readOn(), 0, 6));
  }

  @Test
  void aPlaceInAnAggregatedRecordIsAPosition() throws Exception {
    put(0, 3);
    read(0, new SequenceNumber("2", 1));
    ReadOn on = readOn();
    String shard = FakeKinesis.id(0);
    assertEquals(READ_BEFORE, on.of(shard, "1", 7));
    assertEquals(READ_BEFORE, on.of(shard, "2", 0));
    assertEquals(READ_BEFORE, on.of(shard, "2", 1));
    assertEquals(READ_AGAIN, on.of(shard, "2", 2));
    assertEquals(READ_AGAIN, on.of(shard, "3", 0));
  }

  @Test
  void aShardThatWasReadToItsEndIsNotReadAgainAndItsChildrenAre() throws Exception {
    put(0, 2);
    kinesis.split(0); // children 3 and 4
    put(3, 2);
    read(0, SentinelSequenceNumber.SENTINEL_SHARD_ENDING_SEQUENCE_NUM.get());
    read(1, SentinelSequenceNumber.SENTINEL_EARLIEST_SEQUENCE_NUM.get());
    ReadOn on = readOn();
    assertEquals(List.of(READ_BEFORE, READ_BEFORE), fates(on, 0, 2));
    assertEquals(List.of(READ_AGAIN, READ_AGAIN), fates(on, 3, 2));
  }

  @Test
  void recordsOfAShardThatTheStateNeverKnewAreOldWhereItsIdIsAndGoneWhereItIsNew() throws Exception {
    put(1, 1);
    read(1, number(1));
    ReadOn on = readOn();
    assertEquals(READ_BEFORE, on.of("shardId-000000000000", "5", 0), "a parent that expired before");
    assertEquals(GONE, on.of("shardId-000000000009", "5", 0), "made and expired since");
  }

  @Test
  void whereNoPositionIsLeftTheStreamIsReadFromItsBeginning() throws Exception {
    put(0, 3);
    kinesis.trim(0, 1);
    of("another", 0, number(3));
    assertEquals(List.of(READ_BEFORE, READ_AGAIN, READ_AGAIN), fates(readOn(), 0, 3));
  }
}
