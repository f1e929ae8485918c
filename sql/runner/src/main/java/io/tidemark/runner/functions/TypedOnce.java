package io.tidemark.runner.functions;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * An aggregate function whose types are read from its class once for each JVM. Flink asks for them whenever it looks at a
 * call, and reads the class anew each time, which was a quarter of all planning.
 */
public abstract class TypedOnce<T, A> extends AggregateFunction<T, A> {
    private static final Map<Class<?>, TypeInference> TYPES = new ConcurrentHashMap<>();

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TYPES.computeIfAbsent(getClass(), function -> super.getTypeInference(factory));
    }
}
