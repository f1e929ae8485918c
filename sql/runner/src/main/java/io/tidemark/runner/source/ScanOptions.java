package io.tidemark.runner.source;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.table.api.ValidationException;

/** The names under {@code scan.}: the connector itself takes any and ignores those that it does not know. */
final class ScanOptions {
  private static final String CONNECTORS_PREFIX = "flink.";

  private ScanOptions() {}

  /** Throws {@link ValidationException} naming the first option that nobody would read, and all that there are. */
  static void check(Collection<String> options) {
    Set<String> known = known();
    for (String option : options) {
      boolean ofOneStream = option.startsWith("scan.stream.efo.consumerarn.") || option.startsWith("scan.shard.consumer.error.recoverable");
      if (option.startsWith("scan.") && !ofOneStream && !known.contains(option)) {
        throw new ValidationException("'" + option + "' is no option of a tidemark-kinesis table. There are " + known + ".");
      }
    }
  }

  private static Set<String> known() {
    Set<String> known = new TreeSet<>();
    known.add(TidemarkKinesisFactory.IDLE_TIMEOUT.key());
    known.add(TidemarkKinesisFactory.WATERMARK_INTERVAL.key());
    known.add(TidemarkKinesisFactory.SHARD_ASSIGNER.key());
    known.add("scan.stream.initpos-timestamp"); // as the connector's SQL source spells these two
    known.add("scan.stream.initpos-timestamp-format");
    for (Field field : ConsumerConfigConstants.class.getFields()) {
      try {
        Object value = field.getType() == String.class ? field.get(null) : "";
        if (value.toString().startsWith(CONNECTORS_PREFIX)) {
          known.add("scan." + value.toString().substring(CONNECTORS_PREFIX.length()));
        }
      } catch (IllegalAccessException e) {
        throw new IllegalStateException("A public field cannot be read: " + field, e);
      }
    }
    // what would be read, but means nothing here: Tidemark has its own
    known.removeIf(name -> name.startsWith("scan.watermark.") && !name.equals(TidemarkKinesisFactory.WATERMARK_INTERVAL.key()));
    known.remove("scan.shard.idle.interval");
    return known;
  }
}
