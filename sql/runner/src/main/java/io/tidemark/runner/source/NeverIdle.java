package io.tidemark.runner.source;

import org.apache.flink.streaming.api.functions.source.SourceFunction.SourceContext;
import org.apache.flink.streaming.api.watermark.Watermark;

/** Passes everything on but idleness: a subtask without shards waits for the job's watermark like all others. */
final class NeverIdle<T> implements SourceContext<T> {
  private final SourceContext<T> inner;

  NeverIdle(SourceContext<T> inner) {
    this.inner = inner;
  }

  @Override
  public void collect(T element) {
    inner.collect(element);
  }

  @Override
  public void collectWithTimestamp(T element, long timestamp) {
    inner.collectWithTimestamp(element, timestamp);
  }

  @Override
  public void emitWatermark(Watermark mark) {
    inner.emitWatermark(mark);
  }

  @Override
  public void markAsTemporarilyIdle() {}

  @Override
  public Object getCheckpointLock() {
    return inner.getCheckpointLock();
  }

  @Override
  public void close() {
    inner.close();
  }
}
