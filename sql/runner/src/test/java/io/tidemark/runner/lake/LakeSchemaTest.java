package io.tidemark.runner.lake;

import static io.tidemark.runner.lake.Lake.append;
import static io.tidemark.runner.lake.Lake.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NoSuchIcebergTableException;
import org.apache.iceberg.hadoop.HadoopCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables that follow their DDL. */
class LakeSchemaTest {
  private static final String COLUMNS =
      "key STRING, event_time TIMESTAMP_LTZ(6), lots INT, price FLOAT, amount DECIMAL(9, 2), `day` DATE";

  @TempDir Path folder;

  private void apply(String columns, String... options) throws IOException {
    LakeSchema.apply(new Ddl(folder).with("moves", columns, options).compiled());
  }

  private Table table() {
    return new Lake(folder).load("moves");
  }

  private static String version(Table table) {
    return ((HasTableOperations) table).operations().current().metadataFileLocation();
  }

  private static List<String> columns(Table table) {
    return table.schema().columns().stream()
        .map(column -> column.name() + " " + ColumnChanges.sql(column.type()))
        .collect(Collectors.toList());
  }

  private static String partitions(Table table) {
    return table.spec().fields().stream()
        .map(field -> field.name() + "=" + field.transform())
        .collect(Collectors.joining(" "));
  }

