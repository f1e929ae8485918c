package io.tidemark.runner.workbench.given;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/** One Flink inside this JVM for all runs. */
final class Cluster {
    private static final int SLOTS = 16;
    /** More jobs side by side than cores, since a job waits for messages between its parts most of the time. */
    private static final Semaphore PLACES = new Semaphore(4);

    private static MiniCluster cluster;

    private Cluster() {}

    /** What the jobs are planned for, and what the cluster is started with. */
    static Configuration configuration() {
        return Configuration.fromMap(Map.ofEntries(
                Map.entry("rest.bind-port", "0"),
                Map.entry("rest.address", "127.0.0.1"),
                Map.entry("restart-strategy.type", "none"),
                Map.entry("jobmanager.scheduler", "Default"),
                Map.entry("execution.batch-shuffle-mode", "ALL_EXCHANGES_PIPELINED"),
                Map.entry("execution.buffer-timeout.interval", "1 ms"),
                Map.entry("slotmanager.requirement-check-delay", "0 ms"),
                Map.entry("slot-request.max-interval", "0 ms"),
                Map.entry("heartbeat.timeout", "600000"),
                Map.entry("classloader.check-leaked-classloader", "false"), // classes live longer than their job
                Map.entry("metrics.latency.interval", "0"),
                Map.entry("taskmanager.network.memory.buffers-per-channel", "0"),
                Map.entry("taskmanager.memory.network.min", "128m"),
                Map.entry("taskmanager.memory.network.max", "128m"),
                Map.entry("taskmanager.memory.managed.size", "192m")));
    }

    /** Runs a job to its end. Throws its failure. */
    static void run(JobGraph job) throws Exception {
        PLACES.acquire();
        try {
            JobID id = job.getJobID();
            CompletableFuture<JobResult> result =
                    started().submitJob(job).thenCompose(submitted -> started().requestJobResult(id));
            JobResult end = result.get();
            if (end.getSerializedThrowable().isPresent()) {
                throw failure(end.getSerializedThrowable().get().deserializeError(Cluster.class.getClassLoader()));
            }
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } finally {
            PLACES.release();
        }
    }

    /** The failure without what Flink wraps around it. */
    private static Exception failure(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new IllegalStateException("The run failed: " + root, thrown);
    }

    private static synchronized MiniCluster started() {
        if (cluster == null) {
            MiniCluster starting = new MiniCluster(new MiniClusterConfiguration.Builder()
                    .setConfiguration(configuration())
                    .setNumTaskManagers(1)
                    .setNumSlotsPerTaskManager(SLOTS)
                    .build());
            try {
                starting.start();
            } catch (Exception e) {
                throw new IllegalStateException("Flink does not start in this JVM: " + e.getMessage(), e);
            }
            cluster = starting;
        }
        return cluster;
    }

    /** Ends the cluster, if there is one. The next run starts another. */
    static synchronized void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
            cluster = null;
        }
    }
}
