package io.tidemark.runner.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.extraction.TypeInferenceExtractor;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeInferenceUtil;
import org.junit.jupiter.api.Test;

class TypedOnceTest {
    private static final DataTypeFactory FACTORY = ((TableEnvironmentImpl)
                    TableEnvironment.create(EnvironmentSettings.inStreamingMode()))
            .getCatalogManager()
            .getDataTypeFactory();

    private static final List<TypedOnce<?, ?>> EVERY =
            List.of(new Earliest(), new Latest(), new IsCopy(), new DaySoFar(), new LookbackBase());

    @Test
    void readsTheTypesOfAClassOnce() {
        assertSame(new Earliest().getTypeInference(FACTORY), new Earliest().getTypeInference(FACTORY));
    }

    @Test
    void givesEachFunctionWhatFlinkReadsFromItsClass() {
        for (TypedOnce<?, ?> function : EVERY) {
            TypeInference read = extract(function.getClass());
            TypeInference given = function.getTypeInference(FACTORY);
            assertEquals(signature(function, read), signature(function, given));
            assertEquals(read.getOutputTypeStrategy(), given.getOutputTypeStrategy(), function.getClass().getName());
        }
    }

    @SuppressWarnings("unchecked")
    private static TypeInference extract(Class<?> function) {
        return TypeInferenceExtractor.forAggregateFunction(
                FACTORY, (Class<? extends AggregateFunction<?, ?>>) function);
    }

    private static String signature(AggregateFunction<?, ?> function, TypeInference types) {
        return TypeInferenceUtil.generateSignature(types, function.getClass().getSimpleName(), function);
    }
}
