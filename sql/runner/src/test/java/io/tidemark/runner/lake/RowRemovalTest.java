package io.tidemark.runner.lake;

import static io.tidemark.runner.lake.Lake.append;
import static io.tidemark.runner.lake.Lake.files;
import static io.tidemark.runner.lake.Lake.keys;
import static io.tidemark.runner.lake.Lake.row;
import static io.tidemark.runner.lake.Lake.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.util.DateTimeUtil;
import org.apache.iceberg.util.SnapshotUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowRemovalTest {
  @TempDir Path folder;
  private Table table;

  @BeforeEach
  void create() {
    table = new Lake(folder).create("rejects", "arrived_at", "arrived_at");
  }

  private static Expression since(String time) {
    return FoundBy.ARRIVED_AT.rows(DateTimeUtil.microsFromTimestamptz(OffsetDateTime.parse(time)), 0);
  }

  private Record at(String key, String time) {
    return row(table, key, time, 1.5);
  }

  /** How many data files lie in the folder, whether the table knows them or not. */
  private long lying() throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(path -> path.toString().endsWith(".parquet")).count();
    }
  }

  @Test
  void filesThatMatchAsAWholeGoWithoutBeingRead() throws IOException {
    append(table, at("a", "2013-10-07T13:30:00Z"), at("b", "2013-10-07T13:30:01Z"));
    DataFile whole = append(table, at("c", "2013-10-07T13:30:02Z"), at("d", "2013-10-07T13:30:03Z"));
    List<String> before = files(table);
    Files.delete(Path.of(whole.location().replaceFirst("^file:", ""))); // so that reading it would fail
    assertEquals(2, RowRemoval.commit(table, since("2013-10-07T13:30:02Z")));
    assertEquals(List.of("a", "b"), keys(table));
    assertEquals(1, files(table).size());
    assertTrue(before.containsAll(files(table)), "nothing is rewritten");
  }

  @Test
  void ofAFileThatMatchesInPartTheOtherRowsStayExactly() throws IOException {
    append(
        table,
        row(table, "a", "2013-10-07T13:30:00.000001Z", 0.1 + 0.2),
        row(table, "b", "2013-10-07T13:30:00.999999Z", Double.MIN_VALUE),
        row(table, null, "2013-10-07T13:30:00Z", null),
        row(table, "d", null, -0.0, java.time.LocalDate.parse("2013-10-07")),
        at("gone", "2013-10-07T13:30:01Z"));
    List<String> before = rows(table);
    assertEquals(1, RowRemoval.commit(table, since("2013-10-07T13:30:01Z")));
    List<String> after = rows(table);
    assertEquals(before.stream().filter(row -> !row.contains("gone")).collect(Collectors.toList()), after);
    assertEquals(4, after.size());
    assertEquals(DataOperations.OVERWRITE, table.currentSnapshot().operation());
    assertEquals(1, files(table).size());
    assertTrue(files(table).get(0).startsWith("day=2013-10-07/"), files(table).toString());
  }

  @Test
  void whereNothingMatchesThereIsNoCommitAndNoFile() throws IOException {
    append(table, at("a", "2013-10-07T13:30:00Z"));
    append(table, row(table, "none", null, 1.0, java.time.LocalDate.parse("2013-10-07")));
    long snapshot = table.currentSnapshot().snapshotId();
    assertEquals(0, RowRemoval.commit(table, since("2013-10-07T13:30:00.000001Z")));
    table.refresh();
    assertEquals(snapshot, table.currentSnapshot().snapshotId());
    assertEquals(2, lying());
  }

  @Test
  void theSecondTimeNothingChanges() throws IOException {
    append(table, at("a", "2013-10-07T13:30:00Z"), at("b", "2013-10-07T13:30:05Z"));
    append(table, at("c", "2013-10-07T13:30:05Z"));
    assertEquals(2, RowRemoval.commit(table, since("2013-10-07T13:30:05Z")));
    table.refresh();
    long snapshot = table.currentSnapshot().snapshotId();
    List<String> files = files(table);
    assertEquals(0, RowRemoval.commit(table, since("2013-10-07T13:30:05Z")));
    table.refresh();
    assertEquals(snapshot, table.currentSnapshot().snapshotId());
    assertEquals(files, files(table));
    assertEquals(List.of("a"), keys(table));
  }

  @Test
  void severalPartitionsAreOneCommit() throws IOException {
    append(table, at("6", "2013-10-06T23:00:00Z"));
    append(table, at("7a", "2013-10-07T11:59:59Z"), at("7b", "2013-10-07T12:00:00Z"));
    append(table, at("8a", "2013-10-08T01:00:00Z"), at("8b", "2013-10-08T02:00:00Z"));
    append(table, at("8c", "2013-10-08T03:00:00Z"));
    long before = table.currentSnapshot().snapshotId();
    assertEquals(4, RowRemoval.commit(table, since("2013-10-07T12:00:00Z")));
    assertEquals(List.of("6", "7a"), keys(table));
    assertEquals(before, table.currentSnapshot().parentId());
    assertEquals(2, files(table).size());
    assertEquals(5, SnapshotUtil.currentAncestorIds(table).size());
  }

  @Test
  void rowsThatADeleteFileHidesDoNotComeBack() throws IOException {
    DataFile file = append(table, at("a", "2013-10-07T13:30:00Z"), at("hidden", "2013-10-07T13:30:00Z"), at("c", "2013-10-07T13:30:05Z"));
    PositionDeleteWriter<Record> writer =
        new GenericAppenderFactory(table.schema(), table.spec())
            .newPosDeleteWriter(
                OutputFileFactory.builderFor(table, 1, 1).build().newOutputFile(table.spec(), file.partition()),
                FileFormat.PARQUET,
                file.partition());
    try (writer) {
      writer.write(PositionDelete.<Record>create().set(file.location(), 1, null));
    }
    table.newRowDelta().addDeletes(writer.toDeleteFile()).commit();
    assertEquals(List.of("a", "c"), keys(table));
    assertEquals(1, RowRemoval.commit(table, since("2013-10-07T13:30:05Z")));
    assertEquals(List.of("a"), keys(table));
  }

  @Test
  void aFileThatSomeoneElseRemovedMeanwhileIsAnError() throws IOException {
    DataFile file = append(table, at("a", "2013-10-07T13:30:00Z"), at("b", "2013-10-07T13:30:05Z"));
    Table other = new Lake(folder).load("rejects");
    other.newDelete().deleteFile(file).commit();
    assertThrows(RuntimeException.class, () -> RowRemoval.commit(table, since("2013-10-07T13:30:05Z")));
    assertEquals(1, lying(), "what was written for the commit is gone again");
  }
}
