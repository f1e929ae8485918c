package io.tidemark.runner.source;

import static io.tidemark.runner.source.GlobalWatermark.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher.RecordPublisherRunResult;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kinesis, subtasks and job master as a random interleaving of small steps: puts, polls (asked, answered, emitted record by record,
 * returned), discoveries, reports, answers (some lost), checkpoints, restarts with another parallelism, splits, merges.
 *
 * <p>Records are put in the order of their event times, one at a time. Then none may ever be late, even with an idle time-out of 0,
 * which leaves out every shard at its tip at once.
 */
class WatermarkSimulationTest {
  private static final int KEYS = 1024;

  private final GlobalWatermark global = new GlobalWatermark();
  private final Map<String, KinesisShard> kinesis = new HashMap<>();
  private final List<Subtask> subtasks = new ArrayList<>();
  private List<Tuple2<String, Long>> savedWatermarks = List.of();
  private Map<String, Integer> savedPositions = new HashMap<>();
  private Random random;
  private long idle;
  private long now;
  private long time;
  private int attempt;
  private long latest = NONE;
  private int moves;

  private static final class KinesisShard {
    final String id;
    final String parent;
    final String adjacent;
    final int from;
    final int to;
    final List<Long> records = new ArrayList<>();
    boolean closed;

    KinesisShard(String id, String parent, String adjacent, int from, int to) {
      this.id = id;
      this.parent = parent;
      this.adjacent = adjacent;
      this.from = from;
      this.to = to;
    }
  }

  /** One shard's thread: what it does next depends on where its poll is. */
  private final class Reader {
    final KinesisShard shard;
    final ShardProgress progress;
    final Subtask owner;
    int position;
    boolean ended;
    boolean polling;
    long numberAtStart;
    List<Long> batch;
    int emittedOfBatch;
    long behind;
    boolean last;

    Reader(KinesisShard shard, ShardProgress progress, Subtask owner, int position, boolean ended) {
      this.shard = shard;
      this.progress = progress;
      this.owner = owner;
      this.position = position;
      this.ended = ended;
    }

    void step() {
      if (ended) {
        return;
      }
      if (!polling) {
        polling = true;
        numberAtStart = owner.progress.number();
        batch = null;
      } else if (batch == null) {
        int end = Math.min(shard.records.size(), position + random.nextInt(4));
        batch = new ArrayList<>(shard.records.subList(position, end));
        behind = end < shard.records.size() ? 1 : 0;
        last = shard.closed && behind == 0;
        emittedOfBatch = 0;
      } else if (emittedOfBatch < batch.size()) {
        Long event = batch.get(emittedOfBatch++);
        position++;
        if (event != null) {
          assertTrue(event > latest, () -> "a record of " + event + " in " + shard.id + " is late: the watermark is " + latest);
        }
        progress.onRecord(TimeOnly.row(event), now);
      } else if (behind >= 0) {
        progress.onBatch(behind);
        behind = -1;
      } else {
        polling = false;
        ended = last;
        progress.onPoll(numberAtStart, last ? RecordPublisherRunResult.COMPLETE : RecordPublisherRunResult.INCOMPLETE);
      }
    }
  }

  private final class Subtask {
    final int index;
    final int parallelism;
    final SubtaskProgress progress;
    final Map<String, Reader> readers = new HashMap<>();
    long emitted = NONE;
    SubtaskReport report;
    GlobalAnswer answer;

    Subtask(int index, int parallelism, RestoredWatermarks restored) {
      this.index = index;
      this.parallelism = parallelism;
      this.progress = new SubtaskProgress(index, parallelism, attempt, idle);
      emit(restored.emitted());
      discover(restored);
    }

    void discover(RestoredWatermarks restored) {
      for (KinesisShard shard : kinesis.values()) {
        if (Math.floorMod(shard.id.hashCode(), parallelism) == index && !readers.containsKey(shard.id)) {
          int saved = savedPositions.getOrDefault(shard.id, 0);
          boolean past = saved < 0;
          ShardProgress added =
              new ShardProgress(
                  shard.id, shard.parent, shard.adjacent, BigInteger.valueOf(shard.from), BigInteger.valueOf(shard.to),
                  restored.of(shard.id), past, TimeOnly::new, () -> now);
          progress.add(added);
          readers.put(shard.id, new Reader(shard, added, this, past ? shard.records.size() : saved, past));
        }
      }
    }

    /** The exchange in three steps, of which any number of others come between. */
    void exchange() {
      if (report == null) {
        report = progress.report();
      } else if (answer == null) {
        answer = global.report(report);
        if (random.nextInt(10) == 0) {
          report = null; // the answer is lost
          answer = null;
        }
      } else {
        progress.onAnswer(report, answer);
        emit(answer.watermark);
        report = null;
        answer = null;
      }
    }

    void emit(long watermark) {
      if (watermark > emitted) {
        emitted = watermark;
        moves += watermark > latest ? 1 : 0;
        latest = Math.max(latest, watermark);
      }
    }
  }