  private static List<String> read(IcebergGenerics.ScanBuilder scan) throws IOException {
    List<String> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = scan.build()) {
      records.forEach(record ->
          rows.add(record.struct().fields().stream()
              .filter(field -> !field.name().equals("event_time") && !field.name().equals("day"))
              .map(field -> field.name() + "=" + record.getField(field.name()))
              .collect(Collectors.joining(" "))));
    }
    rows.sort(null);
    return rows;
  }

  /** The table with one row. */
  private Table begun() throws IOException {
    apply(COLUMNS);
    Table table = table();
    append(table, row(table, "a", "2013-10-07T13:30:00Z", 7, 1.5f, new BigDecimal("2.50"), null));
    return table;
  }

  @Test
  void makesATableThatSaysWhatItIs() throws IOException {
    apply(COLUMNS, "tidemark.partitioned-by", "day, bucket(16, key)", "tidemark.layer", "silver", "tidemark.key", "key, event_time",
        "write.target-file-size-bytes", "1000000");
    Table table = table();
    assertEquals(
        List.of("key STRING", "event_time TIMESTAMP_LTZ(6)", "lots INT", "price FLOAT", "amount DECIMAL(9, 2)", "day DATE"),
        columns(table));
    assertEquals("day=identity key_bucket_16=bucket[16]", partitions(table));
    assertEquals(2, ((HasTableOperations) table).operations().current().formatVersion());
    Map<String, String> properties = table.properties();
    assertEquals("silver, key: key, event_time", properties.get("comment"));
    assertEquals("silver", properties.get("tidemark.layer"));
    assertEquals("key, event_time", properties.get("tidemark.key"));
    assertEquals("1000000", properties.get("write.target-file-size-bytes"));
    assertEquals("true", properties.get("write.metadata.delete-after-commit.enabled"));
    assertEquals("100", properties.get("write.metadata.previous-versions-max"));
    assertNull(table.currentSnapshot());
  }

  @Test
  void commitsNothingWhereNothingDiffers() throws IOException {
    Table table = begun();
    String before = version(table);
    apply(COLUMNS);
    apply(COLUMNS, "tidemark.reaches", "5 min");
    assertEquals(before, version(table()));
  }

  @Test
  void oldRowsStayReadableWhateverIsAddedWidenedRenamedAndMovedInOneCommit() throws IOException {
    Table table = begun();
    long first = table.currentSnapshot().snapshotId();
    long then = table.currentSnapshot().timestampMillis();
    String now = "key STRING, note STRING, event_time TIMESTAMP_LTZ(6), cost DECIMAL(12, 2), lots BIGINT, price DOUBLE, `day` DATE";
    apply(now, "tidemark.renamed.cost", "amount");
    Table evolved = table();
    assertEquals(
        List.of("key STRING", "note STRING", "event_time TIMESTAMP_LTZ(6)", "cost DECIMAL(12, 2)", "lots BIGINT", "price DOUBLE", "day DATE"),
        columns(evolved));
    assertEquals(version(table).replace("v2.", "v3."), version(evolved), "one commit");
    assertEquals(List.of("key=a note=null cost=2.50 lots=7 price=1.5"), read(IcebergGenerics.read(evolved)));

    Record row = org.apache.iceberg.data.GenericRecord.create(evolved.schema());
    row.setField("key", "b");
    row.setField("note", "new");
    row.setField("lots", 5_000_000_000L);
    row.setField("price", 0.1);
    row.setField("cost", new BigDecimal("1234567890.12"));
    row.setField("day", java.time.LocalDate.parse("2013-10-07"));
    append(evolved, row);
    assertEquals(
        List.of("key=a note=null cost=2.50 lots=7 price=1.5", "key=b note=new cost=1234567890.12 lots=5000000000 price=0.1"),
        read(IcebergGenerics.read(evolved)));
    // Of the past, the columns of the past.
    assertEquals(List.of("key=a lots=7 price=1.5 amount=2.50"), read(IcebergGenerics.read(evolved).useSnapshot(first)));
    assertEquals(List.of("key=a lots=7 price=1.5 amount=2.50"), read(IcebergGenerics.read(evolved).asOfTime(then)));

    String before = version(table());
    apply(now, "tidemark.renamed.cost", "amount");
    assertEquals(before, version(table()), "the second time nothing differs");
  }

  @Test
  void aColumnThatNothingWasWrittenIntoGoesWithTheEditThatAddedIt() throws IOException {
    Table table = begun();
    List<String> before = columns(table);
    apply("note STRING, " + COLUMNS);
    assertEquals("note STRING", columns(table()).get(0));
    Table between = table();
    append(between, row(between, null, "b", "2013-10-07T13:30:00Z", 7, 1.5f, null, java.time.LocalDate.parse("2013-10-07")));
    apply(COLUMNS);
    assertEquals(before, columns(table()));
    assertEquals(List.of("key=a lots=7 price=1.5 amount=2.50", "key=b lots=7 price=1.5 amount=null"), read(IcebergGenerics.read(table())));
  }

  @Test
  void aColumnWithoutValuesMayBecomeAnother() throws IOException {
    begun();
    apply("note BIGINT, " + COLUMNS);
    apply("note STRING, " + COLUMNS);
    assertEquals("note STRING", columns(table()).get(0));
    assertEquals(1, read(IcebergGenerics.read(table())).size());
  }

  @Test
  void aColumnWithValuesGoesWhereTheDdlSaysSoAndTimeTravelStillHasIt() throws IOException {
    Table table = begun();
    String without = COLUMNS.replace("lots INT, ", "");
    Exception refused = assertThrows(IllegalArgumentException.class, () -> apply(without));
    assertTrue(refused.getMessage().contains("has the column lots (INT) with values in it, and its DDL has no such column: put it back; or"
        + " set 'tidemark.renamed.NAME' = 'lots' where it has another name now; or 'tidemark.dropped' = 'lots'"), refused.getMessage());
    apply(without, "tidemark.dropped", "lots");
    assertEquals(List.of("key=a price=1.5 amount=2.50"), read(IcebergGenerics.read(table())));
    assertEquals(
        List.of("key=a lots=7 price=1.5 amount=2.50"),
        read(IcebergGenerics.read(table()).useSnapshot(table.currentSnapshot().snapshotId())));
  }

  @Test
  void aRenamingIsUndoneByUndoingTheEdit() throws IOException {
    Table table = begun();
    List<String> before = columns(table);
    apply(COLUMNS.replace("lots", "pieces"), "tidemark.renamed.pieces", "lots");
    assertEquals(List.of("key=a pieces=7 price=1.5 amount=2.50"), read(IcebergGenerics.read(table())));
    apply(COLUMNS);
    assertEquals(before, columns(table()));
    assertEquals(List.of("key=a lots=7 price=1.5 amount=2.50"), read(IcebergGenerics.read(table())));
  }

  @Test
  void aWideningIsUndoneByLeavingTheTableWide() throws IOException {
    begun();
    apply(COLUMNS.replace("lots INT", "lots BIGINT").replace("DECIMAL(9, 2)", "DECIMAL(12, 2)"));
    String before = version(table());
    apply(COLUMNS);
    assertEquals(before, version(table()));
    assertEquals("lots BIGINT", columns(table()).get(2));
  }

  @Test
  void partitionsAndPropertiesFollowTheDdlAndAreTakenBackWithIt() throws IOException {
    Table table = begun();
    apply(COLUMNS, "tidemark.partitioned-by", "day, bucket(4, key)", "write.target-file-size-bytes", "5", "history.expire.max-snapshot-age-ms", "9",
        "tidemark.key", "key, day");
    Table evolved = table();
    assertEquals("day=identity key_bucket_4=bucket[4]", partitions(evolved));
    assertEquals("5", evolved.properties().get("write.target-file-size-bytes"));
    assertEquals("9", evolved.properties().get("history.expire.max-snapshot-age-ms"));
    assertEquals("gold, key: key, day", evolved.properties().get("comment"));
    assertEquals(version(table).replace("v2.", "v3."), version(evolved), "one commit");
    evolved.updateProperties().set("write.somebody-elses", "stays").commit();

    apply(COLUMNS);
    Table undone = table();
    assertEquals("day=identity", partitions(undone));
    assertFalse(undone.properties().containsKey("write.target-file-size-bytes"));
    assertFalse(undone.properties().containsKey("history.expire.max-snapshot-age-ms"));
    assertEquals("stays", undone.properties().get("write.somebody-elses"));
    assertEquals("gold, key: key", undone.properties().get("comment"));
    append(undone, row(undone, "b", "2013-10-07T13:30:00Z", 7, 1.5f, null, null));
    assertEquals(2, read(IcebergGenerics.read(undone)).size());
    apply(COLUMNS, "tidemark.partitioned-by", "day, bucket(4, key)");
    assertEquals("day=identity key_bucket_4=bucket[4]", partitions(table()));
  }

  @Test
  void theFormatVersionOnlyRises() throws IOException {
    begun();
    apply(COLUMNS, "format-version", "1");
    assertEquals(2, ((HasTableOperations) table()).operations().current().formatVersion());
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(COLUMNS.replace("lots INT", "lots STRING"), "has the column lots of type INT, and its DDL has it of type STRING: give it INT"),
        Arguments.of(COLUMNS.replace("DECIMAL(9, 2)", "DECIMAL(9, 3)"), "has the column amount of type DECIMAL(9, 2), and its DDL has it of type DECIMAL(9, 3)"),
        Arguments.of(COLUMNS.replace("lots INT", "lots INT NOT NULL"), "has the column lots, in which there may be NULL, and its DDL has it NOT NULL"),
        Arguments.of(COLUMNS + ", note STRING NOT NULL", "has no column note, and its DDL has it NOT NULL, which old rows cannot be"),
        Arguments.of("key STRING, event_time TIMESTAMP_LTZ(6), `day` DATE", "has the column lots (INT) with values in it"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesWhatWouldLoseSomethingAndChangesNoTable(String columns, String message) throws IOException {
    String before = version(begun());
    Ddl ddl = new Ddl(folder).with("moves", columns).with("added", "x STRING, " + COLUMNS).with("bars", COLUMNS);
    LakeSchema.apply(new Ddl(folder).with("added", COLUMNS).compiled());
    Exception error = assertThrows(IllegalArgumentException.class, () -> LakeSchema.apply(ddl.compiled()));
    String said = error.getMessage();
    assertTrue(said.startsWith("The lake table lake.moves (tidemark.moves in " + HadoopCatalog.class.getName() + ", file:"), said);
    assertTrue(said.contains(message), said);
    assertEquals(before, version(table()));
    assertEquals("key STRING", columns(new Lake(folder).load("added")).get(0));
    assertFalse(Files.exists(folder.resolve("tidemark/bars")), "no table is made either");
  }

  @Test
  void saysWhatIsWrongWithEveryTableAtOnce() throws IOException {
    begun();
    LakeSchema.apply(new Ddl(folder).with("bars", COLUMNS).compiled());
    Table bars = new Lake(folder).load("bars");
    append(bars, row(bars, "a", "2013-10-07T13:30:00Z", 7, 1.5f, new BigDecimal("2.50"), null));
    String foreign = "key STRING, event_time TIMESTAMP_LTZ(6), lots STRING, price STRING, `day` DATE";
    Exception error =
        assertThrows(
            IllegalArgumentException.class,
            () -> LakeSchema.apply(new Ddl(folder).with("moves", foreign).with("bars", foreign).compiled()));
    List<String> said = error.getMessage().lines().collect(Collectors.toList());
    assertEquals(6, said.size(), error.getMessage());
    assertEquals(3, said.stream().filter(line -> line.startsWith("The lake table lake.bars ")).count());
    for (String column : List.of("lots", "price", "amount")) {
      assertEquals(2, said.stream().filter(line -> line.contains("has the column " + column)).count(), column);
    }
  }

  /** A catalog in which the name is taken by something that is no Iceberg table, as Glue says it. */
  public static final class Foreign extends HadoopCatalog {
    @Override
    public Table loadTable(TableIdentifier id) {
      throw new NoSuchIcebergTableException("Input Glue table is not an iceberg table: lake.%s (type=null)", id);
    }
  }

  @Test
  void refusesWhatIsNoIcebergTable() {
    Ddl ddl = new Ddl(folder).in(Foreign.class).with("moves", COLUMNS);
    Exception error = assertThrows(IllegalArgumentException.class, () -> LakeSchema.apply(ddl.compiled()));
    assertTrue(error.getMessage().startsWith("The lake table lake.moves cannot be tidemark.moves in " + Foreign.class.getName()
        + ": what has this name there is no Iceberg table (Input Glue table is not an iceberg table"), error.getMessage());
  }

  @Test
  void whatSomebodyCommitsMeanwhileIsKept() throws IOException {
    Table table = begun();
    LakeTable definition = new Ddl(folder).with("moves", COLUMNS + ", note STRING", "tidemark.key", "key, day").compiled().all().get(0);
    try (LakeTable.Opened opened = definition.open()) {
      Evolution evolution = Evolution.of(opened);
      append(table, row(table, "b", "2013-10-07T13:30:00Z", 7, 1.5f, null, null));
      assertThrows(org.apache.iceberg.exceptions.CommitFailedException.class, evolution::commit);
    }
    apply(COLUMNS + ", note STRING");
    assertEquals(List.of("key=a lots=7 price=1.5 amount=2.50 note=null", "key=b lots=7 price=1.5 amount=null note=null"),
        read(IcebergGenerics.read(table())));
  }

  /** A catalog in which somebody else commits to a table just before each of our commits, so many times. */
  public static final class Busy extends HadoopCatalog {
    static int times;

    @Override
    protected TableOperations newTableOps(TableIdentifier id) {
      TableOperations real = super.newTableOps(id);
      return (TableOperations)
          Proxy.newProxyInstance(
              Busy.class.getClassLoader(),
              new Class<?>[] {TableOperations.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("commit") && times-- > 0) {
                  TableOperations other = super.newTableOps(id);
                  TableMetadata there = other.refresh();
                  other.commit(there, there.replaceProperties(Map.of("times", String.valueOf(times))));
                }
                try {
                  return method.invoke(real, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }

  @Test
  void looksAgainWhereAJobCommitsAllTheTime() throws IOException {
    begun();
    Busy.times = 3;
    LakeSchema.apply(new Ddl(folder).in(Busy.class).with("moves", COLUMNS + ", note STRING").compiled());
    assertEquals("note STRING", columns(table()).get(6));
    assertEquals("0", table().properties().get("times"));
    Busy.times = 100;
    assertThrows(
        org.apache.iceberg.exceptions.CommitFailedException.class,
        () -> LakeSchema.apply(new Ddl(folder).in(Busy.class).with("moves", COLUMNS + ", other STRING").compiled()));
    assertEquals(7, columns(table()).size());
  }
}
