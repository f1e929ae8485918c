package io.tidemark.runner.workbench.given;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.junit.jupiter.api.Test;

class ShardWatermarksTest {
  private static final long NONE = ShardWatermarks.NONE;

  /** As the planner's: the newest time less 2, and nothing before the first row that has one. */
  private static final class TwoBehind implements WatermarkGenerator<RowData> {
    private long current = NONE;

    @Override
    public void onEvent(RowData row, long timestamp, WatermarkOutput output) {
      current = row.isNullAt(0) ? current : Math.max(current, row.getLong(0) - 2);
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      output.emitWatermark(new Watermark(current));
    }
  }

  private static Run.Arrival row(int shard, Long time) {
    return new Run.Arrival(GenericRowData.of(time), shard, "");
  }

  private static List<Long> watermarks(Run.Arrival... rows) {
    ShardWatermarks watermarks = new ShardWatermarks(List.of(rows), TwoBehind::new);
    List<Long> after = new ArrayList<>();
    for (Run.Arrival row : rows) {
      after.add(watermarks.after(row));
    }
    return after;
  }

  @Test
  void oneShardIsTwoBehindItsNewestRow() {
    assertEquals(List.of(8L, 8L, 18L, 18L), watermarks(row(0, 10L), row(0, 3L), row(0, 20L), row(0, 1L)));
  }

  @Test
  void aRowWithoutATimeMovesNothing() {
    assertEquals(List.of(NONE, 8L, 8L), watermarks(row(0, null), row(0, 10L), row(0, null)));
  }

  @Test
  void aShardThatHasNotSpokenHoldsBack() {
    assertEquals(List.of(NONE, NONE, 3L, 3L), watermarks(row(0, 10L), row(0, 20L), row(1, 5L), row(0, 30L), row(1, 30L)).subList(0, 4));
  }

  @Test
  void theShardFurthestBehindDecides() {
    assertEquals(
        List.of(NONE, 3L, 3L, 8L, 18L),
        watermarks(row(0, 10L), row(1, 5L), row(0, 20L), row(1, 10L), row(1, 30L), row(0, 40L), row(1, 50L)).subList(0, 5));
  }

  @Test
  void aShardWhoseRowsAreAllOutDoesNotCount() {
    // the 5 of shard 1 is its last row: from then on shard 0 alone decides, though it is ahead
    assertEquals(List.of(NONE, 8L, 18L), watermarks(row(0, 10L), row(1, 5L), row(0, 20L), row(0, 30L)).subList(0, 3));
  }

  @Test
  void theWatermarkNeverFalls() {
    assertEquals(List.of(8L, 8L), watermarks(row(0, 10L), row(0, 5L)));
  }
}
