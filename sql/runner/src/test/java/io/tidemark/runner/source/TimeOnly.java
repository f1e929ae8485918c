package io.tidemark.runner.source;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

/** Rows of one BIGINT column, the event time, and a generator that behaves like the planner's: NULL gives nothing, no lateness but 1. */
final class TimeOnly implements WatermarkGenerator<RowData> {
  private long current = GlobalWatermark.NONE;

  static RowData row(Long time) {
    return GenericRowData.of(time);
  }

  @Override
  public void onEvent(RowData row, long timestamp, WatermarkOutput output) {
    if (!row.isNullAt(0)) {
      current = Math.max(current, row.getLong(0) - 1);
    }
  }

  @Override
  public void onPeriodicEmit(WatermarkOutput output) {
    output.emitWatermark(new Watermark(current));
  }
}
