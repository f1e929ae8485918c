package io.tidemark.runner.lake.maintenance;

import static io.tidemark.runner.lake.Lake.append;
import static io.tidemark.runner.lake.Lake.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.runner.lake.Lake;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Appends, removals of days and maintenance in random order, against a map of what has to be there. */
class RandomCommitsTest {
  private static final Schema HITS =
      new Schema(
          Types.NestedField.optional(1, "key", Types.StringType.get()),
          Types.NestedField.optional(2, "event_time", Types.TimestampType.withZone()),
          Types.NestedField.optional(3, "price", Types.DoubleType.get()),
          Types.NestedField.optional(4, "day", Types.DateType.get()));

  private final ExecutorService threads = Executors.newFixedThreadPool(2);

  private static Table table() {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("lake", Map.of());
    catalog.createNamespace(Namespace.of("tidemark"));
    PartitionSpec byDay = PartitionSpec.builderFor(HITS).identity("day").build();
    return catalog.createTable(TableIdentifier.of("tidemark", "hits"), HITS, byDay, Map.of("format-version", "2"));
  }

  /** The target of half of the seeds is so small that what is compacted becomes several files. */
  private void maintain(Table table, Random random, long target) throws Exception {
    long olderThan = random.nextBoolean() ? 0 : Long.MAX_VALUE;
    new Maintenance(target, olderThan, threads).run(table, (step, done, of) -> {}, new ObjectMapper().createObjectNode());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theRowsAreThoseThatWereWritten(int seed) throws Exception {
    Random random = new Random(seed);
    long target = seed % 2 == 0 ? 1 << 20 : 4_000;
    Table hits = table();
    Map<String, String> expected = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      LocalDate day = LocalDate.of(2026, 1, 1 + random.nextInt(3));
      int what = random.nextInt(20);
      if (what < 17) {
        List<Record> rows = new ArrayList<>();
        for (int j = random.nextInt(3); j >= 0; j--) {
          Double price = random.nextInt(5) == 0 ? null : random.nextDouble();
          rows.add(row(hits, i + "-" + j, day + "T10:00:00.123456Z", price));
          expected.put(i + "-" + j, rows.get(rows.size() - 1).toString());
        }
        append(hits, rows.toArray(new Record[0]));
      } else if (what == 17) {
        hits.newDelete().deleteFromRowFilter(Expressions.equal("day", day.toString())).commit();
        expected.values().removeIf(row -> row.contains(day.toString()));
      } else {
        maintain(hits, random, target);
      }
    }
    maintain(hits, random, target);
    List<String> rows = new ArrayList<>(expected.values());
    rows.sort(null);
    assertFalse(rows.isEmpty());
    assertEquals(rows, Lake.rows(hits));
    if (target > 4_000) {
      assertTrue(Figures.of(hits).mostFilesInPartition < 5, "few files are left");
    }
  }
}
