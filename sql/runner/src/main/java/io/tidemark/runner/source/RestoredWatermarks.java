package io.tidemark.runner.source;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.java.tuple.Tuple2;

/** The watermarks of a checkpoint: those of all shards, and the least of what the subtasks had emitted. */
final class RestoredWatermarks {
  /** Stands where a shard's id would for the watermark that a subtask had emitted. */
  private static final String EMITTED = "";

  private final Map<String, Long> shards = new HashMap<>();
  private long emitted = GlobalWatermark.NONE;

  static RestoredWatermarks none() {
    return new RestoredWatermarks();
  }

  /** @param entries what {@link #entries} gave in all subtasks, in any order */
  static RestoredWatermarks from(Iterable<Tuple2<String, Long>> entries) {
    RestoredWatermarks restored = new RestoredWatermarks();
    long least = Long.MAX_VALUE;
    for (Tuple2<String, Long> entry : entries) {
      if (entry.f0.equals(EMITTED)) {
        least = Math.min(least, entry.f1);
      } else {
        restored.shards.merge(entry.f0, entry.f1, Math::max); // a subtask that had not started yet hands on what it got
      }
    }
    restored.emitted = least == Long.MAX_VALUE ? GlobalWatermark.NONE : least;
    return restored;
  }

  static List<Tuple2<String, Long>> entries(long emitted, Iterable<ShardProgress> shards) {
    List<Tuple2<String, Long>> entries = new ArrayList<>();
    entries.add(Tuple2.of(EMITTED, emitted));
    shards.forEach(shard -> entries.add(Tuple2.of(shard.id(), shard.watermark())));
    return entries;
  }

  List<Tuple2<String, Long>> entries() {
    List<Tuple2<String, Long>> entries = entries(emitted, List.of());
    shards.forEach((id, watermark) -> entries.add(Tuple2.of(id, watermark)));
    return entries;
  }

  /** The watermark of a shard, {@link GlobalWatermark#NONE} if it had none. */
  long of(String shardId) {
    return shards.getOrDefault(shardId, GlobalWatermark.NONE);
  }

  long emitted() {
    return emitted;
  }
}
