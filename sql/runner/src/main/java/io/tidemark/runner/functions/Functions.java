package io.tidemark.runner.functions;

import org.apache.flink.table.api.TableEnvironment;

/** The functions that the views use and Flink does not have. */
public final class Functions {
    private Functions() {}

    /** Registers every function under its SQL name. */
    public static void register(TableEnvironment tables) {
        tables.createTemporarySystemFunction("EARLIEST", Earliest.class);
        tables.createTemporarySystemFunction("LATEST", Latest.class);
        tables.createTemporarySystemFunction("IS_COPY", IsCopy.class);
        tables.createTemporarySystemFunction("DAY_SO_FAR", DaySoFar.class);
        tables.createTemporarySystemFunction("LOOKBACK_BASE", LookbackBase.class);
    }
}
