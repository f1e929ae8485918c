package io.tidemark.runner.workbench.given;

import io.tidemark.runner.SqlFiles;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** The planners of one state of the SQL files, each in a thread of its own: Flink's planner is bound to its thread. */
final class Planners {
    private final SqlFiles files;
    private final ExecutorService streamingThread = thread();
    private final ExecutorService batchThread = thread();
    private final Future<Planner> streaming;
    private Future<Planner> batch;

    Planners(SqlFiles files) {
        this.files = files;
        streaming = streamingThread.submit(() -> new Planner(files, null));
    }

    /** What the planner in streaming mode says. Throws what it throws, {@code SqlProblems} where the SQL is refused. */
    <T> T streaming(Function<Planner, T> asked) throws Exception {
        return result(streamingThread.submit(() -> asked.apply(streaming.get())));
    }

    /** What the planner in batch mode says. */
    <T> T batch(Function<Planner, T> asked) throws Exception {
        Future<Planner> planner;
        synchronized (this) {
            if (batch == null) {
                batch = batchThread.submit(() -> new Planner(files, streaming.get()));
            }
            planner = batch;
        }
        return result(batchThread.submit(() -> asked.apply(planner.get())));
    }

    private static <T> T result(Future<T> future) throws Exception {
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            while (cause instanceof ExecutionException) {
                cause = cause.getCause();
            }
            throw cause instanceof Exception ? (Exception) cause : new IllegalStateException(cause);
        }
    }

    private static ExecutorService thread() {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "planner");
            thread.setDaemon(true);
            return thread;
        });
    }
}
