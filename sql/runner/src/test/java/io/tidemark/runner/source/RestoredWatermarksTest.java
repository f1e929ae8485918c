package io.tidemark.runner.source;

import static io.tidemark.runner.source.GlobalWatermark.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.java.tuple.Tuple2;
import org.junit.jupiter.api.Test;

class RestoredWatermarksTest {
  private static ShardProgress shard(String id, long watermark) {
    return new ShardProgress(id, null, null, BigInteger.ZERO, BigInteger.TEN, watermark, false, TimeOnly::new, () -> 0);
  }

  @Test
  void nothingIsRestoredFromNothing() {
    RestoredWatermarks restored = RestoredWatermarks.from(List.of());
    assertEquals(NONE, restored.emitted());
    assertEquals(NONE, restored.of("a"));
  }

  @Test
  void theLeastOfWhatTheSubtasksHadEmittedIsRestored() {
    List<Tuple2<String, Long>> union = new ArrayList<>();
    union.addAll(RestoredWatermarks.entries(300, List.of(shard("a", 400), shard("b", 500))));
    union.addAll(RestoredWatermarks.entries(250, List.of(shard("c", 600))));
    RestoredWatermarks restored = RestoredWatermarks.from(union);
    assertEquals(250, restored.emitted());
    assertEquals(List.of(400L, 500L, 600L, NONE), List.of(restored.of("a"), restored.of("b"), restored.of("c"), restored.of("d")));
  }

  @Test
  void aSubtaskThatHadEmittedNothingKeepsTheJobWithoutAWatermark() {
    List<Tuple2<String, Long>> union = new ArrayList<>();
    union.addAll(RestoredWatermarks.entries(300, List.of(shard("a", 400))));
    union.addAll(RestoredWatermarks.entries(NONE, List.of()));
    assertEquals(NONE, RestoredWatermarks.from(union).emitted());
  }

  @Test
  void aSubtaskThatHadNotStartedHandsOnWhatItGot() {
    List<Tuple2<String, Long>> first = RestoredWatermarks.entries(300, List.of(shard("a", 400), shard("b", 410)));
    List<Tuple2<String, Long>> union = new ArrayList<>(RestoredWatermarks.from(first).entries());
    union.addAll(RestoredWatermarks.entries(320, List.of(shard("a", 450))));
    RestoredWatermarks restored = RestoredWatermarks.from(union);
    assertEquals(300, restored.emitted());
    assertEquals(450, restored.of("a"));
    assertEquals(410, restored.of("b"));
  }
}
