package io.tidemark.runner.backfill;

import io.tidemark.runner.lake.LakeTable;
import io.tidemark.runner.source.KeptRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.Collector;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.source.IcebergSource;

/** Rows of the lake's trades, as they counted, and of its raw trades, as they came, as rows of the source. */
final class KeptRows {
  private static final List<String> RAW =
      List.of(
          "payload", "payload_bytes", "stream", "shard_id", "sequence_number", "sub_sequence_number", "arrived_at", "day");

  private KeptRows() {}

  /** The valid trades of some days; of a day outside the range those of the symbols that need them. */
  static DataStream<RowData> valid(
      StreamExecutionEnvironment env,
      LakeTable definition,
      Table table,
      SourceColumns source,
      Set<Integer> days,
      Choice choice) {
    String time = TimeColumn.of(definition, table.schema());
    Schema schema = table.schema();
    RowType type = FlinkSchemaUtil.convert(schema);
    int series = type.getFieldIndex(definition.key().get(0));
    return scan(env, definition, table, schema, ofDays(time, days), "valid trades")
        .flatMap(new OfValid(type, source, choice, series, type.getFieldIndex(time)))
        .returns(produced(source.read));
  }

  /** The raw records whose partition is a day of the range. */
  static DataStream<RowData> raw(
      StreamExecutionEnvironment env, LakeTable definition, Table table, SourceColumns source, Days range) {
    Schema schema = table.schema().select(RAW);
    Expression days =
        Expressions.and(
            Expressions.greaterThanOrEqual("day", (int) range.from.toEpochDay()),
            Expressions.lessThanOrEqual("day", (int) range.to.toEpochDay()));
    return scan(env, definition, table, schema, days, "raw trades")
        .flatMap(new OfRaw(FlinkSchemaUtil.convert(schema), source))
        .returns(produced(source.read));
  }

  static TypeInformation<RowData> produced(RowType type) {
    return InternalTypeInfo.of(type);
  }

  private static DataStream<RowData> scan(
      StreamExecutionEnvironment env, LakeTable definition, Table table, Schema schema, Expression rows, String name) {
    IcebergSource<RowData> source =
        IcebergSource.forRowData()
            .tableLoader(definition.loader())
            .useSnapshotId(table.currentSnapshot().snapshotId())
            .project(schema)
            .filters(List.of(rows))
            .build();
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), name, produced(FlinkSchemaUtil.convert(schema)));
  }

  private static Expression ofDays(String time, Set<Integer> days) {
    Expression any = Expressions.alwaysFalse();
    for (int day : days) {
      any = Expressions.or(any, LakeRows.ofDay(time, day));
    }
    return any;
  }

  /** Makes a row of the source of a valid trade: columns of the same names, and what the source would say about it. */
  private static final class OfValid implements FlatMapFunction<RowData, RowData> {
    private static final long serialVersionUID = 1L;

    private final Choice choice;
    private final int series;
    private final int time;
    private final int arity;
    private final List<RowData.FieldGetter> getters = new ArrayList<>();
    private final List<LogicalTypeRoot> types = new ArrayList<>();
    private final int payload;

    OfValid(RowType lake, SourceColumns source, Choice choice, int series, int time) {
      this.choice = choice;
      this.series = series;
      this.time = time;
      this.arity = source.read.getFieldCount();
      for (int i = 0; i < arity; i++) {
        String name = source.read.getFieldNames().get(i);
        int at = lake.getFieldIndex(name.equals(SourceColumns.WATERMARK) ? "watermark_before" : name);
        LogicalType type = at < 0 ? null : lake.getTypeAt(at);
        getters.add(at < 0 ? null : RowData.createFieldGetter(type, at));
        types.add(source.read.getTypeAt(i).getTypeRoot());
      }
      this.payload = source.placeOf("payload");
    }

    @Override
    public void flatMap(RowData trade, Collector<RowData> out) {
      long at = trade.getTimestamp(time, 6).getMillisecond() * 1000;
      if (!choice.takes(trade.getString(series).toString(), at)) {
        return;
      }
      GenericRowData row = new GenericRowData(arity);
      for (int i = 0; i < arity; i++) {
        if (getters.get(i) != null) {
          row.setField(i, widened(getters.get(i).getFieldOrNull(trade), types.get(i)));
        }
      }
      row.setField(arity - 1, false);
      if (payload >= 0 && row.getField(payload) == null) {
        row.setField(payload, StringData.fromString(""));
      }
      out.collect(row);
    }

    private static Object widened(Object value, LogicalTypeRoot to) {
      if (value instanceof Integer && to == LogicalTypeRoot.BIGINT) {
        return ((Integer) value).longValue();
      }
      return value instanceof Float && to == LogicalTypeRoot.DOUBLE ? Double.valueOf(value.toString()) : value;
    }
  }

  /** Decodes a record again. */
  private static final class OfRaw implements FlatMapFunction<RowData, RowData> {
    private static final long serialVersionUID = 1L;

    private final KeptRecord decoder;
    private final int[] at;
    private final int arity;

    OfRaw(RowType lake, SourceColumns source) {
      this.decoder = new KeptRecord(source.fields, source.metadata);
      this.at = RAW.stream().mapToInt(lake::getFieldIndex).toArray();
      this.arity = source.read.getFieldCount();
    }

    @Override
    public void flatMap(RowData kept, Collector<RowData> out) {
      byte[] data =
          kept.isNullAt(at[1])
              ? kept.getString(at[0]).toString().getBytes(StandardCharsets.UTF_8)
              : kept.getBinary(at[1]);
      TimestampData arrived = kept.getTimestamp(at[6], 6);
      RowData decoded =
          decoder.decode(
              data,
              kept.getString(at[4]).toString(),
              kept.getLong(at[5]),
              arrived.getMillisecond(),
              kept.getString(at[2]).toString(),
              kept.getString(at[3]).toString());
      GenericRowData row = new GenericRowData(arity); // without a watermark: nothing is late, nothing behind
      row.setField(arity - 1, true);
      for (int i = 0; i < arity - 2; i++) {
        row.setField(i, ((GenericRowData) decoded).getField(i));
      }
      out.collect(row);
    }
  }
}
