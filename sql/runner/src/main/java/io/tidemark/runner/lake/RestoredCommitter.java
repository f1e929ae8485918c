package io.tidemark.runner.lake;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.StreamOperatorStateContext;
import org.apache.flink.streaming.api.operators.StreamTaskStateInitializer;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeServiceAware;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.flink.TableLoader;
import org.apache.iceberg.flink.sink.SinkUtil;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * Iceberg's committer, for a job that is restored from a checkpoint older than what the table has. The committer would take the
 * newest checkpoint that the table knows of for its own, and commit nothing until its numbers are past that one: for as long as
 * the job had run since. So before it looks, a commit without rows says which checkpoint the job is at.
 */
final class RestoredCommitter<I, O> extends AbstractStreamOperatorFactory<O> implements OneInputStreamOperatorFactory<I, O> {
  private static final long serialVersionUID = 1L;

  /** The committer's own name for where it keeps the id of the job. */
  private static final ListStateDescriptor<String> JOB = new ListStateDescriptor<>("iceberg-flink-job-id", Types.STRING);

  private final StreamOperatorFactory<O> committer;
  private final TableLoader loader;

  RestoredCommitter(StreamOperatorFactory<O> committer, TableLoader loader) {
    this.committer = committer;
    this.loader = loader;
    this.chainingStrategy = committer.getChainingStrategy();
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T extends StreamOperator<O>> T createStreamOperator(StreamOperatorParameters<O> parameters) {
    if (committer instanceof ProcessingTimeServiceAware) {
      ((ProcessingTimeServiceAware) committer).setProcessingTimeService(processingTimeService);
    }
    OneInputStreamOperator<I, O> operator = committer.createStreamOperator(parameters);
    return (T)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {OneInputStreamOperator.class, BoundedOneInput.class},
            (proxy, method, arguments) -> {
              try {
                if (method.getName().equals("initializeState")) {
                  operator.initializeState(told(operator, (StreamTaskStateInitializer) arguments[0]));
                  return null;
                }
                return method.invoke(operator, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private StreamTaskStateInitializer told(StreamOperator<O> operator, StreamTaskStateInitializer initializer) {
    return (id, name, time, keys, serializer, closeables, metrics, memory, userKeys) -> {
      StreamOperatorStateContext state =
          initializer.streamOperatorStateContext(id, name, time, keys, serializer, closeables, metrics, memory, userKeys);
      OptionalLong checkpoint = state.getRestoredCheckpointId();
      String job = checkpoint.isPresent() ? jobOf(state.operatorStateBackend()) : null;
      if (job != null) {
        tell(job, operator.getOperatorID().toString(), checkpoint.getAsLong());
      }
      return state;
    };
  }

  private static String jobOf(OperatorStateBackend state) throws Exception {
    Iterator<String> jobs = state.getListState(JOB).get().iterator();
    return jobs.hasNext() ? jobs.next() : null;
  }

  private void tell(String job, String operator, long checkpoint) throws IOException {
    try (TableLoader open = loader.clone()) {
      open.open();
      Table table = open.loadTable();
      if (committed(table, job, operator) > checkpoint) {
        table
            .newAppend()
            .set(SinkUtil.FLINK_JOB_ID, job)
            .set(SinkUtil.OPERATOR_ID, operator)
            .set(SinkUtil.MAX_COMMITTED_CHECKPOINT_ID, String.valueOf(checkpoint))
            .set(CommittedSince.RESTORED, String.valueOf(checkpoint))
            .commit();
      }
    }
  }

  /** The newest checkpoint of the job that the table has, as the committer looks for it; -1 where it has none. */
  private static long committed(Table table, String job, String operator) {
    for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
      Map<String, String> summary = snapshot.summary();
      if (job.equals(summary.get(SinkUtil.FLINK_JOB_ID))
          && operator.equals(summary.getOrDefault(SinkUtil.OPERATOR_ID, operator))
          && summary.containsKey(SinkUtil.MAX_COMMITTED_CHECKPOINT_ID)) {
        return Long.parseLong(summary.get(SinkUtil.MAX_COMMITTED_CHECKPOINT_ID));
      }
    }
    return -1;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return committer.getStreamOperatorClass(classLoader);
  }
}
