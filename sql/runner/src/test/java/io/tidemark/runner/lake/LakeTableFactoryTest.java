package io.tidemark.runner.lake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.table.api.CompiledPlan;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the planner says about a DDL of the lake. */
class LakeTableFactoryTest {
  private final Map<String, String> options = new LinkedHashMap<>();

  @BeforeEach
  void good() {
    options.put("connector", "tidemark-lake");
    options.put("catalog-name", "lake");
    options.put("catalog-impl", "io.tidemark.NoSuchCatalog"); // so that loading it would fail
    options.put("catalog-database", "tidemark");
    options.put("catalog-table", "prices");
    options.put("warehouse", "s3://lake/lake");
    options.put("s3.endpoint", "http://127.0.0.1:9");
    options.put("write.target-file-size-bytes", "1000000");
    options.put("format-version", "2");
    options.put("tidemark.layer", "gold");
    options.put("tidemark.key", "symbol, event_time");
    options.put("tidemark.read-again-by", "event_time");
  }

  private static final String COLUMNS = "symbol STRING, event_time TIMESTAMP_LTZ(6), price DOUBLE, `day` DATE";

  /** Plans an INSERT into the table; throws what the planner says. */
  private CompiledPlan plan(String columns, String partitionedBy) {
    TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    tables.executeSql("CREATE DATABASE lake");
    tables.executeSql(
        "CREATE TABLE lake.prices (" + columns + ") " + partitionedBy + " WITH ("
            + options.entrySet().stream()
                .map(option -> "'" + option.getKey() + "' = '" + option.getValue() + "'")
                .collect(Collectors.joining(", "))
            + ")");
    return tables.compilePlanSql("INSERT INTO lake.prices (symbol) VALUES ('A')");
  }

  private String refused(String columns, String partitionedBy) {
    Throwable error = assertThrows(RuntimeException.class, () -> plan(columns, partitionedBy));
    while (error.getCause() != null) {
      error = error.getCause();
    }
    return error.getMessage();
  }

  @Test
  void planningNeedsNoCatalog() {
    assertTrue(plan(COLUMNS, "").asJsonString().contains("'tidemark-lake'".replace("'", "\"")));
    options.put("tidemark.partitioned-by", "day, bucket(16, symbol), truncate( 2 , symbol )");
    options.put("tidemark.reaches", "5 min");
    options.put("tidemark.corrections-to", "streams.prices");
    options.put("tidemark.renamed.price", "amount");
    options.put("tidemark.dropped", "old, older");
    options.put("tidemark.carried", "price");
    plan(COLUMNS, "");
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("tidemark.layer", null, "has 'tidemark.layer' = nothing: set it to one of bronze, silver, gold, audit"),
        Arguments.of("tidemark.layer", "Gold", "has 'tidemark.layer' = 'Gold': set it to one of"),
        Arguments.of("tidemark.key", null, "has 'tidemark.key' = nothing: set it to the columns that tell its rows apart"),
        Arguments.of("tidemark.key", " , ", "has 'tidemark.key' = ' , ': set it to the columns"),
        Arguments.of("tidemark.key", "symbol, sequence",
            "has 'tidemark.key' = 'symbol, sequence', but it has no column sequence: it has symbol, event_time, price, day"),
        Arguments.of("tidemark.read-again-by", "arrived_at", "has 'tidemark.read-again-by' = 'arrived_at', but it has no column arrived_at"),
        Arguments.of("tidemark.partitioned-by", "day, bucket(symbol)", "of which 'bucket(symbol)' cannot be read"),
        Arguments.of("tidemark.partitioned-by", "day, bucket(0, symbol)", "of which 'bucket(0, symbol)' cannot be read"),
        Arguments.of("tidemark.partitioned-by", "day,", "of which '' cannot be read"),
        Arguments.of("tidemark.partitioned-by", "hours(event_time)", "of which 'hours(event_time)' cannot be read"),
        Arguments.of("tidemark.partitioned-by", "date", "cannot be an Iceberg table as its DDL says: Cannot find source column: date"),
        Arguments.of("tidemark.partitioned-by", "bucket(4, price)", "Invalid source type double for transform: bucket[4]"),
        Arguments.of("tidemark.reaches", "five", "has 'tidemark.reaches' = 'five': set it to a duration such as '5 min'"),
        Arguments.of("tidemark.renamed.cost", "amount", "has 'tidemark.renamed.cost' = 'amount', but it has no column cost"),
        Arguments.of("tidemark.renamed.price", "symbol", "but symbol is a column of its DDL: remove the one or the other"),
        Arguments.of("tidemark.dropped", "old, price", "has 'tidemark.dropped' = 'old, price', but price is a column of its DDL"),
        Arguments.of("tidemark.carried", "previous_close", "has 'tidemark.carried' = 'previous_close', but it has no column previous_close"),
        Arguments.of("catalog-table", null, "has no option 'catalog-table': add it to its DDL"),
        Arguments.of("tidemark.keys", "symbol", "Unsupported options:\n\ntidemark.keys"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void saysWhatIsWrongWithAnOption(String option, String value, String message) {
    options.remove(option);
    if (value != null) {
      options.put(option, value);
    }
    String said = refused(COLUMNS, "");
    assertTrue(said.contains(message), said);
    assertTrue(message.startsWith("Unsupported") || said.startsWith("The lake table lake.prices "), said);
    assertEquals(1, said.split("The lake table", -1).length - (message.startsWith("Unsupported") ? 0 : 1), said);
  }

  @Test
  void saysAllThatIsWrongAtOnce() {
    options.keySet().removeIf(option -> option.startsWith("tidemark.") || option.startsWith("catalog-"));
    assertEquals(7, refused(COLUMNS, "").lines().count());
  }

  @Test
  void refusesWhatBelongsIntoTheOptionsOrIntoAView() {
    String partitioned = refused(COLUMNS, "PARTITIONED BY (`day`)");
    assertTrue(partitioned.contains("has PARTITIONED BY: set 'tidemark.partitioned-by' = 'day' among its options"), partitioned);
    String key = refused(COLUMNS + ", PRIMARY KEY (symbol) NOT ENFORCED", "");
    assertTrue(key.contains("has a PRIMARY KEY: set 'tidemark.key' among its options"), key);
    String computed = refused(COLUMNS + ", twice AS price * 2", "");
    assertTrue(computed.contains("has the column twice, which is computed or metadata: compute it in a view"), computed);
  }
}
