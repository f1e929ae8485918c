import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Types;

/**
 * A program that writes trades of one day into a table of the emulator's lake, a small file a commit, as the job does.
 * Arguments: endpoint, bucket, database, table, commits, rows a commit, milliseconds between two commits afterwards. It
 * makes the commits, prints {@code ready}, and goes on committing beside whatever else happens. For each line {@code plan}
 * on stdin it prints how many files a query would read and how long finding them takes, for {@code stop} how many rows it
 * wrote.
 */
public final class Committer {
  private static final Schema TRADES =
      new Schema(
          Types.NestedField.optional(1, "trade_id", Types.StringType.get()),
          Types.NestedField.optional(2, "symbol", Types.StringType.get()),
          Types.NestedField.optional(3, "event_time", Types.TimestampType.withZone()),
          Types.NestedField.optional(4, "price", Types.DoubleType.get()),
          Types.NestedField.optional(5, "size", Types.LongType.get()),
          Types.NestedField.optional(6, "day", Types.DateType.get()));
  private static final LocalDate DAY = LocalDate.of(2026, 1, 5);

  private final Table table;
  private final int rowsEach;
  private long rows;
  private long commits;
  private volatile boolean stopped;

  private Committer(Table table, int rowsEach) {
    this.table = table;
    this.rowsEach = rowsEach;
  }

  public static void main(String[] args) throws Exception {
    String endpoint = args[0];
    Catalog catalog =
        CatalogUtil.loadCatalog(
            "org.apache.iceberg.aws.glue.GlueCatalog",
            "lake",
            Map.of(
                "warehouse", "s3://" + args[1] + "/lake",
                "io-impl", "org.apache.iceberg.aws.s3.S3FileIO",
                "client.region", "us-east-1",
                "glue.endpoint", endpoint,
                "s3.endpoint", endpoint,
                "s3.path-style-access", "true"),
            new Configuration());
    TableIdentifier id = TableIdentifier.of(args[2], args[3]);
    Table table =
        catalog.createTable(
            id,
            TRADES,
            PartitionSpec.builderFor(TRADES).identity("day").build(),
            Map.of(
                "format-version", "2",
                "write.metadata.delete-after-commit.enabled", "true",
                "write.metadata.previous-versions-max", "10"));
    Committer committer = new Committer(table, Integer.parseInt(args[5]));
    for (int i = 0; i < Integer.parseInt(args[4]); i++) {
      committer.commit();
    }
    System.out.println("ready");
    Thread writing = new Thread(() -> committer.goOn(Long.parseLong(args[6])));
    writing.start();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null && !line.equals("stop"); line = lines.readLine()) {
      System.out.println(plan(catalog.loadTable(id)));
    }
    committer.stopped = true;
    writing.join();
    System.out.println("{\"rows\":" + committer.rows + ",\"commits\":" + committer.commits + "}");
  }

  private void goOn(long pauseMs) {
    try {
      while (!stopped) {
        commit();
        Thread.sleep(pauseMs);
      }
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private void commit() throws Exception {
    PartitionData day = new PartitionData(table.spec().partitionType());
    day.set(0, (int) DAY.toEpochDay());
    OutputFileFactory files = OutputFileFactory.builderFor(table, 0, commits).format(FileFormat.PARQUET).build();
    DataWriter<Record> writer =
        new GenericAppenderFactory(table.schema(), table.spec())
            .newDataWriter(files.newOutputFile(table.spec(), day), FileFormat.PARQUET, day);
    try (writer) {
      for (int i = 0; i < rowsEach; i++) {
        writer.write(trade(rows++));
      }
    }
    table.newAppend().appendFile(writer.toDataFile()).commit();
    commits++;
  }

  private Record trade(long number) {
    GenericRecord trade = GenericRecord.create(table.schema());
    trade.set(0, "t" + number);
    trade.set(1, "S" + number % 50);
    trade.set(2, OffsetDateTime.of(DAY, java.time.LocalTime.MIDNIGHT, ZoneOffset.UTC).plusNanos(number * 1_000_000));
    trade.set(3, 100 + Math.sin(number));
    trade.set(4, number % 1_000);
    trade.set(5, DAY);
    return trade;
  }

  private static String plan(Table table) throws Exception {
    long start = System.nanoTime();
    int files = 0;
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      for (FileScanTask task : tasks) {
        files++;
      }
    }
    return "{\"files\":" + files + ",\"ms\":" + (System.nanoTime() - start) / 1e6 + "}";
  }
}
