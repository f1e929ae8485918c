package io.tidemark.runner.lake;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;

/** Makes the values of some columns what a wider type has for them: INT as BIGINT, FLOAT as DOUBLE, DECIMAL with more digits. */
final class Widening implements MapFunction<RowData, RowData> {
  private static final long serialVersionUID = 1L;

  private final RowData.FieldGetter[] getters;
  private final LogicalType[] from;
  private final LogicalType[] to;

  Widening(RowType from, RowType to) {
    this.from = from.getChildren().toArray(new LogicalType[0]);
    this.to = to.getChildren().toArray(new LogicalType[0]);
    this.getters = new RowData.FieldGetter[this.from.length];
    for (int i = 0; i < getters.length; i++) {
      getters[i] = RowData.createFieldGetter(this.from[i], i);
    }
  }

  @Override
  public RowData map(RowData row) {
    GenericRowData wide = new GenericRowData(row.getRowKind(), getters.length);
    for (int i = 0; i < getters.length; i++) {
      Object value = getters[i].getFieldOrNull(row);
      wide.setField(i, value == null || from[i].equals(to[i]) ? value : widened(value, to[i]));
    }
    return wide;
  }

  private static Object widened(Object value, LogicalType to) {
    if (to.is(LogicalTypeRoot.DECIMAL)) {
      DecimalType decimal = (DecimalType) to;
      return DecimalData.fromBigDecimal(((DecimalData) value).toBigDecimal(), decimal.getPrecision(), decimal.getScale());
    }
    Number number = (Number) value;
    return to.is(LogicalTypeRoot.BIGINT) ? (Object) number.longValue() : (Object) number.doubleValue();
  }
}
