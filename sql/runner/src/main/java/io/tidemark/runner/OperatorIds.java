package io.tidemark.runner;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.dag.Transformation;

/**
 * Ids for the operators that a connector adds by itself. The planner's own operators have ids from the compiled plan; one
 * without an id gets one from its place in the whole job, so any edit elsewhere would lose its state (Iceberg's committer
 * keeps there the files that it has yet to commit).
 */
final class OperatorIds {
    private OperatorIds() {}

    /** Gives each operator without an id one that is made of its sink's name and its own. */
    static void complete(List<Transformation<?>> sinks) {
        Set<Transformation<?>> seen = new HashSet<>();
        Set<String> used = new HashSet<>();
        for (Transformation<?> sink : sinks) {
            visit(sink, sink.getName(), seen, used);
        }
    }

    private static void visit(Transformation<?> operator, String sink, Set<Transformation<?>> seen, Set<String> used) {
        if (!seen.add(operator)) {
            return;
        }
        if (operator.getUid() == null) {
            String name = sink + "/" + operator.getName();
            String uid = name;
            for (int n = 2; !used.add(uid); n++) {
                uid = name + "#" + n;
            }
            operator.setUid(uid);
        }
        operator.getInputs().forEach(input -> visit(input, sink, seen, used));
    }
}
