package io.tidemark.runner.lake;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.flink.util.IOUtils;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.flink.sink.SinkUtil;
import org.apache.iceberg.util.SnapshotUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes from the lake what was committed after the checkpoint that a job is restored from: the job reads those records and
 * writes those rows again. After a restore of the newest checkpoint there is nothing of the kind, and nothing is looked for.
 */
public final class CommittedSince {
  private static final Logger LOG = LoggerFactory.getLogger(CommittedSince.class);

  /** In the summary of a snapshot that tells a restored job where it is, and of one that removed rows for it. */
  static final String RESTORED = "tidemark.restored-from-checkpoint";

  /** Clocks of Kinesis and of this machine may differ; this only decides which files are looked into. */
  private static final Duration SLACK = Duration.ofMinutes(10);

  private CommittedSince() {}

  /** What becomes of a record of the stream when the job is restored. */
  public enum Fate {
    /** It was read before the checkpoint: its rows stay. */
    READ_BEFORE,
    /** It is read again, and its rows are written again. */
    READ_AGAIN,
    /** It would have to be read again, and is in the stream no more. */
    GONE
  }

  /** What is known of a stream and of how far it had been read. */
  public interface Stream {
    String name();

    Fate of(String shardId, String sequenceNumber, long subSequenceNumber);

    /** When the first record arrived that is there, in milliseconds since 1970. */
    OptionalLong firstArrival() throws Exception;
  }

  /** Asked for only where the lake may hold rows from after the checkpoint. */
  public interface StreamSource {
    Stream get() throws Exception;
  }

  /**
   * Removes them: at most one commit in each table. Done twice it changes nothing more. Throws {@link IllegalStateException},
   * having changed nothing, where records that the lake has are needed again and are in the stream no more.
   */
  public static void remove(LakeTables tables, RestoredFrom from, StreamSource source) throws Exception {
    List<LakeTable.Opened> opened = new ArrayList<>();
    Map<LakeTable.Opened, RowReplacement> changes = new LinkedHashMap<>();
    boolean looked = false;
    try {
      for (LakeTable table : tables.all()) {
        opened.add(table.open());
      }
      if (opened.stream().noneMatch(lake -> isAhead(lake, from))) {
        return;
      }
      // Trades last, as where there is no state: before the first watermark they alone say from which event on.
      opened.sort(Comparator.comparing(LakeTable.Opened::tellsTimes));
      Stream stream = source.get();
      OptionalLong event = firstEvent(opened, from, stream);
      for (LakeTable.Opened lake : opened) {
        if (lake.hasRows()) {
          changes.put(lake, new RowReplacement(lake.table()));
          find(lake, changes.get(lake), from, stream, event, tables.streams());
        }
      }
      looked = true;
      commit(changes, from);
    } finally {
      for (RowReplacement change : looked ? List.<RowReplacement>of() : changes.values()) {
        change.abort();
      }
      IOUtils.closeAllQuietly(opened);
    }
  }

  private static void commit(Map<LakeTable.Opened, RowReplacement> changes, RestoredFrom from) throws IOException {
    for (Map.Entry<LakeTable.Opened, RowReplacement> change : changes.entrySet()) {
      change.getValue().commit(Map.of(RESTORED, String.valueOf(from.checkpointId)));
      if (change.getValue().removed() > 0) {
        LOG.info(
            "The job is restored from checkpoint {}: {} rows of {} that were committed after it are removed, as they are written again",
            from.checkpointId, change.getValue().removed(), change.getKey().definition.name());
      }
    }
  }

  /** Whether its newest rows of a job may be from after the checkpoint. */
  private static boolean isAhead(LakeTable.Opened lake, RestoredFrom from) {
    if (!lake.hasRows()) {
      return false;
    }
    for (Snapshot snapshot : SnapshotUtil.currentAncestors(lake.table())) {
      Map<String, String> summary = snapshot.summary();
      String checkpoint = summary.get(SinkUtil.MAX_COMMITTED_CHECKPOINT_ID);
      if (checkpoint != null && !summary.containsKey(RESTORED)) {
        return !summary.get(SinkUtil.FLINK_JOB_ID).equals(from.jobId) || Long.parseLong(checkpoint) > from.checkpointId;
      }
    }
    return false;
  }

