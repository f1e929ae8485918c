package io.tidemark.runner.source;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.connectors.kinesis.KinesisShardAssigner;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceFunctionProvider;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** A Kinesis stream as a table of {@code 'connector' = 'tidemark-kinesis'}: see {@link TidemarkKinesisFactory}. */
final class TidemarkKinesisSource implements ScanTableSource, SupportsReadingMetadata, SupportsWatermarkPushDown {
  private final String stream;
  private final DataType physicalType;
  private final Properties properties;
  private final SourceSettings settings;
  private final KinesisShardAssigner assigner;
  private List<Metadata> metadata = List.of();
  private DataType producedType;
  private WatermarkStrategy<RowData> watermarks = WatermarkStrategy.noWatermarks();

  TidemarkKinesisSource(
      String stream, DataType physicalType, Properties properties, SourceSettings settings, KinesisShardAssigner assigner) {
    this.stream = stream;
    this.physicalType = physicalType;
    this.producedType = physicalType;
    this.properties = properties;
    this.settings = settings;
    this.assigner = assigner;
  }

  @Override
  public ChangelogMode getChangelogMode() {
    return ChangelogMode.insertOnly();
  }

  @Override
  public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
    RecordDecoder decoder =
        new RecordDecoder(
            (RowType) physicalType.getLogicalType(), metadata, context.createTypeInformation(producedType));
    TidemarkConsumer consumer = new TidemarkConsumer(stream, decoder, properties, settings, watermarks);
    consumer.setShardAssigner(assigner);
    return SourceFunctionProvider.of(consumer, false);
  }

  @Override
  public Map<String, DataType> listReadableMetadata() {
    return Metadata.types();
  }

  @Override
  public void applyReadableMetadata(List<String> keys, DataType producedType) {
    this.metadata = keys.stream().map(Metadata::of).collect(Collectors.toList());
    this.producedType = producedType;
  }

  @Override
  public void applyWatermark(WatermarkStrategy<RowData> watermarks) {
    this.watermarks = watermarks;
  }

  @Override
  public DynamicTableSource copy() {
    TidemarkKinesisSource copy = new TidemarkKinesisSource(stream, physicalType, properties, settings, assigner);
    copy.metadata = metadata;
    copy.producedType = producedType;
    copy.watermarks = watermarks;
    return copy;
  }

  @Override
  public String asSummaryString() {
    return "Kinesis stream " + stream + ", one watermark over all shards";
  }
}
