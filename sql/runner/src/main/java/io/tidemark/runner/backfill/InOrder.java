package io.tidemark.runner.backfill;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.operators.Order;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.utils.JoinedRowData;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/** Numbers rows in the order in which they came, and says of each, as it is handed on, which watermark there was. */
final class InOrder {
  /** A Kinesis sequence number has 56 digits. */
  private static final int DIGITS = 64;

  private InOrder() {}

  /** The rows of valid trades, among which none is a copy, so that their order decides nothing. */
  static DataStream<RowData> asTheyAre(DataStream<RowData> rows, SourceColumns source) {
    return rows.map(new Numbered(source)).returns(KeptRows.produced(source.all)).name("in any order");
  }

  /**
   * The rows of each symbol, raw records in the order of their sequence numbers: of copies the first one that came counts.
   * Valid trades come before them, as their watermarks let copies be forgotten.
   */
  static DataStream<RowData> asTheyCame(DataStream<RowData> rows, SourceColumns source, String series) {
    int symbol = source.read.getFieldIndex(series);
    int sequence = source.placeOf("sequence_number");
    int within = source.placeOf("sub_sequence_number");
    if (sequence < 0) {
      throw new IllegalArgumentException(
          "The source does not declare sequence_number METADATA, so nobody knows the order in which its raw records came:"
              + " declare it, or take --layer silver");
    }
    return rows.partitionCustom((key, subtasks) -> Math.floorMod(key.hashCode(), subtasks), new Text(symbol))
        .fullWindowPartition()
        .sortPartition(new Arrival(sequence, within, source.read.getFieldIndex(SourceColumns.RAW)), Order.ASCENDING)
        .map(new Numbered(source))
        .returns(KeptRows.produced(source.all))
        .name("in the order of arrival");
  }

  private static final class Text implements KeySelector<RowData, String> {
    private static final long serialVersionUID = 1L;
    private final int place;

    Text(int place) {
      this.place = place;
    }

    @Override
    public String getKey(RowData row) {
      return place < 0 || row.isNullAt(place) ? "" : row.getString(place).toString();
    }
  }

  private static final class Arrival implements KeySelector<RowData, String> {
    private static final long serialVersionUID = 1L;
    private final int sequence;
    private final int within;
    private final int raw;

    Arrival(int sequence, int within, int raw) {
      this.sequence = sequence;
      this.within = within;
      this.raw = raw;
    }

    @Override
    public String getKey(RowData row) {
      String number = (row.getBoolean(raw) ? "1" : "0") + padded(row.getString(sequence).toString(), DIGITS);
      return within < 0 ? number : number + padded(String.valueOf(row.getLong(within)), 20);
    }

    private static String padded(String number, int digits) {
      return "0".repeat(Math.max(0, digits - number.length())) + number;
    }
  }

  private static final class Numbered extends RichMapFunction<RowData, RowData> {
    private static final long serialVersionUID = 1L;

    private final int[] times;
    private final int watermark;
    private long count;

    Numbered(SourceColumns source) {
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < source.fields.getFieldCount(); i++) {
        if (source.fields.getTypeAt(i).getTypeRoot() == LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE) {
          places.add(i);
        }
      }
      this.times = places.stream().mapToInt(place -> place).toArray();
      this.watermark = source.read.getFieldIndex(SourceColumns.WATERMARK);
    }

    @Override
    public RowData map(RowData row) {
      long[] values = new long[times.length];
      for (int i = 0; i < times.length; i++) {
        values[i] = row.isNullAt(times[i]) ? Long.MIN_VALUE : row.getTimestamp(times[i], 3).getMillisecond();
      }
      ReadWatermark.read(values, row.isNullAt(watermark) ? null : row.getTimestamp(watermark, 3));
      return new JoinedRowData(row, GenericRowData.of(TimestampData.fromEpochMillis(count++)));
    }
  }}