  /** The first moment (in microseconds) that the watermark had not passed: what lies before it is not given out again. */
  private static OptionalLong firstEvent(List<LakeTable.Opened> opened, RestoredFrom from, Stream stream) throws Exception {
    if (from.watermark != RestoredFrom.NONE) {
      return OptionalLong.of((from.watermark + 1) * 1000);
    }
    OptionalLong arrival = stream.firstArrival(); // nothing had been given out yet of what is in the stream
    return arrival.isPresent() ? ReadAgain.firstEvent(opened, arrival.getAsLong() * 1000) : arrival;
  }

  private static void find(
      LakeTable.Opened lake, RowReplacement change, RestoredFrom from, Stream stream, OptionalLong event, int streams)
      throws IOException {
    FoundBy by = lake.definition.foundBy();
    if (by != FoundBy.ARRIVED_AT) {
      if (event.isPresent()) {
        change.remove(by.rows(0, event.getAsLong()));
      }
      return;
    }
    Schema schema = lake.table().schema();
    if (schema.findField("shard_id") == null || schema.findField("sequence_number") == null) {
      LOG.warn(
          "{} has no columns shard_id and sequence_number, so nobody can tell which of its rows are from after checkpoint {}:"
              + " they are there twice from now on. Add the columns to its DDL, or start without state",
          lake.definition.name(), from.checkpointId);
      return;
    }
    if (streams > 1 && schema.findField("stream") == null) {
      throw new IllegalStateException(
          lake.definition.name() + " does not say from which of " + streams + " streams its rows are, so nobody can tell which of them"
              + " are from after checkpoint " + from.checkpointId + ", from which the job is to be restored. Restore the newest snapshot;"
              + " or start without state (SKIP_RESTORE_FROM_SNAPSHOT). With a column stream in its DDL older ones can be restored");
    }
    Gone gone = new Gone();
    change.remove(Expressions.alwaysFalse(), since(from), row -> isReadAgain(row, stream, gone));
    if (gone.records > 0) {
      throw new IllegalStateException(
          lake.definition.name() + " has " + gone.records + " records that arrived after checkpoint " + from.checkpointId
              + ", from which the job is to be restored, and that are in the stream " + stream.name() + " no more, the first of "
              + gone.first + ". Whoever goes on from there loses them. Restore a newer snapshot; or start without state"
              + " (SKIP_RESTORE_FROM_SNAPSHOT), which keeps what the stream does not have, and backfill the days of which a part is gone");
    }
  }

  private static Expression since(RestoredFrom from) {
    return from.readUpTo == RestoredFrom.NONE
        ? Expressions.alwaysTrue()
        : Expressions.greaterThanOrEqual(FoundBy.ARRIVED_AT.column(), (from.readUpTo - SLACK.toMillis()) * 1000);
  }

  private static boolean isReadAgain(Record row, Stream stream, Gone gone) {
    Object of = row.struct().field("stream") == null ? null : row.getField("stream");
    if (of != null && !of.equals(stream.name())) {
      return false;
    }
    Object sub = row.struct().field("sub_sequence_number") == null ? null : row.getField("sub_sequence_number");
    Fate fate =
        stream.of(
            (String) row.getField("shard_id"), (String) row.getField("sequence_number"), sub == null ? 0 : ((Number) sub).longValue());
    if (fate == Fate.GONE) {
      gone.add(row);
    }
    return fate == Fate.READ_AGAIN;
  }

  /** Records that cannot be read again. */
  private static final class Gone {
    private long records;
    private Instant first;

    void add(Record row) {
      records++;
      OffsetDateTime arrived = (OffsetDateTime) row.getField(FoundBy.ARRIVED_AT.column());
      if (arrived != null && (first == null || arrived.toInstant().isBefore(first))) {
        first = arrived.toInstant();
      }
    }
  }
}
