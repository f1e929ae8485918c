package io.tidemark.runner.backfill;

import io.tidemark.runner.RelationSchema;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * The columns of the rows that stand in for a source: the fields of its records, its metadata, the watermark that there
 * was, and the order in which the rows came, by the name of its processing time.
 */
final class SourceColumns implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The watermark that there was; no column of a table can be called so without being quoted. */
  static final String WATERMARK = "the watermark";

  /** Whether a row is a record as it came. */
  static final String RAW = "is raw";

  private static final String ORDER = "the order";
  private static final LogicalType TIME = new LocalZonedTimestampType(3);

  final RowType fields;
  final List<String> metadata = new ArrayList<>();
  /** All but the order, which is put behind them. */
  final RowType read;
  final RowType all;

  SourceColumns(RelationSchema source) {
    List<RowType.RowField> physical = new ArrayList<>();
    List<RowType.RowField> about = new ArrayList<>();
    String order = ORDER;
    for (Column column : source.columns()) {
      LogicalType type = RelationSchema.type(column).copy(true);
      String key = source.metadataKey(column);
      if (RelationSchema.isProcessingTime(column)) {
        order = column.getName();
      } else if (key != null) {
        metadata.add(key);
        about.add(new RowType.RowField(column.getName(), type));
      } else if (RelationSchema.isGiven(column)) {
        physical.add(new RowType.RowField(column.getName(), type));
      }
    }
    this.fields = new RowType(List.copyOf(physical));
    List<RowType.RowField> columns = new ArrayList<>(physical);
    columns.addAll(about);
    columns.add(new RowType.RowField(WATERMARK, TIME));
    columns.add(new RowType.RowField(RAW, new BooleanType(false)));
    this.read = new RowType(List.copyOf(columns));
    columns.add(new RowType.RowField(order, TIME));
    this.all = new RowType(List.copyOf(columns));
  }

  /** Where a metadata column stands; -1 where the source does not declare it. */
  int placeOf(String key) {
    int place = metadata.indexOf(key);
    return place < 0 ? -1 : fields.getFieldCount() + place;
  }
}
