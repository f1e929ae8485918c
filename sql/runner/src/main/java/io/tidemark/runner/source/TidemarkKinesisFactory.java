package io.tidemark.runner.source;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.kinesis.table.KinesisConnectorOptions;
import org.apache.flink.streaming.connectors.kinesis.KinesisShardAssigner;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.table.DefaultShardAssignerFactory;
import org.apache.flink.streaming.connectors.kinesis.table.KinesisConnectorOptionsUtil;
import org.apache.flink.streaming.connectors.kinesis.table.UniformShardAssignerFactory;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * {@code 'connector' = 'tidemark-kinesis'}: JSON records of a Kinesis stream, with one watermark over all shards of all subtasks.
 *
 * <p>Options are those of the connector's own SQL source ({@code stream}, {@code aws.*}, {@code scan.*}), without a {@code format}, and
 * {@code scan.shard.idle-timeout}, {@code scan.watermark.interval}.
 */
public final class TidemarkKinesisFactory implements DynamicTableSourceFactory {
  static final ConfigOption<Duration> IDLE_TIMEOUT =
      ConfigOptions.key("scan.shard.idle-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription("A shard that is read up to its tip and says nothing for that long does not hold the watermark back.");

  static final ConfigOption<Duration> WATERMARK_INTERVAL =
      ConfigOptions.key("scan.watermark.interval")
          .durationType()
          .defaultValue(Duration.ofMillis(200))
          .withDescription("How often each subtask reports its shards and emits the job's watermark.");

  static final ConfigOption<String> SHARD_ASSIGNER =
      ConfigOptions.key(KinesisConnectorOptions.SHARD_ASSIGNER.key())
          .stringType()
          .defaultValue("uniform")
          .withDescription("'uniform' (by hash keys, so that subtasks get equal shares) or 'default' (by the hash of the shard's id).");

  /** Unless the table says otherwise: a poll as often as a shard allows, and new shards seen soon, as the watermark waits for them. */
  static final Map<String, String> DEFAULTS =
      Map.of(
          ConsumerConfigConstants.SHARD_GETRECORDS_INTERVAL_MILLIS, "200",
          ConsumerConfigConstants.SHARD_GETRECORDS_MAX, "10000",
          ConsumerConfigConstants.SHARD_DISCOVERY_INTERVAL_MILLIS, "2000");

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    ReadableConfig options = helper.getOptions();
    KinesisConnectorOptionsUtil connector =
        new KinesisConnectorOptionsUtil(context.getCatalogTable().getOptions(), options);
    helper.validateExcept(connector.getNonValidatedPrefixes().toArray(new String[0]));
    ScanOptions.check(context.getCatalogTable().getOptions().keySet());
    for (Column column : context.getCatalogTable().getResolvedSchema().getColumns()) {
      if (column.isPhysical() && !column.getDataType().getLogicalType().isNullable()) {
        throw new ValidationException(
            "Column '" + column.getName() + "' of " + context.getObjectIdentifier() + " is NOT NULL, but a record that cannot be read"
                + " has NULL there. Declare it nullable and filter in a view.");
      }
    }
    Properties properties = new Properties();
    properties.putAll(DEFAULTS);
    properties.putAll(connector.getValidatedSourceConfigurations());
    return new TidemarkKinesisSource(
        options.get(KinesisConnectorOptions.STREAM),
        context.getPhysicalRowDataType(),
        properties,
        new SourceSettings(options.get(IDLE_TIMEOUT).toMillis(), positive(options.get(WATERMARK_INTERVAL))),
        assigner(options.get(SHARD_ASSIGNER)));
  }

  private static long positive(Duration interval) {
    if (interval.toMillis() <= 0) {
      throw new ValidationException("'" + WATERMARK_INTERVAL.key() + "' is " + interval + "; it must be at least 1 ms.");
    }
    return interval.toMillis();
  }

  private static KinesisShardAssigner assigner(String name) {
    switch (name) {
      case "uniform":
        return new UniformShardAssignerFactory().getShardAssigner();
      case "default":
        return new DefaultShardAssignerFactory().getShardAssigner();
      default:
        throw new ValidationException("'" + SHARD_ASSIGNER.key() + "' is '" + name + "'; it can be 'uniform' or 'default'.");
    }
  }

  @Override
  public String factoryIdentifier() {
    return "tidemark-kinesis";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(KinesisConnectorOptions.STREAM);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(IDLE_TIMEOUT, WATERMARK_INTERVAL, SHARD_ASSIGNER);
  }

  /** None of them changes what is in the state, so a compiled plan takes them from the table as it is now. */
  @Override
  public Set<ConfigOption<?>> forwardOptions() {
    return Set.of(KinesisConnectorOptions.STREAM, IDLE_TIMEOUT, WATERMARK_INTERVAL, SHARD_ASSIGNER);
  }
}
