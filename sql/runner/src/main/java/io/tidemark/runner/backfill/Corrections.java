package io.tidemark.runner.backfill;

import java.nio.charset.StandardCharsets;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.core.SdkBytes;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.core.exception.SdkException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.http.apache.ApacheHttpClient;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.regions.Region;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.KinesisClient;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.KinesisClientBuilder;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import org.apache.iceberg.data.Record;

/**
 * Sends corrected rows to the stream that the job's own sink writes, so that every store gets them: a row as a JSON object,
 * as the contract has it. They carry the time at which they were made now, so that they win.
 */
final class Corrections {
  private static final int AT_ONCE = 500;
  private static final int TRIES = 10;
  private static final String AGAIN =
      "The lake is done; run the same backfill with --resend when the stream can be reached";

  private final Map<String, String> sink;
  private final Set<String> columns;
  private final List<PutRecordsRequestEntry> waiting = new ArrayList<>();
  private final String partitionKey;

  /**
   * @param sink the options of the Kinesis table
   * @param columns those of the sink: a row's others are left out
   * @param partitionKey the column by which the sink is partitioned
   */
  Corrections(Map<String, String> sink, Set<String> columns, String partitionKey) {
    this.sink = sink;
    this.columns = columns;
    this.partitionKey = partitionKey;
  }

  /** Sends all, in the order of time, and returns how many. Throws where some are refused again and again. */
  long send(List<Record> rows, String time) {
    List<Record> ordered = new ArrayList<>(rows);
    ordered.sort(Comparator.comparingLong(row -> LakeRows.micros(row, time)));
    try (KinesisClient kinesis = client()) {
      for (Record row : ordered) {
        Set<String> others = new HashSet<>();
        row.struct().fields().forEach(field -> others.add(field.name()));
        others.removeAll(columns);
        waiting.add(
            PutRecordsRequestEntry.builder()
                .partitionKey(String.valueOf(row.getField(partitionKey)))
                .data(SdkBytes.fromByteArray(RowValues.json(row, others).toString().getBytes(StandardCharsets.UTF_8)))
                .build());
        if (waiting.size() == AT_ONCE) {
          put(kinesis);
        }
      }
      put(kinesis);
    } catch (SdkException e) {
      throw new IllegalStateException(
          "Corrected rows cannot be sent to the stream " + sink.get("stream") + ": " + e.getMessage() + ". " + AGAIN, e);
    }
    return ordered.size();
  }

  private void put(KinesisClient kinesis) {
    for (int tried = 0; !waiting.isEmpty(); tried++) {
      List<PutRecordsRequestEntry> entries = List.copyOf(waiting);
      PutRecordsResponse answer = kinesis.putRecords(put -> put.streamName(sink.get("stream")).records(entries));
      waiting.clear();
      String error = null;
      for (int i = 0; i < entries.size(); i++) {
        if (answer.records().get(i).errorCode() != null) {
          error = answer.records().get(i).errorCode() + ": " + answer.records().get(i).errorMessage();
          waiting.add(entries.get(i));
        }
      }
      if (error != null && tried == TRIES) {
        throw new IllegalStateException(
            "The stream " + sink.get("stream") + " does not take " + waiting.size() + " corrected rows (" + error
                + "). " + AGAIN);
      }
      if (error != null) {
        sleep(100L << Math.min(tried, 6));
      }
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Stopped while corrected rows were sent", e);
    }
  }

  private KinesisClient client() {
    KinesisClientBuilder builder =
        KinesisClient.builder().region(Region.of(sink.get("aws.region"))).httpClient(ApacheHttpClient.create());
    if (sink.get("aws.endpoint") != null) {
      builder.endpointOverride(URI.create(sink.get("aws.endpoint")));
    }
    return builder.build();
  }
}
