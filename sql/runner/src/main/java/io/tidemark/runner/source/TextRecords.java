package io.tidemark.runner.source;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.RowType;

/** Makes rows of records given as text, exactly as a {@code tidemark-kinesis} table makes them of the stream's records. */
public final class TextRecords {
  private final RecordDecoder decoder;

  /**
   * @param physical the columns read from the record
   * @param metadata the metadata columns behind them, by their keys; throws {@link IllegalArgumentException} at an unknown one
   */
  public TextRecords(RowType physical, List<String> metadata) {
    decoder = new RecordDecoder(physical, metadata.stream().map(Metadata::of).collect(Collectors.toList()), null);
    decoder.open(null);
  }

  /** The physical columns, then the metadata columns. {@code parse_error} says what cannot be read, nothing is thrown. */
  public GenericRowData decode(String record) {
    return (GenericRowData) decoder.deserialize(record.getBytes(StandardCharsets.UTF_8), "", "", 0, "", "");
  }
}
