package io.tidemark.runner.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Reads a record that was kept as it came in the way in which the source read it. */
public final class KeptRecord implements Serializable {
  private static final long serialVersionUID = 1L;

  private final RecordDecoder decoder;
  private transient boolean open;

  /**
   * @param physical the columns of the source that are fields of its records
   * @param metadata what its metadata columns ask for, in their order; they come after the fields
   */
  public KeptRecord(RowType physical, List<String> metadata) {
    List<Metadata> asked = new ArrayList<>();
    metadata.forEach(key -> asked.add(Metadata.of(key)));
    this.decoder = new RecordDecoder(physical, asked, null);
  }

  /** The row that the source made of it. {@code arrivedAt} is in milliseconds since 1970. */
  public RowData decode(byte[] data, String sequenceNumber, long subSequence, long arrivedAt, String stream, String shardId) {
    if (!open) {
      decoder.open(null);
      open = true;
    }
    RowData row = decoder.deserialize(data, "", sequenceNumber, arrivedAt, stream, shardId);
    decoder.setSubSequenceNumber(row, subSequence);
    return row;
  }
}