  private void start(int parallelism) {
    RestoredWatermarks restored = RestoredWatermarks.from(savedWatermarks);
    latest = NONE;
    subtasks.clear();
    for (int index = 0; index < parallelism; index++) {
      subtasks.add(new Subtask(index, parallelism, restored));
    }
    long least = restored.emitted();
    assertTrue(subtasks.stream().allMatch(subtask -> subtask.emitted == least), "a restore keeps the watermark");
    attempt++;
  }

  private void checkpoint() {
    List<Tuple2<String, Long>> watermarks = new ArrayList<>();
    Map<String, Integer> positions = new HashMap<>();
    for (Subtask subtask : subtasks) {
      watermarks.addAll(RestoredWatermarks.entries(subtask.emitted, subtask.progress.shards()));
      subtask.readers.forEach((id, reader) -> positions.put(id, reader.ended ? -1 : reader.position));
    }
    savedWatermarks = watermarks;
    savedPositions = positions;
  }

  private List<KinesisShard> open() {
    List<KinesisShard> open = new ArrayList<>(kinesis.values());
    open.removeIf(shard -> shard.closed);
    open.sort((a, b) -> a.from - b.from);
    return open;
  }

  private void put(boolean readable) {
    int key = random.nextInt(KEYS);
    // most keys go to few shards, so that others are quiet for long
    int skewed = random.nextInt(5) > 0 ? key % 200 : key;
    open().stream().filter(shard -> shard.from <= skewed && skewed <= shard.to).findFirst().orElseThrow()
        .records.add(readable ? Long.valueOf(++time) : null);
  }

  private KinesisShard child(KinesisShard parent, KinesisShard adjacent, int from, int to) {
    KinesisShard child =
        new KinesisShard("shard-" + kinesis.size(), parent == null ? null : parent.id, adjacent == null ? null : adjacent.id, from, to);
    kinesis.put(child.id, child);
    return child;
  }

  private void reshard() {
    List<KinesisShard> open = open();
    int at = random.nextInt(open.size());
    KinesisShard shard = open.get(at);
    if (random.nextBoolean() && at + 1 < open.size()) {
      KinesisShard adjacent = open.get(at + 1);
      shard.closed = true;
      adjacent.closed = true;
      child(shard, adjacent, shard.from, adjacent.to);
    } else if (shard.to > shard.from) {
      shard.closed = true;
      int middle = (shard.from + shard.to) / 2;
      child(shard, null, shard.from, middle);
      child(shard, null, middle + 1, shard.to);
    }
  }

  private void step() {
    Subtask subtask = subtasks.get(random.nextInt(subtasks.size()));
    int dice = random.nextInt(1000);
    if (dice < 150) {
      put(dice >= 15);
    } else if (dice < 400) {
      subtask.exchange();
    } else if (dice < 420) {
      subtask.discover(RestoredWatermarks.none());
    } else if (dice < 426 && kinesis.size() < 40) {
      reshard();
    } else if (dice < 432) {
      checkpoint();
    } else if (dice < 434) {
      start(1 + random.nextInt(4));
    } else if (!subtask.readers.isEmpty()) {
      List<Reader> readers = new ArrayList<>(subtask.readers.values());
      // one of the shards is read far more seldom than the others
      Reader reader = readers.get(random.nextInt(random.nextInt(4) == 0 ? readers.size() : Math.max(1, readers.size() - 1)));
      reader.step();
    }
    now += random.nextInt(3);
  }

  /** A closing clock to every open shard, then enough steps of everybody: the watermark must arrive. */
  private void finish() {
    long closing = time + 1;
    open().forEach(shard -> shard.records.add(closing));
    for (int round = 0; round < 3000 && !subtasks.stream().allMatch(subtask -> subtask.emitted == closing - 1); round++) {
      for (Subtask subtask : subtasks) {
        subtask.discover(RestoredWatermarks.none());
        subtask.exchange();
        new ArrayList<>(subtask.readers.values()).forEach(Reader::step);
      }
      now += 10;
    }
    for (Subtask subtask : subtasks) {
      assertEquals(closing - 1, subtask.emitted, "subtask " + subtask.index + " of " + subtasks.size());
    }
  }

  @ParameterizedTest(name = "idle time-out {0}")
  @ValueSource(longs = {0, 3, 500})
  void noRecordIsEverLateAndTheWatermarkArrives(long idleMillis) {
    for (int seed = 0; seed < 100; seed++) {
      random = new Random(seed * 31L + idleMillis);
      idle = idleMillis;
      reset();
      try {
        for (int steps = 0; steps < 4000; steps++) {
          step();
        }
        finish();
      } catch (AssertionError e) {
        throw new AssertionError("with seed " + seed + ": " + e.getMessage(), e);
      }
      assertTrue(moves > 20, "the watermark moved only " + moves + " times with seed " + seed);
    }
  }

  private void reset() {
    kinesis.clear();
    savedWatermarks = List.of();
    savedPositions = new HashMap<>();
    time = 0;
    moves = 0;
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      child(null, null, KEYS * i / count, KEYS * (i + 1) / count - 1);
    }
    start(1 + random.nextInt(4));
  }
}
