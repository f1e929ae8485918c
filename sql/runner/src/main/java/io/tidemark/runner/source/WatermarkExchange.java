package io.tidemark.runner.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.runtime.taskexecutor.GlobalAggregateManager;
import org.apache.flink.util.InstantiationUtil;

/** How a subtask reaches the {@link GlobalWatermark} of its source. */
@FunctionalInterface
interface WatermarkExchange {
  GlobalAnswer report(SubtaskReport report) throws IOException;

  /** Through the job master. Reports travel as bytes, because Flink's RPC does not know the classes of this jar. */
  static WatermarkExchange through(GlobalAggregateManager manager, String name) {
    return report ->
        fromBytes(manager.updateGlobalAggregate(name, InstantiationUtil.serializeObject(report), new Aggregate()));
  }

  private static <T> T fromBytes(byte[] bytes) throws IOException {
    try {
      return InstantiationUtil.deserializeObject(bytes, WatermarkExchange.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IOException("The job master and this subtask run different versions of the runner jar", e);
    }
  }

  /** Flink's form of {@link GlobalWatermark}. */
  final class Aggregate implements AggregateFunction<byte[], Aggregate.State, byte[]> {
    private static final long serialVersionUID = 1L;

    static final class State {
      final GlobalWatermark watermark = new GlobalWatermark();
      GlobalAnswer answer;
    }

    @Override
    public State createAccumulator() {
      return new State();
    }

    @Override
    public State add(byte[] report, State state) {
      try {
        state.answer = state.watermark.report(fromBytes(report));
        return state;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public byte[] getResult(State state) {
      try {
        return InstantiationUtil.serializeObject(state.answer);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public State merge(State a, State b) {
      throw new UnsupportedOperationException("the job master merges no global aggregates");
    }
  }
}
