package io.tidemark.runner.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.IcebergTableSink;
import org.apache.iceberg.flink.TableLoader;
import org.apache.iceberg.types.Types;

/**
 * Iceberg's own sink, which also takes rows whose columns are narrower than the table's: those of a job that goes back to the SQL
 * from before a column was widened.
 */
final class LakeTableSink implements DynamicTableSink {
  private final LakeTable table;
  private final ResolvedSchema schema;
  private final ReadableConfig configuration;
  private final Map<String, String> options;

  LakeTableSink(LakeTable table, ResolvedSchema schema, ReadableConfig configuration, Map<String, String> options) {
    this.table = table;
    this.schema = schema;
    this.configuration = configuration;
    this.options = options;
  }

  @Override
  public ChangelogMode getChangelogMode(ChangelogMode requested) {
    return iceberg(schema).getChangelogMode(requested);
  }

  @Override
  public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
    return new DataStreamSinkProvider() {
      @Override
      public DataStreamSink<?> consumeDataStream(ProviderContext provider, DataStream<RowData> rows) {
        ResolvedSchema wide = widened(schema, loaded());
        DataStream<RowData> fitting = wide.equals(schema) ? rows : widen(rows, rowType(schema), rowType(wide));
        SinkRuntimeProvider sink = iceberg(wide).getSinkRuntimeProvider(context);
        return restorable(((DataStreamSinkProvider) sink).consumeDataStream(provider, fitting), rows.getExecutionEnvironment());
      }
    };
  }

  /** The same sink with a {@link RestoredCommitter}, under the names that the ids of its operators are made of. */
  private <I> DataStreamSink<?> restorable(DataStreamSink<?> sink, StreamExecutionEnvironment env) {
    Transformation<?> end = sink.getTransformation();
    OneInputTransformation<I, Void> committer = committer(end);
    OneInputTransformation<I, Void> told =
        new OneInputTransformation<>(
            input(committer),
            committer.getName(),
            new RestoredCommitter<I, Void>(committer.getOperatorFactory(), table.loader()),
            committer.getOutputType(),
            committer.getParallelism());
    told.setMaxParallelism(committer.getMaxParallelism());
    return new DataStream<>(env, told)
        .sinkTo(new DiscardingSink<>())
        .name(end.getName())
        .setParallelism(end.getParallelism());
  }

  @SuppressWarnings("unchecked")
  private <I> OneInputTransformation<I, Void> committer(Transformation<?> end) {
    Transformation<?> before = end.getInputs().get(0);
    if (!(before instanceof OneInputTransformation) || !before.getName().contains("Committer")) {
      throw new IllegalStateException("Iceberg's sink of " + table.name() + " does not end with its committer, but with " + before);
    }
    return (OneInputTransformation<I, Void>) before;
  }

  @SuppressWarnings("unchecked")
  private static <I> Transformation<I> input(OneInputTransformation<I, ?> of) {
    return (Transformation<I>) of.getInputs().get(0);
  }

  private IcebergTableSink iceberg(ResolvedSchema columns) {
    return new IcebergTableSink(table.loader(), columns, configuration, options);
  }

  private Schema loaded() {
    try (TableLoader loader = table.loader()) {
      loader.open();
      return loader.loadTable().schema();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DataStream<RowData> widen(DataStream<RowData> rows, RowType from, RowType to) {
    return rows.map(new Widening(from, to), InternalTypeInfo.of(to)).name("Widen " + table.name()).setParallelism(rows.getParallelism());
  }

  /** The columns of the DDL with the table's types where those hold the same values and more. */
  static ResolvedSchema widened(ResolvedSchema columns, Schema there) {
    List<Column> wide = new ArrayList<>();
    for (Column column : columns.getColumns()) {
      Types.NestedField field = there.findField(column.getName());
      LogicalType own = column.getDataType().getLogicalType();
      boolean narrower = field != null && ColumnChanges.isWidening(FlinkSchemaUtil.convert(own), field.type());
      LogicalType type = narrower ? FlinkSchemaUtil.convert(field.type()).copy(own.isNullable()) : own;
      wide.add(narrower ? Column.physical(column.getName(), DataTypes.of(type)) : column);
    }
    return ResolvedSchema.of(wide);
  }

  private static RowType rowType(ResolvedSchema columns) {
    return (RowType) columns.toPhysicalRowDataType().getLogicalType();
  }

  @Override
  public DynamicTableSink copy() {
    return new LakeTableSink(table, schema, configuration, options);
  }

  @Override
  public String asSummaryString() {
    return "The lake table " + table.name();
  }
}
