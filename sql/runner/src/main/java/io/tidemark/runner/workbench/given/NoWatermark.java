package io.tidemark.runner.workbench.given;

import java.time.Instant;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.functions.ScalarFunction;

/** {@code CURRENT_WATERMARK} in batch mode, which has none: NULL, as before the first one. */
public final class NoWatermark extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    public @DataTypeHint("TIMESTAMP_LTZ(3)") Instant eval(@DataTypeHint("TIMESTAMP_LTZ(3)") Instant time) {
        return null;
    }
}
