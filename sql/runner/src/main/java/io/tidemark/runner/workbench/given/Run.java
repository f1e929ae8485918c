package io.tidemark.runner.workbench.given;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.data.RowData;

/**
 * What goes into and comes out of one run of a job. The operators run in the same JVM and find it by its id, which is
 * among the job's parameters, so that one plan can run again with other rows.
 */
final class Run {
    /** The name of the job parameter that holds the run's id. */
    static final String PARAMETER = "tidemark.run";

    private static final Map<String, Run> RUNS = new ConcurrentHashMap<>();

    /** A given row in the order of arrival. */
    static final class Arrival {
        final RowData row;
        /** The shard whose watermark it moves, from 0. */
        final int shard;
        /** What its shard is chosen by: rows of the same key stay in order, whatever the parallelism. */
        final String key;

        Arrival(RowData row, int shard, String key) {
            this.row = row;
            this.shard = shard;
            this.key = key;
        }
    }

    private final Map<String, List<Arrival>> given;
    private final Set<String> read = ConcurrentHashMap.newKeySet();
    private final Map<String, Map<ObjectNode, Integer>> found = new ConcurrentHashMap<>();

    private final Listener listener;

    private Run(Map<String, List<Arrival>> given, Listener listener) {
        this.given = given;
        this.listener = listener;
    }

    /** Is told of each row as it comes (+1) or is taken back (-1). */
    interface Listener {
        void found(ObjectNode row, int change);
    }

    /** Makes the rows by relation known under the id until {@link #close}. */
    static Run open(String id, Map<String, List<Arrival>> given) {
        return open(id, given, null);
    }

    /** As above; the rows that come out go to the listener, and are not kept. */
    static Run open(String id, Map<String, List<Arrival>> given, Listener listener) {
        Run run = new Run(given, listener);
        RUNS.put(id, run);
        return run;
    }

    static void close(String id) {
        RUNS.remove(id);
    }

    /** Throws where the run is over. */
    static Run of(String id) {
        Run run = RUNS.get(id);
        if (run == null) {
            throw new IllegalStateException("There is no run " + id + " any more");
        }
        return run;
    }

    /** The given rows of a relation in the order of arrival. */
    List<Arrival> given(String relation) {
        read.add(relation);
        return given.getOrDefault(relation, List.of());
    }

    /** The relations whose rows were asked for. */
    Set<String> read() {
        return read;
    }

    /** Counts a row of the changelog: +1 for one that comes, -1 for one that is taken back. */
    void found(String relation, ObjectNode row, int change) {
        if (listener != null) {
            listener.found(row, change);
            return;
        }
        found.computeIfAbsent(relation, name -> new LinkedHashMap<>());
        Map<ObjectNode, Integer> rows = found.get(relation);
        synchronized (rows) {
            rows.merge(row, change, (before, now) -> before + now == 0 ? null : before + now);
        }
    }

    /**
     * The rows that are left in a relation, in the order in which they came. Throws where more were taken back than
     * came.
     */
    List<ObjectNode> rows(String relation) {
        List<ObjectNode> rows = new ArrayList<>();
        found.getOrDefault(relation, Map.of()).forEach((row, count) -> {
            if (count < 0) {
                throw new IllegalStateException(relation + " took back a row that it never gave: " + row);
            }
            for (int i = 0; i < count; i++) {
                rows.add(row);
            }
        });
        return rows;
    }
}
